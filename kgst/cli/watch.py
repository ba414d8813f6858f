"""Somebody who always looks, and tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, LocalPath, json_option, nodes_option, policy_option
from kgst.pipeline.options import FILE, orders_option

if TYPE_CHECKING:
    from kgst.watch.documents import WatchDocument


@click.command(cls=KgstCommand, short_help="Look all the time, and tell by mail, chat or webhook")
@click.option("--once", is_flag=True, help="One round; exit 3 when something stands.")
@click.option(
    "--every",
    type=click.IntRange(min=1, max=3_600),
    default=60,
    show_default=True,
    help="Seconds from one round to the next.",
)
@click.option(
    "--receivers",
    type=LocalPath(dir_okay=False),
    help="A file of NAME=URL, readable by you alone. Default: the environment's KGST_WATCH_RECEIVERS.",
)
@click.option(
    "--large-mint",
    metavar="AMOUNT",
    help='A mint of so much or more is told: "1 000 000.00 som". Default: the policy\'s limits.mint_alone.',
)
@click.option(
    "--deadline",
    metavar="TIME",
    default="6 hours",
    show_default=True,
    help="How long before its last moment a redemption is told.",
)
@click.option(
    "--patience",
    metavar="TIME",
    default="2 minutes",
    show_default=True,
    help="How long a node may fail or stand still before that is told.",
)
@click.option(
    "--statements",
    type=LocalPath(file_okay=False),
    help="A folder of the banks' statements: each break that reconcile finds in them is told.",
)
@click.option(
    "--previous",
    type=FILE,
    help="With --statements: an attested report, its annex beside it, after whose closing entries count.",
)
@orders_option
@nodes_option
@click.option(
    "--listen", metavar="HOST:PORT", help="Answer /metrics and /health there: 127.0.0.1:9464."
)
@policy_option
@json_option
def cli(
    once: bool,
    every: int,
    receivers: Path | None,
    large_mint: str | None,
    deadline: str,
    patience: str,
    statements: Path | None,
    previous: Path | None,
    orders: tuple[Path, ...],
    nodes: tuple[str, ...],
    listen: str | None,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[WatchDocument]:
    """Watch the deployment: read what is new, look at one block, tell each thing once, round after round.

    Receivers' addresses are secrets: they are taken from the environment or a file, never from the command line. Ends
    with 0 on SIGTERM or Ctrl-C; whatever was not delivered is delivered by the next start.
    """
    from kgst.watch.commands import Given, watch

    given = Given(
        policy_path,
        once,
        every,
        receivers,
        large_mint,
        deadline,
        patience,
        nodes,
        listen,
        statements,
        previous,
        orders,
    )
    return watch(given, quiet=json_output)
