"""Every attestation that the token ever accepted, by its events; and the chain of the reports that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode

from kgst.checks import Check
from kgst.events import read_logs, topic_at, uint_topic
from kgst.node import NodeError
from kgst.reserves.files import Statement
from kgst.reserves.report import read_report
from kgst.storing import FileError

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["ATTESTED", "Attested", "check_reports", "read_attested"]

ATTESTED: Final = (
    "ReservesAttested(uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
)


@dataclass(frozen=True)
class Attested:
    """One attestation, and the block that it came in."""

    statement: Statement
    block: int


def read_attested(system: System, last: Statement, to_block: int) -> dict[int, Attested]:
    """By epoch, from 1 to that of `last`.

    Raises:
        NodeError: the node failed; or its events and the token's state contradict one another.
    """
    if last.epoch == 0:
        return {}
    record = system.record.token
    found: dict[int, Attested] = {}
    for log in read_logs(record.address, (ATTESTED,), record.transaction.block_number, to_block):
        reserves, settled, as_of, *_ = decode(["uint256"] * 6, bytes(log["data"]))
        statement = Statement(
            epoch=uint_topic(log, 1),
            reserves=reserves,
            settled=settled,
            as_of=as_of,
            report_hash="0x" + topic_at(log, 2).hex(),
        )
        found[statement.epoch] = Attested(statement, int(log["blockNumber"]))
    if list(found) != list(range(1, last.epoch + 1)) or found[last.epoch].statement != last:
        raise NodeError(
            f"the node's events have attestations {', '.join(map(str, found)) or 'none'}, and the token is at epoch "
            f"{last.epoch}, or its last one is another: events are missing or made up. Use a node that serves events "
            "since the deployment, or `ape run index sync` with one first."
        )
    return found


def check_reports(paths: Sequence[Path], attested: dict[int, Attested]) -> list[Check]:
    """Whether these reports are those that were attested, one after the other from the first to the last.

    Args:
        paths: In any order.
        attested: Every attestation.

    Raises:
        FileError: two files are of one epoch.
    """
    checks: list[Check] = []
    by_epoch: dict[int, str] = {}
    for path in paths:
        published = read_report(path)
        report, epoch = published.report, published.report.epoch
        if epoch in by_epoch:
            raise FileError(
                f"{path}: another of the files is of epoch {epoch}, too; give each once."
            )
        by_epoch[epoch] = published.hash
        before = attested.get(epoch - 1)
        said = attested.get(epoch)
        wanted = {
            "hash": said.statement.report_hash if said else "not attested",
            "total": str(said.statement.reserves) if said else "",
            "settled": str(said.statement.settled) if said else "",
            "previous": str(before.statement.report_hash if before else None),
        }
        found = {
            "hash": published.hash,
            "total": str(published.total.total_tyiyn),
            "settled": str(report.owed.settled),
            "previous": str(report.previous_report),
        }
        wrong = [key for key in wanted if found[key] != wanted[key]]
        checks.append(
            Check.that(
                "reports",
                f"epoch {epoch}",
                not wrong,
                f"{path.name}: "
                + (
                    "; ".join(f"{key} is {found[key]}, attested {wanted[key]}" for key in wrong)
                    or f"the attested one, linked to {'the one before' if before else 'none: it is the first'}"
                ),
                advice="ask the issuer for the report that was published",
            )
        )
    checks.sort(key=lambda one: int(one.item.removeprefix("epoch ")))
    missing = [str(epoch) for epoch in attested if epoch not in by_epoch]
    checks.append(
        Check.that(
            "reports",
            "from the first to the last",
            not missing,
            f"epochs {', '.join(missing)} are not among the files" if missing else "all are here",
            advice="give them, too: a chain with a gap shows nothing before the gap",
        )
    )
    return checks
