"""Receipts by JSON and by RLP; py-evm says what is right."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from support.proving import DATA
from support.receipts import RECEIPTS, by_py_evm, flipped, hexed, made, with_bloom

from kgst.proofs import Log, ProofError, Receipt, encode_receipt, receipts_root

RECORDED = [
    answer
    for path in sorted((DATA / "receipts").glob("*.json"))
    if (answer := json.loads(path.read_text())["result"]) is not None
]


@pytest.mark.parametrize("answer", RECORDED)
def test_encode_receipt__recorded__is_read_as_it_was(answer: dict[str, Any]) -> None:
    encoded = encode_receipt(answer)
    receipt = Receipt.of_rlp(encoded)
    assert receipt == Receipt.of_json(answer)
    assert receipt.encoded() == encoded == by_py_evm(answer).encode()
    assert hexed(receipt.bloom) == answer["logsBloom"]
    assert [hexed(log.address) for log in receipt.logs] == [
        log["address"] for log in answer["logs"]
    ]


def test_encode_receipt__recorded__has_what_happened() -> None:
    receipt = Receipt.of_json(max(RECORDED, key=lambda answer: len(answer["logs"])))
    assert (receipt.type, receipt.status, receipt.root, len(receipt.logs)) == (2, 1, None, 11)
    assert receipt.logs[0].topics[0] == keccak(text="Deposit(address,uint256)")


@given(RECEIPTS)
def test_encode_receipt__any__is_as_py_evm_has_it(answer: dict[str, Any]) -> None:
    encoded = encode_receipt(with_bloom(answer))
    assert encoded == by_py_evm(answer).encode()
    assert Receipt.of_rlp(encoded) == Receipt.of_json(answer)


@given(RECEIPTS, st.integers(0, 2047))
def test_of_json__another_bloom__is_refused(answer: dict[str, Any], bit: int) -> None:
    bloom = int.from_bytes(Receipt.of_json(answer).bloom) ^ 1 << bit
    with pytest.raises(ProofError, match="bloom"):
        Receipt.of_json(answer | {"logsBloom": f"0x{bloom:0512x}"})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"type": "0x5"}, "type 5"), ({"type": "0x7f"}, "type 127"), ({"type": 2}, "type"), ({"type": "0x"}, "type"),
        ({"status": "0x2"}, "status 2"), ({"status": True}, "status"), ({"status": None}, "no status"),
        ({"root": "0x" + "11" * 32}, "both"), ({"status": None, "root": "0x" + "11" * 31}, "31 bytes"),
        ({"cumulativeGasUsed": None}, "cumulativeGasUsed"), ({"cumulativeGasUsed": "0x1" + "0" * 16}, "larger"),
        ({"logsBloom": "0x00"}, "logsBloom"), ({"logsBloom": 0}, "logsBloom"),
        ({"logs": None}, "logs"), ({"logs": {}}, "logs"), ({"logs": [None]}, "a log"), ({"logs": [[]]}, "a log"),
    ],
)  # fmt: skip
def test_of_json__no_receipt__is_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ProofError, match=named):
        Receipt.of_json(made(3) | change)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"removed": True}, "removed"), ({"removed": 0.5}, "removed"), ({"address": "0x00"}, "address"),
        ({"address": None}, "address"), ({"topics": None}, "topics"), ({"topics": "0x"}, "topics"),
        ({"topics": ["0x" + "00" * 31]}, "topic"), ({"topics": ["0x" + "00" * 32] * 5}, "5 topics"),
        ({"data": None}, "data"), ({"data": "0x0"}, "data"),
    ],
)  # fmt: skip
def test_of_json__no_log__is_refused(change: dict[str, Any], named: str) -> None:
    log = {"address": "0x" + "00" * 20, "topics": [], "data": "0x", "removed": False}
    answer = {"status": "0x1", "cumulativeGasUsed": "0x1", "logs": [log]}
    assert Receipt.of_json(answer).logs == (Log(bytes(20), (), b""),)
    with pytest.raises(ProofError, match=named):
        Receipt.of_json(answer | {"logs": [log | change]})


@pytest.mark.parametrize("answer", [None, [], "0x", 5, {}])
def test_encode_receipt__of_anything__is_refused(answer: Any) -> None:
    for act in (encode_receipt, lambda it: receipts_root([it])):
        with pytest.raises(ProofError):
            act(answer)


@given(RECEIPTS, st.data())
def test_of_rlp__one_bit_changed__is_refused_or_another_receipt(answer: Any, data: Any) -> None:
    encoded = encode_receipt(answer)
    at = data.draw(st.integers(0, 8 * len(encoded) - 1))
    changed = flipped(encoded, at)
    try:
        receipt = Receipt.of_rlp(changed)
    except ProofError:
        return
    assert receipt != Receipt.of_json(answer)
    assert receipt.encoded() == changed


@given(st.binary(max_size=600))
def test_of_rlp__any_bytes__are_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Receipt.of_rlp(data)


NOTHING = [b"\x01", b"\x05", bytes(256), []]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x02", b"\x00" + rlp.encode(NOTHING), b"\x05" + rlp.encode(NOTHING), b"\x80" + rlp.encode(NOTHING),
        b"\x02\x02" + rlp.encode(NOTHING), rlp.encode(rlp.encode(NOTHING)), rlp.encode(NOTHING) + b"\0",
        rlp.encode(NOTHING[:3]), rlp.encode([*NOTHING, b""]),
        rlp.encode([b"\0", *NOTHING[1:]]), rlp.encode([b"\2", *NOTHING[1:]]), rlp.encode([[], *NOTHING[1:]]),
        rlp.encode([bytes(31), *NOTHING[1:]]), rlp.encode([b"\1", b"\0", *NOTHING[2:]]),
        rlp.encode([b"\1", b"\1" * 9, *NOTHING[2:]]), rlp.encode([*NOTHING[:2], bytes(255), []]),
        rlp.encode([*NOTHING[:3], b""]), rlp.encode([*NOTHING[:3], [b""]]), rlp.encode([*NOTHING[:3], [[]]]),
        rlp.encode([*NOTHING[:3], [[bytes(20), b"", b""]]]), rlp.encode([*NOTHING[:3], [[bytes(20), [], []]]]),
        rlp.encode([*NOTHING[:3], [[bytes(20), [[]], b""]]]), rlp.encode([*NOTHING[:3], [[bytes(20), [], b"", b""]]]),
        b"\xf8" + bytes([len(rlp.encode(NOTHING)) & 0xFF]) + rlp.encode(NOTHING)[3:], b"\xc1" * 50_000,
    ],
)  # fmt: skip
def test_of_rlp__another_form__is_refused(data: bytes) -> None:
    assert Receipt.of_rlp(rlp.encode(NOTHING)) == Receipt(0, 1, None, 5, ())
    with pytest.raises(ProofError):
        Receipt.of_rlp(data)
