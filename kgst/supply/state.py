"""What minting and burning depend on, read in one block. Amounts in base units, times in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.flags import pauses_of
from kgst.moments import format_time
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.snapshot.token import Issuer, TokenReads
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Holding", "SupplyState", "read_supply"]


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
    quotas: dict[str, Issuer]
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
        reasons = pauses_of("mint", self.flags)
        if self.valid_until == 0:
            reasons.append("no reserves were ever attested (`ape run reserves draft`)")
        elif self.head.time >= self.valid_until:
            reasons.append(
                f"the attestation ran out, or was halted, at {format_time(self.valid_until)}; minting waits for a "
                "newer one (`ape run reserves draft`)"
            )
        if self.supply > self.backing:
            reasons.append(
                f"reserves do not cover the supply and its margin: {format_som(self.supply - self.backing)} are short; "
                "minting waits for an attestation that covers them"
            )
        return reasons


def read_supply(
    system: System,
    issuers: Iterable[str] = (),
    holders: Iterable[str] = (),
    head: Head | None = None,
) -> SupplyState:
    """Read it in one block.

    Args:
        system: Whose token.
        issuers: Addresses whose quotas are read.
        holders: Addresses whose holdings are read.
        head: The block; None for the latest.

    Raises:
        NodeError: the node failed.
    """
    ensure_multicall(system.provider)
    head, reads = head or latest(system.provider), Reads()
    token = TokenReads(reads, system.token)
    solvency, flags = token.solvency(), token.pause_flags()
    quotas = {one: token.issuer(one) for one in issuers}
    holdings = {
        one: (token.balance(one), token.frozen(one), token.is_blocked(one)) for one in holders
    }
    reads.fetch(system.provider, head, "read supply and quotas")
    return SupplyState(
        head=head,
        **solvency.value._asdict(),
        flags=flags.value,
        quotas={one: read.value for one, read in quotas.items()},
        holdings={
            one: Holding(balance.value, frozen.value, blocked.value)
            for one, (balance, frozen, blocked) in holdings.items()
        },
    )
