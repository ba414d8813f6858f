"""`settled`: on how many of the tokens ever burned nothing is owed any more, by the banks' own debits.

What the last attestation said, and what this window's entries add to it and take away: entries booked after the last
attested closing, up to this one. So each entry counts once in the life of the token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kgst.errors import InputError
from kgst.reserves.annex import Annex
from kgst.reserves.by_hand import ByHand
from kgst.reserves.origin import SettledFrom
from kgst.settling.chain import Burn, redemption_of
from kgst.settling.ledger import Names
from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Order, Outcome, Redemption
from kgst.statements.entries import Entry
from kgst.units import TYIYN, format_som

__all__ = ["Life", "Settled", "Window", "settled_now"]


@dataclass(frozen=True)
class Life:
    """What was burned, and what of it is settled already.

    Attributes:
        burns: All of them, oldest first.
        redemptions: What is owed for each, in the same order.
        before: Ids of those that earlier attestations settled; None where that is not known.
        carried: From the last annex.
        after: The last attested closing; None before the first.
    """

    burns: Sequence[Burn]
    redemptions: Sequence[Redemption]
    before: frozenset[str] | None
    previous: Annex | None = None

    @classmethod
    def of(
        cls,
        burns: Sequence[Burn],
        chain_id: int,
        token: str,
        *,
        last_settled: int,
        previous: Annex | None,
        names: Callable[[Burn], Collection[str]] = lambda _: (),
    ) -> Life:
        """As the chain and the last annex have it.

        Args:
            burns: All up to the block of the draft.
            chain_id: EIP-155.
            token: Address.
            last_settled: Base units, by the last attestation.
            previous: The annex of its report, whose hash was compared.
            names: Further ids by which banks were told to pay a burn.
        """
        owed = [redemption_of(one, chain_id, token, names(one)) for one in burns]
        before: frozenset[str] | None = None
        if previous is not None and previous.open is not None:
            known = {
                one.id
                for one, burn in zip(owed, burns, strict=True)
                if burn.block <= previous.block
            }
            before = frozenset(known - {one.id for one in previous.open})
        elif last_settled == 0:
            before = frozenset()
        return cls(burns, owed, before, previous)

    def until(self, block: int) -> Life:
        """What of it had been burned by then."""
        count = sum(one.block <= block for one in self.burns)
        return replace(self, burns=self.burns[:count], redemptions=self.redemptions[:count])

    @property
    def values(self) -> dict[str, int]:
        """Base units by id."""
        pairs = zip(self.redemptions, self.burns, strict=True)
        return {one.id: burn.value for one, burn in pairs}


@dataclass(frozen=True)
class Window:
    """What the statements of one attestation have.

    Attributes:
        entries: As they stand in the files.
        closing: The banking day that is attested.
        orders: Of payments that banks may have booked as one sum.
        own, others: Keys of the reserve accounts, and of the issuer's other ones.
    """

    entries: Iterable[Entry]
    closing: date
    orders: Sequence[Order] = ()
    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settled:
    """The figure, and all that it follows from.

    Attributes:
        base_units: Cumulative.
        outcome: What the entries say; None where nothing follows from them.
        by_hand: Ids that a person declared settled.
        open: Ids of what is owed; None where that is not known.
    """

    base_units: int
    origin: SettledFrom
    life: Life
    outcome: Outcome | None
    by_hand: tuple[str, ...] = field(default=())
    open: tuple[str, ...] | None = None


def settled_now(
    life: Life, window: Window, by_hand: ByHand | None, *, last: int, burned: int
) -> Settled:
    """Cumulative base units settled. May be below `last`, when payments came back.

    Args:
        life: What was burned and settled before.
        window: What the banks booked.
        by_hand: What a person says besides.
        last: `settled` of the last attestation, in base units.
        burned: Base units ever burned.

    Raises:
        InputError: nothing follows from the entries for want of the last annex; a figure by hand that names no open
            redemption, or is above `burned`.
    """
    after = life.previous.closing if life.previous else None
    entries = booked_once(window.entries, after=after, until=window.closing)
    outcome = None
    if life.before is not None:
        outcome = match(
            life.redemptions,
            entries,
            settled_before=life.before,
            carried=life.previous.carried if life.previous else (),
            orders=window.orders,
            own=window.own,
            others=window.others,
        )
    elif entries and by_hand is None:
        raise InputError(
            f"the last attestation counts {format_som(last)} as settled, and without its annex nobody can say which "
            "redemptions these are: give the last report with --previous, its annex beside it, or a figure by hand "
            "with --settled and --reason."
        )
    figure = last if outcome is None else _by_entries(life, outcome, last)
    if by_hand is None:
        origin = _origin(outcome, has_entries=bool(entries))
        return Settled(figure, origin, life, outcome, open=outcome.open if outcome else None)
    if by_hand.amount is not None:
        _require_within(by_hand.amount, burned, f"--settled {format_som(by_hand.amount)}")
        still = outcome.open if outcome else None
        return Settled(by_hand.amount, by_hand.origin, life, outcome, open=still)
    ids = _named_by_hand(life, outcome, by_hand)
    figure += sum(value for _, value in by_hand.rows)
    _require_within(figure, burned, by_hand.origin.file or "--settled")
    still_open = tuple(one for one in outcome.open if one not in ids) if outcome else None
    return Settled(figure, by_hand.origin, life, outcome, ids, still_open)


def _by_entries(life: Life, outcome: Outcome, last: int) -> int:
    values = life.values
    gained = sum(values[one] for one in outcome.settled)
    lost = sum(values[one] for one in outcome.reopened) + outcome.unassigned_tyiyn * TYIYN
    return max(0, last + gained - lost)


def _origin(outcome: Outcome | None, *, has_entries: bool) -> SettledFrom:
    if outcome is None or not (has_entries or outcome.settled or outcome.reopened):
        return SettledFrom(kind="unchanged")
    return SettledFrom(
        kind="entries", redemptions=len(outcome.settled), reopened=len(outcome.reopened)
    )


def _named_by_hand(life: Life, outcome: Outcome | None, by_hand: ByHand) -> tuple[str, ...]:
    """The redemptions of a table: each is open, and of exactly its amount.

    Raises:
        InputError: naming each row that is of none.
    """
    names, values = Names(life.redemptions), life.values
    still = set(outcome.open) if outcome else set(values)
    found: list[str] = []
    faults: list[str] = []
    for reference, amount in by_hand.rows:
        ids = [reference] if reference in values else names.of_id(reference)
        where = f"{by_hand.origin.file}: {reference!r}"
        if len(ids) != 1:
            what = "of no burn" if not ids else f"of {len(ids)} burns"
            faults.append(
                f"{where}: the reference is {what}; write the one that was given to `ape run supply burn`, or that of "
                "the payment."
            )
        elif ids[0] not in still or ids[0] in found:
            faults.append(f"{where}: it is settled already; leave the row out.")
        elif values[ids[0]] != amount:
            faults.append(
                f"{where}: {format_som(values[ids[0]])} were burned, not {format_som(amount)}."
            )
        else:
            found.append(ids[0])
    if faults:
        raise InputError("\n".join(faults))
    return tuple(found)


def _require_within(settled: int, burned: int, what: str) -> None:
    if settled > burned:
        raise InputError(
            f"{what}: {format_som(settled)} would be settled in all, and only {format_som(burned)} were ever burned; "
            f"{format_som(settled - burned)} too much. Was something counted in an earlier attestation?"
        )
