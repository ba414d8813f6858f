"""ISO 20022 pain.002 (customer payment status report), versions .03 to .14: what a bank says of an order.

It says what the bank means to do, and moves no money: that a payment was made, a booked entry alone shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kgst.statements.camt053.balances import build
from kgst.statements.camt053.binding import bind, code
from kgst.statements.camt053.fields import moment_of
from kgst.statements.camt053.stream import Kind, read_messages
from kgst.statements.model import Fault
from kgst.statements.opened import StatementFile
from kgst.statements.source import clean_text
from kgst.statements.texts import bishkek, plain

__all__ = ["PAIN002", "Status", "StatusReport", "read_pain002"]

PAIN002: Final = Kind(
    "pain.002.001",
    tuple(f"{number:02d}" for number in range(3, 15)),
    "14",
    "CstmrPmtStsRpt",
    "",
    "not a pain.002 status report; ask the bank for pain.002",
)

_CODE: Final = re.compile(r"[A-Z0-9]{1,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is said of an order, of a group of its payments, or of one payment.

    Attributes:
        status: A code like `RJCT`, as the bank wrote it.
        reasons: Codes like `AC04`, as the bank wrote them.
        words: What the bank says besides.
        group_id: `OrgnlPmtInfId`; None of the whole order.
        end_to_end_id: `OrgnlEndToEndId`; None of an order or a group.
    """

    status: str
    reasons: tuple[str, ...] = ()
    words: str = ""
    group_id: str | None = None
    end_to_end_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """One report.

    Attributes:
        created: In seconds since 1970.
        order_id: `OrgnlMsgId`: of the order that it answers.
        count, sum_tyiyn: Of the order, as the bank got it; None where it does not say.
        statuses: In the order of the report.
    """

    file: str
    file_sha256: str
    id: str
    created: int
    order_id: str
    count: int | None
    sum_tyiyn: int | None
    statuses: tuple[Status, ...]


def read_pain002(file: StatementFile) -> list[StatusReport]:
    """The reports in the file.

    Raises:
        StatementError: not well-formed, a DTD, another message or version, against its schema.
    """
    return [
        _report(file, bind(file.name, message).cstmr_pmt_sts_rpt)
        for message in read_messages(file.name, file.xml(), None, PAIN002)
    ]


def _report(file: StatementFile, bound: Any) -> StatusReport:
    fault: Fault = partial(build, file.name, "message header")
    id_ = clean_text(bound.grp_hdr.msg_id, "message id", fault)
    fault = partial(build, file.name, f"report {id_!r}")
    created = moment_of(bound.grp_hdr.cre_dt_tm, fault)
    if created is None:
        raise fault("it has no time of its creation", "ask the bank for a correct report")
    order = bound.orgnl_grp_inf_and_sts
    count, total = order.orgnl_nb_of_txs, order.orgnl_ctrl_sum
    return StatusReport(
        file=file.name,
        file_sha256=file.sha256,
        id=id_,
        created=int(bishkek(created).timestamp()),
        order_id=clean_text(order.orgnl_msg_id, "id of the order", fault),
        count=None if count is None or len(count) > 15 else int(count),
        sum_tyiyn=None if total is None else _tyiyn(total, fault),
        statuses=tuple(_statuses(bound)),
    )


def _tyiyn(total: Any, fault: Fault) -> int:
    if not (total.is_finite() and 0 <= total < 10**18 and total * 100 == int(total * 100)):
        raise fault("its sum of the order is no amount", "ask the bank for a correct report")
    return int(total * 100)


def _statuses(bound: Any) -> Iterator[Status]:
    order = bound.orgnl_grp_inf_and_sts
    yield from _status(order.grp_sts, order.sts_rsn_inf)
    for group in bound.orgnl_pmt_inf_and_sts:
        id_ = plain(group.orgnl_pmt_inf_id, 35)
        yield from _status(group.pmt_inf_sts, group.sts_rsn_inf, id_)
        for one in group.tx_inf_and_sts:
            if one.orgnl_end_to_end_id is not None:
                name = plain(one.orgnl_end_to_end_id, 35)
                yield from _status(one.tx_sts, one.sts_rsn_inf, id_, name)


def _status(
    status: Any, reasons: Iterable[Any], group_id: str | None = None, name: str | None = None
) -> Iterator[Status]:
    if status is None:
        return
    codes: list[str] = []
    words: list[str] = []
    for one in reasons:
        if one.rsn is not None:
            found = code(one.rsn.cd) if one.rsn.cd is not None else one.rsn.prtry
            (codes if _CODE.fullmatch(found or "") else words).append(plain(found or "", 35))
        words += [plain(text, 105) for text in one.addtl_inf]
    yield Status(
        status=plain(code(status), 35),
        reasons=tuple(codes),
        words=" ".join(words),
        group_id=group_id,
        end_to_end_id=name,
    )
