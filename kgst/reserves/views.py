"""Drafts, signatures and reserves as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kgst.checks import Check, print_checks
from kgst.moments import format_span
from kgst.quantities import format_bps
from kgst.reserves.files import AttestationFile, ChainState, Result, SettledFrom
from kgst.reserves.format import both_times, som
from kgst.signing.files import AuditorsOrder
from kgst.signing.views import Namer
from kgst.statements import ReserveTotal
from kgst.tables import facts, table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from kgst.snapshot.token import Recovery

__all__ = [
    "moment",
    "print_accounts",
    "print_draft",
    "print_proposal",
    "print_state",
    "print_warnings",
    "safe",
    "table",
    "table_of",
    "totals",
]

_CHAINS: Final = {56: "BNB Smart Chain", 97: "BSC testnet", 1337: "local", 31337: "local"}
_LONG: Final = 4_000


def print_draft(out: Console, draft: AttestationFile, named: Namer) -> None:
    """Every figure of a draft, and what would follow from it."""
    new, state, result = draft.attestation, draft.chain, draft.result
    last = state.last
    rows = table_of(draft, f"Reserve attestation, epoch {new.epoch}")
    rows.add_row("reserves", f"[bold]{som(new.reserves)}[/bold]")
    if last.epoch:
        rows.add_row("", f"epoch {last.epoch}: {som(last.reserves)}, {_change(draft)}")
    rows.add_row("settled", f"{format_som(new.settled)}{_since(new.settled - last.settled)}")
    origin = safe(_origin(draft.settled_from))
    by_hand = draft.settled_from.by_hand
    rows.add_row(
        "", f"[bold black on yellow] {origin} [/bold black on yellow]" if by_hand else origin
    )
    rows.add_row("as of", moment(new.as_of))
    rows.add_row("report", safe(new.report_hash))
    rows.add_row("halts", f"{state.halts:d}")
    rows.add_row("version", str(draft.version))
    rows.add_row("deadline", moment(draft.deadline))
    out.print(rows)

    rows = facts(f"What follows, as the draft says the chain was at block {state.block.number}")
    rows.add_row("in circulation", format_som(state.supply))
    rows.add_row("burned, not yet settled", format_som(state.burned - new.settled))
    rows.add_row("backing", format_som(result.backing))
    rows.add_row("buffer above all owed", format_som(state.buffer_by(new)))
    if state.margin_bps:
        rows.add_row(
            "margin", f"{format_bps(state.margin_bps)} above what is in circulation or owed"
        )
    if result.deficit:
        rows.add_row("DEFICIT", f"[bold red]{format_som(result.deficit)}[/bold red]")
    elif result.shortfall:
        rows.add_row("MARGIN SHORT", f"[bold red]{format_som(result.shortfall)}[/bold red]")
    rows.add_row("headroom for minting", format_som(result.headroom))
    rows.add_row("minting until", moment(result.valid_until))
    count = len(state.auditors.members)
    rows.add_row("signatures needed", f"{result.signatures_needed:d} of {count}")
    for index, auditor in enumerate(state.auditors.members):
        text = named(auditor) + (" (suspended)" if auditor in state.auditors.suspended else "")
        rows.add_row("" if index else "auditors", safe(text))
    out.print(rows)


def print_accounts(out: Console, total: ReserveTotal) -> None:
    """The reserves account by account."""
    rows = table(
        f"Reserve accounts at the end of {safe(total.closing_day)}",
        "account",
        "bank",
        "owner",
        "closed on",
        "closing balance",
    )
    rows.columns[0].style = "bold"
    for one in total.accounts:
        balance = som(one.closing_balance_tyiyn)
        owner, bank = one.owner or "not said", one.bank or "not said"
        rows.add_row(safe(one.account), safe(bank), safe(owner), safe(one.closing_date), balance)
    for taken in total.deductions:
        rows.add_row(safe(taken.account), "", "not held", "", f"−{som(taken.tyiyn)}")
    out.print(rows)


def print_warnings(out: Console, warnings: Sequence[Check]) -> None:
    """What to think about first, if anything."""
    if warnings:
        print_checks(out, warnings, "Before you sign", items=False)


def print_state(out: Console, state: ChainState, headroom: int, now: int, named: Namer) -> None:
    """What the chain says of the reserves now.

    Args:
        out: Where people read.
        state: At the latest block.
        headroom: Base units that could be minted now.
        now: Seconds since 1970.
        named: Puts addresses into words.
    """
    last = state.last
    rows = facts(f"Reserves at block {state.block.number}")
    if last.epoch == 0:
        rows.add_row("epoch", "[yellow]none yet: nothing can be minted[/yellow]")
    else:
        age, limit = format_span(max(0, now - last.as_of)), format_span(state.max_age)
        rows.add_row("epoch", str(last.epoch))
        rows.add_row("reserves", som(last.reserves))
        rows.add_row("settled", format_som(last.settled))
        rows.add_row("as of", moment(last.as_of))
        rows.add_row("age", f"{age}, of at most {limit}")
        rows.add_row("report", safe(last.report_hash))
    rows.add_row("validity", validity(state, now))
    rows.add_row("supply", format_som(state.supply))
    rows.add_row("burned", format_som(state.burned))
    rows.add_row("backing", format_som(state.backing))
    rows.add_row("headroom", f"[bold]{format_som(headroom)}[/bold]")
    if deficit := state.deficit_by(last):
        rows.add_row("DEFICIT", f"[bold red]{format_som(deficit)}[/bold red]")
    elif state.supply > state.backing:
        short = format_som(state.supply - state.backing)
        rows.add_row("MARGIN SHORT", f"[bold red]{short}[/bold red]")
    if state.margin_bps:
        rows.add_row(
            "margin", f"{format_bps(state.margin_bps)} above what is in circulation or owed"
        )
    rows.add_row("rise", f"{format_bps(state.max_increase_bps)} without every auditor")
    rows.add_row("halts", f"{state.halts:d}")
    auditors = state.auditors
    rows.add_row("threshold", f"{auditors.threshold} of {len(auditors.members)}")
    for index, auditor in enumerate(auditors.members):
        text = safe(named(auditor)) + (
            " [red](suspended)[/red]" if auditor in auditors.suspended else ""
        )
        rows.add_row("" if index else "auditors", text)
    out.print(rows)


def print_proposal(out: Console, proposal: Recovery, named: Namer) -> None:
    """A recovery of the auditors that waits, if there is one."""
    if proposal.acceptable_at:
        names = ", ".join(safe(named(one)) for one in proposal.auditors)
        out.print(
            f"[bold yellow]A recovery is proposed:[/bold yellow] auditors {names}, threshold "
            f"{proposal.threshold}, from {both_times(proposal.acceptable_at)} on. Any attestation ends it."
        )


def validity(state: ChainState, now: int) -> str:
    """How long minting is possible, in words with markup."""
    if state.valid_until == 0:
        return "–"
    if now >= state.valid_until:
        ended = f"[bold red]over[/bold red] since {both_times(state.valid_until)}"
        if state.last.epoch and state.valid_until < state.last.as_of + state.max_age:
            ended += "\n(before its age: halted, or the auditors or the age limit changed)"
        return ended
    return f"{moment(state.valid_until)}\nin {format_span(state.valid_until - now)}"


def totals(result: Result) -> str:
    """Backing, headroom and validity, a line each."""
    return (
        f"backing {format_som(result.backing)}\nheadroom {format_som(result.headroom)}\nminting until "
        f"{moment(result.valid_until)}"
    )


def safe(text: object) -> str:
    """Text of somebody else's making, among markup."""
    return markup(text, _LONG)


def table_of(draft: AuditorsOrder, title: str) -> Table:
    """A table that begins with the draft's chain and token."""
    rows = facts(markup(title))
    chain, token = draft.token_domain.chain_id, draft.token_domain.token
    rows.add_row("chain", f"{chain} ({safe(_CHAINS.get(chain, 'unknown to this program'))})")
    rows.add_row("token", safe(token))
    return rows


def moment(seconds: int) -> str:
    """A moment on two lines."""
    return both_times(seconds).replace(" = ", "\n")


def _change(draft: AttestationFile) -> str:
    last, change = draft.chain.last.reserves, draft.attestation.reserves - draft.chain.last.reserves
    if change == 0:
        return "unchanged"
    text = f"{'+' if change > 0 else '−'}{som(abs(change))}"
    # In hundredths of a percent, rounded down in size: for the eye only.
    share = abs(change) * 10_000 // last if last else None
    return text if share is None else f"{text} ({'+' if change > 0 else '−'}{format_bps(share)})"


def _since(change: int) -> str:
    sign = "+" if change > 0 else "−"
    return (
        f" ({sign}{format_som(abs(change))} since the last)" if change else " (none since the last)"
    )


def _origin(source: SettledFrom) -> str:
    """Where the figure comes from."""
    if source.by_hand:
        what = (
            f"{source.redemptions} redemptions in {source.file}"
            if source.kind == "table"
            else "a cumulative amount"
        )
        return f"BY HAND, {what}: {source.reason}"
    if source.kind == "entries":
        back = f", {source.reopened} came back" if source.reopened else ""
        return f"by the banks' own debits: {source.redemptions} more paid{back}"
    return "as in the last attestation"
