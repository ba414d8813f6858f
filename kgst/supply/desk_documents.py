"""What `supply proposals` and `supply destinations` answer with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Time,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kgst.deployment.system import System
    from kgst.supply.desk_state import DeskState, Proposal

__all__ = ["SupplyDestinationsDocument", "SupplyProposalsDocument"]


class _Block(Part):
    """The one block that everything was read in."""

    number: Count
    time: Time


class _Proposal(Part):
    """A mint that was announced, and neither carried out nor cancelled.

    Attributes:
        key: Its name on the chain, the hash of the reference.
        reference: As it was given here; null when it was proposed from elsewhere.
        state: Whether its time has come, or has passed.
        ready_at: From then on the desk can carry it out; until then it can surely be stopped.
        expires_at: From then on it no longer can.
    """

    key: Hash
    reference: str | None
    to: Address
    label: Label
    amount: BaseUnits
    state: Literal["waiting", "ready", "lapsed"]
    ready_at: Time
    expires_at: Time


class SupplyProposalsDocument(Document):
    """What is proposed at the mint desk, and what it can mint at once.

    Attributes:
        block: The one that everything was read in.
        desk: Its address.
        mint_limit: What one mint can be without a proposal.
        day_limit: What mints without a proposal can be in one day.
        left_today: What is left of that.
        new_day: When it begins anew: midnight in Bishkek.
        delay: Seconds that a proposal waits.
        proposals: Oldest first.
    """

    SCHEMA: ClassVar = "kgst/supply-proposals/1"

    chain_id: ChainId
    desk: Address
    block: _Block
    mint_limit: BaseUnits
    day_limit: BaseUnits
    left_today: BaseUnits
    new_day: Time
    delay: Duration
    proposals: list[_Proposal]

    @classmethod
    def of(
        cls, system: System, desk: DeskState, found: list[Proposal], references: Mapping[bytes, str]
    ) -> SupplyProposalsDocument:
        """The document of what was read."""
        return cls.taken_from(
            desk,
            chain_id=system.record.chain_id,
            desk=system.deployment.mint_desk.address,
            block=_Block.taken_from(desk.head),
            proposals=[
                _Proposal.taken_from(
                    one,
                    key="0x" + one.key.hex(),
                    reference=references.get(one.key),
                    label=system.policy.label(one.to),
                    amount=one.value,
                    state=one.stage(desk.head.time).value,
                )
                for one in found
            ],
        )


class _Destination(Part):
    """An account that the mint desk may mint to, or might have.

    Attributes:
        allowed: On the chain.
        in_policy: By the policy it should be.
    """

    address: Address
    label: Label
    allowed: bool
    in_policy: bool


class SupplyDestinationsDocument(Document):
    """Where the mint desk may mint to; exit code 3 where chain and policy differ, 1 where some may be missing.

    Attributes:
        block: The one that everything was read in.
        desk: Its address.
        destinations: Those of the policy, and all that were ever allowed.
        gap: Why some may be missing: the node does not serve the events that name them; null when it does.
    """

    SCHEMA: ClassVar = "kgst/supply-destinations/1"

    chain_id: ChainId
    desk: Address
    block: _Block
    destinations: list[_Destination]
    gap: str | None

    @classmethod
    def of(cls, system: System, desk: DeskState, gap: str | None) -> SupplyDestinationsDocument:
        """The document of what was read."""
        wanted = {system.policy.address(d) for d in system.policy.desks.mint.destinations}
        return cls(
            chain_id=system.record.chain_id,
            desk=system.deployment.mint_desk.address,
            block=_Block.taken_from(desk.head),
            destinations=[
                _Destination(
                    address=one,
                    label=system.policy.label(one),
                    allowed=allowed,
                    in_policy=one in wanted,
                )
                for one, allowed in desk.allowed.items()
            ],
            gap=gap,
        )

    @property
    def differs(self) -> bool:
        """Whether chain and policy do."""
        return any(one.allowed != one.in_policy for one in self.destinations)
