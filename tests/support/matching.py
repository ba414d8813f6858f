"""Three redemptions, and what entries make of them."""

from __future__ import annotations

from typing import Any

from support.entries import redemption

from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Kind, Outcome, Redemption
from kgst.statements.entries import Entry
from kgst.statements.model import account_key

ONE, TWO, THREE = redemption(1, 15_000_000), redemption(2, 8_000_000), redemption(3, 8_000_000)
ALL = (ONE, TWO, THREE)
OWN, OTHER = "1980020000654321", "1970030000999999"


def matched(*entries: Entry, of: tuple[Redemption, ...] = ALL, **more: Any) -> Outcome:
    own, others = {account_key(OWN)}, {account_key(OTHER)}
    return match(of, booked_once(entries), own=own, others=others, **more)


def said(outcome: Outcome) -> list[tuple[Kind, tuple[str, ...], int | None]]:
    return [(one.kind, one.redemptions, one.tyiyn) for one in outcome.findings]


def next_window(outcome: Outcome, *entries: Entry, of: tuple[Redemption, ...] = ALL) -> Outcome:
    """What follows when these are the entries after those of `outcome`."""
    settled = [one.id for one in of if one.id not in outcome.open]
    return matched(*entries, of=of, settled_before=settled, carried=outcome.carried)
