"""Play the acts with a progress display, and close with the token's status."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from kgst.build import refresh
from kgst.chain import give_bnb, now
from kgst.demo.acts import ACTS
from kgst.demo.documents import DemoDocument, DemoStep
from kgst.demo.stage import Stage, StoryError
from kgst.errors import ExitCode, KgstError, RefusedError
from kgst.moments import format_span
from kgst.paying.secret import VARIABLE
from kgst.policy import Policy
from kgst.screen import Screen
from kgst.terminal import markup, markup_lines
from kgst.units import format_som

DEPLOYMENTS = Path("deployments")
STATEMENTS = DEPLOYMENTS / "local" / "statements"
TESTNET = 97


class Teller:
    """Shows each act as it is played, and keeps what came of it."""

    def __init__(self, console: Console, acts: int) -> None:
        self.console = console
        self.played: list[DemoStep] = []
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
        self.played.append(
            DemoStep(title=title, outcome=outcome, seconds=round(time.monotonic() - began, 2))
        )
        self.console.print(
            f"[bold green]✓[/] [bold]{markup(title)}[/]\n{markup_lines(indent(outcome, '    '))}"
        )
        self._progress.advance(self._task)


def run(*, as_json: bool) -> int:
    """Deploy, play every act, show the status.

    Returns:
        The exit code: 0, or that of the step that went otherwise, which is named.
    """
    # People read the story on stdout; with --json it moves aside for the one document.
    console = Screen(file=sys.stderr if as_json else sys.stdout, highlight=False, emoji=False)
    with (
        TemporaryDirectory(prefix="kgst-demo-") as folder,
        Teller(console, len(ACTS) + 1) as teller,
        own_secret(),
        _quiet_ape(),
    ):
        try:
            refresh()
            stages: list[Stage] = []
            teller.tell("Deploy from the policy", lambda: _deploy(stages, Path(folder)))
            [stage] = stages
            for act in ACTS:
                teller.tell(act.title, lambda play=act.play: play(stage))  # type: ignore[misc]
        except KgstError as failure:
            console.print(
                f"[bold red]✗ {markup(teller.title)}:[/] {markup(failure, None)}", soft_wrap=True
            )
            document = DemoDocument(
                ok=False, failed=teller.title, error=str(failure), steps=teller.played
            )
            code = failure.exit_code
        else:
            document = DemoDocument(ok=True, status=_status(stage), steps=teller.played)
            code = ExitCode.DONE
    if as_json:
        _print_json(document)
    elif document.ok:
        _print_status(console, document.status)
    return int(code)


def _deploy(stages: list[Stage], desk: Path) -> str:
    from ape import accounts

    from kgst.deployment.applying import apply
    from kgst.node import connected, is_dev_node

    provider = connected()
    if not is_dev_node(provider):
        raise RefusedError(
            "The demonstration uses accounts whose keys are public and moves the chain's clock, but chain "
            f"{provider.chain_id} is not a development node. Use bsc:local:test, or anvil --chain-id 97 --block-time 1."
        )
    folder = "rehearsal" if provider.chain_id == TESTNET else "local"
    policy = Policy.load(DEPLOYMENTS / folder / "policy.yaml")
    # A plain anvil gives BNB to its first ten accounts only.
    known = {account.address: account for account in list(accounts.test_accounts)}
    for address in known:
        give_bnb(address)
    deployment = apply(policy, accounts.test_accounts[0])
    stages.append(Stage(deployment, known.__getitem__, STATEMENTS, desk))
    return (
        f"{deployment.token.address} on chain {provider.chain_id}\n{len(policy.auditor_addresses)} auditors, "
        f"{len(policy.roles)} roles, and none left to the deployer"
    )


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
        "attestation": f"epoch {last.epoch}, valid for {format_span(left)}",
        "auditors": f"{threshold} of {len(auditors[0])} sign",
        "pause flags": str(token.pauseFlags()),
    }


def _print_status(console: Console, status: dict[str, str]) -> None:
    table = Table(title="KGST", show_header=False, title_style="bold")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in status.items():
        table.add_row(markup(name), markup(value))
    console.print(table)


def _print_json(document: DemoDocument) -> None:
    json.dump(document.printed(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


@contextlib.contextmanager
def own_secret() -> Iterator[None]:
    """A secret of the story's own, so that nothing need be asked for and nobody's redemptions are among its own."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = secrets.token_hex(32)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


@contextlib.contextmanager
def _quiet_ape() -> Iterator[None]:
    """Keep ape's log lines, progress bars and traces of refused calls, some of them on stdout, out of the story."""
    from ape.logging import LogLevel, logger

    aside = io.StringIO()
    with (
        logger.at_level(LogLevel.ERROR),
        contextlib.redirect_stdout(aside),
        contextlib.redirect_stderr(aside),
    ):
        yield
