"""A nonce is used, and no attempt at the step has a receipt: what ended the step, if that can be shown.

Silence decides nothing. A step that did not land has ended when the final transaction that took its nonce is known; or
when the token shows, in a final block in which the nonce is used, that the step's key is free; or when the final
transaction that used its key is known, and is another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgst.errors import UnconfirmedError
from kgst.journal import Outcome, Purpose, Signed
from kgst.node import NodeError
from kgst.sending.keys import authorization_state, key_in
from kgst.sending.outcomes import superseded
from kgst.sending.showing import taker_of, transaction_shown, user_of_key
from kgst.sending.transactions import content_of

if TYPE_CHECKING:
    from kgst.node.pool import Node
    from kgst.sending.means import Means
    from kgst.sending.vantage import Vantage

__all__ = ["NonceUsedError", "UndecidedError", "ended"]


class NonceUsedError(NodeError):
    """Another transaction of the account took the nonce: this one can no longer land.

    Attributes:
        outcome: The journal's line that says so.
    """

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class UndecidedError(UnconfirmedError):
    """What was signed may stand, or land some day, and nobody shows it.

    Attributes:
        signed: For the step.
        outcome: The journal's line for whoever knows from elsewhere how it ended.
    """

    def __init__(
        self,
        message: str,
        signed: Signed,
        why: str = "its nonce is used; by what, the node did not show",
    ) -> None:
        super().__init__(message)
        self.signed = signed
        self.outcome = superseded(signed, why)


def ended(means: Means, vantage: Vantage, signed: Signed) -> NonceUsedError | UndecidedError:
    """How `signed` ended, whose nonce is used.

    Raises:
        NodeError: what was said to have taken the nonce is not shown to have.
    """
    why = _shown(means, vantage, signed)
    if why is None:
        return _undecided(means, signed)
    go_on = "start over with --new" if means.again == "resume" else means.again
    return NonceUsedError(
        f"{signed.step}: nonce {signed.nonce} of {means.address} was used by another transaction, so {signed.hash} "
        f"can no longer land ({why}). If that one is not yours the key is stolen. Otherwise {go_on}.",
        superseded(signed, f"another transaction used its nonce: {why}"),
    )


def _shown(means: Means, vantage: Vantage, signed: Signed) -> str | None:
    """Why it can no longer land; None when that is not shown."""
    node = vantage.node
    if node is None:
        return "by the chain of this process"
    final = vantage.final()
    if final is None or means.dev:
        final = vantage.head() - (0 if means.dev else means.limits.confirmations - 1)
    attempts = {attempt.hash for attempt in means.journal.attempts(signed)}
    if means.taken_by is not None:
        found = _as_said(node, means.address, signed, means.taken_by)
    else:
        found = taker_of(node, means.address, signed.nonce, vantage.head())
    if found is not None and found[0] not in attempts:
        return f"{found[0]} in block {found[1]}" if found[1] <= final else None
    return _by_key(node, means.address, signed, attempts, final) if found is None else None


def _as_said(node: Node, address: str, signed: Signed, transaction: str) -> tuple[str, int] | None:
    """The transaction that a person says has taken the nonce; None when it is not its nonce that it took."""
    shown, number = transaction_shown(node, transaction)
    return (transaction, number) if (shown.sender, shown.nonce) == (address, signed.nonce) else None


def _by_key(node: Node, address: str, signed: Signed, attempts: set[str], final: int) -> str | None:
    content = content_of(signed)
    key = key_in(content.data)
    if key is None or content.to is None or signed.purpose is not Purpose.STEP:
        return None
    asked: dict[str, Any] = {
        "to": content.to,
        "data": "0x" + authorization_state(address, key).hex(),
    }
    count, state = node.ask_all(
        [
            ("eth_getTransactionCount", [address, hex(final)]),
            ("eth_call", [asked, hex(final)]),
        ]
    )
    if isinstance(count, NodeError) or isinstance(state, NodeError):
        return None
    free = len(state) == 2 + 64 and int(state, 16) == 0
    used = int(count, 16) > signed.nonce
    if used and free:
        return f"in block {final} its key is free"
    user = user_of_key(node, content.to, address, key, final) if used else None
    if user is None or user[0] in attempts or user[1] > final:
        return None
    return f"its key went with {user[0]} in block {user[1]}"


def _undecided(means: Means, signed: Signed) -> UndecidedError:
    hashes = ", ".join(attempt.hash for attempt in means.journal.attempts(signed))
    decide = (
        "if another transaction took the nonce, start over with --new"
        if means.again == "resume"
        else f"if another transaction took the nonce, {means.again} with --taken-by and its hash"
    )
    return UndecidedError(
        f"{signed.step}: nonce {signed.nonce} of {means.address} is used, and the node shows neither a receipt of what "
        f"was signed for it ({hashes}) nor what took it, so it may stand or not. Later, or with a node that keeps "
        f"more, {means.again}. Or look the account's nonce {signed.nonce} up in an explorer: if it is one of these "
        f"hashes, the step stands as the explorer says; {decide}.",
        signed,
    )
