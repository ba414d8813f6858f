"""Balances, freezes, blocks, pause flags: what every movement of money passes."""

from __future__ import annotations

from typing import Any

from .core import ZERO, Book, Core, Fields, Refused

PAUSES = {"transfers": 1, "authorizations": 2, "minting": 4, "burning": 8}
TRANSFERS, AUTHORIZATIONS, MINTING, BURNING = PAUSES.values()
ALL_PAUSES = sum(PAUSES.values())
OF_PAYMENTS = 3
"""The pauses that stand in the word that payments read; the others are kept beside the supply."""
DELEGATE_ALL = 1 << 255
LARGEST = 4_722_366_482_869_645_213_695
"""Base units that a field of 72 bits holds."""
UNLIMITED = (1 << 256) - 1


class LedgerModel(Core):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        journal = self.journal
        self.balance = Book(journal)
        self.frozen = Book(journal)
        self.permits = Book(journal)
        self.blocked = Book(journal, default=False)
        self.allowance = Book(journal)
        self.code = Fields(journal, implementation=0, generation=1, recovery_delay=0)
        """What runs behind the token; the delay is written in the code itself."""
        self.flags = Fields(journal, paused=0, delegate_all=False)
        self.solvency = Fields(journal, supply=0, backing=0, burned=0, valid_until=0)

    def reserved(self, account: int) -> bool:
        return account in (ZERO, self.token)

    def free(self, account: int) -> int:
        """What ``account`` may send: the balance that is not frozen."""
        return max(0, self.balance[account] - self.frozen[account])

    def enter(self, stops: int, *, hot: bool = False) -> None:
        """``hot``: functions that the token's own code holds; they divert when DELEGATE_ALL is raised."""
        word = self.payment_flags
        if not word:
            return
        if self.code.generation == 2 and (not hot or self.flags.delegate_all):
            self.emit("Diverted", word)
        self.require_unpaused(stops)

    @property
    def payment_flags(self) -> int:
        """The word that every payment reads."""
        return self.flags.paused & OF_PAYMENTS | (DELEGATE_ALL if self.flags.delegate_all else 0)

    def require_unpaused(self, stops: int) -> None:
        if self.flags.paused & stops:
            raise Refused("OperationPaused", self.flags.paused & stops)

    def require_may_send(self, account: int) -> None:
        if self.blocked[account]:
            raise Refused("ERC7943CannotSend", account)

    def uncovered(self, account: int, balance: int, needed: int) -> Refused:
        if needed > balance:
            return Refused("ERC20InsufficientBalance", account, balance, needed)
        free = max(0, balance - self.frozen[account])
        return Refused("ERC7943InsufficientUnfrozenBalance", account, needed, free)

    def debit(self, account: int, value: int) -> None:
        self.require_may_send(account)
        if value > self.free(account):
            raise self.uncovered(account, self.balance[account], value)
        self.balance[account] -= value

    def credit(self, account: int, value: int) -> None:
        if self.reserved(account):
            raise Refused("ERC20InvalidReceiver", account)
        if self.blocked[account]:
            raise Refused("ERC7943CannotReceive", account)
        self.balance[account] += value

    def move(self, sender: int, to: int, value: int) -> None:
        self.debit(sender, value)
        self.credit(to, value)
        self.emit("Transfer", sender, to, value)
