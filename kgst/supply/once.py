"""A mint or a burn by its reference: the token takes the key that is made of it once, from wherever it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kgst.errors import RefusedError
from kgst.keys import key_of
from kgst.moments import format_time
from kgst.multicall import latest
from kgst.node import NodeError, block_at, chain_id, genesis, rpc
from kgst.pipeline.expected_events import ExpectedEvent, missing
from kgst.pipeline.logbook import Logbook, subject_of
from kgst.sending.showing import receipt_shown
from kgst.sending.vantage import Connected
from kgst.supply.payout_uses import await_final, is_cancellation, keys_used

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.actor import Actor
    from kgst.pipeline.operation import Operation

__all__ = ["once"]


def once(
    system: System,
    actor: Actor,
    operation: Operation,
    *,
    issuer: str | None = None,
    others: Iterable[str] = (),
) -> Operation:
    """`operation`, refused when its reference was used before, and known by it when a run of it was cut off.

    Args:
        system: Whose token.
        actor: Who acts.
        operation: A mint or a burn.
        issuer: Whose key the token takes, when that is not the actor: the mint desk's address.
        others: Addresses whose keys name the same deposit, and must be free as well.
    """
    key = key_of(operation.name, operation.reference)
    by_key = _ByKey(system, issuer or actor.caller, key, operation.emits)

    def check() -> None:
        _require_new_here(system, actor, operation)
        for one in (by_key, *(replace(by_key, caller=other) for other in others)):
            if one.is_used():
                raise RefusedError(
                    f"the reference {operation.reference!r} was used before by {one.caller}, says the token itself"
                    f"{one.told()}: nothing is sent. Each {operation.name} has a reference of its own; if this is "
                    "another one, give another --ref."
                )
        if operation.check is not None:
            operation.check()

    return replace(operation, check=check, carried_out=by_key.carried_out)


def _require_new_here(system: System, actor: Actor, operation: Operation) -> None:
    """No journal here knows the reference: also those of another sender, whose key is another one.

    Raises:
        RefusedError: one does.
    """
    here = chain_id(system.provider)
    logbook = Logbook(
        system.files.operations if system.files else None,
        here,
        genesis(system.provider),
        actor.account.address if actor.account else actor.caller,
    )
    subject = subject_of(here, actor.caller, operation.to, operation.data, operation.reference)
    used = logbook.carried_out(operation.name, operation.reference)
    done = logbook.last_done(subject)
    if operation.role is not None and done is not None and used == done[0]:
        used = None  # a member with a delay has only scheduled it; whether it was executed the token says
    if used is None:
        runs = logbook.runs(".", operation.name, operation.reference)
        used = next((p for p, j in runs if j.header and j.header.subject != subject), None)
    if used is not None:
        raise RefusedError(
            f"the reference {operation.reference!r} was used before: {used}: nothing is sent. Each {operation.name} "
            "has a reference of its own; if this is another one, give another --ref."
        )


@dataclass(frozen=True)
class _ByKey:
    """What the chain says of a key.

    Attributes:
        caller: Whose it is, checksummed.
        key: 32 bytes.
        emits: What the transaction that uses it is to log.
    """

    system: System
    caller: str
    key: bytes
    emits: Sequence[ExpectedEvent]

    def is_used(self) -> bool:
        """Whether the token has taken it."""
        with rpc("read whether the reference was used"):
            return bool(self.system.token.authorizationState(self.caller, self.key))

    def told(self) -> str:
        """In which transaction it was used, for people; nothing when the node does not show it."""
        try:
            log = self._log()
            if log is None:
                return ""
            number = int(log["blockNumber"])
            block = block_at(self.system.provider, number)
        except NodeError:
            return ""
        at = f", {format_time(int(block['timestamp']))}" if block else ""
        how = "declared void" if is_cancellation(log) else "used"
        return f" ({how} in block {number}{at}, by 0x{bytes(log['transactionHash']).hex()})"

    def carried_out(self) -> str | None:
        """Where it was carried out, finally, by its key and with the very events; None when the key is free.

        Raises:
            UnconfirmedError: what used the key is not final.
            RefusedError: the key was used for something else, or declared void.
            NodeError: the node does not show what used it.
        """
        if not self.is_used():
            return None
        log = self._log()
        if log is None:
            raise NodeError(
                "the token says that the key of this reference is used, and the node shows no event of it: ask a "
                "node that keeps events since the deployment."
            )
        transaction = "0x" + bytes(log["transactionHash"]).hex()
        await_final(self.system, int(log["blockNumber"]))
        if (node := Connected(self.system.provider).node) is not None and not self.system.is_dev:
            receipt_shown(node, transaction)
        if is_cancellation(log) or missing(self.system.provider, [transaction], self.emits):
            raise RefusedError(
                f"the key of this reference was {'declared void' if is_cancellation(log) else 'used otherwise'} by "
                f"{transaction}: nothing is sent. If it is still wanted, give another --ref."
            )
        return f"{transaction}, block {int(log['blockNumber'])}"

    def _log(self) -> dict[str, Any] | None:
        head = latest(self.system.provider)
        return keys_used(self.system, self.caller, head.number).get(self.key)
