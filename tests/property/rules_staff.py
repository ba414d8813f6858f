"""What the staff does from day to day: issuers, compliance, orders, pauses."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import FIELD, FULL, Dice
from property.rules_money import DICE
from support.model.issuance import FASTEST
from support.model.ledger import ALL_PAUSES, MINTING, PAUSES

WEEK = 604_800
SEIZE = "forcedTransfer(address,address,uint256,bytes32,uint256)"
DESTROY = "burnBlocked(address,uint256,bytes32,uint256)"


class StaffRules(Bench):
    # Issuers

    @rule(d=DICE)
    def set_issuer(self, d: Dice) -> None:
        who = d.pick(
            [
                *self.driver.issuers,
                *self.driver.issuers,
                self.driver.place.manager,
                self.driver.world.wallet,
                w.ADDRESS["upgrader"],
                0,
                self.token,
            ]
        )
        capacity = d.pick((10**12, 10**9, 10**15, FIELD, 10**6, 0, 1, FIELD + 1, FULL))
        refill = d.pick((0, 0, 10**6, 1, 10**9, FASTEST, FASTEST + 1, FULL))
        self.govern(
            d,
            "setIssuer(address,uint256,uint256,bool)",
            who,
            capacity,
            refill,
            0 if d.rarely(3) else 1,
        )

    @rule(d=DICE)
    def lower_issuer(self, d: Dice) -> None:
        """At once, to less than it is; at times to more."""
        who = d.pick([*self.driver.issuers, self.anyone(d)])
        quota = self.model.quota[who]
        capacity = d.pick(
            (quota.capacity // 2, quota.capacity, quota.capacity - quota.capacity // 8, 0)
        )
        refill = d.pick((quota.refill, quota.refill // 2, 0))
        if d.rarely(6):
            capacity, refill = d.pick(((quota.capacity + 1, 0), (0, quota.refill + 1)))
        self.govern(d, "lowerIssuer(address,uint256,uint256)", who, capacity, refill)

    @rule(d=DICE)
    def cut_issuer(self, d: Dice) -> None:
        if d.rarely(2):
            self.govern(d, "cutIssuer(address)", d.pick([*self.driver.issuers, self.anyone(d)]))

    # Compliance

    @rule(d=DICE)
    def block(self, d: Dice) -> None:
        """Not too many: the life of the others must go on."""
        if sum(self.model.blocked[a] for a in self.driver.known) > 4 and not d.rarely(4):
            self.unblock(d)
        elif d.rarely(3):
            who = [self.anyone(d) for _ in range(d.byte() % 3)]
            self.govern(d, "blockAccounts(address[])", who)
        else:
            self.govern(d, "blockAccount(address)", self.anyone(d))

    @rule(d=DICE)
    def unblock(self, d: Dice) -> None:
        barred = [a for a in self.driver.known if self.model.blocked[a]]
        who = d.pick([*barred, *barred, self.anyone(d)])
        if d.rarely(3):
            self.govern(
                d,
                "unblockAccounts(address[])",
                [a for a in barred if a not in (0, self.token)] or [who],
            )
        else:
            self.govern(d, "unblockAccount(address)", who)

    @rule(d=DICE)
    def freeze(self, d: Dice) -> None:
        rich = [a for a in self.driver.known if self.model.balance[a]]
        who = d.pick(rich) if rich and not d.rarely(3) else self.anyone(d)
        amount = d.pick(
            (
                self.model.balance[who] // 2,
                0,
                self.model.balance[who] + 1,
                d.amount(self.model.balance[who]),
            )
        )
        if d.rarely(10):
            amount = d.pick((FIELD + 1, FULL, FIELD))
        if d.rarely(3):
            pairs = [(who, amount), (self.anyone(d), 0)][: d.byte() % 3]
            accounts, amounts = [a for a, _ in pairs], [v for _, v in pairs]
            if d.rarely(8):
                amounts.append(1)
            self.govern(d, "setFrozenTokensBatch(address[],uint256[])", accounts, amounts)
        else:
            self.govern(d, "setFrozenTokens(address,uint256)", who, amount)

    @rule(d=DICE)
    def frozen_tries(self, d: Dice) -> None:
        """A holder whose money is frozen tries to spend more than the rest."""
        model, do = self.model, self.driver.do
        held = [a for a in w.ADDRESS.values() if model.balance[a] and model.frozen[a]]
        if not held:
            return self.freeze(d)
        who, payee = d.pick(held), self.receiver(d)
        beyond = d.pick((model.balance[who], model.free(who) + 1))
        do(who, self.token, "transfer(address,uint256)", payee, beyond)
        do(who, self.token, "payout(address[],uint256[])", [payee, who], [model.free(who), 1])
        do(who, self.token, "burn(uint256)", beyond)
        return None

    @rule(d=DICE)
    def blocked_tries(self, d: Dice) -> None:
        """A blocked account tries every way out."""
        model, do = self.model, self.driver.do
        barred = [a for a in w.ADDRESS.values() if model.blocked[a]]
        if not barred:
            return self.block(d)
        who, payee = d.pick(barred), self.receiver(d)
        owner = next((o for (o, s), v in model.allowance.items() if s == who and v), self.holder(d))
        do(who, self.token, "transfer(address,uint256)", payee, model.free(who))
        do(
            who,
            self.token,
            "transferFrom(address,address,uint256)",
            owner,
            payee,
            min(1, model.free(owner)),
        )
        do(who, self.token, "approve(address,uint256)", payee, d.byte() % 2)
        do(who, self.token, "payout(address[],uint256[])", [payee], [0])
        do(who, self.token, "burn(uint256)", 0)
        return None

    @rule(d=DICE)
    def order(self, d: Dice) -> None:
        """A court's order: seize or destroy."""
        rich = [a for a in self.driver.known if self.model.balance[a]]
        held = [a for a in rich if self.model.frozen[a]]
        who = d.pick([*rich, *held, *held]) if rich and not d.rarely(10) else self.anyone(d)
        amount = (
            self.model.balance[who] if held and d.rarely(3) else d.amount(self.model.balance[who])
        )
        who = 0 if d.rarely(24) else who
        kind = d.byte() % 4
        if kind == 0:
            self.govern(d, "forcedTransfer(address,address,uint256)", who, self.receiver(d), amount)
        elif kind == 1:
            order, ordered, amount = self.ordered(d, who, amount)
            self.govern(d, SEIZE, who, self.receiver(d), amount, order, ordered)
        else:
            barred = [a for a in rich if self.model.blocked[a]]
            who = d.pick(barred) if barred and not d.rarely(5) else who
            order, ordered, amount = self.ordered(d, who, d.amount(self.model.balance[who]))
            self.govern(d, DESTROY, who, amount, order, ordered)

    def ordered(self, d: Dice, who: int, amount: int) -> tuple[int, int, int]:
        """An order on `who`, what it names, and what is executed of it now: all, a part, the rest, or too much."""
        begun = [key for key in self.model.orders if key[1] == who]
        if begun and d.byte() & 1:
            order, _ = key = d.pick(begun)
            named, executed = self.model.orders[key]
            left = min(named - executed, self.model.balance[who])
            part = d.pick((left, left, left // 2, named - executed + 1))
            return order, named + (1 if d.rarely(3) else 0), part
        named = d.pick((amount, amount, *2 * (min(2 * amount, FULL),), FIELD, FIELD + 1))
        return self.figure(d), named, amount

    @rule(d=DICE)
    def court_case(self, d: Dice) -> None:
        """Freeze, then take more than the freeze left free; or destroy what a blocked account holds."""
        rich = [a for a in self.driver.known if self.model.balance[a]]
        if not rich:
            return
        who, to = d.pick(rich), self.receiver(d)
        if d.rarely(2):
            self.govern(d, "blockAccount(address)", who)
            order, ordered, amount = self.ordered(d, who, d.amount(self.model.balance[who]))
            self.govern(d, DESTROY, who, amount, order, ordered)
            return
        self.govern(
            d, "setFrozenTokens(address,uint256)", who, self.model.balance[who] // 2 + d.byte() % 2
        )
        sender = d.pick((who, who, who, who, who, to, 0))
        amount = self.model.balance[who] - d.byte() % 2
        amount = max(0, amount)
        self.govern(d, SEIZE, sender, to, amount, self.figure(d) ^ amount, amount)

    @rule(d=DICE)
    def rescue(self, d: Dice) -> None:
        if d.rarely(2):
            place = self.driver.place
            asset = d.pick(
                (place.foreign, place.foreign, place.foreign, self.token, w.ADDRESS["aigul"])
            )
            amount = d.pick(
                (1, 10, 0, self.model.stray[self.token], self.model.stray[self.token] + 1)
            )
            self.govern(d, "rescueTokens(address,address,uint256)", asset, self.anyone(d), amount)

    # Pauses

    @rule(d=DICE)
    def pause(self, d: Dice) -> None:
        if d.rarely(2):
            flags = d.pick(
                (*PAUSES.values(), 3, ALL_PAUSES, 6, 0, ALL_PAUSES, ALL_PAUSES + 2, FULL)
            )
            if not self.govern(d, "pause(uint256)", flags):
                return
            if flags & MINTING:
                self.attest_anew(d)  # type: ignore[attr-defined]
            if not d.rarely(3):
                self.transfer(d)  # type: ignore[attr-defined]
                self.mint(d)  # type: ignore[attr-defined]
                self.authorization(d)  # type: ignore[attr-defined]
                self.unpause(d)

    @rule(d=DICE)
    def unpause(self, d: Dice) -> None:
        flags = self.model.flags.paused
        self.govern(
            d,
            "unpause(uint256)",
            d.pick(
                (
                    flags or 1,
                    ALL_PAUSES,
                    ALL_PAUSES,
                    flags or 1,
                    flags & -flags or 2,
                    0,
                    ALL_PAUSES + 1,
                )
            ),
        )
