"""What is in circulation, and who put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from property.invariants.base import Invariant
from property.step import View
from support.engine import Call
from support.model.ledger import MINTING, OF_PAYMENTS

if TYPE_CHECKING:
    from property.step import Step


class SupplyIsTheSumOfBalances(Invariant):
    number, says = 1, "S = Σb = Σ minted − B, and the Transfer logs replayed give every balance."

    def start(self, view: View) -> None:
        self.ghost = dict.fromkeys(self.driver.known, 0)
        self.minted = self.burned = 0

    def hold(self, step: Step) -> None:
        view, ghost = step.after, self.ghost
        for sender, to, value in step.transfers:
            if sender:
                ghost[sender] -= value
            else:
                self.minted += value
            if to:
                ghost[to] += value
            else:
                self.burned += value
        self.ensure(view.supply == sum(view.balances), (view.supply, sum(view.balances)))
        self.ensure(view.supply == self.minted - self.burned and view.burned == self.burned)
        self.ensure(view.balances == list(ghost.values()))


class MintsAreBacked(Invariant):
    number, says = 2, "A successful mint leaves S ≤ K, at a time < V."

    def hold(self, step: Step) -> None:
        if step.mints:
            self.ensure(step.after.supply <= step.after.backing, step.after.deficit)
            self.ensure(step.now < step.before.valid_until, (step.now, step.before.valid_until))


class DeficitGrowsOnlyByAttestation(Invariant):
    number, says = 3, "D increases only inside attest."

    def hold(self, step: Step) -> None:
        if step.after.deficit > step.before.deficit:
            self.ensure(step.attested, step.name)


class EpochBoundsMints(Invariant):
    number, says = 4, "Within one epoch, Σ minted ≤ max(0, K₀ − S₀), whatever burns come between."

    def start(self, view: View) -> None:
        self.bound, self.minted = max(0, view.backing - view.supply), 0

    def hold(self, step: Step) -> None:
        self.minted += step.minted
        self.ensure(self.minted <= self.bound, (self.minted, self.bound))
        if step.attested:
            self.start(step.after)


class StaleMeansNoMint(Invariant):
    number, says = 5, "At or after V every mint path reverts, at every second."

    def hold(self, step: Step) -> None:
        if step.now >= step.before.valid_until:
            self.ensure(not step.mints)
        if step.after.valid_until != step.before.valid_until:
            self._probe(step.after)

    def _probe(self, view: View) -> None:
        """Tries to mint one base unit around V. Before V it is promised, if anything is left to mint."""
        driver, edge = self.driver, view.valid_until
        now = driver.now
        issuer = next((i for i in driver.issuers if driver.model.quota[i].at(now) > 0), None)
        receiver = next(h for h in (*driver.holders, 1) if h == 1 or not driver.model.blocked[h])
        if issuer is None or receiver == 1 or view.flags & MINTING:
            return
        one = Call.of("mint(address,uint256)", receiver, 1)
        batch = Call.of("mintBatch(address[],uint256[])", [receiver], [1])
        stale = ("AttestationExpired", (edge,))
        for call in (one, batch):
            for second in (edge - 1, edge, edge + 1, edge + 10**8):
                if second < now:
                    continue
                error = driver.probe(issuer, driver.token, call, second).error
                if second >= edge:
                    self.ensure(error == stale, (second - edge, error))
                else:
                    room = view.backing > view.supply
                    self.ensure(error == (None if room else ("HeadroomExceeded", (0, 1))), error)


class NoBypass(Invariant):
    number, says = (
        9,
        "With no new auditor signatures, S_end ≤ max(S_start, K_start), whoever does whatever.",
    )

    def start(self, view: View) -> None:
        self.bound = max(view.supply, view.backing)

    def hold(self, step: Step) -> None:
        if step.attested:
            self.start(step.after)
        self.ensure(step.after.supply <= self.bound, (step.after.supply, self.bound))


class QuotaBoundsIssuer(Invariant):
    number, says = (
        10,
        "Per issuer: minted over any window w ≤ capacity + refill·w, with the lesser capacity from the moment it was"
        " lowered; burned needs mayBurn.",
    )

    def start(self, view: View) -> None:
        self.terms: dict[int, tuple[int, int, bool]] = {}
        self.peak: dict[int, tuple[int, int]] = {}
        for issuer, quota in self.driver.model.quota.items():
            self.terms[issuer] = quota.capacity, quota.refill, quota.may_burn

    def hold(self, step: Step) -> None:
        if step.minted:
            self.ensure(step.actor in self.terms, "minted without a quota")
            capacity, refill, _ = self.terms[step.actor]
            worst, since = self.peak.get(step.actor, (0, step.now))
            # The worst window that ends now: the one before, worn off by the refill, or one that begins now.
            worst = step.minted + max(0, worst - refill * (step.now - since))
            self.ensure(worst <= capacity, (worst, capacity))
            self.peak[step.actor] = worst, step.now
        if step.accepted and step.name == "burn":
            self.ensure(self.terms.get(step.actor, (0, 0, False))[2])
        for issuer, capacity, refill, may_burn in step.events("IssuerSet"):
            before, wears, _ = self.terms.get(issuer, (0, 0, False))
            worst, since = self.peak.get(issuer, (0, step.now))
            # What was minted counts on: only the room that a lesser capacity takes away is taken off it.
            worst = max(0, worst - wears * (step.now - since) - max(0, before - capacity))
            self.peak[issuer] = worst, step.now
            self.terms[issuer] = capacity, refill, bool(may_burn)
        for (issuer,) in step.events("IssuerCut"):
            self.terms.pop(issuer, None)
            self.peak.pop(issuer, None)


class FiguresAreExact(Invariant):
    number, says = 17, "Conversions are exact; nothing overflows at the bounds."

    def hold(self, step: Step) -> None:
        view = step.after
        if step.before.words != view.words:
            self.ensure(not any(word >> 209 for word in view.accounts), "spare bits of an account")
            self.ensure(not any(word >> 250 for word in view.issuers), "spare bits of a bucket")
            implementation, solvency, flags, _, _, settings = view.words[:6]
            self.ensure(implementation >> 160 == 0, "more than an address in the ERC-1967 slot")
            self.ensure(solvency >> 254 == 0, "spare bits of the supply")
            self.ensure(flags & ~(1 << 255 | OF_PAYMENTS) == 0, "spare bits of the flags")
            self.ensure(settings >> 192 == 0, "spare bits of the settings")
        if step.attested:
            owed = view.burned - view.settled
            # The greatest K with (K + owed) · (1 + margin) within the reserves.
            held, whole = view.reserves * 10**4, 10_000 + step.before.margin
            most = held * 10_000 - owed * whole
            self.ensure(view.backing == max(0, most // whole), view.backing)
            shown = self.driver.feed_answer(self.driver.place.feed)
            self.ensure(shown == (view.epoch, view.reserves * 10**6, view.as_of), shown)
        if step.minted or step.attested:
            room = max(0, view.backing - view.supply)
            open_ = step.now < view.valid_until and not view.flags & MINTING
            answer = int.from_bytes(self.driver.read("headroom()"), "big")
            self.ensure(answer == (room if open_ else 0), answer)


class ReadersStopWithTheToken(Invariant):
    number, says = (
        22,
        "BackingFeed: minting x of something while S + x ≤ answer is allowed exactly when the token would mint x.",
    )

    def hold(self, step: Step) -> None:
        before, after = step.before, step.after
        if not after.epoch or (before.words[1] == after.words[1] and not step.minted):
            return
        self._compare(self.driver.now)
        edge = after.valid_until
        if edge != before.valid_until and edge > self.driver.now:
            for second in (edge - 1, edge):
                with self.driver.at(second):
                    self._compare(second)

    def _compare(self, second: int) -> None:
        driver = self.driver
        view = driver.look()
        _, answer, _ = driver.feed_answer(driver.place.backing_feed)
        room = int.from_bytes(driver.read("headroom()"), "big")
        for value in {1, room, room + 1, room // 2 + 1} - {0}:
            allowed = (view.supply + value) * 100 <= answer
            self.ensure(allowed == (value <= room), (second, value, room, answer))
        if second >= view.valid_until or view.flags & MINTING:
            self.ensure(answer == 0, answer)
        else:
            self.ensure(answer == view.backing * 100, answer)
