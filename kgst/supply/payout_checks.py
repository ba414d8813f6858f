"""What has to be true before the first transaction of a payout: funds, receivers, gas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.errors import RefusedError
from kgst.flags import pauses_of
from kgst.node import ChainRevertError, rpc
from kgst.pipeline.accounts import read_accounts
from kgst.pipeline.actor import Actor
from kgst.pipeline.operation import Operation
from kgst.quantities import bnb_cost, bnb_held, format_bnb
from kgst.supply.payout_file import Chunk, PayoutFile
from kgst.supply.state import read_supply
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Cost", "require_affordable", "require_funds", "require_payable"]

MAX_GAS: Final = 2**24
"""The most that one transaction may use by EIP-7825, which networks have or will have."""

_MARGIN: Final = (5, 4)  # as the sender adds
_SHOWN: Final = 20


@dataclass(frozen=True)
class Cost:
    """Of the transactions that are left; `price` in wei per gas."""

    gas: int
    largest: int
    price: int

    @property
    def wei(self) -> int:
        """With the margin that each transaction is sent with."""
        return self.gas * self.price * _MARGIN[0] // _MARGIN[1]


def require_funds(system: System, payer: str, left: Sequence[Chunk]) -> int:
    """The payer's unfrozen balance, in base units, which covers what is left.

    Raises:
        RefusedError: payouts are paused, the payer is blocked, or has too little.
    """
    state = read_supply(system, holders=[payer])
    held, needed, name = state.holdings[payer], sum(c.total for c in left), system.named(payer)
    found = pauses_of("payout", state.flags)
    if held.blocked:
        found.append(f"{name} is blocked and cannot pay")
    if held.unfrozen < needed:
        frozen = f", of which {format_som(held.frozen)} are frozen" if held.frozen else ""
        found.append(
            f"{name} has {format_som(held.balance)}{frozen}, and {format_som(needed)} are to be paid: "
            f"{format_som(needed - held.unfrozen)} too little"
        )
    if found:
        raise RefusedError("nothing was paid:\n" + "\n".join(f"{one}." for one in found))
    return held.unfrozen


def require_payable(
    system: System,
    actor: Actor,
    file: PayoutFile,
    left: Sequence[tuple[Chunk, Operation]],
    progress: Callable[[], None],
) -> Cost:
    """Simulate every transaction that is left; what they cost together.

    Args:
        system: Whose token.
        actor: Who pays.
        file: For messages.
        left: The transactions.
        progress: Told after each.

    Raises:
        RefusedError: a receiver is blocked, or a transaction is too large for a block.
    """
    eth = system.provider.web3.eth
    with rpc("ask for the gas price and the size of a block"):
        price = int(eth.gas_price)
        bound = min(MAX_GAS, int(eth.get_block("latest")["gasLimit"]) // 2)
    gas = largest = 0
    for chunk, operation in left:
        request = {"from": actor.caller, "to": operation.to, "data": "0x" + operation.data.hex()}
        try:
            with rpc(f"simulate {operation.name}"):
                used = int(eth.estimate_gas(request))
        except ChainRevertError:
            _name_blocked(system, file, chunk)
            raise
        needed = used * _MARGIN[0] // _MARGIN[1]
        if needed > bound:
            size = max(1, len(chunk.payments) * bound // needed)
            raise RefusedError(
                f"{operation.name} with {len(chunk.payments)} payments may use {needed:,} gas, and a transaction "
                f"should not use more than {bound:,} here; give --chunk {size}. Nothing was paid."
            )
        gas, largest = gas + used, max(largest, used)
        progress()
    return Cost(gas, largest, price)


def require_affordable(system: System, actor: Actor, cost: Cost) -> None:
    """The account can pay for the gas, and the policy lets it.

    Raises:
        RefusedError: not so.
    """
    if actor.account is None:
        return
    one = cost.largest * cost.price * _MARGIN[0] // _MARGIN[1]
    limit = system.policy.limits.max_cost
    if one > limit:
        raise RefusedError(
            f"a transaction may cost {bnb_cost(one)}, the policy allows {format_bnb(limit)}; give a smaller --chunk, "
            "or raise limits.max_cost. Nothing was paid."
        )
    address = actor.account.address
    with rpc(f"read the balance of {address}"):
        balance = int(system.provider.web3.eth.get_balance(address))
    if balance < cost.wei:
        raise RefusedError(
            f"the gas may cost {bnb_cost(cost.wei)} in all, and {system.named(address)} has {bnb_held(balance)}; "
            f"send {address} BNB first. Nothing was paid."
        )


def _name_blocked(system: System, file: PayoutFile, chunk: Chunk) -> None:
    """Say which receivers of `chunk` are blocked, if any."""
    answers = read_accounts(system, [p.receiver for p in chunk.payments], "isBlocked")
    blocked = [p for p, (is_blocked,) in zip(chunk.payments, answers, strict=True) if is_blocked]
    if not blocked:
        return
    lines = [
        f"{file.name}: line {p.line}: {p.receiver} is blocked and can receive nothing; leave the row out, or unblock "
        "it (`ape run guard unblock`)."
        for p in blocked[:_SHOWN]
    ]
    more = len(blocked) - _SHOWN
    if more > 0:
        lines.append(f"{more} more are blocked.")
    raise RefusedError("\n".join(lines))
