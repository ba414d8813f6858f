"""Every getter, held against the model."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.campaign import CAMPAIGN
from property.dice import Dice
from property.rules_money import DICE
from support.engine import Call, encode
from support.model.ledger import MINTING, TRANSFERS
from support.model.signatures import domain_separator


class ReadingRules(Bench):
    @rule(d=DICE)
    def read(self, d: Dice) -> None:
        """About two people and the whole token."""
        one, other = self.anyone(d), self.anyone(d)
        self.read_account(one)
        self.read_token()
        self.read_auditors(one)
        self.read_feeds(d)
        model, amount = self.model, d.amount(self.model.free(one))
        free = not (model.flags.paused & TRANSFERS or model.blocked[one] or model.blocked[other])
        self.answers(
            "canTransfer(address,address,uint256)",
            (one, other, amount),
            # Of a balance that is too small it says nothing (ERC-7943).
            free and (amount <= model.free(one) or amount > model.balance[one]),
        )
        self.answers("allowance(address,address)", (one, other), model.allowance[one, other])
        order = self.figure(d)
        self.answers("orderOf(bytes32,address)", (order, one), *model.orders[order, one])
        nonce = d.byte()
        self.answers("authorizationState(address,bytes32)", (one, nonce), model.used[one, nonce])

    def answers(
        self, function: str, arguments: tuple[Any, ...], *values: Any, types: str = ""
    ) -> None:
        self.answers_at(self.token, function, arguments, *values, types=types)

    def answers_at(
        self, where: int, function: str, arguments: tuple[Any, ...], *values: Any, types: str = ""
    ) -> None:
        answer = self.driver.engine.read(where, function, *arguments)
        expected = (
            encode(types, *values)
            if types
            else b"".join(int(v).to_bytes(32, "big") for v in values)
        )
        if answer != expected:
            raise AssertionError(
                f"{function}{arguments}: the model says {expected.hex()}, the chain {answer.hex()}"
            )

    def read_account(self, account: int) -> None:
        model, who = self.model, (account,)
        mobile = not model.blocked[account]
        quota = model.quota[account]
        self.answers("balanceOf(address)", who, model.balance[account])
        self.answers("getFrozenTokens(address)", who, model.frozen[account])
        self.answers("isBlocked(address)", who, model.blocked[account])
        self.answers("nonces(address)", who, model.permits[account])
        self.answers("canSend(address)", who, mobile)
        self.answers("canReceive(address)", who, mobile)
        level = quota.at(self.driver.now)
        terms = quota.capacity, quota.refill, quota.may_burn, quota.desk
        self.answers("issuerOf(address)", who, level, *terms)

    def read_token(self) -> None:
        model, word, last = self.model, self.model.solvency, self.model.last
        flags, limits = model.flags.paused, model.limits
        mintable = self.driver.now < word.valid_until and not flags & MINTING
        figures = (word.supply, word.backing, word.burned, word.valid_until)
        self.answers("totalSupply()", (), word.supply)
        self.answers("solvency()", (), *figures)
        self.answers("headroom()", (), model.headroom if mintable else 0)
        self.answers(
            "lastAttestation()",
            (),
            last.epoch,
            last.reserves,
            last.settled,
            last.as_of,
            last.report,
        )
        terms = limits.max_age, limits.max_increase, limits.margin
        self.answers("reserveLimits()", (), *terms)
        self.answers("pauseFlags()", (), flags)
        self.answers("paused()", (), flags & TRANSFERS)
        self.answers("delegateAll()", (), model.flags.delegate_all)
        self.answers("implementation()", (), model.code.implementation)
        self.answers("authority()", (), model.trust.authority)
        self.answers("getOwner()", (), model.trust.authority)
        separator = domain_separator(model.chain_id, self.token)
        self.answers("DOMAIN_SEPARATOR()", (), int.from_bytes(separator, "big"))
        self.answers("RECOVERY_DELAY()", (), model.code.recovery_delay)

    def read_auditors(self, account: int) -> None:
        model, auditors, proposal, consent = (
            self.model,
            self.model.auditors,
            self.model.proposal,
            self.model.consent,
        )
        suspended = sum(1 << i for i, a in enumerate(auditors.members) if a in auditors.suspended)
        seated = (auditors.members, auditors.threshold, auditors.version, suspended)
        self.answers("auditorSet()", (), *seated, types="address[],uint256,uint256,uint256")
        for who in (account, *auditors.members, *self.driver.former):
            self.answers("isAuditor(address)", (who,), who in model.active)
        shown = (proposal.members, proposal.threshold, proposal.ready)
        self.answers("auditorsProposal()", (), *shown, types="address[],uint256,uint256")
        self.answers(
            "approvedImplementation()",
            (),
            consent.implementation,
            consent.code,
            consent.data,
            consent.nonce,
        )
        self.answers("halts()", (), model.halted.times)

    def read_feeds(self, d: Dice) -> None:
        """The reserves, and what the supply may reach, as Chainlink's readers see them."""
        model, place, last = self.model, self.driver.place, self.model.last
        word, stopped = model.solvency, model.flags.paused & MINTING
        late = self.driver.now >= word.valid_until
        backing = 0 if late or stopped else word.backing
        if word.backing and stopped:
            CAMPAIGN.mark("feed at zero while minting is paused")
        if word.backing and late and last.epoch:
            CAMPAIGN.mark("feed at zero when the attestation has run out")
        for feed, figure in ((place.feed, last.reserves * 10_000), (place.backing_feed, backing)):
            self.answers_at(feed, "validUntil()", (), word.valid_until)
            self.answers_at(feed, "decimals()", (), 8)
            if last.epoch:
                shown = last.epoch, figure * 100, last.as_of, last.as_of, last.epoch
                self.answers_at(feed, "latestRoundData()", (), *shown)
                self.answers_at(feed, "getRoundData(uint80)", (last.epoch,), *shown)
                asked = last.epoch + d.pick((1, -1, 77))
                call = Call.of("getRoundData(uint80)", asked)
            else:
                asked, call = 0, Call.of("latestRoundData()")
            error = self.driver.probe(w.ADDRESS["outsider"], feed, call, self.driver.now).error
            if error != ("NoDataPresent", (asked,)):
                raise AssertionError(f"{call.function} of {asked}: {error}")
