"""Which redemptions are settled: their payments stand as booked debits, by reference and exact amount, and stay.

Nothing is settled by an amount alone. What is doubtful is named, and settles nothing: so that a slip makes `settled`
too small, which stops minting early, and never too large.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from kgst.settling.categories import BY_CODE, came_back, category_of
from kgst.settling.ledger import Ledger, Names
from kgst.settling.legs import take
from kgst.settling.model import Category, Finding, Kind, Leg, Order, Outcome, Redemption
from kgst.statements.entries import Entry

__all__ = ["match"]


def match(
    redemptions: Sequence[Redemption],
    entries: Iterable[Entry],
    *,
    settled_before: Collection[str] = (),
    carried: Iterable[Leg] = (),
    orders: Iterable[Order] = (),
    own: Collection[str] = (),
    others: Collection[str] = (),
) -> Outcome:
    """What is settled once all entries are read.

    Args:
        redemptions: All that were ever burned, oldest first.
        entries: Of this window, each once (`booked_once`).
        settled_before: Ids of those that earlier windows settled.
        carried: What the last window handed on.
        orders: Whose payments banks may have booked as one sum.
        own: Keys of the reserve accounts.
        others: Keys of the issuer's other accounts.
    """
    work = _Matching(redemptions, settled_before, orders, own, others)
    for leg in carried:
        work.add(leg)
    for entry in entries:
        legs, charges = take(entry)
        work.moved[Category.FEE] -= charges
        for leg in legs:
            work.add(leg)
    return work.outcome()


class _Matching:
    """One window's work."""

    def __init__(
        self,
        redemptions: Sequence[Redemption],
        settled_before: Collection[str],
        orders: Iterable[Order],
        own: Collection[str],
        others: Collection[str],
    ) -> None:
        self.redemptions = {one.id: one for one in redemptions}
        self.before = frozenset(settled_before)
        self.orders = {one.id: one for one in orders}
        self.own, self.others = own, others
        self.names = Names(redemptions)
        self.ledgers: defaultdict[str, Ledger] = defaultdict(Ledger)
        self.moved: Counter[Category] = Counter()
        self.findings: list[Finding] = []
        self.carried: list[Leg] = []
        self.unnamed: list[Leg] = []
        self.unassigned: list[Leg] = []
        self.credits: list[Leg] = []
        self.taken_back: list[Leg] = []

    def hold(
        self,
        kind: Kind,
        leg: Leg,
        ids: Sequence[str] = (),
        tyiyn: int | None = None,
        says: str = "",
    ) -> None:
        """Name a debit that settles nothing, for this window and the next."""
        amount = leg.tyiyn if tyiyn is None else tyiyn
        self.findings.append(
            Finding(kind=kind, leg=leg, redemptions=tuple(ids), tyiyn=amount, says=says)
        )
        self.carried.append(leg)

    def add(self, leg: Leg) -> None:
        """Look at one movement."""
        ids = self.names.of(leg)
        if leg.credit:
            self._add_credit(leg, ids)
        elif not leg.adds_up:
            self.hold(Kind.DETAILS_DIFFER, leg, ids)
        elif leg.order_id is not None:
            self._add_order(leg, leg.order_id)
        elif category := category_of(leg, self.own, self.others):
            if ids and category in (Category.OWN_TRANSFER, Category.WITHDRAWAL):
                self.hold(Kind.TO_ITSELF, leg, ids)
            else:
                self.moved[category] -= leg.tyiyn or 0
        elif leg.reversal:
            self.taken_back.append(leg)
        elif len(ids) > 1:
            self.hold(Kind.AMBIGUOUS, leg, ids)
        elif ids:
            self._add_payment(ids[0], leg)
        else:
            self.unnamed.append(leg)

    def _add_credit(self, leg: Leg, ids: Sequence[str]) -> None:
        category, returned = category_of(leg, self.own, self.others), came_back(leg)
        if ids and category and not returned and not self._is_amount_of(leg, ids, category):
            # Banks give back a charge by the id of the payment that it was taken for.
            self.moved[category] += leg.tyiyn or 0
        elif len(ids) == 1:
            self.ledgers[ids[0]].back.append(leg)
        elif ids:
            self.unassigned.append(leg)
        elif category is not None:
            self.moved[category] += leg.tyiyn or 0
        elif returned:
            self.unassigned.append(leg)
        else:
            self.credits.append(leg)

    def _is_amount_of(self, leg: Leg, ids: Sequence[str], category: Category) -> bool:
        """Whether a credit that its code calls a charge is as much as a redemption that it names."""
        return category in BY_CODE and any(self.redemptions[one].tyiyn == leg.tyiyn for one in ids)

    def _add_payment(self, id_: str, leg: Leg) -> None:
        ledger = self.ledgers[id_]
        if leg.return_reason is not None:
            ledger.marked.append(leg)
        elif leg.tyiyn is not None and leg.tyiyn == self.redemptions[id_].tyiyn:
            ledger.paid.append(leg)
        else:
            ledger.wrong.append(leg)

    def _add_order(self, leg: Leg, order_id: str) -> None:
        """Payments that the bank booked as one sum, by the order that asked for them."""
        order = self.orders.get(order_id)
        if order is None:
            self.hold(Kind.NO_ORDER, leg, says=f"order {order_id}")
            return
        named = [self.names.of_id(name) for name, _ in order.payments]
        exact = all(
            len(ids) == 1 and self.redemptions[ids[0]].tyiyn == tyiyn
            for ids, (_, tyiyn) in zip(named, order.payments, strict=True)
        )
        sums = {leg.tyiyn, order.tyiyn if leg.order_tyiyn is None else leg.order_tyiyn}
        if not exact or leg.order_count != len(order.payments) or sums != {order.tyiyn}:
            self.hold(Kind.ORDER_DIFFERS, leg, says=f"order {order_id}")
            return
        for ids, (name, tyiyn) in zip(named, order.payments, strict=True):
            one = replace(leg, end_to_end_id=name, tyiyn=tyiyn, order_id=None)
            self.ledgers[ids[0]].paid.append(one)

    def outcome(self) -> Outcome:
        """What follows, once every movement was looked at."""
        settled, reopened, still_open = [], [], []
        paid: dict[str, Leg] = {}
        for id_ in self.redemptions:
            before = id_ in self.before
            now = self._settle(id_, before)
            if not now:
                still_open.append(id_)
            if now and not before:
                settled.append(id_)
                paid[id_] = self.ledgers[id_].paid[0]
            if before and not now:
                reopened.append(id_)
        self._cancel_unnamed()
        self._name_by_amount(still_open)
        for leg in self.unassigned:
            self._say(Kind.RETURN_UNASSIGNED, leg, self.names.of(leg))
        return Outcome(
            settled=tuple(settled),
            reopened=tuple(reopened),
            open=tuple(still_open),
            paid=paid,
            unassigned_tyiyn=sum(leg.tyiyn or 0 for leg in self.unassigned),
            moved={one: self.moved[one] for one in sorted(self.moved) if self.moved[one]},
            findings=tuple(self.findings),
            carried=tuple(self.carried),
            credits=tuple(self.credits),
            taken_back=tuple(self.taken_back),
        )

    def _settle(self, id_: str, before: bool) -> bool:
        """Whether a redemption is settled now; what is to be said of it is said."""
        ledger, one = self.ledgers[id_], self.redemptions[id_]
        for leg in ledger.pair_off():
            self._say(Kind.RETURNED, leg, [id_])
        net = before + len(ledger.paid) - len(ledger.back)
        for leg in ledger.back:
            kind = Kind.RETURNED_UNPAID if net < 0 else Kind.RETURNED
            self._say(kind, leg, [id_])
        for leg in ledger.marked:
            self.hold(Kind.RETURNED, leg, [id_], says=leg.return_reason or "")
        for leg in ledger.wrong:
            self.hold(Kind.WRONG_AMOUNT, leg, [id_], tyiyn=(leg.tyiyn or 0) - (one.tyiyn or 0))
        for leg in ledger.paid[len(ledger.paid) - (net - 1) :] if net > 1 else ():
            self.hold(Kind.PAID_TWICE, leg, [id_], tyiyn=one.tyiyn)
        return net >= 1

    def _say(self, kind: Kind, leg: Leg, ids: Sequence[str]) -> None:
        said = leg.return_reason or ("reversed" if leg.reversal else "")
        self.findings.append(
            Finding(kind=kind, leg=leg, redemptions=tuple(ids), tyiyn=leg.tyiyn, says=said)
        )

    def _cancel_unnamed(self) -> None:
        """A debit that names no redemption, and what surely is its return, are nothing together."""
        for credit in list(self.unassigned):
            twin = next((one for one in self.unnamed if _is_return_of(credit, one)), None)
            if twin is not None:
                self.unnamed.remove(twin)
                self.unassigned.remove(credit)

    def _name_by_amount(self, still_open: Sequence[str]) -> None:
        """Debits without a reference: named with the open redemptions of their amount, and never settled by it."""
        by_amount: defaultdict[int | None, list[str]] = defaultdict(list)
        for id_ in still_open:
            by_amount[self.redemptions[id_].tyiyn].append(id_)
        alike = Counter(leg.tyiyn for leg in self.unnamed)
        for leg in self.unnamed:
            fits = by_amount.get(leg.tyiyn, []) if leg.tyiyn is not None else []
            if not fits:
                self.hold(Kind.UNMATCHED, leg)
            elif len(fits) == alike[leg.tyiyn] == 1:
                self.hold(Kind.PROBABLE, leg, fits)
            else:
                self.hold(Kind.AMBIGUOUS, leg, fits)


def _is_return_of(credit: Leg, debit: Leg) -> bool:
    """The same account, amount, and id that bank or payer gave it."""
    ids = {credit.end_to_end_id, credit.servicer_reference} - {None}
    return (
        credit.account == debit.account
        and credit.tyiyn == debit.tyiyn
        and bool(ids & {debit.end_to_end_id, debit.servicer_reference})
    )
