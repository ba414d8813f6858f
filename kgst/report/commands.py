"""`report`: of a period, from the files of a deployment. Asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.chronicle.reading import read_chronicle
from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.files import Files
from kgst.record import Record
from kgst.report.book import opened
from kgst.report.building import Built
from kgst.report.documents import PeriodReport, ReportPeriodDocument
from kgst.report.page import page_bytes
from kgst.report.period import Days, Period
from kgst.report.views import print_period
from kgst.signing.own import Names, own_policy, print_own
from kgst.storing import FileError, write_new

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.signing.own import Own

__all__ = ["Asked", "canonical", "period"]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for.

    Attributes:
        first: The first day, as it was typed.
        last: The last day.
        days: Whose days.
    """

    folder: Path
    first: str
    last: str
    days: Days
    policy_path: Path | None


def canonical(document: dict[str, Any]) -> bytes:
    """RFC 8785, as the reports of attestations: ASCII keys, and no number but whole ones below 2^53."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def period(
    asked: Asked, reports: Sequence[Path], out_path: Path | None
) -> Answer[ReportPeriodDocument]:
    """Write the report of a period, and its page.

    Raises:
        InputError: there is no deployment or index, or the days are none.
        FileError: a report is not one that was attested, or another report of the period is there.
        BrokenIndexError: the index cannot be read, or contradicts itself.
    """
    days = Period.parse(asked.first, asked.last, asked.days)
    files = Files(asked.folder)
    record = Record.load(files.record)
    own = own_policy(asked.policy_path, files.record, record.chain_id)
    contracts = {name: one.address for name, one in record.contracts.items()}
    names = Names(own.policy if own else None, contracts)
    with opened(files, record, days) as book:
        entries = {e.transaction: e for e in read_chronicle(files, names).entries if e.transaction}
        report = Built(book, days, reports, entries, names).report()
    data = canonical(report.model_dump(mode="json"))
    target = (out_path or asked.folder / "reports" / days.name) / "report.json"
    page = target.with_name("report.html")
    _write(
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
        partial(_show, document, report, own),
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


def _write(files: dict[Path, bytes]) -> None:
    """What was given out once stays as it is, whoever asks.

    Raises:
        FileError: another report of the period is there.
    """
    for path, data in files.items():
        if path.is_file() and path.read_bytes() != data:
            raise FileError(
                f"{path}: a report of this period is there, and says something else: the index reaches further by now, "
                "or other reports or names were given. It is never replaced: move it away, or name another folder "
                "with --out."
            )
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_new(list(files.items()))
