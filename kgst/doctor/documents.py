"""What `doctor` answers with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import PlainSerializer

from kgst.checks import CheckPart, Summary
from kgst.document import (
    ABSENT,
    Address,
    Count,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Time,
)
from kgst.govern.documents import GovernPlanDocument, RoleName

__all__ = ["Batch", "Block", "DoctorDocument", "Examined", "FixPlan", "Sender"]


class Block(Part):
    """The one block that everything else was read in.

    Attributes:
        number: The latest when the command ran.
    """

    number: Count
    time: Time
    hash: Hash


class Examined(CheckPart):
    """One thing that was looked at."""

    area: Literal[
        "node",
        "chain",
        "creation",
        "code",
        "token",
        "issuers",
        "roles",
        "desks",
        "safes",
        "operators",
    ]


class Sender(Part):
    """Who sends a batch."""

    label: Label
    address: Address


class Batch(Part):
    """Changes that one member of a role makes.

    Attributes:
        file: A batch for Safe's Transaction Builder.
        role: Whose members may send it.
        is_member: The chain has made it a member; else nobody of the policy can send the batch yet.
        delay: Above 0 the batch schedules, and each operation is executed after so many seconds.
        changes: Places in the plan's changes, in the batch's order.
    """

    file: str
    role: RoleName
    by: Sender
    is_member: bool
    delay: Duration
    changes: list[Count]


class FixPlan(Part):
    """What would undo the drift.

    Attributes:
        plan: What `govern plan` says of the same block.
        batches: That were written of it.
    """

    plan: Annotated[GovernPlanDocument, PlainSerializer(GovernPlanDocument.printed)]
    batches: list[Batch]


class DoctorDocument(Document):
    """Node and deployment against the policy; exit code 3 when a check failed, 1 when one could only not be made.

    Attributes:
        chain_id: EIP-155, as the node says.
        block: The one that everything below was read in.
        token: Null when there is no deployment on this chain.
        fix_plan: With `--fix-plan`; null when there is no plan.
    """

    SCHEMA: ClassVar = "kgst/doctor/3"

    chain_id: Count
    block: Block
    token: Address | None
    summary: Summary
    checks: list[Examined]
    fix_plan: FixPlan | None = ABSENT
