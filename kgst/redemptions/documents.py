"""What `redemptions list` and `redemptions show` answer with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Hash,
    Label,
    Part,
    Sha256,
    Time,
    Tyiyn,
)
from kgst.pipeline.documents import Proposal, ReadBack, Transaction

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.redemptions.verdicts import Verdict
    from kgst.snapshot.requests import Desk, Request

__all__ = [
    "AnsweredPart",
    "OrderPart",
    "OrderedPart",
    "RedemptionsConfirmDocument",
    "RedemptionsListDocument",
    "RedemptionsPayDocument",
    "RedemptionsShowDocument",
    "WritePart",
]


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


class OrderedPart(Part):
    """One payment of an order for a bank.

    Attributes:
        request: Its id on the chain.
        bank: BIC, or a code of six digits.
        account_end: The last four characters of the payee's account.
    """

    request: Count
    tyiyn: Tyiyn
    bank: str
    account_end: str


class OrderPart(Part):
    """An order for a bank: of what one transaction locked.

    Attributes:
        id: By which the bank takes it once.
        lock: Hash of the transaction that locked its requests.
        locked_at: Time of that.
        pay_by: From then on the requests may be withdrawn.
        layout: How the bank's file is written.
        tyiyn: The sum.
        bank_file: What the bank is given.
        batch_file: What is kept beside it.
        written_before: Both files were there, with the same bytes.
        too_late: Less time is left than the bank needs: it is not to be given to the bank any more.
        payments: By request.
    """

    id: str
    lock: Hash
    locked_at: Time
    pay_by: Time
    layout: str
    count: Count
    tyiyn: Tyiyn
    bank_file: str
    bank_file_sha256: Sha256
    batch_file: str
    written_before: bool
    too_late: bool
    payments: list[OrderedPart]


class RedemptionsPayDocument(Document):
    """Orders for the bank that pays what is locked.

    Attributes:
        desk: Address of the redemption desk.
        account: That is debited.
        batches: An order for each transaction that locked something.
    """

    SCHEMA: ClassVar = "kgst/redemptions-pay/1"

    chain_id: ChainId
    desk: Address
    account: str
    batches: list[OrderPart]


class AnsweredPart(Part):
    """What a bank's files say of a request, and what it means.

    Attributes:
        amount: As it stands on the chain.
        bank: What the bank did.
        state: On the chain, before anything was confirmed.
        text: For people.
        where: The entry of the bank's file; empty without one.
        confirms: It is confirmed by this run.
        trouble: Somebody has to do something else: exit code 3.
    """

    request: Count
    amount: BaseUnits
    bank: Literal["paid", "rejected", "returned", "pending", "doubtful"]
    state: Literal["requested", "locked", "paid", "returned", "withdrawn", "rejected", "seized"]
    text: str
    where: str
    confirms: bool
    trouble: bool

    @classmethod
    def of(cls, one: Verdict) -> AnsweredPart:
        """The part of a verdict."""
        return cls.taken_from(one, bank=one.bank.value, state=one.stage.name.lower())


class WritePart(Part):
    """One call of the desk.

    Attributes:
        done: What was asked for is so on the chain.
        resumed: An interrupted run was finished.
        already: It was so before; nothing was sent.
        transactions: That are final.
        read_back: Values read from the chain afterwards.
        waits_until: From then on the scheduled operation can be executed; null when none waits.
        proposal: The Safe's transaction that is not sent yet; null when none waits.
    """

    done: bool
    resumed: bool
    already: bool
    transactions: list[Transaction]
    read_back: list[ReadBack]
    waits_until: Time | None
    proposal: Proposal | None


class RedemptionsConfirmDocument(Document):
    """What a bank answered, and what of it was confirmed.

    Attributes:
        desk: Address of the redemption desk.
        answers: By lock and request; those of which nothing is to be said are left out.
        proofs: Files that are kept of what is confirmed.
        writes: What was done for it, a part for each call.
    """

    SCHEMA: ClassVar = "kgst/redemptions-confirm/1"

    chain_id: ChainId
    desk: Address
    answers: list[AnsweredPart]
    proofs: list[str]
    writes: list[WritePart]


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
