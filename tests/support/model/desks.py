"""What a redemption desk should do, in plain Python: the claims of its requesters, and what the token would refuse.

Each method of `Desk` says the error by name, or changes the model and says the desk's events.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from support.at_the_desks import State

TYIYN = 10_000
TRANSFERS, AUTHORIZATIONS, MINTING, BURNING = 1, 2, 4, 8

Events = list[tuple[str, int]]
"""Name and id."""


class Refused(Exception):  # noqa: N818 # as the chain says it
    """With the name of the error."""


@dataclass
class Claim:
    """A request: base units, seconds."""

    requester: int
    amount: int
    time: int
    state: State = State.REQUESTED
    burned: bool = False


@dataclass
class Holders:
    """What the token knows of accounts, orders and pauses."""

    balance: Counter[int]
    frozen: Counter[int] = field(default_factory=Counter)
    blocked: set[int] = field(default_factory=set)
    orders: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """By hash and account: ordered, executed."""
    pauses: int = 0

    def unfrozen(self, who: int) -> int:
        return max(0, self.balance[who] - self.frozen[who])

    def pay(self, payer: int, payee: int, amount: int, pauses: int = TRANSFERS) -> None:
        if self.pauses & pauses:
            raise Refused("OperationPaused")
        if payer in self.blocked:
            raise Refused("ERC7943CannotSend")
        if amount > self.balance[payer]:
            raise Refused("ERC20InsufficientBalance")
        if amount > self.unfrozen(payer):
            raise Refused("ERC7943InsufficientUnfrozenBalance")
        if payee in self.blocked:
            raise Refused("ERC7943CannotReceive")
        self.balance[payer] -= amount
        self.balance[payee] += amount

    def force(self, payer: int, payee: int, amount: int, order: int, ordered: int) -> None:
        fixed, executed = self.orders.get((order, payer), (0, 0))
        if fixed not in (0, ordered):
            raise Refused("OrderAmountMismatch")
        if amount > ordered - executed:
            raise Refused("OrderExceeded")
        if amount > self.balance[payer]:
            raise Refused("ERC20InsufficientBalance")
        self.orders[order, payer] = ordered, executed + amount
        self.frozen[payer] -= max(0, amount - self.unfrozen(payer))
        self.balance[payer] -= amount
        self.balance[payee] += amount


@dataclass
class Desk:
    """One desk at `address`, of the terms of its code."""

    address: int
    redeem_within: int
    pay_within: int
    minimum: int
    holders: Holders
    may_burn: bool = True
    claims: list[Claim] = field(default_factory=list)
    orders: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @property
    def escrow(self) -> int:
        held = (State.REQUESTED, State.LOCKED)
        return sum(
            claim.amount
            for claim in self.claims
            if claim.state in held
            or (claim.state in (State.PAID, State.RETURNED) and not claim.burned)
        )

    def claim(self, number: int) -> Claim:
        if not 0 < number <= len(self.claims):
            return Claim(0, 0, 0, State.NONE)
        return self.claims[number - 1]

    def request(self, who: int, amount: int, now: int, pauses: int) -> Events:
        if not self.may_burn:
            raise Refused("DeskClosed")
        if amount < self.minimum or amount % TYIYN:
            raise Refused("InvalidAmount")
        self.holders.pay(who, self.address, amount, pauses)
        self.claims.append(Claim(who, amount, now + self.redeem_within))
        return [("Requested", len(self.claims))]

    def withdraw(self, number: int, caller: int, now: int) -> Events:
        claim = self.claim(number)
        if caller != claim.requester:
            raise Refused("NotRequester")
        late = claim.state == State.LOCKED and now >= claim.time
        if claim.state != State.REQUESTED and not late:
            raise Refused("NotPossible")
        self.holders.pay(self.address, caller, claim.amount)
        claim.state = State.WITHDRAWN
        return [("Withdrawn", number)]

    def lock(self, numbers: list[int], now: int) -> Events:
        events: Events = []
        for number in numbers:
            claim, holders = self.claim(number), self.holders
            who = claim.requester
            free = who not in holders.blocked and holders.frozen[who] <= holders.balance[who]
            if claim.state == State.REQUESTED and now <= claim.time and free:
                claim.state, claim.time = State.LOCKED, now + self.pay_within
                events.append(("Locked", number))
            else:
                events.append(("Skipped", number))
        return events

    def confirm(self, numbers: list[int]) -> Events:
        events: Events = []
        for number in numbers:
            claim = self.claim(number)
            if claim.state not in (State.LOCKED, State.RETURNED):
                events.append(("Skipped", number))
                continue
            events.append(("Paid", number))
            if claim.state == State.LOCKED:
                try:
                    self._burn(claim)
                except Refused:
                    events.append(("BurnDeferred", number))
            claim.state = State.PAID
        return events

    def burn_paid(self, numbers: list[int]) -> Events:
        events: Events = []
        for number in numbers:
            claim = self.claim(number)
            if claim.state in (State.PAID, State.RETURNED) and not claim.burned:
                self._burn(claim)
            else:
                events.append(("Skipped", number))
        return events

    def _burn(self, claim: Claim) -> None:
        if self.holders.pauses & BURNING:
            raise Refused("OperationPaused")
        if not self.may_burn:
            raise Refused("BurnNotAllowed")
        self.holders.balance[self.address] -= claim.amount
        claim.burned = True

    def returned(self, number: int) -> Events:
        claim = self.claim(number)
        if claim.state != State.PAID:
            raise Refused("NotPossible")
        claim.state = State.RETURNED
        return [("Returned", number)]

    def reject(self, number: int) -> Events:
        claim = self.claim(number)
        if claim.state != State.REQUESTED:
            raise Refused("NotPossible")
        self.holders.pay(self.address, claim.requester, claim.amount)
        claim.state = State.REJECTED
        return [("Rejected", number)]

    def seize(self, number: int, to: int, amount: int, order: int, ordered: int) -> Events:
        claim = self.claim(number)
        if claim.state not in (State.REQUESTED, State.LOCKED):
            raise Refused("NotPossible")
        if not 0 < amount <= claim.amount or amount % TYIYN:
            raise Refused("InvalidAmount")
        key = order, claim.requester
        fixed_here, executed_here = self.orders.get(key, (0, 0))
        fixed_there, executed_there = self.holders.orders.get(key, (0, 0))
        if (fixed_here or fixed_there) not in (0, ordered):
            raise Refused("OrderAmountMismatch")
        if executed_here + executed_there + amount > ordered:
            raise Refused("OrderExceeded")
        self.holders.pay(self.address, to, amount)
        self.orders[key] = ordered, executed_here + amount
        if amount == claim.amount:
            claim.state = State.SEIZED
        else:
            claim.amount -= amount
            claim.state, claim.time = State.REQUESTED, 0
        return [("Seized", number)]

    def rescue(self, token: int, to: int, amount: int) -> Events:
        if amount > self.holders.balance[self.address] - self.escrow:
            raise Refused("EscrowNotRescuable")
        self.holders.pay(self.address, to, amount)
        return [("TokensRescued", token)]
