"""GUARDIAN's instant stops: an issuer's permissions, an auditor's vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.moments import format_time
from kgst.node import rpc
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.quantities import format_duration, format_refill
from kgst.roles import Role
from kgst.snapshot.token import Auditors
from kgst.supply.state import read_supply
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["cut_issuer", "suspend_auditor"]


def cut_issuer(system: System, issuer: str, *, allow_unknown: bool) -> Operation:
    """End `issuer`'s permission to mint and to burn."""
    address = system.require_known(issuer, allow_unknown=allow_unknown)
    state = read_supply(system, [address])
    quota, name, token = state.quotas[address], system.named(address), system.token
    admins = system.policy.roles[Role.ISSUANCE_ADMIN]
    undo = ", ".join(f"{m.member} after {format_duration(m.delay)}" for m in admins)

    def is_issuer() -> bool:
        record = token.issuerOf(address)
        return bool(record.capacity or record.refillPerSecond or record.mayBurn)

    return Operation(
        name="cut-issuer",
        title=f"cut the issuer {name}",
        to=token.address,
        data=call_data(token.cutIssuer, address),
        role=Role.GUARDIAN,
        lines=(
            ("issuer", f"{name}\n{address}"),
            (
                "may mint until now",
                f"{format_som(quota.available)} of {format_som(quota.capacity)}, refill "
                f"{format_refill(quota.refill_per_second)}",
            ),
            ("may burn until now", "yes" if quota.may_burn else "no"),
            (
                "it stops",
                "every mint and every redemption burn of this issuer; its tokens stay its own"
                + ("; it stays a desk, and its clients' claims stand" if quota.desk else ""),
            ),
            ("undone by", f"a new quota (`ape run govern apply`) from an ISSUANCE_ADMIN: {undo}"),
        ),
        readbacks=(Readback(f"{name} may mint or burn", False, is_issuer),),
        already=not quota.may,
        repeatable=True,
        emergency=True,
    )


def suspend_auditor(system: System, auditor: str, *, allow_unknown: bool) -> Operation:
    """Take `auditor`'s vote.

    Raises:
        RefusedError: it is no auditor, or too few would be left.
    """
    address = system.require_known(auditor, allow_unknown=allow_unknown)
    token, name = system.token, system.named(address)
    with rpc("read the auditors"):
        auditors = Auditors(*token.auditorSet())
        valid_until = int(token.solvency().validUntil)
    if address not in auditors.members:
        raise RefusedError(
            f"{name} is no auditor on the chain; auditors: {_names(system, auditors.members)}."
        )
    threshold = auditors.threshold
    left = [one for one in auditors.active if one != address]

    def check() -> None:
        if len(left) < threshold:
            raise RefusedError(
                f"{name} cannot be suspended: {len(left)} auditors would be left and {threshold} have to sign, so "
                "nobody could attest or rotate. The auditors rotate, or a RESERVE_ADMIN starts a recovery."
            )

    now = system.now()
    minting = (
        f"the attestation, which was valid until {format_time(valid_until)}: nobody mints until a new one"
        if valid_until > now
        else "nothing else: minting is closed already"
    )
    return Operation(
        name="suspend-auditor",
        title=f"suspend the auditor {name}",
        to=token.address,
        data=call_data(token.suspendAuditor, address),
        role=Role.GUARDIAN,
        lines=(
            ("auditor", f"{name}\n{address}"),
            (
                "it stops",
                f"this auditor's signatures, on everything; {minting}",
            ),
            ("left", f"{len(left)} auditors, {threshold} have to sign: {_names(system, left)}"),
            (
                "reserves may rise",
                "only within the limit: a suspended auditor counts as one who has not signed",
            ),
            (
                "undone by",
                "a rotation, signed by the auditors who are left: `ape run auditors draft`",
            ),
        ),
        readbacks=(Readback(f"{name} may sign", False, lambda: bool(token.isAuditor(address))),),
        already=address not in auditors.active,
        check=check,
        repeatable=True,
        emergency=True,
    )


def _names(system: System, addresses: Sequence[str]) -> str:
    return ", ".join(system.named(one) for one in addresses)
