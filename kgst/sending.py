"""The one way that transactions leave: estimated, priced, signed, journaled, sent, final.

The journal has the signed transaction on disk before the node has it, so a run that is killed at any point continues
with the same transaction: it looks for its receipt, or sends the very same bytes again. A second transaction is signed
for a step only after the first was mined and reverted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak

from kgst.errors import RefusedError, UnconfirmedError
from kgst.journal import Journal, Outcome, Signed
from kgst.node import (
    ChainRevertError,
    NodeError,
    chain_id,
    connected,
    final_block,
    get_receipt,
    is_dev_node,
    rpc,
)
from kgst.outcomes import outcome_of
from kgst.policy import Limits
from kgst.quantities import format_bnb, format_duration, format_gwei

if TYPE_CHECKING:
    from ape.api import AccountAPI

__all__ = ["Event", "NonceUsedError", "Progress", "RevertedError", "Sender", "Stage"]

# The estimate is of the present state; blocks before ours may make slots cold or non-zero.
_GAS_MARGIN: Final = (5, 4)
_SETTLE_SECONDS: Final = 15
_ALREADY_THERE: Final = ("already known", "already imported", "known transaction")
_NONCE_USED: Final = ("nonce too low", "invalid transaction nonce")


class RevertedError(RefusedError):
    """A transaction was mined and reverted: it changed nothing but the sender's nonce and balance."""


class NonceUsedError(NodeError):
    """Another transaction of the account took the nonce: this one can no longer land.

    Attributes:
        outcome: The journal's line that says so.
    """

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class Stage(StrEnum):
    """How far a step has come."""

    PREPARED = "prepared"
    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    DONE = "done"


@dataclass(frozen=True)
class Event:
    """A step reached a stage. `transaction` is its hash, from SIGNED on; `outcome` is there when DONE."""

    step: str
    stage: Stage
    transaction: str | None = None
    outcome: Outcome | None = None


Progress = Callable[[Event], None]


class Sender:
    """Sends the steps of one run, from one account, one after the other.

    Args:
        account: An account of ape that signs by itself (no Safe).
        journal: Begun for this run.
        limits: What may be spent, and how long to wait.
        progress: Told of each stage, after it is reached.
        next_nonce: The least that may be used next, known from earlier runs: a node may lag behind them.
        again: How the operator goes on after an interruption, for messages.
    """

    def __init__(
        self,
        account: AccountAPI,
        journal: Journal,
        limits: Limits,
        progress: Progress | None = None,
        *,
        next_nonce: int = 0,
        again: str = "resume",
    ) -> None:
        self.account = account
        self.address: str = account.address
        self.journal = journal
        self.limits = limits
        self._next_nonce = next_nonce
        self._again = again
        self._progress = progress or (lambda _: None)
        self._provider = connected()
        self._eth = self._provider.web3.eth
        self._dev = is_dev_node(self._provider)

    def send(self, step: str, data: bytes, to: str | None = None, value: int = 0) -> Outcome:
        """Carry out `step`, or finish what an earlier run began of it; returns when it is final.

        Args:
            step: Unique in the journal.
            data: Call data; creation code when `to` is None.
            to: Checksummed address, or None to create a contract.
            value: Wei.

        Raises:
            RefusedError: the simulation reverts, a limit is exceeded, or the account did not sign. Nothing was sent.
            RevertedError: it was mined and reverted.
            UnconfirmedError: sent, and not final in time.
            NodeError: the node failed, or another transaction took the nonce.
        """
        signed = self.journal.signed(step)
        outcome = self.journal.outcome(signed.hash) if signed else None
        if signed and (outcome is None or outcome.succeeded):
            return self.finish(step)
        if open_steps := [s.step for s in self.journal.unresolved()]:
            raise RefusedError(
                f"{', '.join(open_steps)} may still land; finish that first ({self._again})."
            )
        signed = self._sign(step, data, to, value)
        self.journal.append(signed)
        self._progress(Event(step, Stage.SIGNED, signed.hash))
        return self._finish(signed, resumed=False)

    def finish(self, step: str) -> Outcome:
        """Wait for what was signed for `step`, sending the very same again if need be; never signs.

        Raises:
            As `send`.
        """
        signed = self.journal.signed(step)
        if signed is None:
            raise RefusedError(f"nothing was signed for {step}; {self._again}.")
        outcome = self.journal.outcome(signed.hash)
        if outcome is None:
            return self._finish(signed, resumed=True)
        self._progress(Event(step, Stage.DONE, signed.hash, outcome))
        if not outcome.succeeded:
            raise self._reverted(signed, outcome)
        return outcome

    def price(self) -> int:
        """Wei per gas that is offered now: what the node asks, and enough for the next block's base fee.

        Raises:
            RefusedError: above the limit.
        """
        with rpc("ask for the gas price"):
            asked = int(self._eth.gas_price)
            base = int(self._eth.get_block("latest").get("baseFeePerGas") or 0)
        price = max(asked, base * 9 // 8)
        if price > self.limits.max_gas_price:
            raise RefusedError(
                f"gas costs {format_gwei(price)} now, the policy allows {format_gwei(self.limits.max_gas_price)}; "
                "wait, or raise limits.max_gas_price."
            )
        return price

    def _sign(self, step: str, data: bytes, to: str | None, value: int) -> Signed:
        request: dict[str, Any] = {"from": self.address, "data": "0x" + data.hex(), "value": value}
        if to is not None:
            request["to"] = to
        try:
            with rpc(f"simulate {step}"):
                estimate = int(self._eth.estimate_gas(request))
        except ChainRevertError as error:
            raise ChainRevertError(f"{error} Nothing was sent.") from error.__cause__
        gas = estimate * _GAS_MARGIN[0] // _GAS_MARGIN[1]
        price = self.price()
        self._afford(step, gas * price, value)
        nonce = self._nonce()
        self._progress(Event(step, Stage.PREPARED))

        ecosystem = self._provider.network.ecosystem
        transaction = ecosystem.create_transaction(
            type=0,  # with a gas price: what every BNB chain takes
            chain_id=chain_id(self._provider),
            sender=self.address,
            nonce=nonce,
            gas_limit=gas,
            gas_price=price,
            value=value,
            data=data,
            **({"receiver": to} if to else {}),
        )
        raw = self._signature(step, transaction)
        return Signed(step=step, nonce=nonce, hash="0x" + keccak(raw).hex(), raw="0x" + raw.hex())

    def _afford(self, step: str, fee: int, value: int) -> None:
        if fee + value > self.limits.max_cost:
            raise RefusedError(
                f"{step} may cost {format_bnb(fee + value)}, the policy allows "
                f"{format_bnb(self.limits.max_cost)}; wait for a lower gas price, or raise limits.max_cost."
            )
        with rpc(f"read the balance of {self.address}"):
            balance = int(self._eth.get_balance(self.address))
        if balance < fee + value:
            raise RefusedError(
                f"{step} may cost {format_bnb(fee + value)}, and {self.address} has {format_bnb(balance)}; "
                f"send it BNB, then {self._again}."
            )

    def _nonce(self) -> int:
        with rpc(f"read the nonce of {self.address}"):
            mined = int(self._eth.get_transaction_count(self.address, "latest"))
            pending = int(self._eth.get_transaction_count(self.address, "pending"))
        nonce = max(mined, self.journal.next_nonce, self._next_nonce)
        if pending > nonce:
            raise RefusedError(
                f"{self.address} has {pending - nonce} pending transaction(s) that are not of this run; "
                "wait until they are mined, and use the account for nothing else meanwhile."
            )
        return nonce

    def _signature(self, step: str, transaction: Any) -> bytes:
        """The signed bytes; ape checks that they are the account's own."""
        from ape.exceptions import ApeException

        try:
            signed = self.account.sign_transaction(transaction)
            if signed is not None:
                return bytes(signed.serialize_transaction())
        except ApeException as error:
            raise RefusedError(
                f"{step}: {str(error).rstrip('.!')}; nothing was sent. Use an account that signs by itself."
            ) from error
        raise RefusedError(f"{step}: the account did not sign; nothing was sent.")

    def _finish(self, signed: Signed, *, resumed: bool) -> Outcome:
        receipt = get_receipt(self._provider, signed.hash) if resumed else None
        if receipt is None:
            self._submit(signed)
        self._progress(Event(signed.step, Stage.SENT, signed.hash))
        receipt = self._wait(signed)
        self._progress(Event(signed.step, Stage.MINED, signed.hash))
        outcome = outcome_of(self._eth, self.address, signed, receipt)
        self.journal.append(outcome)
        self._progress(Event(signed.step, Stage.DONE, signed.hash, outcome))
        if not outcome.succeeded:
            raise self._reverted(signed, outcome)
        return outcome

    def _reverted(self, signed: Signed, outcome: Outcome) -> RevertedError:
        return RevertedError(
            f"{signed.step}: transaction {signed.hash} was mined and reverted with {outcome.error}. "
            f"Find the cause, then {self._again}: the step will be signed anew."
        )

    def _submit(self, signed: Signed) -> None:
        """Hand the signed bytes to the node; sending them twice does no harm."""
        try:
            with rpc(f"send {signed.step}"):
                self._eth.send_raw_transaction(signed.raw)
        except NodeError as error:
            text = str(error).lower()
            if any(sign in text for sign in _ALREADY_THERE + _NONCE_USED):
                return  # it is there, or its nonce is used: `_wait` tells which
            if "no answer" in text:
                raise UnconfirmedError(
                    f"{signed.step}: transaction {signed.hash} may or may not have been sent: {error} Then "
                    f"{self._again}: it looks for this transaction, and sends the same one again if need be."
                ) from error
            raise NodeError(
                f"{error} Transaction {signed.hash} of {signed.step} is journaled; put right what the node "
                f"says and {self._again}: the same transaction is sent again."
            ) from error

    def _wait(self, signed: Signed) -> dict[str, Any]:
        """The receipt, once it is final."""
        pause = 0.2 if self._dev else 1.0
        deadline = time.monotonic() + self.limits.timeout
        nonce_used_at: float | None = None
        while True:
            receipt = get_receipt(self._provider, signed.hash)
            if receipt is not None and self._is_final(int(receipt["blockNumber"])):
                return receipt
            now = time.monotonic()
            if receipt is None and self._nonce_is_used(signed.nonce):
                # A node may know the nonce a moment before the receipt.
                nonce_used_at = nonce_used_at or now
                if now - nonce_used_at > (1 if self._dev else _SETTLE_SECONDS):
                    raise self._superseded(signed)
            if now > deadline:
                raise UnconfirmedError(
                    f"{signed.step}: transaction {signed.hash} (nonce {signed.nonce}) was sent, and is not final "
                    f"after {format_duration(self.limits.timeout)}. Later {self._again}: it waits for this "
                    "transaction and never signs another for the step."
                )
            time.sleep(pause)

    def _superseded(self, signed: Signed) -> NonceUsedError:
        go_on = "start over with --new" if self._again == "resume" else self._again
        return NonceUsedError(
            f"{signed.step}: nonce {signed.nonce} of {self.address} was used by another transaction, so "
            f"{signed.hash} can no longer land. Look at the account's transactions in an explorer; if "
            f"the other one is not yours the key is stolen. Otherwise {go_on}.",
            Outcome(
                step=signed.step, hash=signed.hash, succeeded=False, block_number=0, block_hash="0x", gas_used=0,
                gas_price=0, error="another transaction used its nonce",
            ),
        )  # fmt: skip

    def _is_final(self, block: int) -> bool:
        if self._dev:
            return True
        if (final := final_block(self._provider)) is not None:
            return final >= block
        with rpc("ask for the last block"):
            return int(self._eth.block_number) - block + 1 >= self.limits.confirmations

    def _nonce_is_used(self, nonce: int) -> bool:
        with rpc(f"read the nonce of {self.address}"):
            return int(self._eth.get_transaction_count(self.address, "latest")) > nonce
