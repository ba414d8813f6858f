"""`watch`: round after round until it is told to end, or one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, console, deployments_folder
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.files import Files
from kgst.moments import format_time
from kgst.node import connected, is_short_lived
from kgst.quantities import parse_duration
from kgst.record import Record
from kgst.terminal import markup, plain
from kgst.units import parse_amount
from kgst.watch.books import Books
from kgst.watch.documents import WatchDocument
from kgst.watch.looking import Look, Terms
from kgst.watch.memory import Memory
from kgst.watch.metrics import Board
from kgst.watch.receivers import VARIABLE, Heartbeat, names, receivers
from kgst.watch.rounds import Round, Watch
from kgst.watch.serving import place_of, serving

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Given", "watch"]

_MISSED: Final = 3
"""Rounds that may fail before the watch counts as ill."""


@dataclass(frozen=True)
class Given:
    """What the operator gives; times and amounts as they were typed."""

    policy_path: Path | None
    once: bool
    every: int
    receivers: Path | None
    large_mint: str | None
    deadline: str
    patience: str
    nodes: tuple[str, ...]
    listen: str | None
    statements: Path | None = None
    previous: Path | None = None
    orders: tuple[Path, ...] = ()


def watch(given: Given, *, quiet: bool) -> Answer[WatchDocument]:
    """Look round after round, and tell.

    Raises:
        InputError: the chain ends with the command, there is nobody to be told, or something given cannot be used.
        RefusedError: another process watches.
    """
    provider = connected()
    if is_short_lived(provider):
        raise InputError(
            "this chain ends with the command, so there is nothing to watch; name a node with --network."
        )
    told, heartbeat = receivers(given.receivers), Heartbeat.of_environment()
    if not told and not given.once:
        raise InputError(
            f"nobody would be told: name receivers in {VARIABLE} or in a file (--receivers), or look --once."
        )
    large = None if given.large_mint is None else parse_amount(given.large_mint)
    patience = 0 if given.once else parse_duration(given.patience)
    terms = Terms(
        large,
        parse_duration(given.deadline),
        parse_duration(given.patience),
        given.nodes,
        _books(given),
    )
    place = place_of(given.listen) if given.listen else None
    path = given.policy_path or deployments_folder(provider) / "policy.yaml"
    files = Files(path.parent)
    record = Record.load(files.record)
    board = Board(_MISSED * given.every + parse_duration(given.patience), time.time())
    with Memory(files.watch, record.chain_id, record.token.address) as memory:
        going = Watch(
            memory, lambda: open_system(path, quiet=True), terms, patience, told, heartbeat, board
        )
        with serving(place, board) as where:
            if where and not given.once:
                _say(f"/metrics and /health at http://{where[0]}:{where[1]}")
            last, rounds = _go_round(going, given)
        document = WatchDocument.of(memory.content, last, rounds, names(told))
    stands = any(one.told for one in memory.content.standing)
    code = ExitCode.DRIFT if given.once and stands else ExitCode.DONE
    return Answer(document, lambda out: _print(out, document), code)


def _books(given: Given) -> Books | None:
    if given.statements is not None:
        return Books(given.statements, given.previous, given.orders)
    if given.previous is not None or given.orders:
        raise InputError(
            "--previous and --order are for --statements, the folder of the banks' files."
        )
    return None


def _go_round(going: Watch, given: Given) -> tuple[Round, int]:
    """Until a signal comes, which is how a watch ends; the first round may be its last, and not a whole one."""
    last, rounds = Round(Look(), (), False, (), None), 0
    try:
        while True:
            last, rounds = going.round(), rounds + 1
            _tell(last)
            if given.once:
                return last, rounds
            time.sleep(given.every)
    except KeyboardInterrupt:
        if given.once:
            raise
        _say("told to end; what is not delivered is kept for the next start")
    return last, rounds


def _tell(done: Round) -> None:
    """What a round had to say, a line each, for a log."""
    for message in done.raised:
        first = message.body.partition("\n")[0]
        _say(f"{message.subject}: {first} [{message.id}]")
    for name in done.refused:
        _say(f"{name} took nothing; it is asked again")
    if done.heard is False:
        _say("the heartbeat was not heard")


def _say(text: str) -> None:
    console(stderr=True).print(
        f"{format_time(int(time.time()))}: {plain(text, 600)}", markup=False, soft_wrap=True
    )


def _print(out: Console, document: WatchDocument) -> None:
    block = document.block
    seen = f"block {block.number} of {format_time(block.time)}" if block else "no block was read"
    out.print(
        f"KGST {markup(document.token)}, chain {document.chain_id}, {markup(seen)}", soft_wrap=True
    )
    if document.cursor is not None:
        out.print(f"  events up to block {document.cursor:,} are told")
    for one in document.standing:
        mark = "!" if one.told else "?"
        said = plain(f"{one.kind}: {one.text} (since {format_time(one.since)})", None)
        out.print(f"{mark} {said}", markup=False, soft_wrap=True)
    if not document.standing:
        out.print("  nothing stands that somebody has to know of")
    for alert in document.raised:
        out.print(f"\n{plain(alert.subject, None)}", markup=False, style="bold", soft_wrap=True)
        for line in alert.body.split("\n"):
            out.print(f"  {plain(line, None)}".rstrip(), markup=False, soft_wrap=True)
    if document.pending:
        out.print(f"\n{document.pending} alert(s) wait for {markup(', '.join(document.refused))}")
