"""What a movement is by the bank's own code and by whose account is on the other side."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kgst.settling.model import Category, Leg
from kgst.statements.model import account_key

__all__ = ["BY_CODE", "came_back", "category_of"]

_BY_SUBFAMILY: Final = {
    "CHRG": Category.FEE,
    "COMM": Category.FEE,
    "COMI": Category.FEE,
    "COMT": Category.FEE,
    "FEES": Category.FEE,
    "INTR": Category.INTEREST,
    "TAXE": Category.TAX,
}
"""ISO 20022's external code set for bank transactions, sub-families."""

BY_CODE: Final = frozenset(_BY_SUBFAMILY.values())
"""Categories that a bank's code says."""

_RETURNS: Final = frozenset({"RRTN", "RPCR"})
"""Sub-families of what comes back: returned by the payee's bank, recalled by the payer's."""


def category_of(leg: Leg, own: Collection[str], others: Collection[str]) -> Category | None:
    """None where it may pay somebody, or may be a deposit.

    Args:
        leg: The movement.
        own: Keys (`account_key`) of the reserve accounts.
        others: Keys of the issuer's other accounts.
    """
    if by_code := _BY_SUBFAMILY.get(_subfamily(leg)):
        return by_code
    other_side = account_key(leg.party_account or "")
    if other_side and other_side in own:
        return Category.OWN_TRANSFER
    if other_side and other_side in others:
        return Category.TOP_UP if leg.credit else Category.WITHDRAWAL
    return None


def came_back(leg: Leg) -> bool:
    """Whether a credit says of itself that it returns a payment."""
    return leg.credit and (
        leg.reversal or leg.return_reason is not None or _subfamily(leg) in _RETURNS
    )


def _subfamily(leg: Leg) -> str:
    return (leg.code or "").rpartition("/")[2].upper()
