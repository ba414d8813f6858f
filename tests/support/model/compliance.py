"""Blocking, freezing, carrying out orders, pausing, and stray tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .core import ZERO, Book, Refused
from .ledger import ALL_PAUSES, LARGEST
from .reserves import ReservesModel


class ComplianceModel(ReservesModel):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.foreign = 0
        """A foreign token that was sent here by mistake."""
        self.stray = Book(self.journal)
        """Its holders."""
        self.orders = Book(self.journal, default=(0, 0))
        """(order, account): what was ordered of it, what was executed."""

    def block(self, caller: int, *accounts: int) -> None:
        self.authorize(caller)
        for account in accounts:
            if not self.blocked[account]:
                self.require_no_desk(account)
                self.blocked[account] = True
                self.emit("Blocked", account)

    def unblock(self, caller: int, *accounts: int) -> None:
        self.authorize(caller)
        for account in accounts:
            if self.reserved(account):
                raise Refused("ReservedAddress", account)
            if self.blocked[account]:
                self.blocked[account] = False
                self.emit("Unblocked", account)

    def freeze(self, caller: int, accounts: Sequence[int], amounts: Sequence[int]) -> None:
        self.authorize(caller)
        if len(accounts) != len(amounts):
            raise Refused("ArrayLengthMismatch", len(accounts), len(amounts))
        for account, amount in zip(accounts, amounts, strict=True):
            if amount:
                self.require_no_desk(account)
            self.frozen[account] = min(amount, LARGEST)
            self.emit("Frozen", account, min(amount, LARGEST))

    def forced_transfer(
        self, caller: int, sender: int, to: int, amount: int, order: int | None = None, ordered: int = 0
    ) -> None:  # fmt: skip
        self.authorize(caller)
        if order is not None:
            self._execute_order(order, sender, amount, ordered)
        if sender == ZERO:
            raise Refused("ERC20InvalidSender", sender)
        if sender == to:
            raise Refused("SelfTransfer", sender)
        self._seize(sender, amount)
        self.credit(to, amount)
        self.emit("Transfer", sender, to, amount)
        self.emit("ForcedTransfer", sender, to, amount)

    def burn_blocked(self, caller: int, account: int, value: int, order: int, ordered: int) -> None:
        self.authorize(caller)
        if self.reserved(account):
            raise Refused("ReservedAddress", account)
        if not self.blocked[account]:
            raise Refused("AccountNotBlocked", account)
        self._execute_order(order, account, value, ordered)
        self._seize(account, value)
        self.retire(account, value)

    def _execute_order(self, order: int, account: int, value: int, ordered: int) -> None:
        """No more of an order than it names, whatever names it afterwards."""
        if ordered > LARGEST:
            raise Refused("AmountOutOfRange", ordered, LARGEST)
        first, executed = self.orders[order, account]
        if first and first != ordered:
            raise Refused("OrderAmountMismatch", first, ordered)
        if executed + value > ordered:
            raise Refused("OrderExceeded", order, ordered - executed, value)
        self.orders[order, account] = ordered, executed + value
        self.emit("OrderExecuted", order, account, value)

    def _seize(self, account: int, amount: int) -> None:
        self.require_no_desk(account)
        if amount > self.balance[account]:
            raise Refused("ERC20InsufficientBalance", account, self.balance[account], amount)
        held_back = amount - self.free(account)
        if held_back > 0:
            self.frozen[account] -= held_back
            self.emit("Frozen", account, self.frozen[account])
        self.balance[account] -= amount

    def pause(self, caller: int, flags: int) -> None:
        self._set_pauses(caller, flags, self.flags.paused | flags)

    def unpause(self, caller: int, flags: int) -> None:
        self._set_pauses(caller, flags, self.flags.paused & ~flags)

    def _set_pauses(self, caller: int, flags: int, then: int) -> None:
        self.authorize(caller)
        if not 1 <= flags <= ALL_PAUSES:
            raise Refused("InvalidPauseFlags", flags)
        before = self.flags.paused
        if then != before:
            self.flags.paused = then
            self.emit("PauseFlagsChanged", before, then)

    def rescue(self, caller: int, asset: int, to: int, amount: int) -> None:
        self.authorize(caller)
        if asset == self.token:
            raise Refused("OwnTokenNotRescuable")
        if asset != self.foreign:
            raise Refused("SafeERC20FailedOperation", asset)
        if to == ZERO:
            raise Refused("ERC20InvalidReceiver", to)
        if amount > self.stray[self.token]:
            raise Refused("ERC20InsufficientBalance", self.token, self.stray[self.token], amount)
        self.stray[self.token] -= amount
        self.stray[to] += amount
        self.emit("Transfer", self.token, to, amount, by=self.foreign)
        self.emit("TokensRescued", asset, to, amount)
