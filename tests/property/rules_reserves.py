"""Attestations, and everything about who may attest."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench, ascending
from property.campaign import CAMPAIGN
from property.dice import FULL, Dice
from property.rules_money import DICE
from support.model.auditors import ROTATION
from support.model.reserves import ATTESTATION, DAY, HOUR, MOST_RESERVES, UNITS_PER_TYIYN
from support.model.signatures import list_hash, struct_hash
from support.model.system import APPROVAL

SIGNED = "(address,bytes)[]"
ATTEST = f"attest((uint256,uint256,uint256,uint256,bytes32),uint256,uint256,{SIGNED})"
ROTATE = f"rotateAuditors(address[],uint256,uint256,{SIGNED})"
APPROVE = f"approveImplementation(address,bytes32,bytes32,uint256,uint256,{SIGNED})"


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
        self.report(d, -(-want // UNITS_PER_TYIYN), word.burned, self.driver.now, plain=True)

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
        backing = max(0, reserves * UNITS_PER_TYIYN - owed)
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
            return max(0, -(-(want + owed) // UNITS_PER_TYIYN))
        if kind < 15:
            return (supply * (d.byte() + 1) // 300 + owed) // UNITS_PER_TYIYN
        return (
            0,
            # Tyiyn that make just the backing that a threshold may attest, and a base unit to a tyiyn more.
            (model.ceiling + owed) // UNITS_PER_TYIYN,
            -(-(model.ceiling + owed + 1) // UNITS_PER_TYIYN),
            MOST_RESERVES,
            MOST_RESERVES + d.pick((1, FULL - MOST_RESERVES)),
        )[kind - 15]

    def as_of(self, d: Dice) -> int:
        model, now = self.model, self.driver.now
        age = model.limits.max_age
        kind = d.byte() % 16
        if now - age > model.last.as_of and d.rarely(4):
            kind = 12 + kind % 2
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

    # Who may attest

    @rule(d=DICE)
    def halt(self, d: Dice) -> None:
        """By an auditor, at times a suspended or former one. Not too often: it stops everything."""
        if d.rarely(2):
            return
        suspended = [*self.model.auditors.suspended]
        who = d.pick(
            [
                *self.model.auditors.members,
                *suspended,
                *suspended,
                *self.driver.former,
                w.ADDRESS["admin"],
            ]
        )
        if self.driver.do(
            who, self.token, "haltMinting(string)", d.pick(("", "bank holiday", "x" * 40))
        ):
            issuer = self.driver.issuers[0]
            self.driver.do(issuer, self.token, "mint(address,uint256)", self.receiver(d), 1)

    @rule(d=DICE)
    def rotate(self, d: Dice) -> None:
        if not d.rarely(2):
            self.succeed(d)

    def succeed(self, d: Dice) -> None:
        """A new set, signed by the old."""
        members, threshold = self.new_set(d)
        version, deadline = self.model.auditors.version, self.deadline(d)
        message = struct_hash(ROTATION, list_hash(members), threshold, version, deadline)
        old = struct_hash(ROTATION, list_hash(members), threshold, version - 1, deadline)
        signatures = self.quorum(d, message, old=old)
        caller = self.relayer(d)
        if self.driver.do(caller, self.token, ROTATE, members, threshold, deadline, signatures):
            self.driver.remember(caller, ROTATE, members, threshold, deadline, signatures)

    def new_set(self, d: Dice) -> tuple[list[int], int]:
        """3 to 7 auditors and a majority, mostly."""
        pool = ascending([self.driver.world.seal, *(w.ADDRESS[name] for name in w.AUDITOR_KEYS)])
        members = d.some(pool, at_least=3)[:7]
        majority = len(members) // 2 + 1
        threshold = d.pick((majority, majority, max(2, majority), len(members)))
        if d.rarely(6):
            kind = d.byte() % 7
            if kind == 0:
                return members[::-1], threshold
            if kind == 1:
                return [*members[:-1], members[-2]], threshold
            if kind == 2:
                return [0, *members[1:]], threshold
            if kind == 3:
                members = list(range(1, 18))
            elif kind == 4:
                members = []
            elif kind == 5:
                return members[:1], 1
            elif kind == 6:
                return members[:2], 2
            threshold = d.pick((threshold, 0, 1, len(members) // 2, len(members) + 1, FULL))
        return members, threshold

    @rule(d=DICE)
    def suspend(self, d: Dice) -> None:
        if not d.rarely(2):
            who = d.pick(
                [*self.model.auditors.members, *self.model.auditors.members, w.ADDRESS["outsider"]]
            )
            self.govern(d, "suspendAuditor(address)", who)

    @rule(d=DICE)
    def recover(self, d: Dice) -> None:
        """Proposes; at times waits, cancels, or lets a sign of life come between; then accepts."""
        members, threshold = self.new_set(d)
        if not self.govern(d, "proposeAuditors(address[],uint256)", members, threshold):
            return
        ready = self.model.proposal.ready
        ending = d.byte() % 8
        if ending < 3:
            self.driver.wait_until(ready + d.pick((0, 0, -1, 1)))
            self.accept(d)
        elif ending == 3:
            self.govern(d, "cancelAuditorsProposal()")
        elif ending == 4:
            self.attest_anew(d)
            self.driver.wait_until(ready)
            self.accept(d)

    @rule(d=DICE)
    def accept(self, d: Dice) -> None:
        if self.model.proposal.ready or d.rarely(8):
            self.driver.do(self.relayer(d), self.token, "acceptAuditors()")

    @rule(d=DICE)
    def limits(self, d: Dice) -> None:
        if d.byte() & 1:
            seconds = d.pick((7 * DAY, DAY, HOUR, 31 * DAY, HOUR - 1, 31 * DAY + 1, 0, FULL))
            self.govern(d, "setMaxAge(uint256)", seconds)
        else:
            self.govern(
                d, "setMaxIncrease(uint256)", d.pick((1_000, 0, 10_000, 1, 333, 10_001, FULL))
            )

    # Consent to upgrades

    @rule(d=DICE)
    def approve_code(self, d: Dice) -> None:
        from property.rules_roles import upgrade_target

        code, data, address, _ = upgrade_target(self, d)
        self.consent(d, address, code, data)

    def consent(
        self, d: Dice, implementation: int, code: int, data: int, *, plain: bool = False
    ) -> bool:
        """``plain``: to the code that stands there, in time."""
        model = self.model
        nonce = model.consent.nonce + (1 if d.rarely(12) else 0)
        halts, version = model.halted.times, model.auditors.version
        deadline = FULL if plain else self.deadline(d)
        if not plain and d.rarely(12):
            code ^= 1
        said = (implementation, code, data, nonce)
        message = struct_hash(APPROVAL, *said, halts, version, deadline)
        old = struct_hash(
            APPROVAL, *said, *d.pick(((halts + 1, version), (halts, version - 1))), deadline
        )
        signatures = self.quorum(d, message, old=old)
        caller = self.relayer(d)
        accepted = self.driver.do(caller, self.token, APPROVE, *said, deadline, signatures)
        if accepted:
            self.driver.remember(caller, APPROVE, *said, deadline, signatures)
        return accepted
