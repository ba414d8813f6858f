"""What moved in the period: mints, burns, transfers by day; pauses, orders against accounts, upgrades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address

from kgst.report.book import ZERO
from kgst.report.signers import Consent, auditor_sets
from kgst.report.signers import consents as every_consent

if TYPE_CHECKING:
    from kgst.report.book import Book
    from kgst.report.period import Period

__all__ = [
    "Act",
    "Day",
    "Flow",
    "Pause",
    "Upgrade",
    "acts",
    "burns",
    "mints",
    "pauses",
    "transfers",
    "upgrades",
]

_MINTS: Final = f"""
SELECT EXISTS (
    SELECT 1 FROM minted d WHERE d.transaction_hash = t.transaction_hash AND d."to" = t.taker AND d.value = t.value
) AS via, count(*), sum(t.value)
FROM moves t WHERE t.giver = '{ZERO}' AND t.timestamp >= ? GROUP BY 1
"""  # noqa: S608
# An order's event stands before the transfer that carries it out, of the same account and amount.
_BURNS: Final = f"""
SELECT CASE WHEN t.giver = ? THEN 'redemption_desk' WHEN EXISTS (
        SELECT 1 FROM order_executed o WHERE o.transaction_hash = t.transaction_hash AND o.account = t.giver
            AND o.value = t.value AND o.log_index < t.log_index
    ) THEN 'order' ELSE 'issuer' END AS by, count(*), sum(t.value)
FROM moves t WHERE t.taker = '{ZERO}' AND t.timestamp >= ? GROUP BY 1
"""  # noqa: S608
_DAYS: Final = f"""
WITH days AS (SELECT unnest(?::BIGINT[]) AS due)
SELECT due, count(*), sum(value) FROM moves ASOF JOIN days ON moves.timestamp < days.due
WHERE timestamp >= ? AND giver <> '{ZERO}' AND taker <> '{ZERO}' AND giver <> taker AND value > 0 GROUP BY due
"""  # noqa: S608
_ACTS: Final = """
SELECT * FROM (
    SELECT block_number, log_index, timestamp, transaction_hash, 'blocked' AS kind, account, NULL::HUGEINT AS amount,
        NULL AS order_hash FROM blocked
    UNION ALL SELECT block_number, log_index, timestamp, transaction_hash, 'unblocked', account, NULL, NULL
        FROM unblocked
    UNION ALL SELECT block_number, log_index, timestamp, transaction_hash, 'frozen', account, amount::HUGEINT, NULL
        FROM frozen
    UNION ALL SELECT block_number, log_index, timestamp, transaction_hash, 'order', account, value::HUGEINT, order_hash
        FROM order_executed
    UNION ALL SELECT s.block_number, s.log_index, s.timestamp, s.transaction_hash, 'order at desk', r.requester,
        s.amount::HUGEINT, s.order_hash FROM seized s JOIN requested r ON r.id = s.id
    UNION ALL SELECT f.block_number, f.log_index, f.timestamp, f.transaction_hash, 'forced without order', f."from",
        f.amount::HUGEINT, NULL FROM forced_transfer f WHERE NOT EXISTS (SELECT 1 FROM order_executed o
            WHERE o.transaction_hash = f.transaction_hash AND o.account = f."from" AND o.value = f.amount
            AND o.log_index < f.log_index)
) WHERE timestamp >= ? AND timestamp < ? ORDER BY block_number, log_index
"""


@dataclass(frozen=True)
class Flow:
    """Movements of one kind.

    Attributes:
        amount: Base units.
    """

    count: int = 0
    amount: int = 0


@dataclass(frozen=True)
class Day:
    """Payments among holders in a day: no mint, no burn, nothing to oneself, nothing of nothing."""

    day: date
    flow: Flow


@dataclass(frozen=True)
class Pause:
    """A flag that stood in the period.

    Attributes:
        begin: Seconds; it may lie before the period.
        end: Seconds; None while it stood at the measurement point.
    """

    flags: int
    begin: int
    end: int | None
    transaction: str


@dataclass(frozen=True)
class Act:
    """What was done to an account.

    Attributes:
        amount: Base units; of a freeze what is frozen from then on; None of a block.
        order_hash: Of an order.
    """

    kind: str
    time: int
    transaction: str
    account: str
    amount: int | None
    order_hash: str | None


@dataclass(frozen=True)
class Upgrade:
    """New code.

    Attributes:
        consented: Auditors whose signatures on its consent were recovered.
        consent: The transaction that brought the consent; None for the code of the deployment.
    """

    implementation: str
    time: int
    transaction: str
    consent: str | None
    code_hash: str | None
    consented: tuple[str, ...]


def mints(book: Book, period: Period) -> dict[str, Flow]:
    """Of the period, by who minted: the mint desk, or an issuer itself."""
    found = {"mint_desk": Flow(), "issuer": Flow()}
    for via, count, amount in book.rows(_MINTS, period.begin):
        found["mint_desk" if via else "issuer"] = Flow(count, int(amount))
    return found


def burns(book: Book, period: Period) -> dict[str, Flow]:
    """Of the period, by why: the redemption desk's, an issuer's own, an order."""
    found = {"redemption_desk": Flow(), "issuer": Flow(), "order": Flow()}
    for by, count, amount in book.rows(_BURNS, book.desk, period.begin):
        found[by] = Flow(count, int(amount))
    return found


def transfers(book: Book, period: Period) -> list[Day]:
    """Payments among holders, of each day of the period."""
    days = dict(period.each())
    found = {
        int(end): Flow(count, int(amount))
        for end, count, amount in book.rows(_DAYS, list(days.values()), period.begin)
    }
    return [Day(day, found.get(end, Flow())) for day, end in days.items()]


def pauses(book: Book, period: Period) -> list[Pause]:
    """Each time that something was paused, as far as it reaches into the period."""
    rows = book.rows(
        "SELECT timestamp, transaction_hash, new_flags FROM pause_flags_changed WHERE timestamp < ? "
        "ORDER BY block_number, log_index",
        period.end,
    )
    found: list[Pause] = []
    for at, (begin, transaction, flags) in enumerate(rows):
        end = int(rows[at + 1][0]) if at + 1 < len(rows) else None
        if flags and (end is None or end >= period.begin):
            found.append(Pause(int(flags), int(begin), end, transaction))
    return found


def acts(book: Book, period: Period) -> list[Act]:
    """What was done to accounts in the period, in order."""
    return [
        Act(kind, int(time), transaction, to_checksum_address(account), None if amount is None else int(amount), order)
        for _, __, time, transaction, kind, account, amount, order in book.rows(
            _ACTS, period.begin, period.end
        )
    ]  # fmt: skip


def upgrades(book: Book, period: Period) -> list[Upgrade]:
    """New code in the period, with the consent that came last before it."""
    consents = every_consent(book, auditor_sets(book))
    rows = book.rows(
        "SELECT block_number, log_index, timestamp, transaction_hash, implementation FROM upgraded "
        "WHERE timestamp >= ? AND timestamp < ? ORDER BY block_number, log_index",
        period.begin, period.end,
    )  # fmt: skip
    return [_upgrade(consents, *row) for row in rows]


def _upgrade(
    consents: Sequence[Consent],
    block: int,
    log: int,
    time: int,
    transaction: str,
    to: str,
) -> Upgrade:
    before = [one for one in consents if one.place < (block, log) and one.implementation == to]
    where = to_checksum_address(to)
    if not before:
        return Upgrade(where, int(time), transaction, None, None, ())
    last = before[-1]
    return Upgrade(where, int(time), transaction, last.transaction, last.code_hash, last.signers)
