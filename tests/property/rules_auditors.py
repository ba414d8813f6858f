"""Who may attest, and consent to upgrades."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench, ascending
from property.dice import FULL, Dice
from property.rules_money import DICE
from property.rules_reserves import SIGNED
from support.model.auditors import ROTATION
from support.model.signatures import list_hash, struct_hash
from support.model.system import APPROVAL

ROTATE = f"rotateAuditors(address[],uint256,uint256,{SIGNED})"
APPROVE = f"approveImplementation(address,bytes32,bytes32,uint256,uint256,{SIGNED})"


class AuditorRules(Bench):
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

    def succeed(self, d: Dice, *, plain: bool = False) -> None:
        """A new set, signed by the old. ``plain``: a valid one, well signed."""
        model = self.model
        if plain:
            members = self.some_auditors(d)
            threshold, deadline = len(members) // 2 + 1, FULL
        else:
            (members, threshold), deadline = self.new_set(d), self.deadline(d)  # type: ignore[attr-defined]
        version = model.auditors.version
        message = struct_hash(ROTATION, list_hash(members), threshold, version, deadline)
        old = struct_hash(ROTATION, list_hash(members), threshold, version - 1, deadline)
        signatures = self.quorum(Dice(b"") if plain else d, message, old=old)
        caller = self.relayer(d)
        if self.driver.do(caller, self.token, ROTATE, members, threshold, deadline, signatures):
            self.driver.remember(caller, ROTATE, members, threshold, deadline, signatures)

    def new_set(self, d: Dice) -> tuple[list[int], int]:
        """3 to 7 auditors and a majority, mostly; at times any number from 2 to 16."""
        members = self.some_auditors(d)
        majority = len(members) // 2 + 1
        threshold = d.pick((majority, majority, (majority + len(members)) // 2, len(members)))
        return self.spoiled_set(d, members, threshold) if d.rarely(6) else (members, threshold)

    def some_auditors(self, d: Dice) -> list[int]:
        driver = self.driver
        keys = [w.ADDRESS[name] for name in w.AUDITOR_KEYS]
        pool = [driver.world.seal, *keys[:8], driver.place.vault, *keys[8:]]
        size = d.between(2, 16) if d.rarely(6) else 3 + d.byte() % 5
        first, step = d.byte(), d.pick((1, 5, 7, 11))
        return ascending([pool[(first + i * step) % len(pool)] for i in range(size)])

    def spoiled_set(self, d: Dice, members: list[int], threshold: int) -> tuple[list[int], int]:
        kind = d.byte() % 6
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
        else:
            members, threshold = members[:1], 1
        return members, d.pick((threshold, 0, 1, len(members) // 2, len(members) + 1, FULL))

    def dynasty(self, d: Dice) -> None:
        """Sets that succeed one another, by the dozen."""
        for number in range(d.pick((3, 10, 50))):
            self.succeed(Dice(bytes([number * 7 & 63, number, d.byte()])), plain=True)

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
            self.attest_anew(d)  # type: ignore[attr-defined]
            self.driver.wait_until(ready)
            self.accept(d)

    @rule(d=DICE)
    def accept(self, d: Dice) -> None:
        if self.model.proposal.ready or d.rarely(8):
            self.driver.do(self.relayer(d), self.token, "acceptAuditors()")

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
        deadline = FULL if plain else self.deadline(d)  # type: ignore[attr-defined]
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
