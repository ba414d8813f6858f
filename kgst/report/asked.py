"""What the command line asks of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.report.period import Days

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked:
    """Of which deployment, and of which days.

    Attributes:
        folder: The deployment's.
        first: The first day, as it was typed.
        last: The last day.
        days: Whose days.
        policy_path: `--policy`; None for the checkout's own.
    """

    folder: Path
    first: str
    last: str
    days: Days
    policy_path: Path | None
