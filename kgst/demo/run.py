"""Play the acts with a progress display, and close with the token's status."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from kgst.chain import now
from kgst.demo.acts import ACTS
from kgst.demo.stage import Stage, StoryError
from kgst.errors import ExitCode, KgstError
from kgst.units import format_som

STATEMENTS = Path("deployments/local/statements")


@dataclass(frozen=True)
class Played:
    """One act that went as told."""

    title: str
    outcome: str
    seconds: float


class Teller:
    """Shows each act as it is played, and keeps what came of it."""

    def __init__(self, console: Console, acts: int) -> None:
        self.console = console
        self.played: list[Played] = []
        self.title = ""
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=acts)

    def __enter__(self) -> Teller:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, title: str, play: Callable[[], str]) -> None:
        """Play one act. A failure of any kind becomes a StoryError, so that the run ends with the act's name."""
        self.title = title
        self._progress.update(self._task, description=title)
        began = time.monotonic()
        try:
            outcome = play()
        except KgstError:
            raise
        except Exception as failure:
            raise StoryError(f"{type(failure).__name__}: {failure}") from failure
        self.played.append(Played(title, outcome, round(time.monotonic() - began, 2)))
        self.console.print(f"[bold green]✓[/] [bold]{title}[/]\n    {outcome}")
        self._progress.advance(self._task)


def run(*, as_json: bool) -> int:
    """Deploy, play every act, show the status.

    Returns:
        The exit code: 0, or that of the step that went otherwise, which is named.
    """
    # People read the story on stdout; with --json it moves aside for the one document.
    console = Console(stderr=as_json, highlight=False)
    with Teller(console, len(ACTS) + 1) as teller, _quiet_ape():
        try:
            stages: list[Stage] = []
            teller.tell("Deploy from the policy", lambda: _deploy(stages))
            [stage] = stages
            for act in ACTS:
                teller.tell(act.title, lambda play=act.play: play(stage))  # type: ignore[misc]
        except KgstError as failure:
            console.print(f"[bold red]✗ {teller.title}:[/] {failure}", soft_wrap=True)
            if as_json:
                _print_json(teller, {"ok": False, "failed": teller.title, "error": str(failure)})
            return int(failure.exit_code)
        status = _status(stage)
    if as_json:
        _print_json(teller, {"ok": True, "status": status})
    else:
        _print_status(console, status)
    return int(ExitCode.DONE)


def _deploy(stages: list[Stage]) -> str:
    raise NotImplementedError


def _status(stage: Stage) -> dict[str, str]:
    """The token at a glance, in people's units."""
    token = stage.token
    supply, backing, burned, valid_until = token.solvency()
    last = token.lastAttestation()
    _, threshold, _, _ = auditors = token.auditorSet()
    left = valid_until - now()
    return {
        "token": token.address,
        "implementation": token.implementation(),
        "supply": format_som(supply),
        "backing": format_som(backing),
        "headroom": format_som(token.headroom()),
        "shortfall": format_som(max(0, supply - backing)),
        "burned so far": format_som(burned),
        "attestation": f"epoch {last.epoch}, valid for {left // 3600} h {left % 3600 // 60} min",
        "auditors": f"{threshold} of {len(auditors[0])} sign",
        "pause flags": str(token.pauseFlags()),
    }


def _print_status(console: Console, status: dict[str, str]) -> None:
    table = Table(title="KGST", show_header=False, title_style="bold")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in status.items():
        table.add_row(name, value)
    console.print(table)


def _print_json(teller: Teller, outcome: dict[str, Any]) -> None:
    steps = [asdict(act) for act in teller.played]
    json.dump({"schema": "kgst.demo/1", **outcome, "steps": steps}, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


@contextlib.contextmanager
def _quiet_ape() -> Iterator[None]:
    """Keep ape's own log lines, which go to stdout, out of the story."""
    from ape.logging import LogLevel, logger

    with logger.at_level(LogLevel.ERROR):
        yield
