"""The calls of an upgrade: the auditors' consent, the upgrade itself, and its cancellation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.build import contract_type
from kgst.errors import RefusedError
from kgst.node import rpc
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.roles import Role
from kgst.slots import CONSENT
from kgst.snapshot.token import Consent
from kgst.upgrade.deployed import read_flags, read_implementation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kgst.attestation import ImplementationApproval
    from kgst.deployment.system import System

__all__ = [
    "approval",
    "call_in_words",
    "cancellation",
    "consent_of",
    "given_in",
    "in_words",
    "scheduled_by",
    "upgrade",
]

_LAST_OF_CONSENT: Final = CONSENT + 2


def upgrade(
    system: System,
    contract: str,
    address: str,
    data: bytes,
    check: Callable[[], None] | None = None,
) -> Operation:
    """Let the token run the code at `address`, and run `data` on it at once; every flag stays.

    Args:
        system: Whose token.
        contract: The implementation's name, for people.
        address: Where it was deployed.
        data: Call data; empty for none.
        check: Raises RefusedError when it must not be done now.
    """
    now = read_implementation(system)
    delegate_all = read_flags(system).delegate_all
    return Operation(
        name="upgrade",
        title=f"upgrade to {contract} at {address}",
        to=system.token.address,
        data=call_data(system.token.upgradeToAndCall, address, data),
        role=Role.UPGRADER,
        lines=(
            ("implementation now", now),
            ("implementation afterwards", address),
            ("its code hash, by the auditors' consent", _consented(system, address, data)),
            ("then runs", call_in_words(contract, data)),
            ("DELEGATE_ALL", f"stays {'set' if delegate_all else 'clear'}"),
        ),
        readbacks=(
            Readback(
                "implementation (ERC-1967 slot)", address, lambda: read_implementation(system)
            ),
            Readback(
                "DELEGATE_ALL",
                delegate_all,
                lambda: read_flags(system).delegate_all,
                lambda is_set: "set" if is_set else "clear",
            ),
        ),
        already=now == address,
        check=check,
    )


def _consented(system: System, address: str, data: bytes) -> str:
    """The code hash that the auditors consented to for this upgrade, by the chain."""
    found = consent_of(system)
    if (found.implementation, found.data_hash) != (to_checksum_address(address), keccak(data)):
        return "none: they have not consented to it"
    return "0x" + found.code_hash.hex()


def approval(
    system: System,
    order: ImplementationApproval,
    signatures: Sequence[tuple[str, bytes]],
    lines: tuple[tuple[str, str], ...],
) -> Operation:
    """Record the auditors' consent; anyone may.

    Args:
        system: Whose token.
        order: What the auditors signed.
        signatures: `(signer, signature)`, ascending by signer.
        lines: For the preview.
    """
    recorded = Consent(order.implementation, order.code_hash, order.data_hash, order.nonce + 1)
    return Operation(
        name="consent",
        title=f"record the auditors' consent to code 0x{order.code_hash.hex()[:8]}…",
        to=system.token.address,
        data=call_data(system.token.approveImplementation, *order.arguments(signatures)),
        lines=lines,
        readbacks=(
            Readback("approved implementation", recorded, lambda: consent_of(system), in_words),
        ),
        already=consent_of(system) == recorded,
    )


def in_words(consent: Consent) -> str:
    """For people."""
    if not any(consent.code_hash):
        return "none"
    code, data = consent.code_hash.hex(), consent.data_hash.hex()
    return f"code 0x{code} at {consent.implementation}, call 0x{data}"


def consent_of(system: System) -> Consent:
    """What the token has recorded."""
    with rpc("read the auditors' consent"):
        found = system.token.approvedImplementation()
    return Consent(
        to_checksum_address(found.approved),
        bytes(found.codeHash),
        bytes(found.dataHash),
        int(found.nonce),
    )


def given_in(system: System) -> int:
    """The block in which the token recorded the consent: an upgrade needs a later one. Zero when there was none.

    No getter tells; it is in the last word of the consent, as docs/storage.md says.
    """
    with rpc("read the block of the consent"):
        word = system.provider.web3.eth.get_storage_at(
            to_checksum_address(system.token.address), _LAST_OF_CONSENT
        )
    return int.from_bytes(bytes(word)) >> 208


def scheduled_by(system: System, operation: Operation, *callers: str) -> tuple[str, int] | None:
    """Who has `operation` scheduled, and from which second it can be executed; None when nobody has.

    Looked for are `callers` and the policy's members of the role.
    """
    manager = system.manager
    role = operation.role
    members = [system.policy.address(m.member) for m in system.policy.roles[role]] if role else []
    with rpc("read what is scheduled"):
        for caller in dict.fromkeys([*callers, *members]):
            operation_id = manager.hashOperation(caller, operation.to, operation.data)
            if ready_at := int(manager.getSchedule(operation_id)):
                return caller, ready_at
    return None


def cancellation(system: System, operation: Operation, caller: str) -> Operation:
    """Cancel what somebody scheduled: its guardians may, and whoever scheduled it.

    Raises:
        RefusedError: nobody scheduled it.
    """
    found = scheduled_by(system, operation, caller)
    if found is None:
        raise RefusedError(
            f"{operation.title}: nobody has it scheduled, so there is nothing to cancel; see `ape run govern pending`."
        )
    scheduler, _ = found
    operation_id = system.manager.hashOperation(scheduler, operation.to, operation.data)
    own = int(scheduler, 16) == int(caller, 16)
    return Operation(
        name="cancel-upgrade",
        title=f"cancel: {operation.title}",
        to=system.manager.address,
        data=call_data(system.manager.cancel, scheduler, operation.to, operation.data),
        role=None if own else Role.GUARDIAN,
        by=(scheduler,),
        lines=(("scheduled by", system.named(scheduler)),),
        readbacks=(
            Readback(
                "scheduled for",
                0,
                lambda: int(system.manager.getSchedule(operation_id)),
                lambda second: str(second) if second else "never",
            ),
        ),
    )


def call_in_words(contract: str, data: bytes) -> str:
    """`migrate(7)`, by the ABI of `contract`; the bytes when it has no such function."""
    from eth_abi.abi import decode, encode

    if not data:
        return "no call"
    for abi in contract_type(contract).mutable_methods:
        types = [i.canonical_type for i in abi.inputs]
        if function_signature_to_4byte_selector(abi.selector) != data[:4]:
            continue
        try:
            values: Any = decode(types, data[4:])
        except Exception:  # bytes of a file that somebody wrote
            break
        if encode(types, values) == data[4:]:
            shown = (f"0x{v.hex()}" if isinstance(v, bytes) else str(v) for v in values)
            return f"{abi.name}({', '.join(shown)})"
    return f"0x{data.hex()}, which is no call of {contract}"
