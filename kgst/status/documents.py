"""What `status` answers with `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Data,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Time,
    Wei,
)
from kgst.flags import FlagName, flag_list
from kgst.snapshot.documents import AttestationPart, BlockPart
from kgst.status.alerts import Alert, Kind

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.snapshot.token import Recovery
    from kgst.status.reading import Status
    from kgst.status.redemptions import Redemptions

__all__ = ["StatusDocument"]

Threshold = Annotated[int, Field(ge=2)]


class _Block(BlockPart):
    """The one block that everything else was read in.

    Attributes:
        number: The latest when the command ran.
    """


class _Attestation(AttestationPart):
    """The last accepted one.

    Attributes:
        age: Seconds from `as_of` to the block's time.
        max_age: Seconds during which an attestation allows minting, as the limit is now.
        valid_until: From then on minting reverts; earlier than `as_of` + `max_age` when minting was halted or auditors
            changed.
    """

    epoch: Annotated[int, Field(ge=1)]
    age: int
    max_age: Duration
    valid_until: Time

    @classmethod
    def of(cls, status: Status) -> _Attestation:
        last = status.attestation
        return cls.taken_from(
            last,
            reserves_tyiyn=last.reserves,
            report_hash="0x" + last.report_hash.hex(),
            age=status.age,
            max_age=status.max_age,
            valid_until=status.valid_until,
        )


class _Who(Part):
    label: Label
    address: Address


class _Auditor(_Who):
    """One of the auditors.

    Attributes:
        suspended: Does not count.
    """

    suspended: bool


class _Auditors(Part):
    """Who attests.

    Attributes:
        threshold: Signatures that an attestation needs.
    """

    threshold: Threshold
    members: list[_Auditor]

    @classmethod
    def of(cls, system: System, status: Status) -> _Auditors:
        return cls(
            threshold=status.threshold,
            members=[
                _Auditor(
                    label=system.policy.label(address),
                    address=address,
                    suspended=address in status.suspended,
                )
                for address in status.auditors
            ],
        )


class _Recovery(Part):
    """The recovery of auditors under way.

    Attributes:
        threshold: Of the auditors to be.
        acceptable_at: Anyone may complete it from then on.
    """

    threshold: Threshold
    acceptable_at: Time
    members: list[_Who]

    @classmethod
    def of(cls, system: System, recovery: Recovery) -> _Recovery:
        return cls(
            threshold=recovery.threshold,
            acceptable_at=recovery.acceptable_at,
            members=[
                _Who(label=system.policy.label(address), address=address)
                for address in recovery.auditors
            ],
        )


class _Issuer(_Who):
    """An issuer and its quota.

    Attributes:
        available: Can be minted now within the quota, refill included.
        capacity: The most that the bucket holds.
        refill_per_second: Added each second; 0: never refilled.
        may_burn: May redeem.
    """

    available: BaseUnits
    capacity: BaseUnits
    refill_per_second: BaseUnits
    may_burn: bool


class _Pending(Part):
    """A scheduled operation.

    Attributes:
        operation_id: keccak256 of caller, target and data.
        caller: Who scheduled it.
        data: The call.
        text: The call in words, for people only.
        ready_at: Can be executed from then on.
        expires_at: Cannot be executed from then on.
    """

    operation_id: Hash
    caller: Address
    target: Address
    data: Data
    text: str
    ready_at: Time
    expires_at: Time


class _Redemptions(Part):
    """What the redemption desk waits for; each list by id.

    Attributes:
        due: Can be locked now: exit code 3.
        due_amount: Their sum.
        lock_until: The last second at which the first of them may be locked; null without one.
        locked: Locked, and there is time to pay.
        locked_amount: Their sum.
        pay_by: From then on the first of them may be withdrawn; null without one.
        late: Not locked in time.
        unpaid: Locked, and not confirmed as paid in time.
        returned: The money came back.
        unburned: Paid, and their tokens are not burned yet.
    """

    due: list[Count]
    due_amount: BaseUnits
    lock_until: Time | None
    locked: list[Count]
    locked_amount: BaseUnits
    pay_by: Time | None
    late: list[Count]
    unpaid: list[Count]
    returned: list[Count]
    unburned: list[Count]

    @classmethod
    def of(cls, found: Redemptions) -> _Redemptions:
        names = ("due", "locked", "late", "unpaid", "returned", "unburned")
        return cls(
            **{name: [one.id for one in getattr(found, name)] for name in names},
            due_amount=sum(one.amount for one in found.due),
            locked_amount=sum(one.amount for one in found.locked),
            lock_until=min((one.time for one in found.due), default=None),
            pay_by=min((one.time for one in found.locked), default=None),
        )


class _Operator(_Who):
    """Somebody of the policy who sends transactions.

    Attributes:
        powers: Roles, `issuer`, `auditor`, owner of a Safe.
        balance_wei: What there is for gas.
        low: Less than the policy's `limits.min_balance`.
    """

    powers: list[str]
    balance_wei: Wei
    low: bool


class AlertPart(Part):
    """Something that cannot wait."""

    kind: Kind
    text: str


class StatusDocument(Document):
    """How the token stands in one block.

    Attributes:
        block: The one that everything below was read in.
        supply: In circulation.
        backing: What the last attestation allows, less burns since.
        burned: Ever burned.
        headroom: What issuers together could mint in this block; 0 when expired, in deficit or paused.
        shortfall: In circulation and not backed.
        attestation: The last accepted one; null before the first.
        minting_expired: `valid_until` has passed in this block.
        paused: Pause flags that are set.
        delegate_all: Payments run from the implementation instead of the token's own code.
        recovery: The recovery of auditors under way; null when there is none.
        redemptions: What the redemption desk waits for.
        pending: Scheduled operations, the next to be ready first; null when the node refuses events, so that they are
            not known.
        operators: People of the policy who have a power on the chain, and so send transactions.
        warnings: What an operator should act on, for people only.
        alerts: What of it cannot wait, by kind: of these `--alert` makes exit code 7.
        not_checked: What could not be looked at, and why.
    """

    SCHEMA: ClassVar = "kgst/status/1"

    chain_id: ChainId
    token: Address
    block: _Block
    supply: BaseUnits
    backing: BaseUnits
    burned: BaseUnits
    headroom: BaseUnits
    shortfall: BaseUnits
    attestation: _Attestation | None
    minting_expired: bool
    paused: list[FlagName]
    delegate_all: bool
    auditors: _Auditors
    recovery: _Recovery | None
    issuers: list[_Issuer]
    redemptions: _Redemptions
    pending: list[_Pending] | None
    operators: list[_Operator]
    warnings: list[str]
    alerts: list[AlertPart]
    not_checked: list[str]

    @classmethod
    def of(
        cls, system: System, status: Status, warnings: list[str], alerts: Sequence[Alert] = ()
    ) -> StatusDocument:
        """The document of what was read, and what an operator should act on."""
        named = system.policy.label
        return cls.taken_from(
            status,
            chain_id=system.record.chain_id,
            token=system.record.token.address,
            block=_Block.taken_from(status.head),
            attestation=_Attestation.of(status) if status.attestation.epoch else None,
            minting_expired=status.expired,
            paused=flag_list(status.flags),
            auditors=_Auditors.of(system, status),
            recovery=_Recovery.of(system, status.recovery) if status.recovery else None,
            issuers=[
                _Issuer.taken_from(record, label=named(address), address=address)
                for address, record in status.issuers.items()
            ],
            redemptions=_Redemptions.of(status.redemptions),
            pending=None
            if status.pending is None
            else [_Pending.taken_from(operation) for operation in status.pending],
            operators=[
                _Operator.taken_from(
                    operator,
                    label=named(operator.address),
                    powers=list(operator.powers),
                    balance_wei=operator.balance,
                    low=operator.balance < system.policy.limits.min_balance,
                )
                for operator in status.operators
            ],
            warnings=warnings,
            alerts=[AlertPart(kind=kind, text=text) for kind, text in alerts],
            not_checked=status.gaps,
        )
