"""What the events of an index say of one another: whoever drops, adds or alters one has to do it to several.

Each question lists what contradicts it; nothing listed is in order. No chain is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.checks import Check
from kgst.index.queries import ZERO

if TYPE_CHECKING:
    from kgst.history.database import History

__all__ = ["consistency"]

_MOST: Final = 3
"""Contradictions that are told of each kind."""


@dataclass(frozen=True)
class _Question:
    """Attributes:
    item: What holds.
    query: Selects the block and some words for each contradiction.
    """

    item: str
    query: str


# A balance before each transfer, from the transfers up to it; at most one row an account is told.
_BALANCES: Final = f"""
WITH moves AS (
    SELECT block_number, log_index, 0 AS half, "from" AS account, -value::HUGEINT AS change FROM transfer
    WHERE "from" <> '{ZERO}'
    UNION ALL
    SELECT block_number, log_index, 1, "to", value::HUGEINT FROM transfer WHERE "to" <> '{ZERO}'
), balances AS (
    SELECT block_number, account, sum(change) OVER (
        PARTITION BY account ORDER BY block_number, log_index, half DESC
    ) AS balance
    FROM moves
)
SELECT min(block_number), account || ' pays what it does not have' FROM balances WHERE balance < 0 GROUP BY account
"""  # noqa: S608

_SUPPLY: Final = f"""
WITH supply AS (
    SELECT block_number, sum(
        CASE WHEN "from" = '{ZERO}' THEN value::HUGEINT ELSE 0 END - CASE WHEN "to" = '{ZERO}' THEN value::HUGEINT
        ELSE 0 END
    ) OVER (ORDER BY block_number, log_index) AS supply
    FROM transfer
)
SELECT block_number, 'the supply is below zero' FROM supply WHERE supply < 0
"""  # noqa: S608


def _counts(view: str, column: str, what: str) -> str:
    """A number that rises by one with each event, from 1."""
    return (
        f"SELECT block_number, '{what} ' || {column} || ' is number ' || place FROM ("  # noqa: S608
        f"SELECT block_number, {column}, row_number() OVER (ORDER BY block_number, log_index) AS place FROM {view}) "
        f"WHERE {column} <> place"
    )


_QUESTIONS: Final = (
    _Question("nobody pays what he does not have", _BALANCES),
    _Question("no more is burned than was minted", _SUPPLY),
    _Question(
        "each change of the pauses begins where the last ended",
        "SELECT block_number, 'from ' || previous_flags || ' after ' || last FROM ("
        "SELECT *, lag(new_flags, 1, 0::UHUGEINT) OVER (ORDER BY block_number, log_index) AS last "
        "FROM pause_flags_changed) WHERE previous_flags <> last",
    ),
    _Question(
        "each set of auditors has the next number", _counts("auditors_set", "version", "set")
    ),
    _Question("each halt has the next number", _counts("minting_halted", "halts", "halt")),
    _Question(
        "each attestation has the next number", _counts("reserves_attested", "epoch", "attestation")
    ),
    _Question(
        "only what was consented to is upgraded to",
        "SELECT block_number, implementation FROM (SELECT u.block_number, u.implementation, "
        "row_number() OVER (ORDER BY u.block_number, u.log_index) AS place FROM upgraded u) x WHERE place > 1 AND "
        "NOT EXISTS (SELECT 1 FROM implementation_approved a WHERE a.implementation = x.implementation "
        "AND a.block_number < x.block_number)",
    ),
    _Question(
        "a grant says whether it is new, and a revocation takes what was granted",
        "WITH changes AS (SELECT block_number, log_index, role_id, account, 1 AS member, new_member FROM role_granted "
        "UNION ALL SELECT block_number, log_index, role_id, account, 0, NULL FROM role_revoked), "
        "after AS (SELECT *, lag(member, 1, 0) OVER (PARTITION BY role_id, account ORDER BY block_number, log_index) "
        "AS before FROM changes) "
        "SELECT block_number, 'role ' || role_id || ' of ' || account FROM after "
        "WHERE (member = 1 AND new_member = (before = 1)) OR (member = 0 AND before = 0)",
    ),
    _Question(
        "an account is blocked and unblocked in turns",
        "WITH changes AS (SELECT block_number, log_index, account, true AS blocks FROM blocked "
        "UNION ALL SELECT block_number, log_index, account, false FROM unblocked), "
        "after AS (SELECT *, lag(blocks, 1, false) OVER (PARTITION BY account ORDER BY block_number, log_index) "
        "AS before FROM changes) "
        "SELECT block_number, account FROM after WHERE blocks = before",
    ),
    _Question(
        "what is carried out or canceled was scheduled",
        "WITH ends AS (SELECT block_number, operation_id, nonce FROM operation_executed WHERE nonce > 0 "
        "UNION ALL SELECT block_number, operation_id, nonce FROM operation_canceled) "
        "SELECT block_number, operation_id FROM ends e WHERE NOT EXISTS (SELECT 1 FROM operation_scheduled s "
        "WHERE s.operation_id = e.operation_id AND s.nonce = e.nonce AND s.block_number <= e.block_number)",
    ),
    _Question(
        "each scheduling of an operation has the next number",
        "SELECT block_number, operation_id || ' has nonce ' || nonce FROM (SELECT *, row_number() OVER ("
        "PARTITION BY operation_id ORDER BY block_number, log_index) AS place FROM operation_scheduled) "
        "WHERE nonce <> place",
    ),
)


def consistency(history: History) -> list[Check]:
    """One check a question."""
    found = []
    for question in _QUESTIONS:
        rows = history.rows(f"SELECT * FROM ({question.query}) ORDER BY 1 LIMIT {_MOST + 1}")  # noqa: S608
        told = [f"block {block}: {words}" for block, words in rows[:_MOST]]
        more = "; and more" if len(rows) > _MOST else ""
        found.append(
            Check.that(
                "events",
                question.item,
                not rows,
                "; ".join(told) + more if rows else "yes",
                advice="an event is missing, invented or altered: read the index anew from another node",
            )
        )
    return found
