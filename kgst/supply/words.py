"""What previews and refusals of mints and burns say alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from kgst.errors import InputError, RefusedError
from kgst.moments import format_span, format_time
from kgst.pipeline.operation import ANYTHING, Readback
from kgst.quantities import format_refill
from kgst.snapshot.token import Issuer
from kgst.supply.state import SupplyState
from kgst.units import format_som, parse_amount

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = [
    "balance_now",
    "change",
    "mint_lines",
    "positive",
    "refuse",
    "require_reference",
    "shown_now",
    "supply_now",
]

MAX_REFERENCE: Final = 140
"""Characters of a reference, as ISO 20022 allows for remittance information."""


def require_reference(text: str) -> str:
    """`text`, if people can read it: 1 to 140 printable characters, no spaces around.

    Raises:
        InputError: it is something else.
    """
    if text != text.strip() or not 0 < len(text) <= MAX_REFERENCE or not text.isprintable():
        raise InputError(
            f"the reference {text[:60]!r} is empty, longer than {MAX_REFERENCE} characters, has spaces around it or "
            "characters that cannot be printed; write the payment's reference as the bank has it."
        )
    return text


def positive(amount: str) -> int:
    """Base units of `amount`, like '5.00 som'.

    Raises:
        InputError: it is no amount, or zero.
    """
    value = parse_amount(amount)
    if value == 0:
        raise InputError(f"amount {amount!r} is zero; nothing would happen: give what is meant.")
    return value


def refuse(what: str, obstacles: Sequence[str]) -> None:
    """Nothing is in the way of `what`.

    Raises:
        RefusedError: each of `obstacles` is.
    """
    if obstacles:
        raise RefusedError(f"{what}:\n" + "\n".join(f"{one}." for one in obstacles))


def mint_lines(
    system: System, state: SupplyState, issuer: str, receiver: str, value: int
) -> tuple[tuple[str, str], ...]:
    """Of a preview: what a mint of `value` base units to `receiver`, from the quota of `issuer`, changes."""
    balance = state.holdings[receiver].balance
    return (
        ("to", f"{system.named(receiver)}\n{receiver}"),
        ("its balance", change(balance, balance + value)),
        ("supply", change(state.supply, state.supply + value)),
        ("backing", format_som(state.backing)),
        ("headroom", change(state.headroom, state.headroom - value)),
        ("issuer's bucket", _bucket(state.quotas[issuer], value)),
        ("attestation valid until", _validity(state)),
    )


def change(before: int, after: int) -> str:
    """`5.00 som → 7.00 som`; base units."""
    return f"{format_som(before)} → {format_som(after)}"


def supply_now(system: System) -> Readback:
    """The supply, afterwards."""
    return shown_now("supply", lambda: int(system.token.totalSupply()))


def balance_now(system: System, account: str) -> Readback:
    """What `account` holds, afterwards."""
    return shown_now(
        f"balance of {system.named(account)}", lambda: int(system.token.balanceOf(account))
    )


def shown_now(what: str, read: Callable[[], int]) -> Readback:
    """Shown, not compared: others pay meanwhile. What this command did is in the transaction's log."""
    return Readback(f"{what} now", ANYTHING, read, format_som)


def _bucket(quota: Issuer, value: int) -> str:
    return f"{change(quota.available, quota.available - value)}, refill {format_refill(quota.refill_per_second)}"


def _validity(state: SupplyState) -> str:
    if state.valid_until == 0:
        return "there is none"
    left = state.valid_until - state.head.time
    return f"{format_time(state.valid_until)}" + (
        f", in {format_span(left)}" if left > 0 else ", which has passed"
    )
