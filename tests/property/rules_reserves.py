"""Attestations."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.campaign import CAMPAIGN
from property.dice import FULL, Dice
from property.rules_money import DICE
from support.model.reserves import ATTESTATION, DAY, HOUR, MOST_RESERVES
from support.model.signatures import struct_hash

UNITS_PER_TYIYN = 10_000
SIGNED = "(address,bytes)[]"
ATTEST = f"attest((uint256,uint256,uint256,uint256,bytes32),uint256,uint256,{SIGNED})"


class ReserveRules(Bench):
    @rule(d=DICE)
    def attest(self, d: Dice) -> None:
        """Mostly good, and mostly with room to mint."""
        model = self.model
        settled = self.settled(d)
        owed = model.solvency.burned - min(settled, model.solvency.burned)
        self.report(d, self.reserves(d, owed), settled, self.as_of(d))

    @rule(d=DICE)
    def attest_anew(self, d: Dice) -> None:
        """All is settled, everyone signs, and there is room: what brings a halted or short token back."""
        word = self.model.solvency
        want = word.supply + w.SOM * d.pick((1_000, 1, 50_000_000, 0))
        self.report(d, self.tyiyn(want), word.burned, self.driver.now, plain=True)

    def attest_first(self, d: Dice) -> None:
        """The first figure of all, by any number of auditors from the threshold on: only all of them will do."""
        figures = (1, 100 * d.pick((0, d.byte())), 0, self.driver.now, self.figure(d))
        said = (*figures, 0, 1, FULL)
        signatures = self.quorum(d, struct_hash(ATTESTATION, *said))
        self.driver.do(self.relayer(d), self.token, ATTEST, figures, 0, FULL, signatures)

    def report(
        self, d: Dice, reserves: int, settled: int, as_of: int, *, plain: bool = False
    ) -> None:
        model = self.model
        epoch = model.last.epoch + 1
        if not plain and d.rarely(16):
            epoch = max(0, epoch + d.pick((-1, 1)))
        figures = (epoch, reserves, settled, as_of, self.figure(d))
        owed = model.solvency.burned - min(settled, model.solvency.burned)
        backing = max(0, reserves * 10**8 // (10_000 + model.limits.margin) - owed)
        steep = backing > model.ceiling or model.last.epoch == 0
        halts, deadline = model.halted.times, self.driver.now + HOUR
        if not plain:
            deadline = self.deadline(d)
            if d.rarely(5):
                halts = d.pick((max(0, halts - 1), max(0, halts - 1), 0, halts + 1))
        version = model.auditors.version
        message = struct_hash(ATTESTATION, *figures, halts, version, deadline)
        old = struct_hash(ATTESTATION, *d.pick((
            (epoch - 1 if epoch else 9, *figures[1:], halts, version, deadline),
            (*figures, halts, version - 1, deadline),
            (*figures, halts + 1, version, deadline),
            (*figures, halts, version, deadline - 1),
        )))  # fmt: skip
        if plain:
            unlucky = Dice(b"")
            signatures = self.quorum(unlucky, message, everyone=True)
        else:
            signatures = self.quorum(d, message, everyone=steep and not d.rarely(8), old=old)
        caller = self.relayer(d)
        if self.driver.do(caller, self.token, ATTEST, figures, halts, deadline, signatures):
            self.driver.remember(caller, ATTEST, figures, halts, deadline, signatures)

    def deadline(self, d: Dice) -> int:
        """The last second at which signatures may be submitted."""
        now = self.driver.now
        return d.pick((now + HOUR, now + HOUR, now + HOUR, now + DAY, now, FULL, now - 1))

    def settled(self, d: Dice) -> int:
        least, most = (
            min(self.model.last.settled, self.model.solvency.burned),
            self.model.solvency.burned,
        )
        half = (least + most) // 2
        kind = d.byte() % 12
        return (
            most,
            half,
            most,
            half,
            half,
            least,
            least,
            most,
            half,
            least,
            max(0, least - 1),
            most + 1,
        )[kind]

    def reserves(self, d: Dice, owed: int) -> int:
        """Tyiyn."""
        model = self.model
        supply = model.solvency.supply
        kind = d.byte() % 20
        if kind < 12:
            want = supply + w.SOM * (1_000, 1, 0, 250_000, 1_000_000, 10**8)[kind % 6] + d.byte()
            if kind == 2:
                want = supply
            return self.tyiyn(want + owed)
        if kind == 12:
            # Just the supply, and nothing of the margin above it.
            return -(-(supply + owed) // UNITS_PER_TYIYN)
        if kind < 15:
            return (supply * (d.byte() + 1) // 300 + owed) // UNITS_PER_TYIYN
        return (
            0,
            # Tyiyn that make just the backing that a threshold may attest, and a base unit to a tyiyn more.
            self.tyiyn(model.ceiling + owed + 1) - 1,
            self.tyiyn(model.ceiling + owed + 1),
            MOST_RESERVES,
            MOST_RESERVES + d.pick((1, FULL - MOST_RESERVES)),
        )[kind - 15]

    def tyiyn(self, backing: int) -> int:
        """The least reserves that make so many base units of backing, the margin taken off."""
        return -(-backing * (10_000 + self.model.limits.margin) // 10**8)

    def as_of(self, d: Dice) -> int:
        model, now = self.model, self.driver.now
        age = model.limits.max_age
        kind = d.byte() % 16
        if now - age > model.last.as_of and not d.rarely(3):
            # The last one has run out: of what is older than maxAge, another.
            return d.pick((now - age, now - age - 1, now - age + 1, model.last.as_of))
        if kind < 10:
            return now
        return (
            model.last.as_of,
            max(0, model.last.as_of - 1),
            now - age + 1,
            now - age,
            now + 1,
            now - 60,
        )[kind - 10]

    @rule(d=DICE)
    def fall_short(self, d: Dice) -> None:
        """Money is missing; holders go on paying and redeeming; the money comes back."""
        word, last = self.model.solvency, self.model.last
        settled = (min(last.settled, word.burned) + word.burned + 1) // 2
        held = (word.supply * (d.byte() + 1) // 300 + word.burned - settled) // UNITS_PER_TYIYN
        self.report(d, held, settled, self.driver.now)
        self.mint_to_the_brim(d)  # type: ignore[attr-defined]
        self.transfer(d)  # type: ignore[attr-defined]
        self.redeem(d)  # type: ignore[attr-defined]
        if not d.rarely(3):
            self.attest_anew(d)

    @rule(d=DICE)
    def replay(self, d: Dice) -> None:
        """What was accepted once, again."""
        if self.driver.submitted:
            caller, call = d.pick(self.driver.submitted[::-1])
            accepted = self.driver.send(
                self.relayer(d) if d.rarely(4) else caller, self.token, call
            )
            if not accepted and call.function == ATTEST:
                CAMPAIGN.mark("epoch replayed")
