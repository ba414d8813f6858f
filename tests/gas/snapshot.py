"""KGST's figures as last agreed on, in the repository, so that a change of gas shows in a review."""

from __future__ import annotations

import json
from typing import TypedDict

from gas.builds import HERE

PATH = HERE / "snapshot.json"


class Figures(TypedDict):
    """``gas`` by operation, ``code_size`` in bytes by contract."""

    gas: dict[str, int]
    code_size: dict[str, int]


def read() -> Figures:
    """The agreed figures; empty before the first ``--update``."""
    if not PATH.exists():
        return {"gas": {}, "code_size": {}}
    figures: Figures = json.loads(PATH.read_text())
    return figures


def write(figures: Figures) -> None:
    """Agrees on ``figures``."""
    PATH.write_text(json.dumps(figures, indent=2) + "\n")


def changes(agreed: Figures, now: Figures) -> list[str]:
    """One line for each figure that differs, such as ``approve: 48,160 → 48,000 gas (-160)``."""
    return _changes(agreed["gas"], now["gas"], "gas") + _changes(
        agreed["code_size"], now["code_size"], "bytes of code"
    )


def _changes(agreed: dict[str, int], now: dict[str, int], unit: str) -> list[str]:
    lines = []
    for name in {**agreed, **now}:
        old, new = agreed.get(name), now.get(name)
        if old == new:
            continue
        if old is None or new is None:
            lines.append(f"{name}: {'new' if old is None else 'gone'}, {new or old:,} {unit}")
        else:
            lines.append(f"{name}: {old:,} → {new:,} {unit} ({new - old:+,})")
    return lines
