"""The auditors' part: each builds the code, compares, and signs; anyone then submits the signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.attestation import in_signer_order
from kgst.build import refresh, source_of
from kgst.deployment.code import arguments_in_words, code_hash, implementation_code
from kgst.errors import RefusedError
from kgst.files import Files
from kgst.node import rpc
from kgst.pipeline.operation import Operation
from kgst.policy import Policy
from kgst.quantities import format_duration
from kgst.record import Record
from kgst.signatures import sign_message
from kgst.signing.reading import Auditors, gather, signed_by
from kgst.storing import FileError, read_model
from kgst.upgrade.deploying import read_upgrade, require_there
from kgst.upgrade.files import ConsentFile, UpgradeFile
from kgst.upgrade.operations import approval, call_in_words, consent_of

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.deployment.system import System

__all__ = ["Comparison", "compare_with_build", "sign", "submission"]

_TEST_ONLY = "contracts/mocks/"


@dataclass(frozen=True)
class Comparison:
    """What an auditor's machine found out by itself.

    Attributes:
        contract: What was built.
        code_hash: Of what was built; the file says the same.
        agrees: What else was compared.
        open: What could not be.
    """

    contract: str
    code_hash: str
    agrees: tuple[str, ...]
    open: tuple[str, ...]


def compare_with_build(
    file: UpgradeFile, contract: str, policy: Policy | None, policy_path: Path | None
) -> Comparison:
    """Build `contract` from this checkout, and compare with what the file claims.

    Raises:
        RefusedError: something differs: do not sign.
    """
    if file.contract != contract:
        raise RefusedError(
            f"the file says that the implementation is {file.contract}; what you build and sign is {contract}. If you "
            f"have reviewed {file.contract}, give --contract {file.contract}."
        )
    refresh()
    built = code_hash(implementation_code(contract, file.constructor_args))
    if built != file.code_hash:
        raise RefusedError(
            f"{contract} of this checkout, with {arguments_in_words(file.constructor_args)}, has the code hash "
            f"{built}; the file says {file.code_hash}: it is other code than you have here. Do not sign; check out "
            "the commit that you reviewed, or ask for the sources."
        )
    agrees = [f"this checkout builds the code ({contract})"]
    undone: list[str] = []
    if source_of(contract).startswith(_TEST_ONLY):
        undone.append(f"{contract} is a contract for tests; never sign it for a token of value")
    if policy is None or policy_path is None:
        undone.append("recovery delay, chain and token: no policy beside the file; give --policy")
        return Comparison(contract, built, tuple(agrees), tuple(undone))
    delay = int(file.constructor_args, 16)
    if delay != policy.token.recovery_delay:
        raise RefusedError(
            f"the file's code has a recovery delay of {format_duration(delay)}, the policy wants "
            f"{format_duration(policy.token.recovery_delay)}: with a shorter one, auditors who are alive could be "
            "replaced. Do not sign; ask whoever made the file."
        )
    agrees.append(f"the recovery delay is the policy's ({format_duration(delay)})")
    _compare_token(file, policy, policy_path, agrees, undone)
    return Comparison(contract, built, tuple(agrees), tuple(undone))


def sign(file: UpgradeFile, account: AccountAPI) -> ConsentFile:
    """Let `account` sign, and check that it did.

    Raises:
        RefusedError: it did not.
    """
    return ConsentFile(
        chain_id=file.chain_id,
        token=file.token,
        digest=file.digest,
        signer=account.address,
        signature="0x" + sign_message(account, file.message).hex(),
    )


def submission(system: System, path: Path, signatures: Sequence[Path]) -> Operation:
    """The call that records the auditors' consent to the upgrade in the file at `path`.

    Raises:
        FileError: a file is none, or a signature is not good.
        RefusedError: the token would not accept them.
        DriftError: the code at the implementation's address is other code.
    """
    file = read_upgrade(system, path)
    require_there(system, file)
    given, data_given, nonce = consent_of(system)
    wanted = (file.approval.code_hash, file.approval.data_hash)
    is_recorded = (given, data_given, nonce) == (*wanted, file.nonce + 1)
    if nonce != file.nonce and not is_recorded:
        raise RefusedError(
            f"{path}: is for consent number {file.nonce}, the token is at {nonce}: signatures on it are of no use. "
            f"Make it anew with `ape run upgrade deploy {file.contract}`, and have it signed."
        )
    with rpc("read the auditors"):
        members, threshold, _, suspended = system.token.auditorSet()
    auditors = _Seats(tuple(map(str, members)), int(suspended))
    found = gather(signatures, partial(_read, file, auditors)).signatures
    signers = in_signer_order(list(found.items()))
    if len(signers) < threshold and not is_recorded:
        lacking = ", ".join(
            system.named(m) for m in auditors.members if m not in (*found, *auditors.suspended)
        )
        raise RefusedError(
            f"{len(signers)} of {threshold} signatures; not signed yet: {lacking}. Each of them runs "
            f"`ape run upgrade consent {path}`."
        )
    lines = (
        ("implementation", file.implementation),
        ("code hash", f"{file.code_hash[:34]}\n{file.code_hash[34:]}"),
        ("may then run", call_in_words(file.contract, file.call)),
        ("signed by", "\n".join(system.named(signer) for signer, _ in signers)),
    )
    return approval(system, *wanted, file.nonce, signers, lines)


def _compare_token(
    file: UpgradeFile, policy: Policy, path: Path, agrees: list[str], undone: list[str]
) -> None:
    if not policy.allows_chain(file.chain_id):
        raise RefusedError(
            f"the file is for chain {file.chain_id}, the policy {path} for chain {policy.chain_id}. Do not sign."
        )
    record_path = Files(path.parent).record
    if not record_path.exists():
        undone.append(f"token: there is no {record_path.name} beside the policy")
        return
    record = Record.load(record_path)
    if (record.chain_id, record.token.address) != (file.chain_id, file.token):
        raise RefusedError(
            f"the file is for the token {file.token} on chain {file.chain_id}, {record_path} says "
            f"{record.token.address} on chain {record.chain_id}. Do not sign."
        )
    agrees.append("chain and token are the record's")


def _read(file: UpgradeFile, auditors: Auditors, path: Path) -> tuple[str, bytes]:
    """The signer and the signature in the file at `path`."""
    consent = read_model(path, ConsentFile, "an auditor's consent")
    if consent.digest != file.digest:
        raise FileError(
            f"{path}: signs something else than this upgrade (digest {consent.digest[:10]}…, the upgrade's is "
            f"{file.digest[:10]}…); send the auditor this upgrade's file."
        )
    return signed_by(path, file.message, consent.signature, consent.signer, auditors)


@dataclass(frozen=True)
class _Seats:
    """The auditors as the token has them; bit i of `bitmap`: seat i is suspended."""

    members: tuple[str, ...]
    bitmap: int

    @property
    def suspended(self) -> list[str]:
        return [member for seat, member in enumerate(self.members) if self.bitmap >> seat & 1]
