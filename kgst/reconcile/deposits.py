"""Mints against deposits: each mint has its money in the bank, by the reference that it was minted by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kgst.keys import key_of
from kgst.settling.chain import Mint
from kgst.settling.model import Leg
from kgst.units import TYIYN

__all__ = ["Deposits", "Minted", "match_deposits"]

_WORD: Final = re.compile(r"[^\s,;()\"'«»№]+")
_SHORTEST: Final = 4
"""Letters of a word in a text that may be a reference; shorter ones stand in many texts."""


@dataclass(frozen=True)
class Minted:
    """A mint, and the deposits that name it.

    Attributes:
        legs: What came in, and what the bank took back of it.
    """

    mint: Mint
    legs: tuple[Leg, ...]

    @property
    def deposited(self) -> int:
        """Base units that came in and stayed."""
        return sum((one.tyiyn or 0) * TYIYN * (1 if one.credit else -1) for one in self.legs)

    @property
    def difference(self) -> int:
        """Base units deposited less base units minted."""
        return self.deposited - self.mint.value


@dataclass(frozen=True)
class Deposits:
    """What came of the deposits of one window.

    Attributes:
        agree: Mints whose deposits are exactly as much.
        differ: Mints whose deposits are another amount.
        without_deposit: Mints of the window that no deposit names.
        without_mint: Deposits that name no mint: tokens are to be issued, or money to be given back.
        taken_back: Debits by which banks took something back that names no mint.
    """

    agree: tuple[Minted, ...]
    differ: tuple[Minted, ...]
    without_deposit: tuple[Mint, ...]
    without_mint: tuple[Leg, ...]
    taken_back: tuple[Leg, ...]


def match_deposits(
    mints: Sequence[Mint], credits: Iterable[Leg], taken_back: Iterable[Leg], blocks: range
) -> Deposits:
    """Which deposits the mints are of.

    Args:
        mints: All that there ever were, oldest first.
        credits: What came in and is neither a return nor the issuer's own.
        taken_back: Debits that reverse what had come in.
        blocks: Of the window: of its mints each needs a deposit.
    """
    by_key: defaultdict[bytes, list[Mint]] = defaultdict(list)
    for mint in mints:
        if mint.key is not None:
            by_key[mint.key].append(mint)
    legs: defaultdict[tuple[int, int], list[Leg]] = defaultdict(list)
    nameless: list[Leg] = []
    for leg in (*credits, *taken_back):
        named = {
            _place(one): one for name in _names(leg) for one in by_key.get(key_of("mint", name), ())
        }
        # What names two mints is nobody's: both stay without a deposit, and are named.
        if len(named) == 1:
            legs[next(iter(named))].append(leg)
        else:
            nameless.append(leg)
    minted = [Minted(one, tuple(legs[_place(one)])) for one in mints if legs.get(_place(one))]
    return Deposits(
        agree=tuple(one for one in minted if one.difference == 0),
        differ=tuple(one for one in minted if one.difference),
        without_deposit=tuple(
            one for one in mints if one.block in blocks and one.value and not legs.get(_place(one))
        ),
        without_mint=tuple(one for one in nameless if one.credit),
        taken_back=tuple(one for one in nameless if not one.credit),
    )


def _place(mint: Mint) -> tuple[int, int]:
    return mint.block, mint.index


def _names(leg: Leg) -> Iterator[str]:
    """Everything in a movement that may be the reference which the desk minted by."""
    yield from filter(None, (leg.end_to_end_id, leg.instruction_id, leg.servicer_reference))
    for text in leg.texts:
        yield text.strip()
        yield from (one for one in _WORD.findall(text) if len(one) >= _SHORTEST)
