"""What a transaction logged, held against what it was to log: one event proves one thing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kgst.node import NodeError
from kgst.pipeline import expected_events
from kgst.pipeline.expected_events import ExpectedEvent, key_used, missing, transferred

TOKEN, OTHER = "0x" + 40 * "a", "0x" + 40 * "b"
ISSUER, RECEIVER = "0x" + 40 * "1", "0x" + 40 * "2"
SYSTEM: Any = SimpleNamespace(token=SimpleNamespace(address=TOKEN))
PAID = transferred(SYSTEM, ISSUER, RECEIVER, 5, "paid")
USED = key_used(SYSTEM, ISSUER, 32 * b"\7", "key")


def log(event: ExpectedEvent, **changes: Any) -> dict[str, Any]:
    return {"address": event.address, "topics": list(event.topics), "data": event.data, **changes}


def lacking(receipts: list[list[dict[str, Any]] | None], *expected: ExpectedEvent) -> list[str]:
    """What is missing in transactions with these logs, in words."""
    told = [None if logs is None else {"logs": logs} for logs in receipts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expected_events, "get_receipt", lambda _, n: told[int(n, 16)])
        found = missing(SYSTEM, [hex(n) for n in range(len(receipts))], expected)
    return [one.what for one in found]


def test_missing__one_transfer__proves_one_payment_of_two() -> None:
    assert lacking([[log(PAID)]], PAID, PAID) == ["paid"]
    assert lacking([[log(PAID), log(PAID)]], PAID, PAID) == []
    assert lacking([[log(PAID)], [log(PAID)]], PAID, PAID) == []


def test_missing__nothing_logged__is_everything_in_its_order() -> None:
    assert lacking([[]], USED, PAID) == ["key", "paid"]
    assert lacking([[log(USED)]], USED, PAID) == ["paid"]


@pytest.mark.parametrize(
    "changes",
    [
        {"address": OTHER},
        {"data": (6).to_bytes(32)},
        {"data": b""},
        {"topics": [PAID.topics[0], PAID.topics[2], PAID.topics[1]]},
        {"topics": [USED.topics[0], *PAID.topics[1:]]},
        {"topics": list(PAID.topics[:2])},
    ],
    ids=[
        "another contract",
        "another amount",
        "no amount",
        "the other way",
        "another event",
        "fewer",
    ],
)
def test_missing__an_event_that_differs__proves_nothing(changes: dict[str, Any]) -> None:
    assert lacking([[log(PAID, **changes)]], PAID) == ["paid"]


def test_missing__no_receipt__is_no_proof_that_it_is_missing() -> None:
    with pytest.raises(NodeError, match="has no receipt of it"):
        lacking([[log(PAID)], None], PAID)


def test_transferred__nobody__is_the_zero_address() -> None:
    assert transferred(SYSTEM, None, RECEIVER, 5, "").topics[1] == bytes(32)
    assert transferred(SYSTEM, ISSUER, None, 5, "").topics[2] == bytes(32)
