"""`report`: of a period, from the files of a deployment. Asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.chronicle.reading import read_chronicle
from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.jsonfile import canonical_json
from kgst.report.book import opened
from kgst.report.building import report_of
from kgst.report.documents import PeriodReport, ReportPeriodDocument
from kgst.report.page import page_bytes
from kgst.report.sources import Sources
from kgst.report.tokens import prepare
from kgst.report.views import print_period
from kgst.report.writing import write_once
from kgst.signing.own import print_own

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.report.asked import Asked
    from kgst.signing.own import Own

__all__ = ["period"]


def period(
    asked: Asked, reports: Sequence[Path], out_path: Path | None
) -> Answer[ReportPeriodDocument]:
    """Write the report of a period, and its page.

    Raises:
        InputError: there is no deployment or index, or the days are none.
        FileError: a report is not one that was attested, or another report of the period is there.
        BrokenIndexError: the index cannot be read, or contradicts itself.
    """
    given = asked.read()
    with opened(given.files, given.record, given.period) as book:
        found = read_chronicle(given.files, given.names).entries
        entries = {one.transaction: one for one in found if one.transaction}
        prepare(book)
        report = report_of(Sources(book, given.period, reports, entries, given.names))
    data = canonical_json(report.model_dump(mode="json"))
    target = (out_path or asked.folder / "reports" / given.period.name) / "report.json"
    page = target.with_name("report.html")
    write_once(
        {target: data, page: page_bytes(json.loads(data), hashlib.sha256(data).hexdigest())}
    )  # fmt: skip
    document = ReportPeriodDocument(
        report_file=str(target),
        page_file=str(page),
        sha256=hashlib.sha256(data).hexdigest(),
        report=report,
    )
    incomplete = any(gap.necessary for gap in report.missing)
    return Answer(
        document,
        partial(_show, document, report, given.own),
        ExitCode.DRIFT if incomplete else ExitCode.DONE,
    )


def _show(
    document: ReportPeriodDocument, report: PeriodReport, own: Own | None, out: Console
) -> None:
    print_own(out, own)
    print_period(out, report)
    out.print(f"Report: {document.report_file}", soft_wrap=True, markup=False)
    out.print(f"For people: {document.page_file}", soft_wrap=True, markup=False)
    out.print(f"SHA-256 of the report: {document.sha256}", soft_wrap=True, markup=False)
