"""`ape run reconcile`: what the banks say and what the chain says, held against one another. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.node import NodeError, block_at
from kgst.reconcile.building import Scope, document_of
from kgst.reconcile.deposits import match_deposits
from kgst.reconcile.documents import ReconcileDocument
from kgst.reconcile.views import breaks_csv, print_all
from kgst.reserves.attested import Attested, read_attested
from kgst.reserves.composing import Previous, life_of, previous_of, window_of
from kgst.reserves.desk import desk_payments
from kgst.reserves.format import bishkek_day
from kgst.reserves.progress import reading_shown
from kgst.reserves.reading import final_enough, read_state
from kgst.reserves.signing import CURRENCY
from kgst.settling.chain import Mint, read_mints
from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.orders import read_orders
from kgst.statements import StatementError
from kgst.statements.continuity import discontinuities
from kgst.statements.model import end_of
from kgst.statements.reading import read_sheets
from kgst.statements.sheet import LeftOut, Sheet
from kgst.storing import require_apart, write_new

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.reserves.files import ChainState
    from kgst.statements.entries import Entry

__all__ = ["Given", "reconcile", "reconciled"]


@dataclass(frozen=True)
class Given:
    """What the treasurer gives.

    Attributes:
        statements: The banks' files.
        previous: An attested report, its annex beside it: what is after its closing counts.
        orders: Files of payment orders.
        epoch: The attestation to look at; None for now.
        csv_path: Where to write the breaks; None for nowhere.
    """

    policy_path: Path | None
    statements: Sequence[Path]
    previous: Path | None = None
    orders: Sequence[Path] = ()
    epoch: int | None = None
    csv_path: Path | None = None


def reconcile(given: Given, *, force: bool, quiet: bool) -> Answer[ReconcileDocument]:
    """Mints against deposits, redemptions against payments."""
    system = open_system(given.policy_path, quiet=quiet)
    return reconciled(system, given, force=force, quiet=quiet)


def reconciled(
    system: System, given: Given, *, force: bool = False, quiet: bool = True
) -> Answer[ReconcileDocument]:
    """The same of a system that is open."""
    state = read_state(system, final_enough(system))
    inputs = [system.policy_path, *given.statements, *given.orders]
    require_apart([given.csv_path] if given.csv_path else [], inputs)
    orders = read_orders(given.orders)
    attested = (
        read_attested(system, state.last, state.block.number)
        if given.epoch or given.previous
        else {}
    )
    previous = previous_of(given.previous, [one.statement for one in attested.values()])
    entries, sheets = _entries(system, given.statements, quiet=quiet)
    scope = _scope(given, state, entries, attested, previous)
    desk = desk_payments(system, state.block.number)
    life = life_of(system, state, previous.annex if previous else None, desk.of).until(scope.block)
    window = desk.window(window_of(system, entries, scope.until, orders))
    outcome = match(
        life.redemptions,
        booked_once(entries, after=scope.after, until=scope.until),
        settled_before=life.before or (),
        carried=previous.annex.carried if previous and previous.annex else (),
        orders=window.orders,
        own=window.own,
        others=window.others,
    )
    minted = state.supply + state.burned
    first = system.record.token.transaction.block_number
    mints = read_mints(system.token.address, first, state.block.number, minted) if minted else []
    mints = [one for one in mints if one.block <= scope.block]
    blocks = _blocks(system, scope, entries, mints)
    deposits = match_deposits(mints, outcome.credits, outcome.taken_back, blocks)
    gaps = discontinuities(sheets, previous.report.total if previous else None)
    document = document_of(system, scope, life, outcome, deposits, previous, gaps)
    if given.csv_path is not None:
        write_new([(given.csv_path, breaks_csv(document.breaks))], force=force)
    code = ExitCode.DRIFT if document.breaks else ExitCode.DONE
    return Answer(document, lambda out: print_all(out, document), code)


def _entries(
    system: System, paths: Sequence[Path], *, quiet: bool
) -> tuple[list[Entry], list[Sheet | LeftOut]]:
    entries: list[Entry] = []
    try:
        accounts = system.policy.accounts(system.policy_path)
        with reading_shown(quiet=quiet) as progress:
            sheets = read_sheets(paths, CURRENCY, accounts, entries.append, progress)
    except StatementError as error:
        raise InputError(str(error)) from error
    if not entries:
        raise InputError(
            "the statements have no entries of the reserve accounts, so there is nothing to reconcile; ask the banks "
            "for statements with entries (camt.053)."
        )
    return entries, sheets


def _scope(
    given: Given,
    state: ChainState,
    entries: Sequence[Entry],
    attested: dict[int, Attested],
    previous: Previous | None,
) -> Scope:
    after = previous.report.total.closing_day if previous else None
    if given.epoch is None:
        return Scope(after, max(one.booking_day for one in entries), state.block.number, None)
    one = attested.get(given.epoch)
    if one is None:
        raise InputError(
            f"--epoch {given.epoch}: the chain has attestations 1 to {state.last.epoch}; give one of these."
        )
    # The closing moment is 24:00 of its day.
    return Scope(after, bishkek_day(one.statement.as_of - 1), one.block, one)


def _blocks(system: System, scope: Scope, entries: Sequence[Entry], mints: Sequence[Mint]) -> range:
    """The blocks whose mints need a deposit in these statements."""
    if not mints:
        return range(0)
    start = scope.after or min(one.booking_day for one in entries)
    begin = int(end_of(start).timestamp()) - (0 if scope.after else 86_400)
    until = int(end_of(scope.until).timestamp())
    low, high = mints[0].block, scope.block + 1
    return range(_first_from(system, begin, low, high), _first_from(system, until, low, high))


def _first_from(system: System, moment: int, low: int, high: int) -> int:
    """The first block from `low` on whose time is `moment` or later; `high` when there is none before it."""
    while low < high:
        middle = (low + high) // 2
        block = block_at(system.provider, middle)
        if block is None:
            raise NodeError(f"the node has no block {middle}; use another node.")
        if int(block["timestamp"]) < moment:
            low = middle + 1
        else:
            high = middle
    return low
