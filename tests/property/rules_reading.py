"""Every getter, held against the model."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import rule
from property.bench import Bench
from property.dice import Dice
from property.rules_money import DICE
from support.engine import encode
from support.model.ledger import DELEGATE_ALL, MINTING, TRANSFERS
from support.model.signatures import domain_separator


class ReadingRules(Bench):
    @rule(d=DICE)
    def read(self, d: Dice) -> None:
        """About two people and the whole token."""
        one, other = self.anyone(d), self.anyone(d)
        self.read_account(one)
        self.read_token()
        self.read_auditors(one)
        model, amount = self.model, d.amount(self.model.free(one))
        free = not (model.gate.flags & TRANSFERS or model.blocked[one] or model.blocked[other])
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
        answer = self.driver.read(function, *arguments)
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
        self.answers("issuerOf(address)", who, level, quota.capacity, quota.refill, quota.may_burn)

    def read_token(self) -> None:
        model, word, last, flags = (
            self.model,
            self.model.solvency,
            self.model.last,
            self.model.gate.flags,
        )
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
        self.answers("reserveLimits()", (), model.limits.max_age, model.limits.max_increase)
        self.answers("pauseFlags()", (), flags & 15)
        self.answers("paused()", (), flags & TRANSFERS)
        self.answers("delegateAll()", (), bool(flags & DELEGATE_ALL))
        self.answers("implementation()", (), model.gate.implementation)
        self.answers("authority()", (), model.trust.authority)
        self.answers("getOwner()", (), model.trust.authority)
        separator = domain_separator(model.chain_id, self.token)
        self.answers("DOMAIN_SEPARATOR()", (), int.from_bytes(separator, "big"))
        self.answers("RECOVERY_DELAY()", (), model.recovery_delay)

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
