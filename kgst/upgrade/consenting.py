"""The auditors' part: each builds the code, compares, and signs; anyone then submits the signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.build import creation_code, refresh, require_from_sources, source_of
from kgst.deployment.code import (
    arguments_in_words,
    code_hash,
    implementation_code,
    require_contract,
)
from kgst.errors import RefusedError
from kgst.pipeline.operation import Operation
from kgst.policy import Policy
from kgst.quantities import format_duration
from kgst.sending.signed import read_signed
from kgst.signing.collecting import collect, require_signed
from kgst.signing.comparing import check_deployment
from kgst.signing.deadlines import until
from kgst.signing.files import AuditorSet
from kgst.signing.onchain import (
    read_auditors,
    read_halts,
    require_here,
    require_taken,
    structs,
)
from kgst.signing.shapes import Signature
from kgst.snapshot.token import Consent
from kgst.storing import read_model
from kgst.upgrade.checking import delegate_calls, forbidden_in
from kgst.upgrade.deploying import created_in, read_upgrade, require_there
from kgst.upgrade.files import SignedUpgradeFile, UpgradeFile
from kgst.upgrade.operations import approval, call_in_words, consent_of

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Comparison", "compare_with_build", "submission"]

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
    require_contract(contract)
    require_from_sources(contract)
    code = implementation_code(contract, file.constructor_args, file.implementation)
    built = code_hash(code)
    if built != file.code_hash:
        raise RefusedError(
            f"{contract} of this checkout, with {arguments_in_words(file.constructor_args)}, has the code hash "
            f"{built}; the file says {file.code_hash}: it is other code than you have here. Do not sign; check out "
            "the commit that you reviewed, or ask for the sources."
        )
    if forbidden := forbidden_in(code):
        raise RefusedError(
            f"{contract} has {forbidden} in code that may run: no implementation may. Do not sign; ask its author."
        )
    agrees = [f"this checkout builds the code ({contract}), without SELFDESTRUCT and CALLCODE"]
    undone: list[str] = []
    if count := delegate_calls(code):
        undone.append(
            f"DELEGATECALL: it stands {count} times in code that may run; that each goes to the implementation only is "
            "for whoever reviews the sources to see"
        )
    if source_of(contract).startswith(_TEST_ONLY):
        undone.append(f"{contract} is a contract for tests; never sign it for a token of value")
    if policy is None or policy_path is None:
        undone.append("recovery delay, chain and token: no policy of your own; give --policy")
        agrees.append(_created(file, contract))
        return Comparison(contract, built, tuple(agrees), tuple(undone))
    delay = int(file.constructor_args, 16)
    if delay != policy.token.recovery_delay:
        raise RefusedError(
            f"the file's code has a recovery delay of {format_duration(delay)}, the policy wants "
            f"{format_duration(policy.token.recovery_delay)}: with a shorter one, auditors who are alive could be "
            "replaced. Do not sign; ask whoever made the file."
        )
    agrees.append(_created(file, contract))
    agrees.append(f"the recovery delay is the policy's ({format_duration(delay)})")
    check_deployment(file.chain_id, "token", file.token, policy, policy_path, agrees, undone)
    return Comparison(contract, built, tuple(agrees), tuple(undone))


def _created(file: UpgradeFile, contract: str) -> str:
    """The signed transaction in the file created the implementation, with this build's creation code.

    Other creation code can return this code too, and leave something behind at its address.

    Raises:
        RefusedError: it did not.
    """
    address, signed = created_in(file.deployment), read_signed(file.deployment.raw)
    sent = creation_code(contract) + bytes.fromhex(file.constructor_args[2:])
    wrong = (
        f"creates {address}, and the file says {file.implementation}"
        if address != file.implementation
        else "has other creation code than this checkout builds"
        if signed.content.data != sent
        else f"is for chain {signed.chain_id}, and the file for {file.chain_id}"
        if signed.chain_id != file.chain_id
        else None
    )
    if wrong is not None:
        raise RefusedError(
            f"the transaction {signed.hash} that the file says deployed {contract} {wrong}. Do not sign; ask whoever "
            "made the file."
        )
    return f"the signed transaction that deployed it has this checkout's creation code, and created {address}"


def submission(system: System, path: Path, signatures: Sequence[Path]) -> Operation:
    """The call that records the auditors' consent to the upgrade in the file at `path`, signed in that file or beside.

    Raises:
        FileError: a file is none, or a signature is not good.
        RefusedError: the token would not accept them.
        DriftError: the code at the implementation's address is other code.
    """
    auditors = read_auditors(system)
    file, found = _given(system, path, signatures, auditors)
    require_there(system, file)
    order, recorded = file.order, consent_of(system)
    nonce = recorded.nonce
    is_recorded = recorded == Consent(
        order.implementation, order.code_hash, order.data_hash, file.nonce + 1
    )
    if nonce != file.nonce and not is_recorded:
        raise RefusedError(
            f"{path}: is for consent number {file.nonce}, the token is at {nonce}: signatures on it are of no use. "
            f"Make it anew with `ape run upgrade deploy {file.contract}`, and have it signed."
        )
    if not is_recorded:
        _require_no_halt_since(system, path, file)
        require_taken(system, path, file, found, auditors, system.now())
    if len(found) < auditors.threshold and not is_recorded:
        signers = [one.signer for one in found]
        lacking = ", ".join(system.named(one) for one in auditors.active if one not in signers)
        raise RefusedError(
            f"{len(found)} of {auditors.threshold} signatures; not signed yet: {lacking}. Each of them runs "
            f"`ape run upgrade consent {path}`."
        )
    lines = (
        ("implementation", file.implementation),
        ("code hash", f"{file.code_hash[:34]}\n{file.code_hash[34:]}"),
        ("may then run", call_in_words(file.contract, file.call)),
        ("signed by", "\n".join(system.named(one.signer) for one in found)),
        ("deadline", until(file.deadline, system.now())),
    )
    return approval(system, order, structs(found), lines)


def _require_no_halt_since(system: System, path: Path, file: UpgradeFile) -> None:
    halts = read_halts(system)
    if halts != file.halts:
        raise RefusedError(
            f"{path}: knows of {file.halts} halts of minting, and the chain of {halts}: a halt ends what the auditors "
            f"consented to before it, or the node lags behind. Make it anew with `{file.made_by} {file.contract}`, and "
            "have it signed."
        )


def _given(
    system: System, path: Path, signatures: Sequence[Path], auditors: AuditorSet
) -> tuple[UpgradeFile, Sequence[Signature]]:
    """The upgrade and the signatures on it: from files of their own, or from the one that `collect` wrote."""
    if signatures:
        file = read_upgrade(system, path)
        found = collect(file, signatures, signers=auditors, needed=auditors.threshold)
        return file, found.signatures
    signed = read_model(path, SignedUpgradeFile, f"{SignedUpgradeFile.what}, and none was given")
    require_signed(path, signed)
    require_here(system, path, signed.draft)
    return signed.draft, signed.signatures
