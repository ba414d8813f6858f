"""The state machine of two redemption desks of one token: requesters, operators, and every role against them.

Each step is predicted by `support.model.desks`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis.stateful import rule
from support.at_the_desks import State
from support.model.desks import AUTHORIZATIONS, TRANSFERS, Desk, Events, Refused
from support.model.signatures import Key
from support.quick import ANYONE, GOVERNOR
from support.quick_desks import SOM, TYIYN
from unit.desks.bench import PURSE, REQUESTERS, SUPPLY, DeskBench
from unit.desks.situations import reached

AUTHORITY = Key.named("authority").address
"""Where orders send to; never under one itself."""
ORDERS = 100 * SOM, 5 * TYIYN
"""What the orders by number say to take."""

AMOUNTS = (
    10 * SOM,
    10 * SOM + TYIYN,
    TYIYN,
    37 * SOM,
    PURSE,
    0,
    TYIYN - 1,
    10 * SOM - TYIYN,
    10 * SOM + 1,
)


CONFIRM = "confirmPaid(uint256[],bytes32)"
FORCE = "forcedTransfer(address,address,uint256,bytes32,uint256)"
PAY = "transfer(address,uint256)"
RELAYED = "requestWithAuthorization(address,uint256,bytes32,bytes32,uint256,uint256,uint8,bytes32,bytes32)"
RESCUE = "rescueTokens(address,address,uint256)"
SEIZE = "seize(uint256,address,uint256,bytes32,uint256)"


class DeskMachine(DeskBench):
    @rule()
    def step(self) -> None:
        """One of what there is to do. By the seed alone: drawn one by one they would be the same few."""
        kind, which, who, pick, more, count, *picks = self.random.randbytes(9)
        which, who, picks = which % 2, who % 4, picks[: count % 4]
        acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (5, lambda: self.request(which, who, pick, more % 3 == 0)),
            (2, lambda: self.withdraw(which, pick, more % 20)),
            (4, lambda: self.lock(which, picks)),
            (3, lambda: self.confirm(which, picks)),
            (2, lambda: self.burn_paid(which, picks)),
            (1, lambda: self.returned(which, pick)),
            (1, lambda: self.reject(which, pick)),
            (1, lambda: self.seize(which, pick, more % 6, who % 2, more % 10)),
            (1, lambda: self.stray(which, who, pick)),
            (2, lambda: self.order(who, more % 6, pick)),
            (1, lambda: self.attack(which, more % 5, pick)),
            (2, lambda: self.terms(which, more % 9)),
            (2, lambda: self.pause(8 if more % 3 else 1 << who, pick % 3)),
            (4, lambda: self.wait(which, pick, more)),
            (1, lambda: self.surroundings(bool(more % 2), bool(pick % 2))),
        )
        chances = [act for weight, act in acts for _ in range(weight)]
        chances[kind % len(chances)]()

    def request(self, which: int, who: int, pick: int, relayed: bool) -> None:
        desk, key = self.desks[which], REQUESTERS[who]
        amount = AMOUNTS[pick % 4 if pick < 225 else pick % len(AMOUNTS)]
        pauses = TRANSFERS | AUTHORIZATIONS if relayed else TRANSFERS

        def predicted() -> Events:
            return desk.request(key.address, amount, self.now, pauses)

        if relayed:
            self.salt += 1
            signed = self.w.authorization(key, desk.address, amount, 7, self.salt)
            error = self.act(which, ANYONE, predicted, RELAYED, *signed)
        else:
            error = self.act(which, key, predicted, "request(uint256,bytes32)", amount, 7)
        reached("requested", not error and not relayed)
        reached("requested by a relayer", not error and relayed)
        reached("request at a closed desk refused", error == "DeskClosed")
        reached("same id at both desks", all(desk.claims for desk in self.desks))

    def withdraw(self, which: int, pick: int, other: int, number: int = 0) -> None:
        desk = self.desks[which]
        number = number or self.number(which, pick, State.REQUESTED, State.LOCKED)
        claim = desk.claim(number)
        before, time = claim.state, claim.time
        owner = next((k for k in REQUESTERS if k.address == claim.requester), ANYONE)
        key = (*REQUESTERS, GOVERNOR)[other] if other < 5 else owner
        error = self.act(
            which,
            key,
            lambda: desk.withdraw(number, key.address, self.now),
            "withdraw(uint256)",
            number,
        )
        done = error is None
        reached("withdrawn while requested", done and before == State.REQUESTED)
        reached("withdrawn after payBy", done and before == State.LOCKED and self.now > time)
        reached("withdrawn at payBy", done and before == State.LOCKED and self.now == time)
        reached("withdrawn from a cut desk", done and not desk.may_burn)
        early = error == "NotPossible" and before == State.LOCKED and self.now == time - 1
        reached("withdrawal one second before payBy refused", early)
        reached(
            "another's withdrawal refused", error == "NotRequester" and claim.state != State.NONE
        )
        reached("blocked requester's withdrawal refused", error == "ERC7943CannotReceive")
        reached("withdrawal under a pause refused", error == "OperationPaused")

    def lock(self, which: int, picks: list[int], *given: int) -> None:
        desk = self.desks[which]
        numbers = [*given, *self.numbers(which, picks, State.REQUESTED)]
        open_ = [desk.claim(n) for n in numbers if desk.claim(n).state == State.REQUESTED]
        before = [(claim, claim.time) for claim in open_]
        self.act(which, GOVERNOR, lambda: desk.lock(numbers, self.now), "lock(uint256[])", numbers)
        reached("named twice in one list", len(set(numbers)) < len(numbers))
        held = self.holders
        for claim, time in before:
            who, locked = claim.requester, claim.state == State.LOCKED
            reached("locked", locked)
            reached("locked at the deadline's last second", locked and time == self.now)
            reached(
                "lock one second after the deadline skipped", not locked and time == self.now - 1
            )
            reached("lock of what a seizure left skipped", not locked and time == 0)
            in_time = not locked and self.now <= time
            reached("lock of a blocked requester skipped", in_time and who in held.blocked)
            frozen = held.frozen[who] > held.balance[who]
            reached("lock of a frozen requester skipped", in_time and frozen)

    def confirm(self, which: int, picks: list[int], *given: int) -> None:
        desk = self.desks[which]
        numbers = [*given, *self.numbers(which, picks, State.LOCKED, State.RETURNED)]
        before = [(desk.claim(n), desk.claim(n).state) for n in numbers]
        self.act(which, GOVERNOR, lambda: desk.confirm(numbers), CONFIRM, numbers, 9)
        for claim, state in before:
            paid = state == State.LOCKED
            reached("paid and burned", paid and claim.burned)
            reached("paid after payBy", paid and self.now >= claim.time)
            deferred = paid and not claim.burned
            reached("paid, burn deferred by a pause", deferred and desk.may_burn)
            reached("paid, burn deferred by a cut", deferred and not desk.may_burn)
            reached("confirmed after the withdrawal", state == State.WITHDRAWN)
            reached("paid again", state == State.RETURNED)

    def burn_paid(self, which: int, picks: list[int]) -> None:
        desk = self.desks[which]
        numbers = self.numbers(which, picks, State.PAID, State.RETURNED)
        before = sum(claim.burned for claim in desk.claims)
        self.act(which, ANYONE, lambda: self.whole(desk, numbers), "burnPaid(uint256[])", numbers)
        reached("burned later", sum(claim.burned for claim in desk.claims) > before)

    def whole(self, desk: Desk, numbers: list[int]) -> Events:
        """`burnPaid` as one transaction: all of it or nothing."""
        held = self.holders.balance[desk.address]
        before = [claim.burned for claim in desk.claims]
        try:
            return desk.burn_paid(numbers)
        except Refused:
            self.holders.balance[desk.address] = held
            for claim, burned in zip(desk.claims, before, strict=True):
                claim.burned = burned
            raise

    def returned(self, which: int, pick: int) -> None:
        desk, number = self.desks[which], self.number(which, pick, State.PAID)
        error = self.act(
            which, GOVERNOR, lambda: desk.returned(number), "returned(uint256)", number
        )
        reached("returned", not error)
        reached("returned before its burn", not error and not desk.claim(number).burned)

    def reject(self, which: int, pick: int) -> None:
        desk, number = self.desks[which], self.number(which, pick, State.REQUESTED)
        arguments = number, "no such account"
        error = self.act(
            which, GOVERNOR, lambda: desk.reject(number), "reject(uint256,string)", *arguments
        )
        reached("rejected", not error)

    def seize(self, which: int, pick: int, part: int, order: int, other: int) -> None:
        desk = self.desks[which]
        number = self.number(which, pick, State.REQUESTED, State.LOCKED)
        claim = desk.claim(number)
        state, whole = claim.state, claim.amount
        amount = (whole, TYIYN, whole - TYIYN, whole + TYIYN, 1, 5 * TYIYN)[part] % 2**256
        said = ORDERS[order] + (other == 0)
        elsewhere = self.holders.orders.get((order, claim.requester), (0, 0))[1]
        given = number, AUTHORITY, amount, order, said
        error = self.act(which, GOVERNOR, lambda: desk.seize(*given), SEIZE, *given)
        reached("seized while requested", not error and state == State.REQUESTED)
        reached("seized while locked", not error and state == State.LOCKED)
        reached("seized in part", not error and amount < whole)
        exceeded = error == "OrderExceeded"
        reached("order exceeded here", exceeded and not elsewhere)
        reached("order exceeded with what the token took", exceeded and elsewhere > 0)

    def stray(self, which: int, who: int, pick: int) -> None:
        """Tokens sent to the desk by mistake, and their rescue; at times of more than is stray."""
        desk, key = self.desks[which], REQUESTERS[who]
        if pick % 3 == 0:
            self.at_token(
                key, lambda: self.holders.pay(key.address, desk.address, 3), PAY, desk.address, 3
            )
            return
        stray = self.holders.balance[desk.address] - desk.escrow
        amount = stray + (pick % 3 == 1)
        given = self.w.token, AUTHORITY, amount
        error = self.act(which, GOVERNOR, lambda: desk.rescue(*given), RESCUE, *given)
        reached("stray tokens rescued", not error and amount > 0)
        reached("rescue of escrow refused", error == "EscrowNotRescuable" and desk.escrow > 0)

    def order(self, who: int, kind: int, pick: int) -> None:
        """Against a requester."""
        at, held = REQUESTERS[who].address, self.holders
        if kind < 2:
            (held.blocked.add if kind == 0 else held.blocked.discard)(at)
            self.w.quick.govern(f"{'un' * kind}blockAccount(address)", at)
        elif kind < 4:
            amount = (
                (0, held.balance[at], held.balance[at] + 1, 2**72 - 1)[pick % 4] if kind == 2 else 0
            )
            held.frozen[at] = amount
            self.w.quick.govern("setFrozenTokens(address,uint256)", at, amount)
        else:
            order = pick % 2
            given = at, AUTHORITY, (ORDERS[order], TYIYN, 5)[pick % 3], order, ORDERS[order]
            self.at_token(GOVERNOR, lambda: held.force(*given), FORCE, *given)

    def attack(self, which: int, kind: int, pick: int) -> None:
        """Every order against the desk itself."""
        at = self.desks[which].address
        amount = self.holders.balance[at] if pick % 2 else 1
        calls: list[tuple[Any, ...]] = [
            ("blockAccounts(address[])", [at]),
            ("setFrozenTokens(address,uint256)", at, amount or 1),
            (FORCE, at, AUTHORITY, amount, 1_000 + pick, 2**72 - 1),
            ("forcedTransfer(address,address,uint256)", at, AUTHORITY, amount),
            ("burnBlocked(address,uint256,bytes32,uint256)", at, amount, 2_000 + pick, 2**72 - 1),
        ]
        outcome = self.w.send(GOVERNOR, self.w.token, *calls[kind])
        assert outcome.error is not None
        assert outcome.error[0] == ("AccountNotBlocked" if kind == 4 else "AccountIsDesk")
        reached("desk attacked by an order")

    def terms(self, which: int, kind: int) -> None:
        desk, govern = self.desks[which], self.w.quick.govern
        if kind == 0:
            govern("cutIssuer(address)", desk.address)
            desk.may_burn = False
            reached("desk cut")
        elif kind == 1:
            govern("lowerIssuer(address,uint256,uint256)", desk.address, 0, 0)
        elif kind == 2:
            govern("setIssuer(address,uint256,uint256,bool)", desk.address, 2**72 - 1, 5, 0)
            desk.may_burn = False
        else:
            reached("desk appointed again", not desk.may_burn)
            govern("setIssuer(address,uint256,uint256,bool)", desk.address, 0, 0, 1)
            govern("setDesk(address)", desk.address)
            desk.may_burn = True

    def pause(self, flag: int, on: int) -> None:
        if on == 0:
            self.holders.pauses |= flag
            self.w.quick.govern("pause(uint256)", flag)
        else:
            self.holders.pauses &= ~flag
            self.w.quick.govern("unpause(uint256)", flag)

    def wait(self, which: int, pick: int, more: int) -> None:
        """To the edge of a claim's time, where somebody may act on it; else a while."""
        number = self.number(which, pick, State.LOCKED if more % 8 < 5 else State.REQUESTED)
        claim = self.desks[which].claim(number)
        until = claim.time + more % 3 - 1
        if until < self.now or more < 32:
            self.w.quick.wait((0, 1, 600, 3_600)[pick % 4])
            return
        self.w.quick.wait(until - self.now)
        if pick % 4 == 0 and claim.state == State.LOCKED:
            self.confirm(which, [], number)
        elif pick % 4 < 3:
            self.withdraw(which, 0, 19, number)
        else:
            self.lock(which, [], number)

    def surroundings(self, on: bool, half: bool) -> None:
        """Payments run from the implementation; the reserves are less than what is out."""
        self.w.quick.govern("setDelegateAll(bool)", int(on))
        reached("code diverted", on)
        self.w.quick.wait(1)
        reserves = SUPPLY // TYIYN // (2 if half else 1)
        outcome = self.w.quick.attest(reserves, self.w.quick.auditors)
        assert outcome.error is None, outcome.error
        reached("deficit", half)
