"""What REDEEMER does with requests: lock, confirm, note what came back, reject."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kgst.errors import InputError, RefusedError
from kgst.moments import both_times, format_span
from kgst.paying.making import Request as Payable
from kgst.paying.making import sort_out
from kgst.paying.payer import own_accounts
from kgst.paying.register import Register
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.roles import Role
from kgst.snapshot.requests import Desk, Request, Stage, read_desk
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["MOST", "chosen", "confirm", "lock", "reject", "returned", "unpayable"]

MOST: Final = 100
"""Requests in one transaction."""


def chosen(desk: Desk, most: int | None, without: Collection[int] = ()) -> list[int]:
    """The requests that are due, oldest first, as many as `most` base units pay; at most `MOST`.

    Args:
        desk: All of them.
        most: Base units.
        without: Those that are passed over.
    """
    found, total = [], 0
    for one in desk.requests:
        if not one.is_due(desk.head.time) or one.id in without:
            continue
        if most is not None and total + one.amount > most:
            break
        total += one.amount
        found.append(one.id)
    return found[:MOST]


def unpayable(system: System, register: Register, requests: Sequence[Request]) -> dict[int, str]:
    """Requests that no bank can be told to pay, and why: what is locked for nothing is only withdrawn at its end."""
    asked = [
        Payable(
            id=one.id,
            requester=one.requester,
            value=one.amount,
            reference="0x" + one.payee_hash.hex(),
        )
        for one in requests
    ]
    _, refusals = sort_out(asked, register, own_accounts(system.policy))
    return {one.request: one.why for one in refusals}


def lock(system: System, ids: Sequence[int]) -> Operation:
    """Lock requests that a bank is about to be told to pay."""
    desk = _asked(system, ids)
    within = format_span(system.policy.desks.redemption.pay_within)
    left = [one.id for one in desk.requests if one.stage is Stage.REQUESTED]

    def check() -> None:
        _require(desk.requests, (Stage.REQUESTED, Stage.LOCKED), "be locked")
        asked = [one for one in desk.requests if one.stage is Stage.REQUESTED]
        if late := [one.id for one in asked if not one.is_due(desk.head.time)]:
            raise RefusedError(
                f"request {_listed(late)} cannot be locked any more: its time for that is over (`ape run redemptions "
                "show`). Its holder withdraws it and asks again, or it is rejected."
            )

    contract = system.deployment.redemption_desk
    return Operation(
        name="redemptions-lock",
        title=f"lock request {_listed(left or ids)}",
        to=contract.address,
        data=call_data(contract.lock, left or list(ids)),
        role=Role.REDEEMER,
        lines=(
            *_lines(system, desk),
            ("to be paid within", f"{within}; then whoever was not paid may withdraw"),
        ),
        readbacks=(_reached(system, ids, Stage.LOCKED),),
        already=not left and all(one.stage is Stage.LOCKED for one in desk.requests),
        repeatable=True,
        check=check,
    )


def confirm(
    system: System, ids: Sequence[int], payment_hash: str, *, again: bool = False
) -> Operation:
    """Record that requests were paid, and burn their tokens.

    Args:
        system: Whose desk.
        ids: Which requests.
        payment_hash: 0x and 64 digits.
        again: Those too whose money came back: they were paid anew. A command that is merely given twice says no such
            thing.
    """
    desk, contract = _asked(system, ids), system.deployment.redemption_desk
    left = [one.id for one in desk.requests if one.stage is not Stage.PAID]
    data = call_data(contract.confirmPaid, left or list(ids), bytes.fromhex(payment_hash[2:]))
    return Operation(
        name="redemptions-confirm",
        title=f"confirm that request {_listed(left or ids)} is paid",
        to=contract.address,
        data=data,
        role=Role.REDEEMER,
        lines=(
            *_lines(system, desk),
            ("payment hash", payment_hash),
            ("it burns", "the requests' tokens, for good"),
        ),
        readbacks=(_reached(system, ids, Stage.PAID),),
        irreversible=True,
        already=not left,
        repeatable=True,
        check=lambda: _require(
            desk.requests,
            (Stage.LOCKED, Stage.PAID, *[Stage.RETURNED] * again),
            "be confirmed as paid (what came back and was paid anew: --again)",
        ),
    )


def returned(system: System, id_: int) -> Operation:
    """Record that the bank sent the money of a paid request back."""
    desk, contract = _asked(system, [id_]), system.deployment.redemption_desk
    return Operation(
        name="redemptions-returned",
        title=f"note that the payment of request {id_} came back",
        to=contract.address,
        data=call_data(contract.returned, id_),
        role=Role.REDEEMER,
        lines=(
            *_lines(system, desk),
            ("from then on", "it is overdue, until it is paid again or minted back"),
        ),
        readbacks=(_reached(system, [id_], Stage.RETURNED),),
        already=desk.requests[0].stage is Stage.RETURNED,
        repeatable=True,
        check=lambda: _require(desk.requests, (Stage.PAID, Stage.RETURNED), "be noted as returned"),
    )


def reject(system: System, id_: int, reason: str) -> Operation:
    """Refuse a request that is not locked; the tokens go back.

    Raises:
        InputError: without a reason.
    """
    if not reason.strip():
        raise InputError(
            "a rejection needs a reason, which everyone reads on the chain; give it with --why."
        )
    desk, contract = _asked(system, [id_]), system.deployment.redemption_desk
    return Operation(
        name="redemptions-reject",
        title=f"reject request {id_}",
        to=contract.address,
        data=call_data(contract.reject, id_, reason),
        role=Role.REDEEMER,
        lines=(
            *_lines(system, desk),
            ("reason, public", reason),
            ("it gives back", "the tokens, to the requester"),
        ),
        readbacks=(_reached(system, [id_], Stage.REJECTED),),
        already=desk.requests[0].stage is Stage.REJECTED,
        repeatable=True,
        check=lambda: _require(desk.requests, (Stage.REQUESTED, Stage.REJECTED), "be rejected"),
    )


def _asked(system: System, ids: Sequence[int]) -> Desk:
    if len(set(ids)) > MOST:
        raise InputError(
            f"{len(set(ids))} requests are named; {MOST} at most go into one transaction."
        )
    return read_desk(system, ids)


def _reached(system: System, ids: Sequence[int], stage: Stage) -> Readback:
    def count() -> int:
        return sum(one.stage is stage for one in read_desk(system, ids).requests)

    return Readback(f"{stage.name.lower()}, of {len(set(ids))} request(s)", len(set(ids)), count)


def _lines(system: System, desk: Desk) -> Iterator[tuple[str, str]]:
    for one in desk.requests:
        text = f"{format_som(one.amount)}, {one.stage.name.lower()}\n{system.named(one.requester)}\n{one.requester}"
        if one.stage is Stage.REQUESTED and one.time:
            text += f"\nto be locked until {both_times(one.time)}"
        elif one.stage is Stage.LOCKED:
            text += f"\nto be paid before {both_times(one.time)}"
        yield f"request {one.id}", text


def _require(requests: Sequence[Request], stages: Sequence[Stage], what: str) -> None:
    if wrong := [one for one in requests if one.stage not in stages]:
        listed = ", ".join(f"{one.id} is {one.stage.name.lower()}" for one in wrong)
        raise RefusedError(
            f"not every request can {what}: {listed}; leave it out (`ape run redemptions show` tells of each)."
        )


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:5])) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
