"""What the rules share: amounts, people, signatures by auditors, restricted calls."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from eth_hash.auto import keccak
from property import world as w
from property.campaign import CAMPAIGN
from property.dice import FULL, Dice
from property.driver import Driver
from support.engine import Call, selector
from support.model.governance import power
from support.model.manager import operation_id
from support.model.signatures import Key, Password, Signature, digest
from support.model.system import SystemModel

BY_ADDRESS: dict[int, Key] = {key.address: key for key in w.KEYS.values()}
NO_SIGNATURE = Signature.made(bytes(65), 0, b"", sound=False)


class Bench:
    """Base of the rule sets; the state machine sets ``driver``."""

    driver: Driver

    @property
    def model(self) -> SystemModel:
        return self.driver.model

    @property
    def token(self) -> int:
        return self.driver.token

    # People

    def anyone(self, d: Dice) -> int:
        """Mostly holders and issuers, at times the zero address, the token, the staff."""
        driver = self.driver
        return d.pick((*driver.holders, *driver.holders, *driver.issuers, *driver.known))

    def holder(self, d: Dice) -> int:
        """Someone with a key; mostly with money, when anyone has any."""
        rich = [a for a in self.driver.known if self.model.free(a) and a in BY_ADDRESS]
        plain = [w.ADDRESS[name] for name in w.HOLDERS]
        return d.pick(rich) if rich and not d.rarely(6) else d.pick(plain)

    def receiver(self, d: Dice) -> int:
        """Mostly one who may receive."""
        fit = [h for h in (*self.driver.holders, *self.driver.issuers) if not self.model.blocked[h]]
        return d.pick(fit) if fit and not d.rarely(8) else self.anyone(d)

    def relayer(self, d: Dice) -> int:
        return w.ADDRESS["relayer"] if not d.rarely(6) else self.holder(d)

    # Signatures

    def sign(self, account: int, signed: bytes) -> Signature:
        """By ``account``'s key, or by its owner's when it is a contract that signs."""
        place = self.driver.place
        if account == place.vault:
            return Password.made(place.plan.password, account, signed)
        key = BY_ADDRESS.get(self.model.owners.get(account, account))
        return key.sign(signed) if key else NO_SIGNATURE

    def signature(self, d: Dice, account: int, message: bytes) -> Signature:
        """Mostly ``account``'s good signature of ``message``."""
        good = self.sign(account, digest(self.model, message))
        if not d.rarely(6):
            return good
        kind = d.byte() % 9
        if kind == 0:
            return w.KEYS["outsider"].sign(digest(self.model, message))
        if kind in (1, 7, 8):
            return good.high_s()
        if kind == 2:
            return good.low_v()
        if kind == 3:
            return good.flipped()
        if kind == 4:
            return self.sign(account, digest(self.neighbour, message))
        if kind == 5:
            return self.sign(account, digest(self.fork, message))
        return self.sign(account, keccak(message))

    @property
    def neighbour(self) -> Any:
        """Another token on this chain."""
        return SimpleNamespace(token=self.driver.world.elsewhere, chain_id=self.model.chain_id)

    @property
    def fork(self) -> Any:
        """This token on another chain."""
        return SimpleNamespace(token=self.token, chain_id=56)

    def quorum(
        self, d: Dice, message: bytes, *, everyone: bool = False, old: bytes = b""
    ) -> list[tuple[int, Signature]]:
        """Enough auditors' signatures; once in eight not quite. ``old``: a message of an earlier epoch or version."""
        active, threshold = self.model.active, self.model.auditors.threshold
        signers = active if everyone else d.some(active, at_least=threshold)
        signed = digest(self.model, message)
        good = [(a, self.sign(a, signed)) for a in signers]
        return self._spoiled(d, good, message, old) if d.rarely(5) and good else good

    def _spoiled(
        self, d: Dice, good: list[tuple[int, Signature]], message: bytes, old: bytes
    ) -> list[tuple[int, Signature]]:
        signed = digest(self.model, message)
        # Whoever signs with a password has signed everything.
        at = d.pick([i for i, (_, s) in enumerate(good) if not isinstance(s, Password)])
        account, signature = good[at]
        bad: Signature
        match d.byte() % 16:
            case 0 | 14:
                return good[: self.model.auditors.threshold - 1]
            case 1:
                return [*good, good[-1]]
            case 2:
                return good[::-1]
            case 3:
                return [good[at], *good]
            case 4:
                bad = w.KEYS["outsider"].sign(signed)
            case 5:
                bad = signature.high_s()
                CAMPAIGN.mark("malleable signature refused")
            case 6:
                bad = signature.low_v()
            case 7:
                bad = signature.flipped()
            case 8:
                bad = Signature.made(signature[:64], signature.signer, signed, sound=False)
            case 9:
                bad = self.sign(account, digest(self.neighbour, message))
                CAMPAIGN.mark("signed elsewhere refused")
            case 10:
                bad = self.sign(account, digest(self.fork, message))
            case 11:
                bad = self.sign(account, digest(self.model, old))
                CAMPAIGN.mark("other epoch's signature refused")
            case 12:
                return self._with(good, w.ADDRESS["outsider"], signed)
            case 13:
                others = [*self.model.auditors.suspended, *self.driver.former]
                others = [a for a in others if a not in self.model.active]
                return self._with(good, d.pick(others or [0]), signed)
            case _:
                return []
        return [*good[:at], (account, bad), *good[at + 1 :]]

    def _with(
        self, good: list[tuple[int, Signature]], extra: int, signed: bytes
    ) -> list[tuple[int, Signature]]:
        """With one more voice, in its place by address."""
        return sorted([*good, (extra, self.sign(extra, signed))], key=lambda pair: pair[0])

    # Restricted calls

    def office(self, d: Dice, function: str) -> int:
        """Mostly one who holds the role that ``function`` needs."""
        manager = self.model.managers[self.model.trust.authority]
        call = Call(function, (), selector(function))
        staff = [w.ADDRESS[name] for name in w.STAFF.values()]
        able = [p for p in staff if any(manager.can_call(p, self.token, call))]
        if able and not d.rarely(10):
            return d.pick(able)
        return d.pick([*staff, w.ADDRESS["outsider"], *self.driver.known])

    def govern(self, d: Dice, function: str, *arguments: Any) -> bool:
        """A restricted call by the way that the caller's delay leaves: at once, or scheduled for later."""
        assert power(function) is not None
        caller, call = self.office(d, function), Call.of(function, *arguments)
        return self.direct_or_schedule(d, caller, self.token, call)

    def direct_or_schedule(self, d: Dice, caller: int, target: int, call: Call) -> bool:
        manager = self.model.managers[self.model.trust.authority]
        immediate, delay = manager.can_call(caller, target, call)
        if delay and not immediate and not d.rarely(6):
            when = d.pick(
                (
                    0,
                    0,
                    self.driver.now + delay,
                    self.driver.now + 2 * delay,
                    self.driver.now + delay - 1,
                )
            )
            scheduled = self.driver.do(
                caller, manager.address, "schedule(address,bytes,uint48)", target, call, when
            )
            if scheduled:
                self.driver.pending.append((manager, caller, target, call))
            if not scheduled or d.rarely(3):
                return False
            due = manager.due[operation_id(caller, target, call.data)]
            self.driver.wait_until(due + d.pick((0, 0, 0, -1, 1)))
        if d.rarely(8) or (delay and not d.rarely(3)):
            return self.driver.do(caller, manager.address, "execute(address,bytes)", target, call)
        return self.driver.send(caller, target, call)

    # Words

    def once(self, d: Dice, caller: int, function: str, *arguments: Any) -> bool:
        """A payment, a mint or a burn; at times the form that the chain lets happen once."""
        if not d.rarely(3):
            return self.driver.do(caller, self.token, function, *arguments)
        spent = [nonce for authorizer, nonce in self.model.used if authorizer == caller]
        nonce = d.pick(spent) if spent and d.rarely(4) else d.pick((d.byte(), d.byte() << 8, FULL))
        return self.driver.do(caller, self.token, f"{function[:-1]},bytes32)", *arguments, nonce)

    def figure(self, d: Dice) -> int:
        """Some 32-byte value: an order's or a report's hash."""
        return int.from_bytes(keccak(bytes([d.byte()])), "big")


def ascending(accounts: Sequence[int]) -> list[int]:
    return sorted(set(accounts))
