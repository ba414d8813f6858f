"""The terms that reserves must meet: how old, how steep, how far above the supply; and the bounds of the fields."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import FIELD, FULL, MOST_ROWS, Dice
from property.rules_money import DICE
from support.model.issuance import FASTEST
from support.model.reserves import DAY, HOUR, MOST_RESERVES

LONGEST_AGE, STEEPEST, WIDEST = 31 * DAY, 10_000, 2_000


class TermRules(Bench):
    @rule(d=DICE)
    def limits(self, d: Dice) -> None:
        kind = d.byte() % 4
        if kind > 1:
            self.margin(d)
        elif kind:
            longest = min(LONGEST_AGE, self.model.code.recovery_delay // 2)
            beyond = d.pick((HOUR - 1, longest + 1, 0, FULL))
            seconds = beyond if d.rarely(4) else d.between(HOUR, longest)
            self.govern(d, "setMaxAge(uint256)", seconds)
        else:
            bps = d.pick((STEEPEST + 1, FULL)) if d.rarely(6) else d.between(0, STEEPEST)
            self.govern(d, "setMaxIncrease(uint256)", bps)

    def margin(self, d: Dice) -> None:
        """By whom it is set, or by the guardian, who can only raise it."""
        present = self.model.limits.margin
        beyond = d.pick((WIDEST + 1, FULL, max(0, present - 1), 0))
        if d.byte() & 1:
            bps = beyond if d.rarely(4) else d.between(present, WIDEST)
            self.govern(d, "raiseMargin(uint256)", bps)
        else:
            bps = beyond if d.rarely(6) else d.between(0, WIDEST)
            self.govern(d, "setMargin(uint256)", bps)

    @rule(d=DICE)
    def thin_margin(self, d: Dice) -> None:
        """Reserves that cover the supply but not what the law wants above it; then they do."""
        if not self.model.limits.margin:
            self.govern(d, "setMargin(uint256)", d.between(1, WIDEST))
        word, settled = self.model.solvency, self.model.last.settled
        settled = min(settled, word.burned) + (word.burned - min(settled, word.burned)) // 2
        covered = -(-(word.supply + word.burned - settled) // 10_000)
        needed = self.tyiyn(word.supply + word.burned - settled)  # type: ignore[attr-defined]
        held = d.pick((covered, (covered + needed) // 2, needed - 1, covered - 1, needed))
        self.report(d, max(0, held), settled, self.driver.now)  # type: ignore[attr-defined]
        self.mint_to_the_brim(d)  # type: ignore[attr-defined]
        self.redeem(d)  # type: ignore[attr-defined]
        if not d.rarely(3):
            self.attest_anew(d)  # type: ignore[attr-defined]

    @rule(d=DICE)
    def extremes(self, d: Dice) -> None:
        """Rarely: life is hard afterwards."""
        kind = d.byte() % 16
        if kind == 15:
            self.to_the_bounds(d)
        elif kind == 14:
            self.dynasty(d)  # type: ignore[attr-defined]
        elif kind > 10:
            self.hundreds(d)

    def hundreds(self, d: Dice) -> None:
        """Many payments or mints in one transaction."""
        count = d.between(100, MOST_ROWS)
        issuer, payer = w.ADDRESS["issuer_a"], self.holder(d)
        names = [self.receiver(d) for _ in range(3)]
        to = [names[i % 3] for i in range(count)]
        if d.byte() & 1:
            each = self.room(d, issuer) // count  # type: ignore[attr-defined]
            values = [max(0, each - i % 3) for i in range(count)]
            self.driver.do(issuer, self.token, "mintBatch(address[],uint256[])", to, values)
        else:
            values = [max(0, self.model.free(payer) // count - i % 3) for i in range(count)]
            self.driver.do(payer, self.token, "payout(address[],uint256[])", to, values)

    def to_the_bounds(self, d: Dice) -> None:
        """The most that the fields hold: attested, minted, and at times burned again."""
        if self.model.limits.margin:
            self.govern(d, "setMargin(uint256)", 0)
        issuer = w.ADDRESS["issuer_a"]
        self.govern(d, "setIssuer(address,uint256,uint256,bool)", issuer, FIELD, FASTEST, True)
        self._mint_all(d, issuer)
        if d.rarely(2):
            do, model = self.driver.do, self.model
            do(issuer, self.token, "burn(uint256)", model.free(issuer))
            self._mint_all(d, issuer)
            left = FIELD - model.solvency.burned
            do(issuer, self.token, "burn(uint256)", min(left, model.free(issuer)))
            do(issuer, self.token, "burn(uint256)", 1)

    def _mint_all(self, d: Dice, issuer: int) -> None:
        self.driver.wait_until(self.driver.now + 300)  # until the quota is full again
        burned, now = self.model.solvency.burned, self.driver.now
        self.report(d, MOST_RESERVES, burned, now, plain=True)  # type: ignore[attr-defined]
        headroom = self.model.headroom
        self.driver.do(issuer, self.token, "mint(address,uint256)", issuer, headroom)
