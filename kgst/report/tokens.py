"""Tokens outstanding at the measurement point, by what hinders their redemption; and who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kgst.flags import PauseFlag
from kgst.report.book import ZERO, Book
from kgst.units import SOM

__all__ = ["BANDS", "Band", "Outstanding", "Supply", "outstanding", "prepare", "supply_at"]

BANDS: Final = tuple(n * SOM for n in (0, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000))
"""Lower ends of the bands of holders, in base units: above 0, then from 100 som on, each ten times the one before."""

# Once, and not for each question: reading the words of an event is most of the work.
_MOVES: Final = """
CREATE TEMP TABLE moves AS
SELECT block_number, log_index, timestamp::BIGINT AS timestamp, transaction_hash, "from" AS giver, "to" AS taker,
    value::HUGEINT AS value
FROM transfer WHERE timestamp < ?
"""
_HELD: Final = f"""
CREATE TEMP TABLE held AS
WITH changes AS (
    SELECT taker AS account, value AS change FROM moves
    UNION ALL SELECT giver, -value FROM moves
), balances AS (
    SELECT account, sum(change) AS balance FROM changes WHERE account <> '{ZERO}' GROUP BY account
), orders AS (
    SELECT block_number, log_index, timestamp, account, true AS is_blocked, NULL::HUGEINT AS frozen FROM blocked
    UNION ALL SELECT block_number, log_index, timestamp, account, false, NULL FROM unblocked
    UNION ALL SELECT block_number, log_index, timestamp, account, NULL, amount::HUGEINT FROM frozen
), standing AS (
    SELECT account, coalesce(arg_max(is_blocked, (block_number, log_index)), false) AS is_blocked,
        coalesce(arg_max(frozen, (block_number, log_index)), 0) AS frozen
    FROM orders WHERE timestamp < ? GROUP BY account
)
SELECT account, balance, coalesce(is_blocked, false) AS is_blocked, least(coalesce(frozen, 0), balance) AS frozen
FROM balances LEFT JOIN standing USING (account) WHERE balance <> 0
"""  # noqa: S608
_CATEGORIES: Final = """
SELECT coalesce(sum(balance), 0), coalesce(sum(balance) FILTER (WHERE is_blocked), 0),
    coalesce(sum(frozen) FILTER (WHERE NOT is_blocked), 0),
    coalesce(sum(balance - frozen) FILTER (WHERE NOT is_blocked AND account = ?), 0),
    count(*) FILTER (WHERE is_blocked), count(*) FILTER (WHERE NOT is_blocked AND frozen > 0),
    count(*) FILTER (WHERE balance < 0)
FROM held
"""
_SUPPLY: Final = f"""
SELECT coalesce(sum(value) FILTER (WHERE giver = '{ZERO}'), 0), coalesce(sum(value) FILTER (WHERE taker = '{ZERO}'), 0)
FROM moves WHERE timestamp < ?
"""  # noqa: S608


@dataclass(frozen=True)
class Supply:
    """What was ever minted and burned, in base units."""

    minted: int
    burned: int

    @property
    def outstanding(self) -> int:
        """What is in circulation."""
        return self.minted - self.burned


@dataclass(frozen=True)
class Band:
    """Holders of `least` base units or more, and less than the next band's.

    Attributes:
        count: Of addresses, without the redemption desk.
        held: Base units that they have together.
    """

    least: int
    count: int
    held: int


@dataclass(frozen=True)
class Outstanding:
    """Tokens at the measurement point, in base units; each token stands in one category, the first that fits.

    Attributes:
        blocked: Whole balances of blocked accounts.
        frozen: What is frozen, as far as it is there, of accounts that are not blocked.
        at_desk: What the redemption desk holds: requests on their way, and what somebody sent there by mistake.
        escrow: Of it, what stands for requests.
        paused: All the rest, while transfers are paused: nobody can hand it in.
        flags: Pause flags that are set.
    """

    supply: Supply
    blocked: int
    frozen: int
    at_desk: int
    escrow: int
    paused: int
    flags: int
    blocked_accounts: int
    frozen_accounts: int
    bands: tuple[Band, ...]

    @property
    def temporarily(self) -> int:
        """Temporarily nonredeemable, in all."""
        return self.blocked + self.frozen + self.at_desk + self.paused

    @property
    def redeemable(self) -> int:
        """What a holder could ask to have redeemed."""
        return self.supply.outstanding - self.temporarily


def prepare(book: Book) -> None:
    """Make the tables that all questions about transfers and balances use; once for each book."""
    book.rows(_MOVES, book.point.end)
    book.rows(_HELD, book.point.end)


def supply_at(book: Book, end: int) -> Supply:
    """What was minted and burned before the second `end`, which is not after the measurement point's."""
    minted, burned = book.one(_SUPPLY, end)
    return Supply(int(minted), int(burned))


def outstanding(book: Book, escrow: int) -> Outstanding:
    """Tokens by category.

    Args:
        book: Prepared.
        escrow: What the desk's own events say that it holds for requests, in base units.
    """
    supply = supply_at(book, book.point.end)
    total, blocked, frozen, at_desk, blocked_accounts, frozen_accounts, negative = book.one(
        _CATEGORIES, book.desk
    )
    if negative or int(total) != supply.outstanding:
        raise book.broken("balances below zero, or that do not add up to the supply")
    if escrow > at_desk:
        raise book.broken("less at the redemption desk than its requests are")
    flags = book.rows(
        "SELECT new_flags FROM pause_flags_changed WHERE timestamp < ? ORDER BY block_number DESC, log_index DESC "
        "LIMIT 1",
        book.point.end,
    )
    standing = int(flags[0][0]) if flags else 0
    rest = supply.outstanding - int(blocked) - int(frozen) - int(at_desk)
    return Outstanding(
        supply=supply,
        blocked=int(blocked),
        frozen=int(frozen),
        at_desk=int(at_desk),
        escrow=escrow,
        paused=rest if standing & PauseFlag.TRANSFERS else 0,
        flags=standing,
        blocked_accounts=blocked_accounts,
        frozen_accounts=frozen_accounts,
        bands=_bands(book),
    )


def _bands(book: Book) -> tuple[Band, ...]:
    found: dict[int, tuple[Any, ...]] = {}
    cases = " ".join(f"WHEN balance >= {least} THEN {least}" for least in reversed(BANDS[1:]))
    for least, count, held in book.rows(
        f"SELECT CASE {cases} ELSE 0 END AS least, count(*), sum(balance) FROM held "  # noqa: S608
        "WHERE account <> ? AND balance > 0 GROUP BY 1",
        book.desk,
    ):
        found[int(least)] = (count, int(held))
    return tuple(Band(least, *found.get(least, (0, 0))) for least in BANDS)
