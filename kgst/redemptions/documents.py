"""What `redemptions list` and `redemptions show` answer with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from kgst.document import Address, BaseUnits, ChainId, Count, Document, Hash, Label, Part, Time

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.redemptions.reading import Desk, Request

__all__ = ["RedemptionsListDocument", "RedemptionsShowDocument"]


class _Block(Part):
    """The one block that everything was read in."""

    number: Count
    time: Time


class _Request(Part):
    """A request at the redemption desk.

    Attributes:
        id: Its number, from 1.
        state: Where it stands.
        lock_until: The last second at which it may be locked; null when it is not requested, or may be locked no more.
        pay_by: From then on its requester may withdraw it; null before it is locked.
        payee_hash: The salted hash of payee and bank details.
        burned: Whether its tokens are destroyed.
        due: It can be locked now.
        overdue: Not locked in time, not paid by `pay_by`, or the money came back.
    """

    id: Count
    requester: Address
    label: Label
    amount: BaseUnits
    state: Literal["requested", "locked", "paid", "returned", "withdrawn", "rejected", "seized"]
    lock_until: Time | None
    pay_by: Time | None
    payee_hash: Hash
    burned: bool
    due: bool
    overdue: bool


class _Redemptions(Document):
    """Requests at the redemption desk.

    Attributes:
        block: The one that everything was read in.
        desk: Its address.
        count: How many requests there have been.
        escrow: What is requested, locked, or paid and not burned yet.
        due: The sum of what can be locked now.
        overdue: How many are.
        requests: Those that were asked for.
    """

    chain_id: ChainId
    desk: Address
    block: _Block
    count: Count
    escrow: BaseUnits
    due: BaseUnits
    overdue: Count
    requests: list[_Request]

    @classmethod
    def of(cls, system: System, desk: Desk) -> Self:
        """The document of what was read."""
        now = desk.head.time
        return cls(
            chain_id=system.record.chain_id,
            desk=system.deployment.redemption_desk.address,
            block=_Block.taken_from(desk.head),
            count=desk.count,
            escrow=desk.escrow,
            due=sum(one.amount for one in desk.requests if one.is_due(now)),
            overdue=len(desk.overdue),
            requests=[_part(system, one, now) for one in desk.requests],
        )


class RedemptionsListDocument(_Redemptions):
    """What is open at the redemption desk, or all."""

    SCHEMA: ClassVar = "kgst/redemptions-list/1"


class RedemptionsShowDocument(_Redemptions):
    """Some requests at the redemption desk, in full."""

    SCHEMA: ClassVar = "kgst/redemptions-show/1"


def _part(system: System, one: Request, now: int) -> _Request:
    asked = one.stage.name == "REQUESTED"
    return _Request.taken_from(
        one,
        label=system.policy.label(one.requester),
        state=one.stage.name.lower(),
        lock_until=one.time if asked and one.time else None,
        pay_by=None if asked else one.time,
        payee_hash="0x" + one.payee_hash.hex(),
        due=one.is_due(now),
        overdue=one.is_overdue(now),
    )
