"""What status reports say of each request of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kgst.paying.batch import Batch
from kgst.paying.reasons import REJECTED, said_of, why_of
from kgst.statements.pain002 import Status, StatusReport

__all__ = ["Reported", "reported"]


@dataclass(frozen=True, slots=True)
class Reported:
    """Of one request.

    Attributes:
        rejected: Whether the bank will not pay it.
        words: The last status, in the standard's words; empty when there is none.
        doubt: Why what the bank reports cannot be relied on.
    """

    rejected: bool = False
    words: str = ""
    doubt: str = ""


def reported(batch: Batch, reports: Iterable[StatusReport]) -> Mapping[int, Reported]:
    """What is said of each request of the batch, by its id.

    Of one report the narrowest statement counts: of the payment, else of its group, else of the order. Of several
    reports the last, but a rejection is none any more to rely on when a later report says something else.
    """
    of = {one.end_to_end_id: one.request for one in batch.payments}
    said: defaultdict[int, list[tuple[int, Status]]] = defaultdict(list)
    doubts = []
    for report in reports:
        if report.order_id != batch.id:
            continue
        if report.count not in (None, batch.count) or report.sum_tyiyn not in (None, batch.tyiyn):
            doubts.append(
                f"{report.file}: report {report.id!r} is of an order of another count or sum by the batch's id"
            )
            continue
        for request, status in _by_request(report, of):
            said[request].append((report.created, status))
    doubt = min(doubts, default="")
    return {request: _of_one(said[request], doubt) for request in of.values()}


def _by_request(report: StatusReport, of: Mapping[str, int]) -> Iterator[tuple[int, Status]]:
    whole = [one for one in report.statuses if one.group_id is None]
    # A batch is one group, whose id is the batch's.
    group = [
        one
        for one in report.statuses
        if one.group_id == report.order_id and one.end_to_end_id is None
    ]
    single: defaultdict[int, list[Status]] = defaultdict(list)
    for one in report.statuses:
        request = of.get(one.end_to_end_id or "")
        if request is not None and one.group_id == report.order_id:
            single[request].append(one)
    for request in of.values():
        for one in single[request] or group or whole:
            yield request, one


def _of_one(said: list[tuple[int, Status]], doubt: str) -> Reported:
    ordered = sorted(said, key=lambda one: (one[0], one[1].status, one[1].reasons, one[1].words))
    if not ordered:
        return Reported(doubt=doubt)
    rejections = [one for one in ordered if one[1].status == REJECTED]
    if not rejections:
        return Reported(words=_words(ordered[-1][1]), doubt=doubt)
    words = _words(rejections[0][1])
    for created, other in ordered:
        if other.status != REJECTED and created >= rejections[0][0]:
            doubt = doubt or f"the bank reports {words}, and also {_words(other)}"
    return Reported(rejected=True, words=words, doubt=doubt)


def _words(status: Status) -> str:
    reasons = ", ".join(why_of(one) for one in status.reasons)
    said = f"{reasons} {status.words}".strip()
    return said_of(status.status) + (f": {said}" if said else "")
