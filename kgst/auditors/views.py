"""Auditors and rotations as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgst.moments import format_span
from kgst.quantities import format_duration
from kgst.reserves.format import both_times
from kgst.reserves.views import table_of
from kgst.tables import facts
from kgst.terminal import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from kgst.auditors.files import RotationFile
    from kgst.auditors.reading import Found
    from kgst.signing.files import AuditorSet
    from kgst.signing.views import Namer

__all__ = [
    "print_auditors",
    "print_rotation",
]


def print_rotation(out: Console, draft: RotationFile, named: Namer) -> None:
    """The set in office and its successors, name by name."""
    old, new = draft.current, draft.new
    rows = table_of(draft, f"Rotation of the auditors, version {old.version} → {new.version}")
    suspended = dict.fromkeys(old.suspended, "[red](suspended)[/red]")
    leaving = dict.fromkeys(draft.leaving, "[red]leaves[/red]")
    _add(rows, "auditors now", old.members, named, suspended, leaving)
    rows.add_row("have to sign", f"{old.threshold} of {len(old.members)}")
    joining = dict.fromkeys(draft.joining, "[green]joins[/green]")
    returning = dict.fromkeys(draft.returning, "[yellow]may sign again[/yellow]")
    _add(rows, "auditors then", new.members, named, joining, returning)
    rows.add_row("will have to sign", f"{new.threshold} of {len(new.members)}")
    rows.add_row("deadline", both_times(draft.deadline))
    out.print(rows)


def print_auditors(out: Console, found: Found, new: AuditorSet, delay: int, named: Namer) -> None:
    """The set in office, a recovery under way, and how to come to the policy's.

    Args:
        out: Where people read.
        found: At the latest block.
        new: The policy's.
        delay: Between proposal and acceptance, in seconds.
        named: Puts addresses into words.
    """
    auditors, now = found.auditors, found.state.block.timestamp
    rows = facts(f"Auditors at block {found.state.block.number}")
    rows.add_row("version", str(auditors.version))
    rows.add_row("threshold", f"{auditors.threshold} of {len(auditors.members)}")
    suspended = dict.fromkeys(auditors.suspended, "[red](suspended)[/red]")
    _add(rows, "auditors", auditors.members, named, suspended)
    if (proposal := found.ends.proposal) is not None:
        _add(rows, "PROPOSED", proposal.auditors, named)
        rows.add_row("", f"threshold {proposal.threshold}")
        left = proposal.acceptable_at - now
        when = f"in {format_span(left)}" if left > 0 else "[bold]now[/bold]"
        rows.add_row("", f"can be accepted from {both_times(proposal.acceptable_at)} on, {when}")
        rows.add_row("", "ended by any attestation or rotation until then")
    rows.add_row("recovery takes", format_duration(delay))
    out.print(rows)
    if found.are(new):
        out.print("[green]✓[/green] as the policy says")
        return
    out.print(
        "[yellow]Not as the policy says[/yellow]: `ape run auditors draft` begins a rotation to the policy's auditors, "
        "signed by those in office; if too few of them still have their keys, `ape run auditors propose` begins a "
        "recovery. What is scheduled already: `ape run govern pending`."
    )


def _add(
    rows: Table, title: str, members: Sequence[str], named: Namer, *marks: dict[str, str]
) -> None:
    """A row for each of `members`, with what `marks` (markup) says of it."""
    for index, member in enumerate(members):
        found = [its_markup[member] for its_markup in marks if member in its_markup]
        rows.add_row("" if index else markup(title), " ".join([markup(named(member)), *found]))
