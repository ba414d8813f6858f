"""A Safe's transaction as a file: shown and signed without a network, sent by anyone once enough owners have signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, confirm, console
from kgst.decoding.calls import decode_call
from kgst.errors import DriftError, ExitCode, InputError, RefusedError
from kgst.events import event_topic, read_logs
from kgst.node import chain_id, rpc
from kgst.pipeline.actor import safe_drifts
from kgst.pipeline.operation import Operation, Readback
from kgst.pipeline.pipeline import perform
from kgst.pipeline.safe_documents import SafeShowDocument, SafeSignDocument, Signature
from kgst.policy import Policy
from kgst.record import Record, RecordError
from kgst.safe.proposals import Proposal
from kgst.safe.safes import Safe, view
from kgst.signatures import Hashes, signer_of
from kgst.signing.views import print_hash_lines
from kgst.terminal import markup

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["execute", "show", "sign"]

_SUCCESS: Final = "ExecutionSuccess(bytes32,uint256)"


@dataclass(frozen=True)
class _Shared:
    """A proposal's file, and what is known of its deployment without asking a chain.

    Attributes:
        policy: None when none lies where the file belongs and none was given.
        label: Of the Safe in the policy; None for a stranger.
    """

    path: Path
    proposal: Proposal
    policy: Policy | None
    policy_path: Path
    contracts: Mapping[str, str]
    label: str | None

    def named(self, address: str) -> str:
        """By record and policy, as `System` names it."""
        for name, at in self.contracts.items():
            if int(at, 16) == int(address, 16):
                return name
        return self.policy.named(address) if self.policy else f"unknown {address}"

    @property
    def owners(self) -> list[str] | None:
        """By the policy; None when it does not say."""
        if self.policy is None or self.label is None:
            return None
        return [self.policy.address(owner) for owner in self.policy.safes[self.label].owners]

    @property
    def threshold(self) -> int | None:
        """By the policy."""
        if self.policy is None or self.label is None:
            return None
        return self.policy.safes[self.label].threshold

    @property
    def decoded(self) -> str:
        """What it does, in words, from its bytes; the file's own words are a claim."""
        return decode_call(self, self.proposal.to, bytes.fromhex(self.proposal.data[2:]))


def show(path: Path, policy_path: Path | None) -> Answer[SafeShowDocument]:
    """What a file would have its owners sign: decoded anew, hashes computed anew, signers recovered.

    Raises:
        ProposalError: it cannot be read, or its hashes are not those of its transaction.
        PolicyError: the policy cannot be read.
    """
    shared = _open(path, policy_path)
    return Answer(_shown(shared), partial(_print, shared))


def sign(
    path: Path, policy_path: Path | None, account: AccountAPI | None, *, yes: bool, quiet: bool
) -> Answer[SafeSignDocument]:
    """Add `account`'s signature to the file; needs no network.

    Raises:
        InputError: no account, or no policy that says who owns the Safe.
        RefusedError: the account is no owner, or did not sign.
        ProposalError: as `show`.
    """
    shared = _open(path, policy_path)
    if account is None:
        raise InputError("no account was given; name an owner with --account.")
    owners, proposal = shared.owners, shared.proposal
    if owners is None or shared.policy is None or shared.label is None:
        raise InputError(
            f"no policy says who owns the Safe {proposal.safe} (looked at {shared.policy_path}); give it with --policy."
        )
    if not shared.policy.allows_chain(proposal.chain_id):
        raise RefusedError(
            f"{path} is for chain {proposal.chain_id}, {shared.policy_path} is not; give the policy of its chain."
        )
    _print(shared, console(stderr=quiet))
    terms = shared.policy.safes[shared.label]
    safe = Safe(proposal.safe, "", tuple(owners), terms.threshold, proposal.nonce)
    if account.address not in owners:
        raise RefusedError(
            f"{account.address} is no owner of the Safe {shared.label}; owners: {', '.join(terms.owners)}."
        )
    before = proposal.valid_signatures(safe)
    already = account.address in before
    if not already:
        confirm("Sign it?", account, yes=yes)
        proposal.sign(account, safe)
        # Words of others are not passed on under an owner's signature.
        proposal.decoded = [shared.decoded]
        proposal.save(path)
    count = len(proposal.valid_signatures(safe))
    document = SafeSignDocument.taken_from(_shown(shared), signed=account.address, already=already)

    def told(out: Console) -> None:
        said = "had signed before" if already else "signed"
        out.print(
            f"[green]✓[/green] {markup(shared.named(account.address))} {said}; {count} of {terms.threshold} signatures."
        )
        if count >= terms.threshold:
            out.print("`ape run safe execute FILE --account …` sends it: any account may.")
        else:
            out.print(f"Share {markup(path)}.")

    return Answer(document, told)


def execute(system: System, path: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """Send the file's transaction, once enough owners have signed it. Any account may, and pays for the gas.

    Raises:
        RefusedError: another chain, no Safe of the policy, a nonce that is used or not yet due.
        DriftError: the Safe on the chain is not the policy's.
        ProposalError: as `show`.
    """
    if run.via is not None:
        raise InputError("the file names its Safe; leave out --via.")
    shared = _open(path, system.policy_path)
    proposal, label = shared.proposal, shared.label
    found = chain_id(system.provider)
    if proposal.chain_id != found:
        raise RefusedError(
            f"{path} is for chain {proposal.chain_id}, the node is on chain {found}."
        )
    if label is None:
        raise RefusedError(
            f"{proposal.safe} is no Safe of {system.policy_path}; nothing was sent on a stranger's word."
        )
    safe = Safe.at(system.provider, proposal.safe)
    if differences := safe_drifts(system.policy, label, safe):
        raise DriftError(f"the Safe {label} is not as the policy says: {'; '.join(differences)}.")
    done = safe.nonce > proposal.nonce and _was_executed(system, proposal)
    if not done and safe.nonce != proposal.nonce:
        state = "used" if safe.nonce > proposal.nonce else "not due yet"
        raise RefusedError(
            f"{path} has nonce {proposal.nonce}, which is {state}: the Safe is at {safe.nonce}. "
            + (
                "Another transaction was executed in its place; give the command that made it again."
                if safe.nonce > proposal.nonce
                else "Execute those before it first."
            )
        )
    valid = proposal.valid_signatures(safe)
    if not done and len(valid) < safe.threshold:
        show_it = partial(_print, shared)
        return Answer(_shown(shared), show_it, ExitCode.WAITING)
    chosen = dict(sorted(valid.items())[: safe.threshold])
    operation = Operation(
        name="safe",
        title=shared.decoded,
        to=proposal.safe,
        data=proposal.transaction.execution(chosen),
        lines=(
            ("Safe", f"{label} ({safe.threshold}/{len(safe.owners)}), nonce {proposal.nonce}"),
            ("signed by", ", ".join(map(system.named, chosen))),
            ("safeTxHash", proposal.safe_tx_hash),
        ),
        readbacks=(
            Readback(
                "executed by the Safe",
                True,
                lambda: _nonce(system, proposal.safe) > proposal.nonce,
                lambda value: "yes" if value else "no",
            ),
        ),
        already=done,
        repeatable=True,
    )
    return perform(system, [operation], run)


def _open(path: Path, policy_path: Path | None) -> _Shared:
    proposal = Proposal.load(path)
    # deployments/<network>/safe/<label>/<file>
    folder = path.resolve().parents[min(2, len(path.resolve().parents) - 1)]
    policy_path = policy_path or folder / "policy.yaml"
    policy = Policy.load(policy_path) if policy_path.exists() else None
    contracts: dict[str, str] = {}
    try:
        record = Record.load(policy_path.parent / "record.json")
        if record.chain_id == proposal.chain_id:
            contracts = {name: entry.address for name, entry in record.contracts.items()}
    except RecordError:
        pass  # then the contracts are strangers
    label = policy.label(proposal.safe) if policy else None
    if policy is None or label not in policy.safes:
        label = None
    return _Shared(path, proposal, policy, policy_path, contracts, label)


def _was_executed(system: System, proposal: Proposal) -> bool:
    """Whether the Safe says that it carried out this very transaction."""
    first = system.record.manager.transaction.block_number
    wanted = bytes.fromhex(proposal.safe_tx_hash[2:])
    for log in read_logs(proposal.safe, (_SUCCESS,), first):
        topics = [bytes(topic) for topic in log["topics"]]
        # Since 1.4 the hash is indexed, before it was not.
        told = topics[1] if len(topics) > 1 else bytes(log["data"])[:32]
        if topics[0] == event_topic(_SUCCESS) and told == wanted:
            return True
    return False


def _nonce(system: System, safe: str) -> int:
    with rpc("read the Safe's nonce"):
        (nonce,) = view(system.provider, safe, "nonce()", ["uint256"])
    return int(nonce)


def _shown(shared: _Shared) -> SafeShowDocument:
    transaction = shared.proposal.transaction
    hashes = Hashes.of(transaction.message)
    signatures = _signatures(shared)
    return SafeShowDocument.taken_from(
        transaction,
        file=str(shared.path),
        safe_label=shared.label,
        decoded=shared.decoded,
        domain_hash=hashes.domain,
        message_hash=hashes.message,
        safe_tx_hash=hashes.digest,
        threshold=shared.threshold,
        signatures=signatures,
        missing=max(0, shared.threshold - sum(s.counts is True for s in signatures))
        if shared.threshold is not None
        else None,
    )


def _signatures(shared: _Shared) -> list[Signature]:
    message, owners = shared.proposal.transaction.message, shared.owners
    found = []
    for claimed, text in sorted(shared.proposal.signatures.items()):
        signer = signer_of(message, bytes.fromhex(text[2:]))
        good = signer == claimed
        counts = None if good and owners is None else good and claimed in (owners or ())
        label = shared.policy.label(claimed) if shared.policy else None
        found.append(
            Signature(claimed=claimed, label=label, signer=signer if good else None, counts=counts)
        )
    return found


def _print(shared: _Shared, out: Console) -> None:
    document = _shown(shared)
    safe = f"{markup(shared.label)} " if shared.label else ""
    out.print(
        f"Safe {safe}{markup(document.safe)} on chain {document.chain_id:d}, "
        f"nonce {document.nonce:d}"
    )
    out.print(f"  {document.decoded}", markup=False, style="bold")
    out.print()
    print_hash_lines(out, Hashes.of(shared.proposal.transaction.message), "safeTxHash")
    for signature in document.signatures:
        if signature.counts is None:
            state = "good; whether it is an owner's, no policy here says"
        elif signature.counts:
            state = "[green]good[/green]"
        else:
            state = "[red]does not count: not an owner's, or not over this transaction[/red]"
        out.print(f"  {markup(shared.named(signature.claimed))}: {state}")
    if document.missing is not None:
        out.print(
            f"  {document.missing:d} more of {document.threshold:d} must sign (by the policy)"
        )
