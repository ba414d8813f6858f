"""What `govern matrix`, `plan` and `pending` answer with `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import (
    Address,
    ChainId,
    Count,
    Data,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Shared,
    Time,
)
from kgst.roles import Role, role_name

if TYPE_CHECKING:
    from kgst.decoding.pending import Pending
    from kgst.deployment.system import System
    from kgst.govern.members import Matrix, Member
    from kgst.govern.todo import Todo, Work

__all__ = ["GovernMatrixDocument", "GovernPendingDocument", "GovernPlanDocument", "RoleName"]

RoleName = Annotated[str, Shared("role", "its name, as in the policy")]
_AtLeastOne = Annotated[int, Field(ge=1)]


class _Safe(Part):
    """A Safe's terms.

    Attributes:
        threshold: How many of its owners must sign.
        owners: How many there are.
    """

    threshold: _AtLeastOne
    owners: _AtLeastOne


class _Member(Part):
    """Somebody who has the role, or should.

    Attributes:
        kind: A Safe only if the policy calls it one.
        safe: Null for others.
        since: Null when the chain does not have it.
        delay_seconds: Between scheduling and executing; null when it is no member.
        pending_delay_seconds: The delay that comes; null when none comes.
        pending_from: When that counts.
        policy_delay_seconds: By the policy; null when that does not name it.
        flags: What deserves a second look.
    """

    address: Address
    label: Label
    kind: Literal["key", "Safe", "contract"]
    safe: _Safe | None
    since: Time | None
    delay_seconds: Duration | None
    pending_delay_seconds: Duration | None
    pending_from: Time | None
    policy_delay_seconds: Duration | None
    flags: list[
        Literal["missing", "leftover", "delay", "not yet", "changing", "plain key", "single"]
    ]

    @classmethod
    def of(cls, system: System, member: Member, now: int) -> _Member:
        access, kind = member.access, member.kind
        return cls.taken_from(
            access,
            address=member.account,
            label=system.policy.label(member.account),
            kind=kind.name,
            safe=_Safe.taken_from(kind) if kind.name == "Safe" else None,
            since=access.since or None,
            delay_seconds=access.delay if access.since else None,
            pending_delay_seconds=access.pending if access.effect else None,
            pending_from=access.effect or None,
            policy_delay_seconds=member.wanted,
            flags=member.flags(now),
        )


class _Role(Part):
    """A role and who has it.

    Attributes:
        id: Of the AccessManager.
    """

    id: Count
    name: RoleName
    members: list[_Member]


class GovernMatrixDocument(Document):
    """Who holds which role on the chain, with what delay.

    Attributes:
        block_number: Block that everything was read in.
        time: Of that block.
        not_checked: What could not be looked at, and why.
    """

    SCHEMA: ClassVar = "kgst/govern-matrix/1"

    chain_id: ChainId
    block_number: Count
    time: Time
    roles: list[_Role]
    not_checked: list[str]

    @classmethod
    def of(cls, system: System, found: Matrix) -> GovernMatrixDocument:
        """The document of a matrix."""
        return cls(
            chain_id=system.record.chain_id,
            block_number=found.block,
            time=found.now,
            roles=[
                _Role(
                    id=number,
                    name=role_name(number),
                    members=[
                        _Member.of(system, m, found.now) for m in found.members if m.role == number
                    ],
                )
                for number in sorted({*map(int, Role), *(m.role for m in found.members)})
            ],
            not_checked=[found.gap] if found.gap else [],
        )


class _By(Part):
    """Who may.

    Attributes:
        delay_seconds: Between scheduling and executing; 0 acts at once.
    """

    address: Address
    label: Label
    delay_seconds: Duration


class _Change(Part):
    """A change that the policy wants.

    Attributes:
        sign: Gives, takes, alters.
        summary: For people.
        role: Whose members may.
        by: Members of that role on the chain.
        loosens: It gives a power or widens a limit.
        data: The call.
        settles_at: When the same change, made before, takes effect.
    """

    sign: Literal["+", "-", "~"]
    summary: str
    role: RoleName
    by: list[_By]
    loosens: bool
    to: Address
    data: Data
    settles_at: Time | None

    @classmethod
    def of(cls, system: System, todo: Todo) -> _Change:
        change = todo.change
        return cls.taken_from(
            change,
            sign=todo.sign,
            role=change.role.name,
            by=[
                _By(address=a, label=system.policy.label(a), delay_seconds=delay)
                for a, delay in todo.by.items()
            ],
            to=change.target,
            settles_at=todo.settles_at,
        )


class GovernPlanDocument(Document):
    """What differs between policy and chain; exit code 3 when something does.

    Attributes:
        block_number: Block that everything was read in.
        time: Of that block.
        differs: Whether anything does.
        by_hand: Differences that no call undoes, with who can.
    """

    SCHEMA: ClassVar = "kgst/govern-plan/1"

    chain_id: ChainId
    block_number: Count
    time: Time
    differs: bool
    changes: list[_Change]
    by_hand: list[str]

    @classmethod
    def of(cls, system: System, work: Work) -> GovernPlanDocument:
        """The document of what differs."""
        return cls(
            chain_id=system.record.chain_id,
            block_number=work.block,
            time=work.holders.now,
            differs=bool(work.todos or work.by_hand),
            changes=[_Change.of(system, todo) for todo in work.todos],
            by_hand=work.by_hand,
        )


class _Scheduled(Part):
    """An operation that waits out its delay.

    Attributes:
        id: keccak256 of caller, target and data.
        what: The call in words.
        caller: Who scheduled it, and alone may execute it.
        data: The call.
        ready_at: From then on it can be executed.
        expires_at: From then on it cannot any more.
        ready: Whether it can be executed now.
        times_scheduled: How often this very operation was scheduled.
    """

    id: Hash
    what: str
    caller: Address
    caller_label: Label
    to: Address
    data: Data
    ready_at: Time
    expires_at: Time
    ready: bool
    times_scheduled: _AtLeastOne


class GovernPendingDocument(Document):
    """The operations that wait out their delay.

    Attributes:
        time: Of the latest block.
        operations: The next to be ready first.
    """

    SCHEMA: ClassVar = "kgst/govern-pending/1"

    chain_id: ChainId
    time: Time
    operations: list[_Scheduled]

    @classmethod
    def of(cls, system: System, found: Sequence[Pending], now: int) -> GovernPendingDocument:
        """The document of what is scheduled."""
        return cls(
            chain_id=system.record.chain_id,
            time=now,
            operations=[
                _Scheduled.taken_from(
                    one,
                    id=one.operation_id,
                    what=one.text,
                    caller_label=system.policy.label(one.caller),
                    to=one.target,
                    ready=one.ready_at <= now,
                    times_scheduled=one.nonce,
                )
                for one in found
            ],
        )
