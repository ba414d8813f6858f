"""Sends the steps of one run: what is signed for each, and when something may be signed again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kgst.errors import RefusedError
from kgst.journal import Journal, Outcome, Purpose, Signed
from kgst.node import ChainRevertError, connected, is_dev_node, rpc
from kgst.quantities import bnb_cost, bnb_held
from kgst.sending.delivery import Delivery
from kgst.sending.ends import NonceUsedError, UndecidedError
from kgst.sending.keys import is_payout, key_in, voiding
from kgst.sending.means import Means
from kgst.sending.nonces import FAR, Count, count
from kgst.sending.outcomes import GIVEN_UP, VOIDED
from kgst.sending.pricing import gas_for, outbidding, require_fee
from kgst.sending.stages import Event, Progress, Stage
from kgst.sending.transactions import Content, content_of, sign
from kgst.sending.vantage import Connected, Further

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.node.pool import Node
    from kgst.policy import Limits

__all__ = ["NonceUsedError", "RevertedError", "Sender"]

_TRIES = 5


class RevertedError(RefusedError):
    """A transaction was mined and the step not carried out: it reverted, or was given up.

    It changed nothing but the sender's nonce and balance.

    Attributes:
        outcome: The journal's line that says so.
    """

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class Sender:
    """Sends the steps of one run, from one account, one after the other.

    Args:
        account: An account of ape that signs by itself (no Safe).
        journal: Begun for this run.
        limits: What may be spent, and how long to wait.
        progress: Told of each stage, after it is reached.
        next_nonce: The least that may be used next, known from earlier runs: a node may lag behind them.
        again: How the operator goes on after an interruption, for messages.
        urgent: An emergency: it goes past whatever else of the account is pending, up to the policy's price.
        peers: Further nodes, which what is urgent is handed to as well.
        others: What other runs of the account may have in flight.
        taken_by: See `Means`.
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
        urgent: bool = False,
        peers: Sequence[Node] = (),
        others: Sequence[Signed] = (),
        taken_by: str | None = None,
    ) -> None:
        self.account = account
        self.address: str = account.address
        self.journal = journal
        self.limits = limits
        self._next_nonce = next_nonce
        self._again = again
        self._provider = provider = connected()
        self._eth = provider.web3.eth
        self._dev = is_dev_node(provider)
        self._progress = progress or (lambda _: None)
        self._means = Means(
            provider=provider,
            account=account,
            journal=journal,
            limits=limits,
            progress=self._progress,
            again=again,
            vantages=[Connected(provider), *(Further(peer) for peer in peers)],
            dev=self._dev,
            urgent=urgent,
            others=others,
            taken_by=taken_by,
        )

    def send(self, step: str, data: bytes, to: str | None = None, value: int = 0) -> Outcome:
        """Carry out `step`, or finish what an earlier run began of it; returns when it is final.

        Args:
            step: Unique in the journal.
            data: Call data; creation code when `to` is None.
            to: Checksummed address, or None to create a contract.
            value: Wei.

        Raises:
            RefusedError: the simulation reverts, a limit is exceeded, or the account did not sign. Nothing was sent.
            RevertedError: it was mined and reverted, or was given up.
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
        if self._means.urgent:
            return self._send_urgently(step, data, to, value)
        found = self._counted()
        return self._signed_and_sent(step, data, to, value, self._nonce(found), self._means.price())

    def finish(self, step: str) -> Outcome:
        """Wait for what was signed for `step`, sending the same again if need be; never a second for it.

        Raises:
            As `send`.
        """
        signed = self.journal.signed(step)
        if signed is None:
            raise RefusedError(f"nothing was signed for {step}; {self._again}.")
        outcome = self.journal.outcome(signed.hash)
        if outcome is None:
            return self._required(Delivery(self._means, signed).run(resumed=True))
        self._progress(Event(step, Stage.DONE, outcome.hash, outcome))
        return self._required(outcome)

    def give_up(self, step: str) -> Outcome:
        """Have the nonce of what was signed for `step` spent on nothing; whichever lands first counts.

        The key of a mint or a burn is spent with it, so that nobody else can carry out the same either.

        Raises:
            RefusedError: nothing of it is in flight, or the price is above the policy's limit.
            UnconfirmedError: not final in time.
            NodeError: as `send`.
        """
        signed = self.journal.signed(step)
        if signed is None or self.journal.outcome(signed.hash) is not None:
            raise RefusedError(f"nothing of {step} is in flight, so there is nothing to give up.")
        highest = max(content_of(s).price for s in self.journal.attempts(signed))
        price = self._means.price(outbidding(highest))
        nothing = self._nothing_for(content_of(signed), price)
        given_up = sign(self._provider, self.account, step, nothing, Purpose.GIVE_UP)
        self.journal.append(given_up)
        what = f"nonce {signed.nonce}" + (" and its key are" if nothing.data else " is")
        note = f"{what} to be spent on nothing; until then either may land"
        self._progress(Event(step, Stage.REPLACED, given_up.hash, note=note))
        return Delivery(self._means, given_up).run(resumed=True)

    def _nothing_for(self, content: Content, price: int) -> Content:
        """What spends the nonce of `content`, and its key if it can; a payout's chunk is given up by `--rest`."""
        key = key_in(content.data)
        if key is not None and content.to is not None and not is_payout(content.data):
            request: Any = {
                "from": self.address, "to": content.to, "data": "0x" + voiding(key).hex(),
            }  # fmt: skip
            with suppress(ChainRevertError), rpc("simulate giving it up"):
                gas = int(self._eth.estimate_gas(request))
                gas = gas_for("giving it up", gas, voiding(key), creates=False)
                return Content(content.nonce, price, gas, content.to, 0, voiding(key))
        return Content(content.nonce, price, 21_000, self.address, 0, b"")

    def price(self) -> int:
        """Wei per gas that is offered now: what the node asks, and enough for the next block's base fee.

        Raises:
            RefusedError: above the limit.
        """
        return self._means.price()

    def _send_urgently(self, step: str, data: bytes, to: str | None, value: int) -> Outcome:
        """With the first nonce that is free on the chain, outbidding what waits for it; anew if that is used."""
        for tries in range(1, _TRIES + 1):
            found = self._counted()
            nonce, price = self._urgent_terms(found)
            try:
                return self._signed_and_sent(step, data, to, value, nonce, price)
            except (NonceUsedError, UndecidedError) as error:
                if tries == _TRIES:
                    raise
                # It may be done twice: what is urgent is so by itself.
                self.journal.append(error.outcome)
                self._next_nonce = nonce + 1
        raise AssertionError("unreachable")

    def _urgent_terms(self, found: Count) -> tuple[int, int]:
        """Nonce and price (wei per gas) of what is urgent."""
        used = max(self.journal.settled_nonce, self._next_nonce)
        if used > found.pending + FAR:  # no journal of this account's
            used = 0
        nonce = max(found.mined, used)
        known = [s for s in self._means.others if nonce <= s.nonce <= nonce + FAR]
        limit = self.limits.max_gas_price
        waiting = max((content_of(s).price for s in known if s.nonce == nonce), default=0)
        foreign = found.pending - nonce > len({s.nonce for s in known})
        price = limit if foreign else self._means.price()
        if waiting and outbidding(waiting) > limit:
            # Nothing allowed outbids it: this one queues behind what the account has.
            return max(found.pending, *(s.nonce + 1 for s in known)), price
        return nonce, max(price, outbidding(waiting) if waiting else 0)

    def _signed_and_sent(
        self, step: str, data: bytes, to: str | None, value: int, nonce: int, price: int
    ) -> Outcome:
        request: dict[str, Any] = {"from": self.address, "data": "0x" + data.hex(), "value": value}
        if to is not None:
            request["to"] = to
        try:
            with rpc(f"simulate {step}"):
                estimate = int(self._eth.estimate_gas(request))
        except ChainRevertError as error:
            raise ChainRevertError(f"{error} Nothing was sent.") from error.__cause__
        gas = gas_for(step, estimate, data, creates=to is None)
        self._afford(step, gas * price, value)
        self._progress(Event(step, Stage.PREPARED))
        content = Content(nonce, price, gas, to, value, data)
        signed = sign(self._provider, self.account, step, content)
        self.journal.append(signed)
        self._progress(Event(step, Stage.SIGNED, signed.hash))
        return self._required(Delivery(self._means, signed).run(resumed=False))

    def _afford(self, step: str, fee: int, value: int) -> None:
        require_fee(step, fee, value, self.limits)
        with rpc(f"read the balance of {self.address}"):
            balance = int(self._eth.get_balance(self.address))
        if balance < fee + value:
            raise RefusedError(
                f"{step} may cost {bnb_cost(fee + value)}, and {self.address} has {bnb_held(balance)}; "
                f"send it BNB, then {self._again}."
            )

    def _counted(self) -> Count:
        return count(self._eth, self.address, answers=1 if self._dev else 3)

    def _nonce(self, found: Count) -> int:
        known = max(self.journal.next_nonce, self._next_nonce)
        if known > found.pending + FAR:  # signed once on the word of a node that was wrong
            known = 0
        nonce = max(found.mined, known)
        if found.pending > nonce:
            raise RefusedError(
                f"{self.address} has {found.pending - nonce} pending transaction(s) that are not of this run; "
                "wait until they are mined, and use the account for nothing else meanwhile."
            )
        return nonce

    def _required(self, outcome: Outcome) -> Outcome:
        if outcome.succeeded:
            return outcome
        if outcome.error in (GIVEN_UP, VOIDED):
            anew = (
                "give another --ref: this one is void for ever"
                if outcome.error == VOIDED
                else f"{self._again}: the step will be signed anew"
            )
            raise RevertedError(
                f"{outcome.step} was given up: transaction {outcome.hash} spent its nonce on nothing. To do it after "
                f"all, {anew}.",
                outcome,
            )
        raise RevertedError(
            f"{outcome.step}: transaction {outcome.hash} was mined and reverted with {outcome.error}. "
            f"Find the cause, then {self._again}: the step will be signed anew.",
            outcome,
        )
