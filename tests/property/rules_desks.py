"""Desks, whose tokens no order can take; and what they are before, and when they are cut."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import FULL, MOST_ROWS, Dice
from property.rules_money import DICE
from property.rules_staff import DESTROY, SEIZE

APPOINT = "setIssuer(address,uint256,uint256,bool)"


class DeskRules(Bench):
    @rule(d=DICE)
    def desks(self, d: Dice) -> None:
        kind = d.byte() % 5
        if kind == 0:
            self.set_desk(d)
        elif kind < 3:
            self.against_a_desk(d)
        elif kind == 3:
            self.new_terms(d)
        else:
            self.at_the_desk(d)

    def set_desk(self, d: Dice) -> None:
        """Mostly an issuer that is a contract; at times one without code, or no issuer at all."""
        if d.rarely(3):
            who = d.pick([*self.driver.issuers, *self.driver.issuers, self.anyone(d)])
            self.govern(d, "setDesk(address)", who)
            return
        self.open_desk(d)

    def open_desk(self, d: Dice) -> int:
        """The desk."""
        who = d.pick((self.driver.world.wallet, self.driver.place.manager))
        if not self.model.quota[who].capacity:
            self.govern(d, APPOINT, who, d.pick((10**12, 0, 1)), 0, 0 if d.rarely(3) else 1)
        if d.rarely(3):
            self.under_an_order(d, who)
        self.govern(d, "setDesk(address)", who)
        return who

    def under_an_order(self, d: Dice, who: int) -> None:
        """Blocked or with something frozen it becomes no desk."""
        if d.rarely(2):
            self.govern(d, "blockAccount(address)", who)
        else:
            self.govern(d, "setFrozenTokens(address,uint256)", who, d.pick((1, FULL)))
        self.govern(d, "setDesk(address)", who)
        self.govern(d, "unblockAccount(address)", who)
        self.govern(d, "setFrozenTokens(address,uint256)", who, 0)

    def against_a_desk(self, d: Dice) -> None:
        """Every order against a desk."""
        govern = self.govern
        desks = [who for who, quota in self.model.quota.items() if quota.desk]
        desk = d.pick(desks) if desks and not d.rarely(3) else self.open_desk(d)
        held, to = self.model.balance[desk], self.receiver(d)
        amount, order = d.pick((held, 1, 0, held + 1)), self.figure(d)
        kind = d.byte() % 8
        if kind == 0:
            govern(d, "blockAccount(address)", desk)
        elif kind == 1:
            govern(d, "blockAccounts(address[])", [desk])
        elif kind == 2:
            govern(d, "setFrozenTokens(address,uint256)", desk, d.pick((amount, FULL)))
        elif kind == 3:
            govern(d, "setFrozenTokensBatch(address[],uint256[])", [to, desk], [0, amount])
        elif kind == 4:
            govern(d, "forcedTransfer(address,address,uint256)", desk, to, amount)
        elif kind == 5:
            govern(d, SEIZE, desk, to, amount, order, amount)
        else:
            govern(d, DESTROY, desk, amount, order, amount)

    def new_terms(self, d: Dice) -> None:
        """A desk's quota changes, or is cut; it goes on being one."""
        desks = [who for who, quota in self.model.quota.items() if quota.desk]
        if not desks:
            return
        desk, kind = d.pick(desks), d.byte() % 4
        quota = self.model.quota[desk]
        if kind == 0:
            self.govern(d, APPOINT, desk, d.amount(10**12), d.byte(), 0 if d.rarely(3) else 1)
        elif kind == 1:
            lower = desk, quota.capacity // 2, quota.refill // 2
            self.govern(d, "lowerIssuer(address,uint256,uint256)", *lower)
        elif kind == 2 and d.rarely(2):
            self.govern(d, "cutIssuer(address)", desk)
            self.govern(d, "blockAccount(address)", desk)
        else:
            self.govern(d, "unblockAccount(address)", desk)
            self.govern(d, "setFrozenTokens(address,uint256)", desk, 0)

    def at_the_desk(self, d: Dice) -> None:
        """A holder hands in tokens; the desk mints, pays out and burns."""
        desk, payer = self.driver.world.wallet, self.holder(d)
        do, model = self.driver.do, self.model
        do(payer, self.token, "transfer(address,uint256)", desk, d.amount(model.free(payer)))
        room = min(model.quota[desk].at(self.driver.now), model.headroom)
        do(desk, self.token, "mint(address,uint256)", desk, d.amount(room))
        do(desk, self.token, "transfer(address,uint256)", payer, d.amount(model.free(desk)))
        do(desk, self.token, "burn(uint256)", d.amount(model.free(desk)))

    @rule(d=DICE)
    def crowd(self, d: Dice) -> None:
        """Lists of many accounts: blocked, unblocked, frozen."""
        count = d.pick((1, 2, 3, 0, MOST_ROWS, d.between(0, MOST_ROWS)))
        first = CROWD + d.byte() % 4 * 100
        accounts = [*range(first, first + count)]
        kind = d.byte() % 4
        if kind == 0:
            self.govern(d, "blockAccounts(address[])", accounts)
        elif kind == 1:
            self.govern(d, "unblockAccounts(address[])", accounts)
        else:
            amount = d.amount(10**9)
            amounts = [min(FULL, amount + i) for i in range(count)]
            self.govern(d, "setFrozenTokensBatch(address[],uint256[])", accounts, amounts)


CROWD = w.ADDRESS["outsider"] ^ 0xC0DE << 100
"""The first of accounts that nobody has the keys of."""
