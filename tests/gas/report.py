"""``build/gas.json``, ``docs/gas.md`` and ``docs/gas.svg``: the same figures for programs and for readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from gas.builds import PEERS
from gas.chain import ROOT
from gas.chart import draw, short
from gas.peers import DEPLOY_JITTER
from gas.rows import CHARTED, Row

JSON = ROOT / "build/gas.json"
PAGE = ROOT / "docs/gas.md"
CHART = ROOT / "docs/gas.svg"


def document(rows: list[Row], code_size: dict[str, int], measured: list[str]) -> str:
    """``build/gas.json``."""
    body = {
        "unit": "gas",
        "measured_peers": measured,
        "code_size": code_size,
        "operations": {row.operation: row.as_dict() for row in rows},
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def files(rows: list[Row], code_size: dict[str, int], measured: list[str]) -> dict[Path, str]:
    """What belongs into the repository, by path."""
    charted = {row.operation: row for row in rows}
    return {
        PAGE: _page(rows, code_size, measured),
        CHART: draw([charted[operation] for operation in CHARTED]),
    }


def table(rows: list[Row]) -> str:
    """KGST, goal, best peer, floor: a Markdown table."""
    head = ["operation", "KGST", "goal", "best peer", "KGST ÷ peer", "floor", "KGST ÷ floor"]
    return _markdown(head, [_cells(row) for row in rows])


def _cells(row: Row) -> list[str]:
    goal, peer, ratio, floor, above = "", "", "", "", ""
    if row.goal is not None:
        goal = f"{row.goal:,} ✓" if row.met else f"{row.goal:,} ✗ (+{row.kgst - row.goal:,})"
    if row.best_peer is not None:
        peer = f"{row.best_peer.gas:,} {short(row.best_peer.peer)}"
        ratio = f"{row.kgst / row.best_peer.gas:.3f}"
    if row.floor is not None:
        floor, above = f"{row.floor:,}", f"{row.kgst / row.floor:.3f}"
    return [row.label, f"{row.kgst:,}", goal, peer, ratio, floor, above]


def _page(rows: list[Row], code_size: dict[str, int], measured: list[str]) -> str:
    by_name = {row.operation: row for row in rows}
    notes = "\n".join(
        f"- {row.label}: {short(row.best_peer.peer)}, {row.best_peer.note}."
        for row in rows
        if row.best_peer is not None and row.best_peer.note
    )
    sizes = ", ".join(f"{name} {size:,}" for name, size in code_size.items())
    return f"""# Gas

Written by `make gas`; do not edit. `make gas` measures again, `tests/gas/snapshot.json` holds the agreed figures.

![Gas of KGST beside the best peer, by operation](gas.svg)

## KGST, its goals, the best peer, the floor

{table(rows)}

*Best peer*: the cheapest of the issued stablecoins (USDC, PYUSD, AUSD, RLUSD, EURe). *Floor*: what the EVM charges for
transaction, calldata, storage, log and signature check alone, in this storage layout, if every other opcode were free.
Runtime code, of 24,576 bytes at most: {sizes}. Chosen by hand:

{notes}

`pause` and `block` cost more than in any peer that keeps its roles in its own storage: the AccessManager is another
contract, and it is what gives each power its delay. These are rare calls of the operator.

{_counting(by_name)}

{_payouts(by_name)}

## Every peer

{_peers(rows, measured)}

● measured here, on the same chain as KGST, and equal to the recorded figure. ○ recorded in `tests/gas/peers.json`, with
commit and compiler settings. Those from OpenZeppelin and Solady are yardsticks, not issued coins: each lacks blocking,
quotas, a proxy or roles.

## How it is measured

A fresh anvil (`prague`), the conventions of `tests/gas/peers.json`: addresses, nonces and signatures without a zero
byte, `v` = 27, amount `0x12345678`, the chain put back after every transaction. Every measured peer must come out at
its recorded figure (deployments within {DEPLOY_JITTER} for each contract), or the run fails: that is the check on the
harness. Two runs give the same figures to the last unit.
"""


def _counting(rows: dict[str, Row]) -> str:
    random, counted = rows["twa"].kgst, rows["twa_word_in_use"].kgst
    average = (random + 255 * counted) / 256
    peer = rows["twa"].best_peer
    beside = f" The best peer charges {peer.gas:,} whatever its nonces." if peer else ""
    return f"""## For wallets: count the nonces

An EIP-3009 nonce may be any 32 bytes. KGST keeps 256 of them in one storage word, by their upper 248 bits. A wallet
that draws nonces at random opens a new word each time: {random:,} gas. One that counts them (0, 1, 2 … from any
starting point) opens a word once in 256 payments and pays {counted:,} for the other 255: {random - counted:,} less
each, {average:,.0f} on average, {1 - average / random:.0%} saved.{beside} Nothing else changes: same functions,
same signature, any order."""


def _payouts(rows: dict[str, Row]) -> str:
    each: Callable[[int, str], str] = lambda n, kind: f"{rows[f'payout_{n}_{kind}'].kgst / n:,.0f}"  # noqa: E731
    numbers = (1, 10, 100, 500)
    body = [[kind, *(each(n, kind) for n in numbers)] for kind in ("existing", "fresh")]
    head = ["payout, gas per receiver", *(f"{n} receiver{'s' * (n > 1)}" for n in numbers)]
    single = rows["transfer_existing"].kgst
    return f"""## Payouts

{_markdown(head, body)}

A single `transfer` to an existing receiver costs {single:,}."""


def _peers(rows: list[Row], measured: list[str]) -> str:
    head = [
        "operation",
        "KGST",
        *(f"{'●' if peer in measured else '○'} {short(peer)}" for peer in PEERS),
    ]
    body = [
        [
            row.label,
            f"{row.kgst:,}",
            *("–" if gas is None else f"{gas:,}" for gas in row.peers.values()),
        ]
        for row in rows
        if any(row.peers.values())
    ]
    return _markdown(head, body)


def _markdown(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
