"""Deploying an implementation that the token may be upgraded to. Anyone may: by itself it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.checks import failed
from kgst.console import confirm, console
from kgst.deployment.code import arguments_in_words, code_hash
from kgst.errors import DriftError, InputError, RefusedError
from kgst.node import NodeError, chain_id, rpc
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.work import Work
from kgst.record import SignedTransaction
from kgst.sending.signed import SignedError, read_signed
from kgst.signing.deadlines import ORDER_VALID, deadline_after
from kgst.signing.onchain import read_auditors, read_halts, require_here
from kgst.signing.own import print_read
from kgst.storing import as_bytes, read_model, write_new
from kgst.terminal import markup
from kgst.upgrade.checking import Candidate, examine
from kgst.upgrade.files import UpgradeFile
from kgst.upgrade.operations import call_in_words, consent_of

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome
    from kgst.pipeline.options import Run

__all__ = ["Proposed", "created_in", "propose", "read_upgrade", "require_there"]

_STEP: Final = "implementation"


@dataclass(frozen=True)
class Proposed:
    """An upgrade that can be consented to.

    Attributes:
        path: Where the file is; None on a chain that ends with this process.
        outcome: Of the transaction that deployed it just now; None when it stood there before.
    """

    file: UpgradeFile
    path: Path | None
    outcome: Outcome | None


def propose(
    system: System,
    contract: str,
    data: bytes,
    run: Run,
    out_path: Path | None = None,
    valid_for: str | None = None,
    changes: dict[str, str] | None = None,
) -> Proposed:
    """Deploy `contract`, unless that very code was deployed for this before, and write the file of the upgrade.

    Args:
        system: Whose token.
        contract: Name of the implementation in this checkout.
        data: Call data that the upgrade will run; empty for none.
        run: The command line.
        out_path: Where the file goes; None for the deployment's folder.
        valid_for: How long consents can be submitted, like `3 days`. None for the usual time, or for the deadline of an
            earlier run when nothing else has changed: what was signed stays good.
        changes: What the upgrade changes on purpose: a getter's call to its answer afterwards.

    Raises:
        RefusedError: the contract would misread the storage, or cannot run; nothing was sent.
        DriftError: other code was deployed than was sent.
        As `perform`.
    """
    if run.via is not None:
        raise InputError("a Safe deploys no contracts; leave --via out: who deploys has no say.")
    candidate = _sound(system, contract)
    deadline = deadline_after(system.now(), valid_for, usual=ORDER_VALID)
    path = out_path or (
        system.files.upgrades / f"{candidate.code_hash[2:10]}.json" if system.files else None
    )
    before = _deployed_before(system, candidate, path)
    outcome = None
    if before is None:
        outcome, deployment = _deploy(system, candidate, data, run)
        address = created_in(deployment)
    else:
        address, deployment = before.implementation, before.deployment
    file = _file_of(system, candidate, address, deployment, data, deadline, changes or {})
    if before is not None and valid_for is None:
        file = _kept(system, file, before)
    require_there(system, file)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A new nonce, call or deadline replaces the old: signatures on that are of no use any more.
        write_new([(path, as_bytes(file))], force=True)
    return Proposed(file, path, outcome)


def _sound(system: System, contract: str) -> Candidate:
    candidate = examine(system, contract)
    if not candidate.is_sound:
        wrong = "; ".join(f"{check.item}: {check.found}" for check in failed(candidate.checks))
        raise RefusedError(
            f"{contract} must not become the implementation: {wrong}. See `ape run upgrade check {contract}`. "
            "Nothing was sent."
        )
    return candidate


def _file_of(
    system: System,
    candidate: Candidate,
    implementation: str,
    deployment: SignedTransaction,
    data: bytes,
    deadline: int,
    changes: dict[str, str],
) -> UpgradeFile:
    """What the auditors consent to, as the token has it now."""
    auditors, halts = read_auditors(system), read_halts(system)
    return UpgradeFile.of(
        system.domain,
        contract=candidate.contract,
        source=candidate.source,
        constructor_args="0x" + candidate.arguments.hex(),
        implementation=implementation,
        code_hash=code_hash(candidate.code_at(implementation)),
        data=data,
        nonce=consent_of(system).nonce,
        deployment=deployment,
        auditors=auditors,
        halts=halts,
        deadline=deadline,
        changes=changes,
    )


def _kept(system: System, file: UpgradeFile, before: UpgradeFile) -> UpgradeFile:
    """`before`, while its deadline is ahead and it differs from `file` in nothing else; else `file`."""
    fields = before.model_dump(exclude={"deadline", "message_hash"})
    same = fields == file.model_dump(exclude={"deadline", "message_hash"})
    return before if same and system.now() <= before.deadline else file


def read_upgrade(system: System, path: Path) -> UpgradeFile:
    """The file at `path`, of this token.

    Raises:
        FileError: it is none.
        RefusedError: it is for another token or chain.
    """
    file = read_model(path, UpgradeFile, UpgradeFile.what)
    require_here(system, path, file)
    return file


def require_there(system: System, file: UpgradeFile) -> None:
    """The code at the implementation's address has the file's hash.

    Raises:
        DriftError: it has not.
    """
    with rpc(f"read the code at {file.implementation}"):
        code = bytes(system.provider.web3.eth.get_code(file.implementation))
    if (found := code_hash(code)) != file.code_hash:
        raise DriftError(
            f"{file.implementation}: there is {'other code (' + found + ')' if code else 'no code'}, the file says "
            f"{file.code_hash}; do not go on: deploy again with `ape run upgrade deploy {file.contract}`."
        )


def _deployed_before(system: System, candidate: Candidate, path: Path | None) -> UpgradeFile | None:
    """The file of an earlier run, if what it deployed stands there and is this code."""
    if path is None or not path.exists():
        return None
    file = read_upgrade(system, path)
    with rpc(f"read the code at {file.implementation}"):
        code = bytes(system.provider.web3.eth.get_code(file.implementation))
    return file if code == candidate.code_at(file.implementation) else None


def _deploy(
    system: System, candidate: Candidate, data: bytes, run: Run
) -> tuple[Outcome, SignedTransaction]:
    out = console(stderr=run.json)
    actor = choose_actor(system, [], run)
    account = actor.account
    if account is None:
        raise RefusedError("nothing can be sent without an account; give one with --account.")
    work = Work(system, actor, run, out)
    subject = subject_of(chain_id(system.provider), actor.caller, "deploy", candidate.creation)
    with work.alone():
        out.print(
            f"Deploys [bold]{markup(candidate.contract)}[/bold], {len(candidate.code):,} bytes of code"
        )
        out.print(f"  {arguments_in_words('0x' + candidate.arguments.hex())}; to run at the upgrade: "
                  f"{call_in_words(candidate.contract, data)}", markup=False)  # fmt: skip
        out.print(f"  by {actor.named(system)}; the token stays as it is", markup=False)
        print_read(out, system.policy, system.policy_path)
        confirm("Deploy it?", account, yes=run.yes)
        next_nonce = work.logbook.next_nonce()
        with work.logbook.entry(subject, "deploy-implementation") as entry:
            outcome = work.sender(entry.journal, next_nonce).send(_STEP, candidate.creation)
            signed = SignedTransaction.out_of(entry.journal, outcome)
            entry.finish()
    if outcome.contract != (computed := created_in(signed)):
        raise NodeError(
            f"the receipt of {outcome.hash} says that it created {outcome.contract or 'nothing'}, and by sender and "
            f"nonce it can only have created {computed}: the node gives wrong answers; use another node."
        )
    return outcome, signed


def created_in(deployment: SignedTransaction) -> str:
    """The checksummed address of the contract that `deployment` created, by its own bytes.

    Raises:
        RefusedError: they are not among this project's transactions, or create none.
    """
    try:
        signed = read_signed(deployment.raw)
    except SignedError as error:
        raise RefusedError(
            f"the transaction {deployment.hash} that created it: {error}."
        ) from error
    if signed.hash != deployment.hash or signed.created is None:
        raise RefusedError(
            f"the transaction that is said to be {deployment.hash} is {signed.hash}, and creates "
            f"{signed.created or 'nothing'}."
        )
    return signed.created
