"""`page`: what the public page is built from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from kgst.console import Answer
from kgst.moments import format_time
from kgst.page.documents import PageDocument
from kgst.page.reading import Shown, read_shown
from kgst.tables import facts
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["ENDED", "snapshot"]

ENDED: Final = 20
"""Requests that have ended, of which the page still shows how."""


def snapshot(system: System) -> Answer[PageDocument]:
    """What the page shows, for people in short and for the build of the page whole."""
    shown = read_shown(system, ENDED)
    return Answer(PageDocument.of(system, shown), partial(_print, system, shown))


def _print(system: System, shown: Shown, out: Console) -> None:
    head, signed = shown.head, shown.signed
    rows = facts("KGST, for the public page")
    rows.add_row("Token", f"{markup(system.record.token.address)}, chain {system.record.chain_id}")
    rows.add_row("Block", f"{head.number} of {format_time(head.time)}")
    rows.add_row("Supply", format_som(shown.solvency.supply))
    rows.add_row("Backing", format_som(shown.solvency.backing))
    rows.add_row(
        "Attestations",
        f"{shown.attestation.epoch}, the last with {len(signed.signatures) if signed else 'no'} signatures to be shown",
    )
    rows.add_row("Redemptions", f"{len(shown.requests)} of {shown.count} requests are shown")
    out.print(rows)
    out.print("With --json: what `make page` builds the page from.")
