"""`report controls`: the evidence of a period's controls, collected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.chronicle.reading import read_chronicle
from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.jsonfile import canonical_json
from kgst.moments import format_span, format_time
from kgst.report.book import opened
from kgst.report.building import measured, period_days
from kgst.report.control_documents import (
    EvidencePart,
    HeldPart,
    JoinedPart,
    ReportControlsDocument,
    UsePart,
)
from kgst.report.documents import Gap
from kgst.report.evidence import KINDS, Evidence, read_evidence
from kgst.report.period import Period
from kgst.report.powers import Use, held, joined, uses
from kgst.report.writing import write_once
from kgst.signing.own import Names, print_own
from kgst.tables import table
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.chronicle.reading import Chronicle
    from kgst.report.asked import Asked
    from kgst.signing.own import Own

__all__ = ["controls"]


def controls(
    asked: Asked, evidence: Sequence[Path], out_path: Path | None
) -> Answer[ReportControlsDocument]:
    """Collect the evidence of a period's controls.

    Raises:
        InputError: there is no deployment or index, or the days are none.
        FileError: a file is no evidence of this deployment; or another one stands at `out_path`.
        BrokenIndexError: the index cannot be read.
    """
    given = asked.read()
    period, record, own, names = given.period, given.record, given.own, given.names
    shown = read_evidence(evidence, record, period)
    with opened(given.files, record, period) as book:
        chronicle = read_chronicle(given.files, names)
        entries = {one.transaction: one for one in chronicle.entries if one.transaction}
        times = held(book)
        used = uses(book, period, entries)
        point, reaches = book.point, book.reaches
    apart = joined(times, period)
    unexplained = [one for one in used if not one.is_explained]
    label = own.policy.label if own else lambda _: None
    document = ReportControlsDocument(
        chain_id=record.chain_id,
        token=record.token.address,
        period=period_days(period),
        measurement_point=measured(point),
        file=str(out_path) if out_path else None,
        powers=[
            HeldPart.taken_from(one, label=label(one.account), since=one.begin, until=one.end)
            for one in times
            if one.meets(period.begin, period.end)
        ],
        not_separated=[
            JoinedPart.taken_from(
                one,
                label=label(one.account),
                powers=list(one.powers),
                since=one.begin,
                until=one.end,
            )
            for one in apart
        ],
        uses=[_use(one, names) for one in used],
        unexplained=len(unexplained),
        evidence=[EvidencePart.taken_from(one, file=one.path.name) for one in shown],
        missing=list(_missing(period, chronicle, unexplained, shown, reaches=reaches)),
    )
    if out_path is not None:
        write_once({out_path: canonical_json(document.printed())})
    kept = not document.missing and not apart and all(one.good for one in shown)
    return Answer(
        document, partial(_print, own, document, names), ExitCode.DONE if kept else ExitCode.DRIFT
    )


def _use(use: Use, names: Names) -> UsePart:
    entry = use.entry
    whys = entry.whys if entry else ()
    return UsePart.taken_from(
        use,
        roles=list(entry.roles) if entry else [],
        words=entry.words if entry else use.words,
        signed_by=list(dict.fromkeys(why.person or why.account for why in whys)),
        auditors=[names.named(who) for who in use.auditors],
        sender=entry.sender if entry else None,
        reason=next((words for why in whys if (words := why.words())), None),
    )


def _missing(
    period: Period,
    chronicle: Chronicle,
    unexplained: Sequence[Use],
    shown: Sequence[Evidence],
    *,
    reaches: bool,
) -> Iterator[Gap]:
    if not reaches:
        yield Gap(
            what=f"It is not known that the index has everything up to {format_time(period.end)}.",
            remedy="Once the period has ended: ape run index sync.",
            necessary=True,
        )
    if unexplained:
        yield Gap(
            what=f"Of {len(unexplained)} transactions in which a power was used no journal here knows who signed, the "
            f"first {unexplained[0].transaction}.",
            remedy="Bring the journals of all checkouts together in operations/, or find out who sent them.",
            necessary=True,
        )
    for kind in KINDS:
        if not any(one.kind == kind for one in shown):
            yield Gap(
                what=f"No run of `ape run {kind}` in the period is among the files.",
                remedy=f"Keep what `ape run {kind} --json` prints, and give it with --evidence.",
                necessary=True,
            )
    for said in chronicle.unreadable:
        yield Gap(what=said, remedy="Restore the file from a copy.", necessary=True)


def _print(own: Own | None, document: ReportControlsDocument, names: Names, out: Console) -> None:
    print_own(out, own)
    days = document.period
    title = f"Powers, {markup(days.first_day)} to {markup(days.last_day)}"
    had = table(title, "power", "who", "delay", "since", "until")
    for one in document.powers:
        until = "still" if one.until is None else format_time(one.until)
        delay = format_span(one.delay) if one.delay else "none"
        had.add_row(
            markup(one.power),
            markup(names.named(one.account)),
            delay,
            format_time(one.since),
            until,
        )
    out.print(had)
    for use in document.uses:
        people = ", ".join([*use.signed_by, *use.auditors])
        by = markup(people) if people else "[red]nobody whom the journals know[/red]"
        waited = "" if use.waited is None else f", {format_span(use.waited)} after it was scheduled"
        out.print(f"{format_time(use.time)}, by {by}{waited}")
        out.print(f"  {markup(use.words, 600)}", soft_wrap=True)
    for pair in document.not_separated:
        out.print(
            f"[red]Not separated:[/red] {markup(names.named(pair.account))} had "
            f"{markup(' and '.join(pair.powers))} from {format_time(pair.since)}."
        )
    for proof in document.evidence:
        good = "[green]ok[/green]" if proof.good else "[red]not in order[/red]"
        out.print(
            f"{good} {markup(proof.kind)} of {format_time(proof.time)}: {markup(proof.found)} ({markup(proof.file)})"
        )
    for gap in document.missing:
        out.print(f"[red]Missing:[/red] {markup(gap.what, None)} {markup(gap.remedy, None)}")
    if document.file:
        out.print(f"Written to {document.file}", soft_wrap=True, markup=False)
