"""ERC-20, payouts, ERC-2612 and EIP-3009."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .core import ZERO, Book, Refused
from .ledger import AUTHORIZATIONS, TRANSFERS, UNLIMITED, LedgerModel
from .signatures import Signature, digest, struct_hash

PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
_PAYMENT = (
    "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
TRANSFER = "TransferWithAuthorization" + _PAYMENT
RECEIVE = "ReceiveWithAuthorization" + _PAYMENT
CANCEL = "CancelAuthorization(address authorizer,bytes32 nonce)"


class PaymentsModel(LedgerModel):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.used = Book(self.journal, default=False)
        """(authorizer, nonce) of EIP-3009: used or canceled."""

    # ERC-20

    def transfer(self, caller: int, to: int, value: int) -> None:
        self.enter(TRANSFERS, hot=True)
        self.move(caller, to, value)

    def transfer_from(self, caller: int, sender: int, to: int, value: int) -> None:
        self.enter(TRANSFERS, hot=True)
        self.require_may_send(caller)
        granted = self.allowance[sender, caller]
        if granted != UNLIMITED:
            if granted < value:
                raise Refused("ERC20InsufficientAllowance", caller, granted, value)
            self.allowance[sender, caller] = granted - value
        self.move(sender, to, value)

    def approve(self, caller: int, spender: int, value: int) -> None:
        if value:
            self.require_may_send(caller)
        self.grant(caller, spender, value)

    def grant(self, owner: int, spender: int, value: int) -> None:
        if spender == ZERO:
            raise Refused("ERC20InvalidSpender", ZERO)
        self.allowance[owner, spender] = value
        self.emit("Approval", owner, spender, value)

    def payout(
        self, caller: int, to: Sequence[int], values: Sequence[int], nonce: int | None = None
    ) -> None:
        self.once(caller, nonce)
        if len(to) != len(values):
            raise Refused("ArrayLengthMismatch", len(to), len(values))
        self.enter(TRANSFERS)
        self.require_may_send(caller)
        paid_to_self = 0
        for receiver, value in zip(to, values, strict=True):
            # What the caller pays itself must be covered beside all the rest.
            if value > self.free(caller) - paid_to_self:
                raise self.uncovered(caller, self.balance[caller] - paid_to_self, value)
            if receiver == caller:
                paid_to_self += value
            else:
                self.balance[caller] -= value
                self.credit(receiver, value)
            self.emit("Transfer", caller, receiver, value)

    # ERC-2612

    def permit(
        self,
        caller: int,
        owner: int,
        spender: int,
        value: int,
        deadline: int,
        signature: Signature,
        *,
        hot: bool,
    ) -> None:
        self.enter(AUTHORIZATIONS, hot=hot)
        if self.now > deadline:
            raise Refused("ERC2612ExpiredSignature", deadline)
        self.require_may_send(owner)
        message = struct_hash(PERMIT, owner, spender, value, self.permits[owner], deadline)
        if not signature.binds(owner, digest(self, message), self.owners):
            raise Refused("ERC2612InvalidSignature", owner)
        self.permits[owner] += 1
        self.grant(owner, spender, value)

    # EIP-3009

    def transfer_with_authorization(self, caller: int, *payment: Any, hot: bool) -> None:
        self.enter(TRANSFERS | AUTHORIZATIONS, hot=hot)
        self._authorized(TRANSFER, *payment)

    def receive_with_authorization(self, caller: int, *payment: Any, hot: bool) -> None:
        self.enter(TRANSFERS | AUTHORIZATIONS, hot=hot)
        payee = payment[1]
        if caller != payee:
            raise Refused("CallerNotPayee", caller, payee)
        self._authorized(RECEIVE, *payment)

    def _authorized(
        self, kind: str, sender: int, to: int, value: int, after: int, before: int, nonce: int, signature: Signature
    ) -> None:  # fmt: skip
        if self.now <= after:
            raise Refused("AuthorizationNotYetValid", after)
        if self.now >= before:
            raise Refused("AuthorizationExpired", before)
        message = struct_hash(kind, sender, to, value, after, before, nonce)
        self._require_signed(sender, message, signature)
        self._use(sender, nonce)
        self.emit("AuthorizationUsed", sender, nonce)
        self.move(sender, to, value)

    def once(self, caller: int, nonce: int | None) -> None:
        """Of forms that take the caller's own nonce: before anything else is looked at."""
        if nonce is not None:
            self._use(caller, nonce)
            self.emit("AuthorizationUsed", caller, nonce)

    def cancel_authorization(
        self, caller: int, authorizer: int, nonce: int, signature: Signature
    ) -> None:
        self._require_signed(authorizer, struct_hash(CANCEL, authorizer, nonce), signature)
        self._use(authorizer, nonce)
        self.emit("AuthorizationCanceled", authorizer, nonce)

    def _require_signed(self, signer: int, message: bytes, signature: Signature) -> None:
        if not signature.binds(signer, digest(self, message), self.owners):
            raise Refused("InvalidSignature", signer)

    def _use(self, authorizer: int, nonce: int) -> None:
        if self.used[authorizer, nonce]:
            raise Refused("AuthorizationUsedOrCanceled", authorizer, nonce)
        self.used[authorizer, nonce] = True
