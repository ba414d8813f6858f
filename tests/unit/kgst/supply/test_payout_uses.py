"""What took a payout's keys: read from receipts, believed when final."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi.abi import encode

from kgst.errors import UnconfirmedError
from kgst.events import event_topic
from kgst.node import NodeError
from kgst.supply import payout_uses
from kgst.supply.payout_uses import Use, Uses

TOKEN = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"
OTHER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
PAYER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
ONE = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
TWO = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
FIRST, SECOND = b"\x01" * 32, b"\x02" * 32


def log(event: str, *topics: Any, data: bytes = b"", address: str = TOKEN) -> dict[str, Any]:
    words = [bytes.fromhex(t[2:]).rjust(32, b"\0") if isinstance(t, str) else t for t in topics]
    return {"address": address, "topics": [event_topic(event), *words], "data": data}


def used(key: bytes, by: str = PAYER) -> dict[str, Any]:
    return log("AuthorizationUsed(address,bytes32)", by, key)


def canceled(key: bytes) -> dict[str, Any]:
    return log("AuthorizationCanceled(address,bytes32)", PAYER, key)


def paid(receiver: str, value: int, by: str = PAYER, address: str = TOKEN) -> dict[str, Any]:
    data = encode(["uint256"], [value])
    return log("Transfer(address,address,uint256)", by, receiver, data=data, address=address)


@pytest.mark.parametrize(
    ("logs", "payments"),
    [
        ([used(FIRST), paid(ONE, 5), paid(TWO, 6)], {(ONE, 5), (TWO, 6)}),
        # A Safe may use several in one transaction.
        ([used(SECOND), paid(TWO, 7), used(FIRST), paid(ONE, 5)], {(ONE, 5)}),
        ([used(FIRST), paid(ONE, 5), used(SECOND), paid(TWO, 7)], {(ONE, 5)}),
        ([paid(TWO, 7), used(FIRST), paid(ONE, 5)], {(ONE, 5)}),
        ([used(FIRST), paid(ONE, 5), used(SECOND, by=OTHER), paid(TWO, 7)], {(ONE, 5)}),
        ([used(FIRST), paid(ONE, 5), paid(TWO, 6, by=OTHER)], {(ONE, 5)}),
        ([used(FIRST), paid(ONE, 5), paid(TWO, 6, address=OTHER)], {(ONE, 5)}),
        # Declared void.
        ([used(FIRST)], set()),
        ([canceled(FIRST), paid(ONE, 5)], set()),
        ([used(FIRST, by=OTHER), paid(ONE, 5)], set()),
    ],
)
def test_payments__of_a_key__are_those_after_it(
    logs: list[dict[str, Any]], payments: set[tuple[str, int]]
) -> None:
    assert use_of(logs).payments == payments


def test_payments__one_made_twice__is_no_payment_of_a_file() -> None:
    assert use_of([used(FIRST), paid(ONE, 5), paid(ONE, 5)]).payments != {(ONE, 5)}


@pytest.mark.parametrize("block", [{"hash": b"\x08" * 32}, None], ids=["undone", "not there"])
def test_use__of_a_block_that_was_undone_while_it_was_read__decides_nothing(block: Any) -> None:
    with pytest.raises(NodeError, match="its block was undone, or the node keeps none so old"):
        use_of([used(FIRST), paid(ONE, 5)], block=block)


_SAME: Any = {"hash": b"\x07" * 32}


def use_of(logs: list[dict[str, Any]], block: Any = _SAME) -> Use:
    receipt = {
        "blockNumber": 7, "blockHash": b"\x07" * 32, "gasUsed": 5, "effectiveGasPrice": 3, "logs": logs,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(payout_uses, "get_receipt", lambda *_: receipt)
        patched.setattr(payout_uses, "block_at", lambda *_: block)
        found = uses()._use("payout-001", FIRST, {"transactionHash": b"\x09" * 32})
    assert (found.outcome.hash, found.outcome.block_number) == ("0x" + 32 * "09", 7)
    return found


def uses(**limits: int) -> Uses:
    system: Any = SimpleNamespace(
        token=SimpleNamespace(address=TOKEN),
        provider=SimpleNamespace(
            web3=SimpleNamespace(eth=SimpleNamespace(block_number=20)),
        ),
        policy=SimpleNamespace(limits=SimpleNamespace(**limits)),
    )
    head: Any = SimpleNamespace(number=20)
    return Uses(system, PAYER, "salaries.csv", head)


@pytest.mark.parametrize(
    ("final", "block", "in_time"),
    [(20, 20, True), (19, 20, False), (None, 16, True), (None, 17, False)],
)
def test_await_final__as_for_one_s_own(
    monkeypatch: pytest.MonkeyPatch, final: int | None, block: int, in_time: bool
) -> None:
    monkeypatch.setattr(payout_uses, "is_dev_node", lambda *_: False)
    monkeypatch.setattr(payout_uses, "final_block", lambda *_: final)
    system = uses(timeout=0, confirmations=5).system
    if in_time:
        payout_uses.await_final(system, block)
    else:
        with pytest.raises(UnconfirmedError, match="another run used the key in block"):
            payout_uses.await_final(system, block)
