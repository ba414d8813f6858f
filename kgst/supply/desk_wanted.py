"""A mint that somebody wants through the mint desk, and what the chain says about it.

The desk is the token's issuer; its operator (MINTER) names the reference, whose key the token takes once from the desk.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kgst.keys import key_of
from kgst.node import chain_id, genesis
from kgst.pipeline.actor import Actor, choose_actor
from kgst.pipeline.logbook import Logbook
from kgst.pipeline.operation import Operation
from kgst.roles import Role
from kgst.supply.desk_state import DeskState, Proposal, read_mint_desk
from kgst.supply.state import SupplyState, read_supply
from kgst.supply.words import positive, require_reference
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.options import Run

__all__ = ["Wanted"]


@dataclass(frozen=True)
class Wanted:
    """A mint that somebody wants through the desk.

    Attributes:
        receiver: Checksummed address.
        value: Base units.
        run: With the account that acts.
    """

    system: System
    receiver: str
    value: int
    reference: str
    actor: Actor
    run: Run
    state: SupplyState
    desk: DeskState

    @classmethod
    def read(cls, system: System, to: str, amount: str, reference: str, run: Run) -> Wanted:
        """What the command line says.

        Raises:
            InputError: no such receiver, amount or reference.
        """
        at = system.deployment.mint_desk.address
        value, reference = positive(amount), require_reference(reference)
        receiver = system.require_known(to, allow_unknown=run.allow_unknown)
        template = Operation("mint", "mint", at, b"", role=Role.MINTER)
        actor = choose_actor(system, [template], run)
        state = read_supply(system, [at], [receiver])
        desk = read_mint_desk(system, [receiver], [key_of("mint", reference)], state.head)
        run = replace(run, account=actor.account)
        return cls(system, receiver, value, reference, actor, run, state, desk)

    @property
    def key(self) -> bytes:
        """The token's, 32 bytes."""
        return key_of("mint", self.reference)

    @property
    def proposal(self) -> Proposal | None:
        """What is proposed by the reference."""
        return self.desk.proposals[self.key]

    @property
    def name(self) -> str:
        """The receiver's."""
        return self.system.named(self.receiver)

    @property
    def what(self) -> str:
        """`5.00 som to treasury`."""
        return f"{format_som(self.value)} to {self.name}"

    @property
    def propose(self) -> str:
        """The command that proposes it."""
        receiver = self.system.policy.label(self.receiver) or self.receiver
        words = [receiver, format_som(self.value), "--ref", self.reference]
        return f"`ape run supply propose {shlex.join(words)}`"

    @property
    def cancel(self) -> str:
        """The command that ends what is proposed."""
        return f"`ape run supply cancel --ref {shlex.quote(self.reference)}`"

    def logbook(self) -> Logbook:
        """Of who acts."""
        files, account = self.system.files, self.actor.account
        return Logbook(
            files.operations if files else None,
            chain_id(self.system.provider),
            genesis(self.system.provider),
            account.address if account else self.actor.caller,
        )

    def not_allowed(self) -> Iterator[str]:
        """Why the desk may not mint there."""
        if not self.desk.allowed[self.receiver]:
            yield (
                f"{self.name} is no destination of the mint desk (`ape run supply destinations`); an ISSUANCE_ADMIN "
                "allows it, with its delay: `ape run supply allow-destination`"
            )
