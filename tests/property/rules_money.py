"""Payments, permits, authorizations, minting and burning."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import FULL, Dice
from support.model.payments import CANCEL, PERMIT, RECEIVE, TRANSFER
from support.model.signatures import struct_hash
from support.model.system import parts

DICE = st.binary(min_size=20, max_size=20).map(Dice)
FEW = 4
_PAYMENT = "address,address,uint256,uint256,uint256,bytes32"


class MoneyRules(Bench):
    @rule(d=DICE)
    def transfer(self, d: Dice) -> None:
        payer = self.holder(d)
        to = payer if d.rarely(8) else self.receiver(d)
        value = d.amount(self.model.free(payer))
        if self.model.frozen[payer] and d.rarely(3):
            value = self.model.balance[payer]
        self.driver.do(payer, self.token, "transfer(address,uint256)", to, value)

    @rule(d=DICE)
    def day_of_business(self, d: Dice) -> None:
        """What the token is for: money comes in, goes round, goes out."""
        if self.model.headroom == 0 or self.driver.now >= self.model.solvency.valid_until:
            self.attest_anew(d)  # type: ignore[attr-defined]
        self.mint(d)
        self.transfer(d)
        self.transfer(d)
        if d.rarely(2):
            self.redeem(d)

    @rule(d=DICE)
    def approve(self, d: Dice) -> None:
        owner = self.holder(d)
        value = FULL if d.rarely(5) else d.amount(self.model.balance[owner])
        self.driver.do(owner, self.token, "approve(address,uint256)", self.anyone(d), value)

    @rule(d=DICE)
    def transfer_from(self, d: Dice) -> None:
        granted = [
            pair
            for pair, value in self.model.allowance.items()
            if value and pair[1] in w.ADDRESS.values()
        ]
        owner, spender = (
            d.pick(granted) if granted and not d.rarely(8) else (self.anyone(d), self.holder(d))
        )
        limit = min(self.model.free(owner), self.model.allowance[owner, spender])
        if d.rarely(6):
            limit = self.model.allowance[owner, spender]
        to = owner if d.rarely(8) else self.receiver(d)
        value = d.amount(limit)
        self.driver.do(
            spender,
            self.token,
            "transferFrom(address,address,uint256)",
            owner,
            to,
            min(value, FULL),
        )

    @rule(d=DICE)
    def payout(self, d: Dice) -> None:
        payer, count = self.holder(d), d.rows()
        to = [payer if d.rarely(5) else self.receiver(d) for _ in range(min(count, FEW))]
        to, values = self.shared(d, to, count, self.model.free(payer))
        if d.rarely(12):
            values.append(0)
        self.once(d, payer, "payout(address[],uint256[])", to, values)

    def shared(self, d: Dice, to: list[int], count: int, total: int) -> tuple[list[int], list[int]]:
        """``total`` among ``count`` payments to those in ``to``, who come again where there are more."""
        share = total // max(1, count)
        if count <= FEW:
            return to, [d.amount(share) for _ in to]
        part = share * (d.byte() + 1) // 256
        rows = range(count)
        return [to[i % len(to)] for i in rows], [max(0, part - i % 3) for i in rows]

    # Signed

    @rule(d=DICE)
    def permit(self, d: Dice) -> None:
        owner = self.signer(d)
        spender, deadline = self.anyone(d), self.driver.now + d.pick((3600, 0, -1, FULL))
        deadline = min(deadline, FULL)
        value = FULL if d.rarely(5) else d.amount(self.model.balance[owner])
        nonce = self.model.permits[owner] - (1 if d.rarely(10) and self.model.permits[owner] else 0)
        signature = self.signature(
            d, owner, struct_hash(PERMIT, owner, spender, value, nonce, deadline)
        )
        head = (owner, spender, value, deadline)
        self.submit(d, "permit(address,address,uint256,uint256", head, signature)

    @rule(d=DICE)
    def authorization(self, d: Dice) -> None:
        payer, to, kind = self.signer(d), self.receiver(d), d.byte() % 4
        now = self.driver.now
        value, after = d.amount(self.model.free(payer)), d.pick((0, 0, 0, 0, 0, now - 1, now))
        before = d.pick((now + 3600, now + 3600, now + 1, now, FULL))
        nonce = d.pick((d.byte(), d.byte() << 8, FULL - d.byte()))
        receive = kind > 1
        name = "receive" if receive else "transfer"
        signature = self.signature(
            d,
            payer,
            struct_hash(RECEIVE if receive else TRANSFER, payer, to, value, after, before, nonce),
        )
        head = (payer, to, value, after, before, nonce)
        caller = to if receive and not d.rarely(6) and to in w.ADDRESS.values() else self.relayer(d)
        self.submit(d, f"{name}WithAuthorization({_PAYMENT}", head, signature, caller)

    @rule(d=DICE)
    def cancel_authorization(self, d: Dice) -> None:
        signer, nonce = self.signer(d), d.byte()
        signature = self.signature(d, signer, struct_hash(CANCEL, signer, nonce))
        self.submit(d, "cancelAuthorization(address,bytes32", (signer, nonce), signature)

    def submit(
        self,
        d: Dice,
        opening: str,
        head: tuple[Any, ...],
        signature: Any,
        caller: int | None = None,
    ) -> None:
        """By v, r, s or by bytes; remembered, to be tried again."""
        if d.byte() & 1 or len(signature) != 65:
            function, tail = f"{opening},bytes)", cast("tuple[Any, ...]", (signature,))
        else:
            function, tail = f"{opening},uint8,bytes32,bytes32)", parts(signature)
        caller = self.relayer(d) if caller is None else caller
        if self.driver.do(caller, self.token, function, *head, *tail):
            self.driver.remember(caller, function, *head, *tail)

    def signer(self, d: Dice) -> int:
        contracts = self.driver.world.wallet, self.driver.place.vault
        return d.pick(contracts) if d.rarely(4) else self.holder(d)

    # Issuance

    @rule(d=DICE)
    def mint(self, d: Dice) -> None:
        issuer = self.issuer(d)
        to, room = self.receiver(d), self.room(d, issuer)
        value = room if d.rarely(6) else d.amount(room)
        self.once(d, issuer, "mint(address,uint256)", to, value)

    @rule(d=DICE)
    def mint_batch(self, d: Dice) -> None:
        issuer, count = self.issuer(d), d.rows()
        to = [self.receiver(d) for _ in range(min(count, FEW))]
        to, values = self.shared(d, to, count, self.room(d, issuer))
        if 1 < count <= FEW and d.rarely(12):
            values[0], values[1] = FULL, FULL - 5
        if d.rarely(16):
            values.append(0)
        self.once(d, issuer, "mintBatch(address[],uint256[])", to, values)

    @rule(d=DICE)
    def mint_to_the_brim(self, d: Dice) -> None:
        """Exactly the headroom, then one base unit more."""
        model = self.model
        able = [
            i
            for i in self.driver.issuers
            if model.quota[i].at(self.driver.now) >= model.headroom > 0
        ]
        if not able:
            return self.mint(d)
        issuer, to = d.pick(able), self.receiver(d)
        self.driver.do(issuer, self.token, "mint(address,uint256)", to, model.headroom)
        self.driver.do(issuer, self.token, "mint(address,uint256)", to, 1)
        return None

    @rule(d=DICE)
    def mint_around_expiry(self, d: Dice) -> None:
        edge = self.model.solvency.valid_until
        if edge <= self.driver.now:
            return self.mint(d)
        issuer, to = self.issuer(d), self.receiver(d)
        for second in (edge - 1, edge, edge + 1):
            self.driver.wait_until(second)
            value = d.amount(self.room(d, issuer)) if second < edge else 1
            self.driver.do(issuer, self.token, "mint(address,uint256)", to, value)
        return None

    @rule(d=DICE)
    def burn(self, d: Dice) -> None:
        able = [i for i in self.driver.issuers if self.model.quota[i].may_burn]
        burner = d.pick(able) if able and not d.rarely(8) else self.holder(d)
        self.once(d, burner, "burn(uint256)", d.amount(self.model.free(burner)))

    @rule(d=DICE)
    def redeem(self, d: Dice) -> None:
        """A holder pays an issuer, who burns it."""
        able = [i for i in self.driver.issuers if self.model.quota[i].may_burn]
        if not able:
            return self.burn(d)
        payer, burner = self.holder(d), d.pick(able)
        value = self.model.free(payer) * (d.byte() + 1) // 256
        self.driver.do(payer, self.token, "transfer(address,uint256)", burner, value)
        self.driver.do(burner, self.token, "burn(uint256)", min(value, self.model.free(burner)))
        return None

    def issuer(self, d: Dice) -> int:
        able = [i for i in self.driver.issuers if self.model.quota[i].at(self.driver.now)]
        return (
            d.pick(able)
            if able and not d.rarely(8)
            else d.pick([*self.driver.issuers, w.ADDRESS["outsider"]])
        )

    def room(self, d: Dice, issuer: int) -> int:
        """What the issuer can mint now; at times its whole quota, or the whole headroom."""
        quota, headroom = self.model.quota[issuer].at(self.driver.now), self.model.headroom
        return d.pick((min(quota, headroom),) * 6 + (quota, headroom))
