"""What minting and burning depend on, read in one block. Amounts in base units, times in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kgst.gate import PauseFlag
from kgst.multicall import Head, Read, Reads, ensure_multicall, latest
from kgst.pipeline.views import clock
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Holding", "Quota", "SupplyState", "read_supply"]


@dataclass(frozen=True)
class Quota:
    """An issuer's bucket as of the block; all zeros for whoever is none."""

    available: int
    capacity: int
    refill_per_second: int
    may_burn: bool

    def full_at(self, now: int) -> int | None:
        """The second at which the bucket is full again; None when it is full, or never refilled."""
        lacking = self.capacity - self.available
        if lacking == 0 or self.refill_per_second == 0:
            return None
        return now + -(-lacking // self.refill_per_second)


@dataclass(frozen=True)
class Holding:
    """What an account holds; `frozen` may exceed `balance`."""

    balance: int
    frozen: int
    blocked: bool

    @property
    def unfrozen(self) -> int:
        """What it may send, unless it is blocked."""
        return max(0, self.balance - self.frozen)


@dataclass(frozen=True)
class SupplyState:
    """The token in the block `head`.

    Attributes:
        quotas: By address.
        holdings: By address.
    """

    head: Head
    supply: int
    backing: int
    burned: int
    valid_until: int
    flags: int
    quotas: dict[str, Quota]
    holdings: dict[str, Holding]

    @property
    def room(self) -> int:
        """Backing − supply, or 0: what the attestation leaves, whether or not minting is open."""
        return max(0, self.backing - self.supply)

    @property
    def headroom(self) -> int:
        """What could be minted now, by issuers together."""
        return 0 if self.closed() else self.room

    def closed(self) -> list[str]:
        """Why nobody can mint now, whatever the amount."""
        reasons = []
        if self.flags & PauseFlag.MINTING:
            reasons.append("minting is paused (`ape run guard unpause MINTING`)")
        if self.valid_until == 0:
            reasons.append("no reserves were ever attested (`ape run reserves draft`)")
        elif self.head.time >= self.valid_until:
            reasons.append(
                f"the attestation ran out, or was halted, at {clock(self.valid_until)}; minting waits for a newer one "
                "(`ape run reserves draft`)"
            )
        if self.supply > self.backing:
            reasons.append(
                f"reserves do not cover the supply: {format_som(self.supply - self.backing)} are short; minting waits "
                "for an attestation that covers it"
            )
        return reasons


def read_supply(
    system: System, issuers: Iterable[str] = (), holders: Iterable[str] = ()
) -> SupplyState:
    """Read it in the latest block.

    Args:
        system: Whose token.
        issuers: Addresses whose quotas are read.
        holders: Addresses whose holdings are read.

    Raises:
        NodeError: the node failed.
    """
    ensure_multicall(system.provider)
    head, reads, token = latest(system.provider), Reads(), system.token
    solvency = reads.of(token, "solvency")
    flags = reads.of(token, "pauseFlags")
    quotas = {one: reads.of(token, "issuerOf", one) for one in issuers}
    asked = ("balanceOf", "getFrozenTokens", "isBlocked")
    holdings: dict[str, list[Read[Any]]] = {
        one: [reads.of(token, method, one) for method in asked] for one in holders
    }
    reads.fetch(system.provider, head, "read supply and quotas")
    supply, backing, burned, valid_until = solvency.value
    return SupplyState(
        head=head,
        supply=supply,
        backing=backing,
        burned=burned,
        valid_until=valid_until,
        flags=flags.value,
        quotas={one: Quota(*read.value) for one, read in quotas.items()},
        holdings={one: Holding(*(r.value for r in row)) for one, row in holdings.items()},
    )
