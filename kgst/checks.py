"""One thing that was looked at, and how it went: what verifying, diagnosing, drilling and drafting all report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, Self

from kgst.document import Count, Part
from kgst.errors import ExitCode
from kgst.tables import table
from kgst.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Check",
    "CheckPart",
    "State",
    "Summary",
    "drift_code",
    "failed",
    "in_words",
    "passed",
    "print_checks",
    "summarized",
    "unchecked",
]

_LONG: Final = 4_000


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    WARNING = "warning"
    NOT_CHECKED = "not checked"


_STYLE: Final = {
    State.OK: "green",
    State.FAILED: "bold red",
    State.WARNING: "yellow",
    State.NOT_CHECKED: "yellow",
}


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        area: What it is a part of, in a word: `roles`.
        item: What was looked at.
        found: What is there; for what was not checked, why.
        expected: What should be; None when `item` says it.
        advice: What to do, a sentence; None when it is in order, or when nobody can tell.
        waits: Of what was not checked: whether another node, or later, would let it be.
    """

    area: str
    item: str
    state: State
    found: str
    expected: str | None = None
    advice: str | None = None
    waits: bool = False

    def __str__(self) -> str:
        """`max age: expected 7 days, found 1 hour`."""
        wanted = "" if self.expected is None else f"expected {self.expected}, found "
        return f"{self.item}: {wanted}{self.found}"

    @classmethod
    def same(cls, area: str, item: str, expected: object, found: object) -> Check:
        """Ok if both are equal, else failed."""
        return cls.that(area, item, expected == found, str(found), str(expected))

    @classmethod
    def that(
        cls,
        area: str,
        item: str,
        good: bool,
        found: str,
        expected: str | None = None,
        advice: str | None = None,
    ) -> Check:
        """Ok if it is `good`, else failed, with the advice."""
        state = State.OK if good else State.FAILED
        return cls(area, item, state, found, expected, None if good else advice)

    @classmethod
    def open(cls, area: str, item: str, why: object, *, waits: bool = False) -> Check:
        """What could not be looked at."""
        return cls(area, item, State.NOT_CHECKED, str(why), waits=waits)


def _in(checks: Iterable[Check], state: State) -> list[Check]:
    return [check for check in checks if check.state is state]


def failed(checks: Iterable[Check]) -> list[Check]:
    """Those that are not as they must be."""
    return _in(checks, State.FAILED)


def unchecked(checks: Iterable[Check]) -> list[Check]:
    """Those that could not be made."""
    return _in(checks, State.NOT_CHECKED)


def passed(checks: Iterable[Check]) -> bool:
    """Whether something was looked at, and all of it is as it must be."""
    states = {check.state for check in checks}
    return bool(states) and states <= {State.OK, State.WARNING}


def drift_code(checks: Iterable[Check]) -> ExitCode:
    """Of a comparison with the chain: an error when something could not be looked at, since that is not a pass.

    WAITING when all that could not be looked at waits for a node that has it.
    """
    checks = list(checks)
    if failed(checks):
        return ExitCode.DRIFT
    missing = unchecked(checks)
    if not missing:
        return ExitCode.DONE
    return ExitCode.WAITING if all(check.waits for check in missing) else ExitCode.ERROR


def in_words(checks: Sequence[Check]) -> str:
    """`118 ok, 1 failed`."""
    return ", ".join(f"{count} {state}" for state, count in _counted(checks).items() if count)


def _counted(checks: Sequence[Check]) -> dict[State, int]:
    return {state: len(_in(checks, state)) for state in State}


class CheckPart(Part):
    """One thing that was looked at.

    Attributes:
        area: What it is a part of.
        item: What was looked at.
        state: How it went.
        expected: What should be; null when `item` says it.
        found: What is there; why, for what was not checked.
        advice: What to do; null when it is in order, or when nobody can tell.
    """

    area: str
    item: str
    state: Literal["ok", "failed", "warning", "not_checked"]
    expected: str | None
    found: str
    advice: str | None

    @classmethod
    def all_of(cls, checks: Iterable[Check]) -> list[Self]:
        """The one shape that checks have in every document of `--json`."""
        return [cls.taken_from(check, state=check.state.name.lower()) for check in checks]


class Summary(Part):
    """How many checks ended so."""

    ok: Count
    failed: Count
    warning: Count
    not_checked: Count

    @classmethod
    def of(cls, checks: Sequence[Check]) -> Summary:
        """How many of `checks` ended in each state."""
        counted = _counted(checks)
        return cls(
            ok=counted[State.OK],
            failed=counted[State.FAILED],
            warning=counted[State.WARNING],
            not_checked=counted[State.NOT_CHECKED],
        )


def summarized(
    checks: Sequence[Check], whole: Iterable[str] = (), *, said: str = "as policy and record say"
) -> list[Check]:
    """What is in order as one line an area, `said` to be so, but for the areas that are shown `whole`."""
    shown: list[Check] = []
    for area in dict.fromkeys(check.area for check in checks):
        of_area = [check for check in checks if check.area == area]
        fine = _in(of_area, State.OK)
        if area in whole or len(fine) < 2:
            shown += of_area
            continue
        shown.append(Check(area, f"{len(fine)} checks", State.OK, said))
        shown += [check for check in of_area if check.state is not State.OK]
    return shown


def print_checks(
    out: Console, checks: Iterable[Check], title: str | None = None, *, items: bool = True
) -> None:
    """The one table of checks, with what is expected where it is not what was found; below it, what to do.

    Args:
        out: Where people read.
        checks: Its rows.
        title: Plain text.
        items: Say what was looked at; needless where what was found says it.
    """
    from rich.text import Text

    shown = list(checks)
    columns: dict[str, list[tuple[str, str]]] = {
        "": [(str(check.state), _STYLE[check.state]) for check in shown],
        "check": [(plain(f"{check.area}: {check.item}"), "") for check in shown] if items else [],
        "found": [(plain(check.found, _LONG), "") for check in shown],
        "expected": [(_expectation(check), "") for check in shown],
    }
    kept = {name: cells for name, cells in columns.items() if any(text for text, _ in cells)}
    rows = table(Text(plain(title)) if title else None)
    for name in kept:
        rows.add_column(Text(name), overflow="fold")
    for line in zip(*kept.values(), strict=True):
        rows.add_row(*[Text(text, style=style) for text, style in line])
    out.print(rows)
    for check in shown:
        if check.advice:
            out.print(Text(f"{plain(check.item)}: {plain(check.advice, _LONG)}", style="italic"))


def _expectation(check: Check) -> str:
    if check.expected is None or (check.state is State.OK and check.expected == check.found):
        return ""
    return plain(check.expected, _LONG)
