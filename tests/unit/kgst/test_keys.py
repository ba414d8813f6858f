"""The keys of references, and of payouts."""

from __future__ import annotations

import pytest
from eth_hash.auto import keccak

from kgst.keys import key_of, payout_key


def test_key_of__reference__is_its_hash_with_eight_bits_free() -> None:
    key = key_of("mint", "PO-1")
    assert key == keccak(b"kgst/mint/PO-1")[:31] + b"\x00"
    assert key_of("mint", "PO-1") == key


def test_key_of__kinds_and_references__differ() -> None:
    keys = {
        key_of(kind, ref) for kind in ("mint", "burn") for ref in ("PO-1", "PO-2", "PO-1 ", "ПО-1")
    }
    assert len({key[:31] for key in keys}) == 8


CONTENT = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


@pytest.mark.parametrize(
    ("round_", "index", "text", "low"),
    [
        (1, 0, f"kgst/payout/{CONTENT}/1", 0),
        (1, 255, f"kgst/payout/{CONTENT}/1", 255),
        (1, 256, f"kgst/payout/{CONTENT}/1/1", 0),
        (2, 513, f"kgst/payout/{CONTENT}/2/2", 1),
    ],
)
def test_payout_key__part__is_numbered_in_its_word(
    round_: int, index: int, text: str, low: int
) -> None:
    assert payout_key(CONTENT, round_, index) == keccak(text.encode())[:31] + bytes([low])


def test_payout_key__vectors__stay() -> None:
    """Another key would pay what was paid once more."""
    assert [payout_key(CONTENT, r, i).hex() for r, i in ((1, 0), (1, 1), (2, 0), (1, 256))] == [
        "491b19aa241f04e2c12fba9e5e590469a65a2b7341640d6b9086e3e96d0b6a00",
        "491b19aa241f04e2c12fba9e5e590469a65a2b7341640d6b9086e3e96d0b6a01",
        "2728129b0d5740a6e4476bc43fd472c345cb12b3d0d187a6b5840c9758da4500",
        "48effe6a15037a604f27628825eca42e36ec20dd6e6515b620e32eaa9b5d1c00",
    ]


def test_payout_key__contents_rounds_parts_and_blocks__differ() -> None:
    keys = [
        payout_key(content, round_, index)
        for content in (CONTENT, CONTENT[::-1])
        for round_ in (1, 2, 11)
        for index in range(600)
    ]
    assert len(set(keys)) == len(keys) == 3_600
    # Three words of storage each: 256, 256 and 88 keys.
    assert len({key[:31] for key in keys}) == 2 * 3 * 3
