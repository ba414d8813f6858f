"""`--rest`: giving a payout up. What it has not paid is declared void on the chain, then written to a new file.

Void first: else whoever has the old file, or an owner's signatures, could pay it beside the new one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.errors import InputError
from kgst.node import rpc
from kgst.pipeline.batches import send_each
from kgst.pipeline.operation import Operation
from kgst.pipeline.results import Result
from kgst.storing import FileError, write_new
from kgst.supply.payout_checks import Cost, require_affordable
from kgst.supply.payout_file import Payment
from kgst.supply.payout_job import Job
from kgst.supply.payout_rounds import Rounds, Standing
from kgst.supply.payout_views import answer, print_voiding
from kgst.units import TYIYN

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome
    from kgst.supply.documents import SupplyPayoutDocument

__all__ = ["give_up_rest", "require_writable"]


def require_writable(target: Path) -> None:
    """Before anything is declared void.

    Raises:
        InputError: `target` is there already, or its folder is not.
    """
    if target.exists() or not target.parent.is_dir():
        why = "it exists" if target.exists() else "its folder does not exist"
        raise InputError(
            f"--rest {target}: it cannot be written ({why}); give a new file in a folder that is there."
        )


def give_up_rest(
    job: Job, standing: Standing, own: Mapping[str, Outcome], target: Path, *, begun: bool
) -> Answer[SupplyPayoutDocument]:
    """Use the free keys of a begun round for nothing, and write what was not paid to `target`.

    Again after an interruption it goes on; again after its end it writes the same file.

    Args:
        job: The round.
        standing: How far it is.
        own: Outcomes that the journals know, by step.
        target: A new file.
        begun: Whether the journal of this round is open.

    Raises:
        InputError: `target` cannot be written.
        RefusedError: the token does not take it, or it costs too much.
        UnconfirmedError: sent and not final; the same command goes on.
    """
    work, system = job.work, job.system
    operations = [job.voiding(chunk) for chunk in standing.left]
    result = Result()
    if operations:
        cost = _cost(system, job.payer, operations)
        require_affordable(system, work.actor, cost)
        print_voiding(work, job.found(standing), standing.left, cost)
        result = send_each(work, job.subject, job.name, operations, job.reference)
        if result.proposal is not None:
            return answer(work, job.found(standing), operations, result)
        known = {**own, **{outcome.step: outcome for outcome in result.outcomes}}
        last = max(outcome.block_number for outcome in result.outcomes)
        rounds = Rounds(system, job.payer, job.file, last)
        standing = rounds.standing(job.round, job.chunks, known)
    elif begun:
        work.close(job.subject, job.name, job.reference)
    rest = [p for chunk in job.chunks if chunk.name in standing.void for p in chunk.payments]
    if rest:
        _write(target, _as_csv(sorted(rest, key=lambda payment: payment.line)))
    result.resumed = True
    return answer(work, job.found(standing), operations, result, rest=target if rest else None)


def _cost(system: System, payer: str, operations: Sequence[Operation]) -> Cost:
    """At most: the first may have to open a word of storage."""
    eth, first = system.provider.web3.eth, operations[0]
    with rpc(f"simulate {first.name}"):
        gas = int(
            eth.estimate_gas({"from": payer, "to": first.to, "data": "0x" + first.data.hex()})
        )
        price = int(eth.gas_price)
    return Cost(gas * len(operations), gas, price)


def _write(target: Path, text: str) -> None:
    try:
        write_new([(target, text.encode())])
    except FileError as error:
        why = getattr(error.__cause__, "strerror", None) or "something else stands there"
        raise InputError(
            f"--rest {target}: it cannot be written ({why}); give the same command again with a new file in "
            "a folder that is there: what is void stays so."
        ) from error


def _as_csv(payments: Sequence[Payment]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["address", "amount_tyiyn", "reference"])
    writer.writerows([p.receiver, p.value // TYIYN, p.reference] for p in payments)
    return out.getvalue()
