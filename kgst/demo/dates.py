"""The example statements, of days in March 2026, as if their last day were another."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from kgst.errors import KgstError
from kgst.regularfile import write_regular

__all__ = ["copy_statements"]

_DAY = re.compile(r"2026-03-[0-9]{2}")
_CLOSING = re.compile(
    r"<Cd>CLBD</Cd>.*?<Dt>(2026-03-[0-9]{2})</Dt>|,[A-Z]{3},(2026-03-[0-9]{2}),", re.DOTALL
)


def copy_statements(source: Path, target: Path, last: date) -> list[Path]:
    """Copy every statement of the folder `source`, all dates moved so that they close on `last`.

    Args:
        source: With files that close on one day.
        target: A folder that is there.
        last: Their closing day in the copies.

    Raises:
        KgstError: there are no statements in it.
    """
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(source.iterdir())
        if path.suffix in {".xml", ".csv"}
    }
    closings = [one[1] or one[2] for text in texts.values() for one in _CLOSING.finditer(text)]
    if not closings:
        raise KgstError(f"{source}: no statements are in it; restore the example files.")
    ahead = last - date.fromisoformat(max(closings))
    copies = []
    for name, text in texts.items():
        moved = _DAY.sub(lambda day: str(date.fromisoformat(day[0]) + ahead), text)
        write_regular(target / name, moved.encode("utf-8"))
        copies.append(target / name)
    return copies
