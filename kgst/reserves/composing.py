"""From the banks' entries and the burns on the chain to what is settled, and to the two documents that say so."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eth_utils.crypto import keccak

from kgst.errors import InputError
from kgst.node import NodeError, block_at
from kgst.reserves.annex import Annex, Named, Open, Paid, annex_of, hash_of, read_annex
from kgst.reserves.by_hand import ByHand
from kgst.reserves.desk import desk_payments, unconfirmed
from kgst.reserves.files import ChainState, Statement
from kgst.reserves.format import bishkek_day
from kgst.reserves.report import Owed, Published, Report, by_age, composition, part_of, read_report
from kgst.reserves.settled import Life, Settled, Window, settled_now
from kgst.settling.chain import Burn, read_burns
from kgst.settling.model import Order
from kgst.statements.model import account_key
from kgst.units import TYIYN

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.statements import ReserveTotal
    from kgst.statements.entries import Entry

__all__ = [
    "Composed",
    "Previous",
    "compose",
    "days_of",
    "life_of",
    "previous_of",
    "read_previous",
    "window_of",
]


@dataclass(frozen=True)
class Previous:
    """The last attested report, and its annex where it lies beside it."""

    report: Published
    annex: Annex | None


@dataclass(frozen=True)
class Composed:
    """What is written besides the draft.

    Attributes:
        unconfirmed: Requests of the desk that the statements show as paid, and that are locked all the same.
    """

    settled: Settled
    annex: Annex
    report: Report
    unconfirmed: Sequence[int] = ()


def read_previous(path: Path | None, state: ChainState) -> Previous | None:
    """The last report, if it is given, with its annex; errors as in `previous_of`."""
    return previous_of(path, [state.last] if state.last.epoch else [])


def previous_of(path: Path | None, attested: Sequence[Statement]) -> Previous | None:
    """A report that was attested, if it is given, with its annex where that lies beside it.

    Args:
        path: The report.
        attested: Those that it may be of, oldest first.

    Raises:
        InputError: it is none that the chain has the hash of, or the annex is not the report's.
        FileError: a file cannot be used.
    """
    if path is None:
        return None
    found = read_report(path)
    if found.hash not in [one.report_hash for one in attested]:
        last = attested[-1] if attested else None
        wanted = f"{last.report_hash} (epoch {last.epoch})" if last else "none yet"
        raise InputError(
            f"--previous {path}: its hash is {found.hash}, and the last attested report's is {wanted}; give that."
        )
    beside = annex_of(path)
    if not beside.exists():
        return Previous(found, None)
    annex, hash_ = read_annex(beside)
    if hash_ != found.report.annex:
        raise InputError(
            f"{beside}: its hash is {hash_}, and the report's annex has {found.report.annex}; put that report's own "
            "annex beside it."
        )
    return Previous(found, annex)


def life_of(
    system: System,
    state: ChainState,
    previous: Annex | None,
    names: Callable[[Burn], Collection[str]] = lambda _: (),
) -> Life:
    """Everything that was ever burned, and what of it is settled.

    Args:
        system: Whose token.
        state: The chain.
        previous: The last annex.
        names: Further ids by which banks were told to pay a burn.

    Raises:
        NodeError: the node failed, or shows other events than the token has counted.
    """
    burns: list[Burn] = []
    if state.burned:
        first = system.record.token.transaction.block_number
        burns = read_burns(system.token.address, first, state.block.number, state.burned)
    return Life.of(
        burns,
        system.domain.chain_id,
        system.token.address,
        last_settled=state.last.settled,
        previous=previous,
        names=names,
    )


def window_of(
    system: System, entries: Sequence[Entry], closing: date, orders: Sequence[Order]
) -> Window:
    """What moved up to a closing, by whose accounts these are."""
    policy = system.policy
    listed = [name for one in policy.reserve_accounts for name in (one.account, *one.written)]
    others = [name for one in policy.other_accounts for name in (one.account, *one.written)]
    own = listed or [one.account for one in entries]
    return Window(
        entries,
        closing,
        orders,
        frozenset(map(account_key, own)),
        frozenset(map(account_key, others)),
    )


def compose(
    system: System,
    state: ChainState,
    total: ReserveTotal,
    entries: Sequence[Entry],
    *,
    previous: Previous | None = None,
    by_hand: ByHand | None = None,
    orders: Sequence[Order] = (),
) -> Composed:
    """Report and annex of the next attestation.

    Args:
        system: Whose token.
        state: The chain, at the block of the draft.
        total: The reserves.
        entries: Of the statements that are counted.
        previous: The last report.
        by_hand: What `--settled` says.
        orders: Of payments that banks may have booked as one sum.

    Raises:
        InputError: as `settled_now`; or as `desk_payments`.
        NodeError: as `life_of`.
    """
    desk = desk_payments(system, state.block.number)
    life = life_of(system, state, previous.annex if previous else None, desk.of)
    window = desk.window(window_of(system, entries, total.closing_day, orders))
    settled = settled_now(life, window, by_hand, last=state.last.settled, burned=state.burned)
    annex = _annex(system, state, total, settled)
    outcome, values = settled.outcome, life.values
    open_ones = None
    if annex.open is not None:
        open_ones = {one.id: (one.base_units, one.burned_on) for one in annex.open}
    shares = composition(total)
    report = Report(
        chain_id=annex.chain_id,
        token=annex.token,
        epoch=annex.epoch,
        previous_report=state.last.report_hash if state.last.epoch else None,
        annex=hash_of(annex.as_bytes()),
        reserves=part_of(total),
        composition=shares,
        largest_share_bps=max(one.share_bps for one in shares),
        transcribed=tuple(one.account for one in total.accounts if one.transcribed),
        owed=Owed(
            burned=state.burned,
            settled=settled.base_units,
            settled_now=sum(one.base_units for one in annex.settled),
            reopened_now=sum(values[one] for one in annex.reopened),
            unassigned=annex.unassigned_tyiyn * TYIYN,
            origin=settled.origin,
            ages=None if open_ones is None else by_age(open_ones, total.closing_day),
        ),
        moved={kind: str(tyiyn) for kind, tyiyn in outcome.moved.items()} if outcome else {},
        named=dict(sorted(Counter(one.kind for one in annex.named).items())),
        leaves=tuple(annex.leaves()),
    )
    return Composed(settled, annex, report, unconfirmed(life, desk, window))


def days_of(system: System, blocks: Sequence[int]) -> dict[int, date]:
    """The days in Bishkek of some blocks.

    Raises:
        NodeError: the node failed, or lacks one.
    """
    days = {}
    for number in sorted(set(blocks)):
        block = block_at(system.provider, number)
        if block is None:
            raise NodeError(
                f"the node has no block {number}, in which tokens were burned; use another node."
            )
        days[number] = bishkek_day(int(block["timestamp"]))
    return days


def _annex(system: System, state: ChainState, total: ReserveTotal, settled: Settled) -> Annex:
    life, outcome, epoch = settled.life, settled.outcome, state.last.epoch + 1
    values, before = life.values, life.previous
    burns = {one.id: burn for one, burn in zip(life.redemptions, life.burns, strict=True)}
    still = None if settled.open is None else [(one, burns[one]) for one in settled.open]
    days = days_of(system, [burn.block for _, burn in still or ()])
    paid = [(one, leg) for one, leg in outcome.paid.items()] if outcome else []
    by_hand = [(one, None) for one in settled.by_hand]
    salt = (
        keccak(bytes.fromhex(before.salt[2:]) + bytes([epoch % 256]))
        if before
        else secrets.token_bytes(32)
    )
    return Annex(
        chain_id=system.domain.chain_id,
        token=system.token.address,
        epoch=epoch,
        closing=total.closing_day,
        block=state.block.number,
        files=total.files,
        salt="0x" + salt.hex(),
        open=None
        if still is None
        else tuple(
            Open(
                id=one,
                base_units=burn.value,
                account=burn.account,
                block=burn.block,
                burned_on=days[burn.block],
            )
            for one, burn in still
        ),
        settled=tuple(
            Paid(id=one, base_units=values[one], leg=leg) for one, leg in [*paid, *by_hand]
        ),
        reopened=outcome.reopened if outcome else (),
        unassigned_tyiyn=outcome.unassigned_tyiyn if outcome else 0,
        named=tuple(map(Named.of, outcome.findings)) if outcome else (),
        carried=outcome.carried if outcome else (),
    )
