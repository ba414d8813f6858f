"""What became of each request of a batch, by what its bank booked and reported.

Tokens are burned on what is called paid here. So one exact, booked debit that stays is paid, and nothing else: no
status, no pending entry, no amount without a name. Whatever does not fit is doubtful, and a person looks at it. Neither
the order of the files nor what they repeat changes the answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from kgst.moments import bishkek_day
from kgst.paying.batch import Batch, BatchPayment
from kgst.paying.pain001 import som_of
from kgst.paying.reasons import why_of
from kgst.paying.reported import Reported, reported
from kgst.settling.categories import BY_CODE, came_back, category_of
from kgst.settling.ledger import Names
from kgst.settling.legs import take
from kgst.settling.model import Leg, Redemption
from kgst.settling.references import references_in
from kgst.statements.entries import Entry
from kgst.statements.model import account_key
from kgst.statements.pain002 import StatusReport

__all__ = ["Answer", "State", "answers"]


class State(StrEnum):
    """What became of a request."""

    PAID = "paid"
    REJECTED = "rejected"
    """The bank will not pay it, and nothing was booked."""
    RETURNED = "returned"
    """It was paid, and the money came back."""
    PENDING = "pending"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of one request.

    Attributes:
        request: Its id.
        state: What became of it.
        leg: The debit that paid it, the credit that returned it, or what is doubtful about it.
        why: In words; empty for a payment.
    """

    request: int
    state: State
    leg: Leg | None = None
    why: str = ""


@dataclass
class _Moved:
    """What moved for one request."""

    paid: list[Leg] = field(default_factory=list)
    back: list[Leg] = field(default_factory=list)
    doubts: list[tuple[str, Leg]] = field(default_factory=list)


def answers(
    batch: Batch,
    entries: Iterable[Entry],
    reports: Iterable[StatusReport] = (),
    *,
    payees: Mapping[int, str] | None = None,
    own: Collection[str] = (),
) -> tuple[Answer, ...]:
    """What became of each request of the batch, in the order of their ids.

    Args:
        batch: What the bank was asked to pay.
        entries: Of statements and notifications, from the day on which the batch was made.
        reports: Of any order; those on others say nothing of this one.
        payees: The account of each request's payee, by its id; of one that is missing no account is compared.
        own: Keys (`account_key`) of the issuer's accounts.
    """
    work = _Answering(batch, payees or {}, own, reported(batch, reports))
    for leg in sorted(_legs(batch, entries), key=_place):
        work.add(leg)
    return work.outcome()


class _Answering:
    """One batch's work."""

    def __init__(
        self,
        batch: Batch,
        payees: Mapping[int, str],
        own: Collection[str],
        said: Mapping[int, Reported],
    ) -> None:
        self.batch, self.payees, self.own, self.said = batch, payees, own, said
        self.payments = {one.request: one for one in batch.payments}
        self.names = Names(
            Redemption(id=str(one.request), tyiyn=one.tyiyn, ids=frozenset({one.end_to_end_id}))
            for one in batch.payments
        )
        self.moved: defaultdict[int, _Moved] = defaultdict(_Moved)
        self.sums: list[Leg] = []
        self.unnamed: list[Leg] = []
        self.came_back: list[Leg] = []

    def add(self, leg: Leg) -> None:
        """Look at one movement."""
        requests = [int(one) for one in self.names.of(leg)]
        if leg.order_id == self.batch.id:
            self.sums.append(leg)
        elif not requests:
            self._add_unnamed(leg)
        elif self._is_charge(leg, requests):
            pass
        elif why := self._doubt(leg, requests):
            for one in requests:
                self.moved[one].doubts.append((why, leg))
        else:
            moved = self.moved[requests[0]]
            (moved.back if leg.credit else moved.paid).append(leg)

    def _add_unnamed(self, leg: Leg) -> None:
        # What has another name is somebody else's.
        if leg.end_to_end_id or any(map(references_in, leg.texts)):
            return
        if came_back(leg):
            self.came_back.append(leg)
        elif not leg.credit and self._is_ours(leg) and category_of(leg, self.own, ()) is None:
            self.unnamed.append(leg)

    def _is_charge(self, leg: Leg, requests: Sequence[int]) -> bool:
        """Banks name the payment that a charge was taken for, or is given back for."""
        whole = any(self.payments[one].tyiyn == leg.tyiyn for one in requests)
        return category_of(leg, (), ()) in BY_CODE and not whole and not came_back(leg)

    def _doubt(self, leg: Leg, requests: Sequence[int]) -> str | None:
        payment = self.payments[requests[0]]
        direction = "came back" if leg.credit else "was debited"
        if len(requests) > 1:
            return f"one entry names {len(requests)} requests of the batch"
        if not leg.adds_up:
            return "the payments of an entry do not add up to it"
        if leg.tyiyn is None:
            return f"what {direction} has no amount"
        if leg.credit:
            return None
        if category_of(leg, (), ()) in BY_CODE:
            return "the bank's code calls the debit a charge"
        if leg.reversal:
            return "a debit by its id takes back what had come in"
        if leg.return_reason is not None:
            return f"the debit's own entry says that it was returned: {why_of(leg.return_reason)}"
        if not self._is_ours(leg):
            return f"it was debited to account {leg.account}, and ordered from another"
        return self._wrong_side(leg, payment)

    def _wrong_side(self, leg: Leg, payment: BatchPayment) -> str | None:
        other, payee = account_key(leg.party_account or ""), self.payees.get(payment.request)
        if other and other in self.own:
            return "it was paid to an account of the issuer's own"
        if other and payee is not None and other != account_key(payee):
            return "it was paid to another account than the payee's"
        return None

    def outcome(self) -> tuple[Answer, ...]:
        """What follows, once every movement was looked at."""
        self._divide_sums()
        found = {one: self._settle(self.payments[one]) for one in sorted(self.payments)}
        self._doubt_by_amount(found)
        return tuple(found.values())

    def _divide_sums(self) -> None:
        """The whole batch as one entry: each payment of it that the bank did not reject."""
        booked = [one for one in self.payments.values() if not self._rejected(one.request)]
        whole = sum(one.tyiyn for one in booked)
        for leg in self.sums:
            sums = {leg.tyiyn, whole if leg.order_tyiyn is None else leg.order_tyiyn}
            fits = sums == {whole} and leg.order_count == len(booked) and self._is_ours(leg)
            for one in booked:
                moved = self.moved[one.request]
                if leg.credit:
                    moved.doubts.append(("the batch, booked as one sum, came back", leg))
                elif not fits:
                    why = "the batch was booked as one sum, which is not that of its payments"
                    moved.doubts.append((why, leg))
                else:
                    # A notification may name each payment with an id of its own.
                    part = replace(leg, tyiyn=one.tyiyn, servicer_reference=None)
                    moved.paid.append(part)

    def _is_ours(self, leg: Leg) -> bool:
        return account_key(leg.account) == account_key(self.batch.debtor.account)

    def _rejected(self, request: int) -> bool:
        return self.said[request].rejected

    def _settle(self, payment: BatchPayment) -> Answer:
        request, moved, said = (
            payment.request,
            self.moved[payment.request],
            self.said[payment.request],
        )
        paid, back = _each_once(moved.paid), _each_once(moved.back)

        def doubtful(why: str, leg: Leg | None) -> Answer:
            return Answer(request=request, state=State.DOUBTFUL, leg=leg, why=why)

        if moved.doubts:
            return doubtful(*moved.doubts[0])
        for leg in (*paid, *back):
            # Of another amount: nothing, once as much came back of it.
            net = _net(paid, back, leg.tyiyn)
            if leg.tyiyn != payment.tyiyn and net:
                moved_ = "came back" if net < 0 else "was debited"
                why = f"{som_of(leg.tyiyn or 0)} som {moved_}, of {som_of(payment.tyiyn)} som"
                return doubtful(why, leg)
        if len(paid) - len(back) > 1:
            return doubtful(f"it was paid {len(paid) - len(back)} times", paid[-1])
        if len(back) > len(paid):
            return doubtful("more came back than was paid", back[-1])
        if said.doubt:
            return doubtful(said.doubt, paid[-1] if paid else None)
        if len(paid) > len(back) and said.rejected:
            return doubtful(f"it was debited, and the bank reports {said.words}", paid[-1])
        if len(paid) > len(back):
            whole = [leg for leg in paid if leg.tyiyn == payment.tyiyn]
            return Answer(request=request, state=State.PAID, leg=whole[-1])
        if back:
            reason = back[-1].return_reason
            why = "it came back" + (f": {why_of(reason)}" if reason else "")
            return Answer(request=request, state=State.RETURNED, leg=back[-1], why=why)
        state = State.REJECTED if said.rejected else State.PENDING
        return Answer(request=request, state=state, why=said.words)

    def _doubt_by_amount(self, found: dict[int, Answer]) -> None:
        """What has the amount of a payment and no name may be it: nothing is settled by that, and nothing is sure."""
        for legs, state, words in (
            (self.unnamed, State.PENDING, "a debit of its amount names nothing"),
            (self.came_back, State.PAID, "money of its amount came back, and names nothing"),
        ):
            alike = Counter(leg.tyiyn for leg in _each_once(legs))
            first = {leg.tyiyn: leg for leg in reversed(legs)}
            fitting = [one for one in found.values() if one.state is state]
            needing = Counter(self.payments[one.request].tyiyn for one in fitting)
            for one in fitting:
                tyiyn = self.payments[one.request].tyiyn
                if alike[tyiyn]:
                    several = needing[tyiyn] > 1 or alike[tyiyn] > 1
                    why = f"{words}{', and several fit' if several else ''}"
                    found[one.request] = replace(
                        one, state=State.DOUBTFUL, leg=first[tyiyn], why=why
                    )
        self._doubt_by_sum(found)

    def _doubt_by_sum(self, found: dict[int, Answer]) -> None:
        paid = [one for one in found.values() if one.state is State.PAID]
        whole = sum(self.payments[one.request].tyiyn for one in paid)
        for leg in self.came_back:
            if leg.tyiyn == whole:
                for one in paid:
                    why = "money came back that is all that was paid, and names nothing"
                    found[one.request] = replace(one, state=State.DOUBTFUL, leg=leg, why=why)


def _net(paid: Sequence[Leg], back: Sequence[Leg], tyiyn: int | None) -> int:
    return sum(leg.tyiyn == tyiyn for leg in paid) - sum(leg.tyiyn == tyiyn for leg in back)


def _legs(batch: Batch, entries: Iterable[Entry]) -> Iterable[Leg]:
    """Booked movements since the batch was made: before, an earlier batch may have tried the same requests."""
    first = bishkek_day(batch.created)
    for entry in entries:
        if not entry.booked or entry.booking_day < first:
            continue
        sum_ = entry.batch is not None and entry.batch.order_id == batch.id and not entry.details
        for leg in take(entry)[0]:
            # A credit of the batch as one sum: all of it came back.
            yield replace(leg, order_id=batch.id) if sum_ else leg


def _each_once(legs: Sequence[Leg]) -> list[Leg]:
    """Movements of one request, each once, in their order.

    A notification and a statement repeat one another. Those of one day, account and amount are as many as stand in one
    statement or notification, or as many as have ids of the bank's own that differ.
    """
    alike: defaultdict[tuple[Any, ...], list[Leg]] = defaultdict(list)
    for leg in legs:
        alike[account_key(leg.account), leg.day, leg.credit, leg.tyiyn].append(leg)
    kept: list[Leg] = []
    for group in alike.values():
        by_place = Counter((leg.file_sha256, leg.statement_id) for leg in group)
        ids = {leg.servicer_reference for leg in group} - {None}
        most = max(max(by_place.values()), len(ids))
        # Those with an id of their own come first.
        first = {leg.servicer_reference: number for number, leg in reversed([*enumerate(group)])}
        rest = [number for number in range(len(group)) if number not in first.values()]
        kept += [group[number] for number in [*sorted(first.values()), *rest][:most]]
    return sorted(kept, key=_place)


def _place(leg: Leg) -> tuple[date, str, str, int, str, str]:
    """The same order, in whatever order files are given."""
    return (
        leg.day,
        leg.file_sha256,
        leg.statement_id,
        leg.number,
        leg.end_to_end_id or "",
        leg.servicer_reference or "",
    )
