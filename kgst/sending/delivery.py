"""One signed step on its way: handed over, watched, replaced when it cannot land, until one of its attempts is final.

What a node fails to say decides nothing: it is asked again until the time is up. A step ends by the receipt of one of
its attempts in a final block, or when its nonce has verifiably gone to another transaction.
"""

from __future__ import annotations

import itertools
import time
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kgst.errors import KgstError, RefusedError, UnconfirmedError
from kgst.journal import Outcome, Purpose, Signed
from kgst.node import NoAnswerError, NodeError, patience, rpc
from kgst.quantities import format_duration, format_gwei
from kgst.sending.ends import NonceUsedError, UndecidedError, ended
from kgst.sending.fills import fill, settle_fills
from kgst.sending.means import URGENT_ANSWER_SECONDS, Means
from kgst.sending.outcomes import outcome_of
from kgst.sending.pricing import gas_for, outbidding, price_now, require_fee
from kgst.sending.refusals import Refusal, refusal_of
from kgst.sending.showing import as_shown
from kgst.sending.stages import Event, Stage
from kgst.sending.transactions import Content, content_of, sign

if TYPE_CHECKING:
    from kgst.sending.vantage import Vantage

__all__ = ["Delivery"]

_URGENT_SECONDS: Final = 600
_USED_SECONDS: Final = 15
_URGENT_USED_SECONDS: Final = 4
_GAP_SECONDS: Final = 6
_RESEND_SECONDS: Final = 10
_STALL_SECONDS: Final = 20
_REPLACEMENTS: Final = 6


class Delivery:
    """Brings `signed`, or an attempt in its place, into a final block."""

    def __init__(self, means: Means, signed: Signed) -> None:
        self.means = means
        self.signed = signed
        self._trouble: KgstError | None = None
        self._state = ""
        self._since = self._sent_at = time.monotonic()
        self._final = -1
        self._final_since = self._since
        self._stall_told = False

    def run(self, *, resumed: bool) -> Outcome:
        """Until it is final; the outcome is in the journal then.

        Raises:
            UnconfirmedError: not final in time; UndecidedError: its nonce is used, by what is not shown.
            NonceUsedError: another transaction took its nonce.
            NodeError: the node refuses it for what only the operator can put right.
        """
        means, step = self.means, self.signed.step
        known = False
        if resumed:
            with suppress(NodeError):
                known = self._receipt(means.vantages[0]) is not None
        try:
            if not known:
                self._submit()
        except NoAnswerError as error:
            if not means.urgent:
                raise UnconfirmedError(
                    f"{step}: transaction {self.signed.hash} may or may not have been sent: {error} Then "
                    f"{means.again}: it looks for this transaction, and sends the same one again if need be."
                ) from error
            self._trouble = error
        means.progress(Event(step, Stage.SENT, self.signed.hash))
        landed, receipt = self._wait()
        means.progress(Event(step, Stage.MINED, landed.hash))
        outcome = outcome_of(means.provider.web3.eth, means.address, landed, receipt)
        settle_fills(means, self.signed)
        means.journal.append(outcome)
        means.progress(Event(step, Stage.DONE, landed.hash, outcome))
        return outcome

    # Handing over

    def _submit(self) -> None:
        """Hand the last attempt to the node, or a better one when that is refused; twice does no harm.

        Raises:
            NoAnswerError: nobody knows whether it got there.
            NodeError: refused, for a reason that a better one would not end.
        """
        self._sent_at = time.monotonic()
        for _ in range(_REPLACEMENTS):
            try:
                self.means.hand_over(self.signed)
            except NoAnswerError:
                raise
            except NodeError as error:
                said = str(getattr(error, "said", error))
                kind = refusal_of(said)
                if kind in (Refusal.KNOWN, Refusal.NONCE_USED):
                    return  # it is there, or its nonce is used: `_wait` tells which
                if kind is Refusal.PRICE:
                    self._replace(f"the node refused its price ({said})")
                elif kind is Refusal.GAS and self.signed.purpose is Purpose.STEP:
                    self._replace(f"the node refused its gas limit ({said})", gas_anew=True)
                else:
                    raise self._refused(error, kind) from error
            else:
                return
        raise UnconfirmedError(
            f"{self.signed.step}: the node refused {_REPLACEMENTS} transactions one after the other, though each "
            f"offered more. They are in the journal; later, or with another node, {self.means.again}."
        )

    def _refused(self, error: NodeError, kind: Refusal) -> NodeError:
        step, means = self.signed.step, self.means
        what = (
            f"send {means.address} BNB"
            if kind is Refusal.FUNDS
            else "put right what the node says, or use another node"
        )
        return NodeError(
            f"{step}: {error} Transaction {self.signed.hash} is journaled; {what}, and {means.again}: the same "
            "transaction is sent again. To have its nonce spent on nothing instead, add --give-up."
        )

    # A better one in its place

    def _replace(self, why: str, *, gas_anew: bool = False) -> None:
        """Sign the same again, for the same nonce, at a price that will do.

        Raises:
            UnconfirmedError: the policy does not allow that price.
        """
        means, old = self.means, content_of(self.signed)
        highest = max(content_of(s).price for s in means.journal.attempts(self.signed))
        try:
            price = means.price(outbidding(highest))
            gas = self._gas_anew(old) if gas_anew else old.gas
            require_fee(self.signed.step, gas * price, old.value, means.limits)
            new = replace(old, price=price, gas=gas)
            signed = sign(means.provider, means.account, self.signed.step, new, self.signed.purpose)
        except RefusedError as error:
            raise UnconfirmedError(
                f"{self.signed.step}: transaction {self.signed.hash} (nonce {old.nonce}) offers "
                f"{format_gwei(old.price)} and does not land: {why}. {error} It may still land; then, or once the "
                f"policy allows more, {means.again}."
            ) from error
        means.journal.append(signed)
        self.signed = signed
        note = f"{why}; the same is sent for {format_gwei(price)}, either may land"
        means.progress(Event(self.signed.step, Stage.REPLACED, self.signed.hash, note=note))

    def _gas_anew(self, content: Content) -> int:
        request: Any = {
            "from": self.means.address, "data": "0x" + content.data.hex(), "value": content.value,
        }  # fmt: skip
        if content.to is not None:
            request["to"] = content.to
        with rpc(f"simulate {self.signed.step}"):
            estimate = int(self.means.provider.web3.eth.estimate_gas(request))
        creates = content.to is None
        return gas_for(self.signed.step, estimate, content.data, creates=creates)

    # Waiting

    def _wait(self) -> tuple[Signed, dict[str, Any]]:
        """The attempt that landed and its receipt, once it is final."""
        means = self.means
        pause = 0.2 if means.dev else 0.5
        seconds = means.limits.timeout
        if means.urgent:
            seconds = max(seconds, _URGENT_SECONDS)
        deadline = time.monotonic() + seconds
        several = len(means.vantages) > 1  # then one that hangs is not waited for
        for vantage in itertools.cycle(means.vantages):
            try:
                with patience(URGENT_ANSWER_SECONDS) if several else nullcontext():
                    if (found := self._look(vantage)) is not None:
                        return found
                self._trouble = None
            except (NonceUsedError, UndecidedError):
                raise
            except (NodeError, RefusedError) as error:  # which is no answer, or no reason to end
                self._trouble = error
            if time.monotonic() > deadline:
                break
            time.sleep(pause)
        raise self._unconfirmed(seconds)

    def _look(self, vantage: Vantage) -> tuple[Signed, dict[str, Any]] | None:
        found = self._receipt(vantage)
        if found is None:
            self._unmined(vantage)
            return None
        self._state = ""
        if not self._is_final(vantage, found[1]):
            return None
        return found[0], self._as_shown(vantage, *found)

    def _receipt(self, vantage: Vantage) -> tuple[Signed, dict[str, Any]] | None:
        for attempt in reversed(self.means.journal.attempts(self.signed)):
            if (receipt := vantage.receipt(attempt.hash)) is not None:
                return attempt, receipt
        return None

    def _is_final(self, vantage: Vantage, receipt: dict[str, Any]) -> bool:
        if self.means.dev:
            return True
        number = int(receipt["blockNumber"])
        final = vantage.final()
        if final is None:
            if vantage.head() - number + 1 < self.means.limits.confirmations:
                return False
        elif final < number:
            self._watch_finality(final, number)
            return False
        # An index may still have the receipt of a block that was undone.
        return vantage.block_hash(number) == "0x" + bytes(receipt["blockHash"]).hex()

    def _as_shown(
        self, vantage: Vantage, landed: Signed, receipt: dict[str, Any]
    ) -> dict[str, Any]:
        """The receipt with what its block commits to, and the price that was signed."""
        if vantage.node is None or self.means.dev:
            return receipt
        price = content_of(landed).price
        return {
            **as_shown(vantage.node, landed.hash, receipt, lenient=self.means.urgent),
            "effectiveGasPrice": price,
        }

    def _watch_finality(self, final: int, number: int) -> None:
        now = time.monotonic()
        if final > self._final:
            self._final, self._final_since, self._stall_told = final, now, False
        elif now - self._final_since > _STALL_SECONDS and not self._stall_told:
            self._stall_told = True
            note = (
                f"it is mined in block {number}; finality has stood still at block {final} for "
                f"{format_duration(int(now - self._final_since))}, and is waited for"
            )
            self.means.progress(Event(self.signed.step, Stage.NOTICED, self.signed.hash, note=note))

    def _unmined(self, vantage: Vantage) -> None:
        """No receipt: is it our turn, is a nonce before ours missing, or was ours used?"""
        means, now = self.means, time.monotonic()
        mined, nonce = vantage.count(means.address, "latest"), self.signed.nonce
        state = "used" if mined > nonce else "gap" if mined < nonce else "next"
        if state != self._state:
            self._state, self._since = state, now
        lasted = now - self._since
        # A node may know the nonce a moment before the receipt, and one answer may be wrong.
        enough = 1 if means.dev else _URGENT_USED_SECONDS if means.urgent else _USED_SECONDS
        if state == "used" and lasted > enough:
            raise ended(means, vantage, self.signed)
        if state == "gap" and lasted > (1 if means.dev else _GAP_SECONDS):
            self._since = now
            fill(means, self.signed, mined, vantage.count(means.address, "pending"))
        if state != "used" and now - self._sent_at > (3 if means.urgent else _RESEND_SECONDS):
            self._sent_at = now
            if state == "next" and self._too_cheap():
                # What it offers may be enough all the same: a dearer one that is not allowed ends no wait.
                with suppress(UnconfirmedError):
                    self._replace("it is not mined, and gas costs more now")
            self._submit()

    def _too_cheap(self) -> bool:
        offered = content_of(self.signed).price
        asked = price_now(self.means.provider.web3.eth, self.means.limits)
        return asked > offered and outbidding(offered) <= self.means.limits.max_gas_price

    # Ends

    def _unconfirmed(self, seconds: int) -> UnconfirmedError:
        signed, again = self.signed, self.means.again
        trouble = f" In the end {self._trouble}" if self._trouble else ""
        stalled = (
            f" It is mined; finality stands at block {self._final}." if self._final >= 0 else ""
        )
        return UnconfirmedError(
            f"{signed.step}: transaction {signed.hash} (nonce {signed.nonce}) was sent, and is not final after "
            f"{format_duration(seconds)}.{stalled}{trouble} Later {again}: it waits for this transaction, or sends "
            "the same for the same nonce, and never does the step twice."
        )
