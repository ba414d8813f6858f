"""What the tests of the two desks share: their terms, their states, and one step of a redemption each."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ape import chain
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from support.events import Event
from support.payments import MAX_256, SignedCall, receive_authorization

SOM = 1_000_000
TYIYN = 10_000
HOUR, DAY = 3_600, 86_400

REDEEM_WITHIN = 3 * DAY
PAY_WITHIN = DAY
MINIMUM = 10 * SOM
MINT_LIMIT = 1_000 * SOM
DAY_LIMIT = 2_500 * SOM
DELAY = 2 * DAY
QUOTA = 8_000 * SOM
"""Of the mint desk, at the token."""

AMOUNT = 100 * SOM
PAYEE = b"\x9a" * 32
PAYMENT = b"\xba" * 32
ORDER = b"\x0d" * 32
SALT = b"\x5a" * 32


class State(IntEnum):
    """Of a request, as `Redemption.sol` counts them."""

    NONE = 0
    REQUESTED = 1
    LOCKED = 2
    PAID = 3
    RETURNED = 4
    WITHDRAWN = 5
    REJECTED = 6
    SEIZED = 7


def key(number: int) -> bytes:
    """An idempotency key; a request's is its id."""
    return number.to_bytes(32, "big")


def ask(token: Any, desk: Any, requester: Any, amount: int = AMOUNT, payee: bytes = PAYEE) -> int:
    """Approves and requests; the id."""
    token.approve(desk, amount, sender=requester)
    desk.request(amount, payee, sender=requester)
    return int(desk.requestCount())


def at(second: int) -> None:
    """The next transaction is in a block of this second."""
    chain.pending_timestamp = second


def whole(desk: Any, number: int) -> tuple[Any, ...]:
    """The request as the desk tells it: requester, amount, state, time, payeeHash, burned."""
    found = desk.requestOf(number)
    return (
        found.requester,
        found.amount,
        State(found.state),
        found.time,
        bytes(found.payeeHash),
        found.burned,
    )


def state_of(desk: Any, number: int) -> State:
    return State(desk.requestOf(number).state)


def logged(receipt: Any, desk: Any, token: Any) -> list[Event]:
    """All events of a transaction in order, of desk and token, each by its emitter's own interface."""
    ours = {event.name for event in desk.contract_type.events}
    known = [*desk.contract_type.events, *token.contract_type.events]
    found = sorted(receipt.decode_logs(known), key=lambda log: log.log_index)
    assert len(found) == len(receipt.logs), "an event that neither interface knows"
    for log in found:
        emitter = desk if log.event_name in ours else token
        assert log.contract_address == emitter.address, "another contract's"
    return [(log.event_name, dict(log.event_arguments)) for log in found]


def moved(sender: Any, receiver: Any, amount: int) -> Event:
    """The token's `Transfer`."""
    return "Transfer", {"from": sender, "to": receiver, "value": amount}


def skipped(number: int, state: State) -> Event:
    """The desk's `Skipped`."""
    return "Skipped", {"id": number, "state": int(state)}


def nonce_of(desk: Any, requester: Any, amount: int, payee: bytes, salt: bytes) -> bytes:
    """The nonce that binds an authorization to a request, made anew."""
    types = ["address", "uint256", "bytes32", "bytes32", "address"]
    return keccak(encode(types, [requester.address, amount, payee, salt, desk.address]))


def authorization(
    desk: Any, requester: Any, amount: int = AMOUNT, *, payee: bytes = PAYEE, salt: bytes = SALT,
    before: int = MAX_256,
) -> SignedCall:  # fmt: skip
    """What `requester` signs."""
    nonce = nonce_of(desk, requester, amount, payee, salt)
    number = int.from_bytes(nonce, "big")
    return receive_authorization(requester, desk, amount, before=before, nonce=number)


def told(
    signed: tuple[Any, ...], amount: int | None = None, payee: bytes = PAYEE, salt: bytes = SALT
) -> tuple[Any, ...]:
    """The arguments of `requestWithAuthorization` from those of the token's `receiveWithAuthorization`."""
    requester, _, value, after, before, _, *signature = signed
    value = value if amount is None else amount
    return (requester, value, payee, salt, after, before, *signature)
