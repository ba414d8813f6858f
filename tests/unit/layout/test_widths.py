"""Each field of the packed words at its full width: it is read whole, and none of its neighbours shows in it.

Written straight into storage, as some of these figures no sequence of calls can reach (2^64 permits).
"""

from __future__ import annotations

import pytest
from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from support import slots

from kgst.build import runtime_code
from kgst.evm import Evm

CODE = to_checksum_address("0x" + "71" * 20)
SOMEONE = to_checksum_address("0x" + "72" * 20)
NOW = 1_800_000_000
EVERYTHING = (1 << 256) - 1

# Getter, what it returns, and the field's lowest bit and width for each value of it.
ACCOUNT = {
    "balanceOf": (0, 72),
    "getFrozenTokens": (72, 72),
    "nonces": (144, 64),
    "isBlocked": (208, 1),
}
SOLVENCY = ((0, 72), (72, 72), (144, 72), (216, 36))


@pytest.fixture(scope="module")
def code() -> bytes:
    return runtime_code("KGSTLogic", 30 * 86_400)


def answer(code: bytes, slot: int, word: int, function: str, *arguments: str) -> bytes:
    """What the implementation says at an address where only ``slot`` is filled."""
    evm, at = Evm(97, NOW), bytes.fromhex(CODE[2:])
    evm.put(at, code, {slot: word})
    types = ["address"] * len(arguments)
    data = keccak(text=f"{function}({','.join(types)})")[:4] + encode(types, arguments)
    return evm.call(bytes.fromhex(SOMEONE[2:]), at, data, static=True)


def field(low: int, width: int) -> int:
    return ((1 << width) - 1) << low


@pytest.mark.parametrize("getter", ACCOUNT)
def test_account__each_field_full__is_read_whole_and_alone(code: bytes, getter: str) -> None:
    slot, mask = slots.entry(slots.ACCOUNTS, SOMEONE), field(*ACCOUNT[getter])
    full = int.from_bytes(answer(code, slot, mask, getter, SOMEONE))
    others = int.from_bytes(answer(code, slot, EVERYTHING ^ mask, getter, SOMEONE))
    assert full == mask >> ACCOUNT[getter][0]
    assert others == 0


@pytest.mark.parametrize("index", range(4))
def test_solvency__each_field_full__is_read_whole_and_alone(code: bytes, index: int) -> None:
    low, width = SOLVENCY[index]
    mask = field(low, width)
    full = decode(["uint256"] * 4, answer(code, slots.SOLVENCY, mask, "solvency"))
    others = decode(["uint256"] * 4, answer(code, slots.SOLVENCY, EVERYTHING ^ mask, "solvency"))
    assert full == tuple((1 << width) - 1 if i == index else 0 for i in range(4))
    assert others == tuple(0 if i == index else (1 << w) - 1 for i, (_, w) in enumerate(SOLVENCY))


def test_issuer__fields_full__are_read_whole_and_alone(code: bytes) -> None:
    slot, kinds = slots.entry(slots.ISSUERS, SOMEONE), [*["uint256"] * 3, "bool", "bool"]
    most, rate, now = (1 << 72) - 1, (1 << 64) - 1, NOW << 208

    def issuer(word: int) -> tuple[object, ...]:
        return tuple(decode(kinds, answer(code, slot, word, "issuerOf", SOMEONE)))

    assert issuer(most | most << 72 | rate << 144 | now | 1 << 248) == (
        most,
        most,
        rate,
        True,
        False,
    )
    assert issuer(most | now) == (0, 0, 0, False, False)
    assert issuer(most << 72 | now) == (0, most, 0, False, False)
    assert issuer(rate << 144 | now) == (0, 0, rate, False, False)
    # One second of the greatest rate.
    assert issuer(most << 72 | rate << 144 | (NOW - 1) << 208) == (rate, most, rate, False, False)
    assert issuer(1 << 248 | now) == (0, 0, 0, True, False)
    assert issuer(1 << 249 | now) == (0, 0, 0, False, True)
    assert issuer(0x3F << 250 | now) == (0, 0, 0, False, False)


def test_settings__each_field_full__is_read_whole_and_alone(code: bytes) -> None:
    """version, threshold, auditors, suspended, max age, max increase, halts, margin: the getters that tell them."""
    widths = (64, 8, 8, 16, 32, 16, 32, 16)
    words = ["address[]", "uint256", "uint256", "uint256"]

    def told(word: int) -> tuple[int, ...]:
        _, threshold, version, suspended = decode(
            words, answer(code, slots.SETTINGS, word, "auditorSet")
        )
        limits = decode(["uint256"] * 3, answer(code, slots.SETTINGS, word, "reserveLimits"))
        halts = int.from_bytes(answer(code, slots.SETTINGS, word, "halts"))
        max_age, increase, margin = limits
        return (version, threshold, suspended, max_age, increase, halts, margin)

    low = 0
    for index, width in enumerate(widths):
        mask = field(low, width)
        low += width
        # The number of auditors has no getter.
        seen = [i for i in range(8) if i != 2]
        expected = tuple((1 << widths[i]) - 1 if i == index else 0 for i in seen)
        assert told(mask) == expected
        others = tuple(0 if i == index else (1 << widths[i]) - 1 for i in seen)
        assert told(EVERYTHING ^ mask) == others


def test_consent__each_field_full__is_read_whole_and_alone(code: bytes) -> None:
    kinds = ["address", "bytes32", "bytes32", "uint256"]

    def told(word: int) -> tuple[int, int]:
        implementation, _, _, nonce = decode(
            kinds, answer(code, slots.CONSENT, word, "approvedImplementation")
        )
        return int(implementation, 16), nonce

    most = (1 << 160) - 1, (1 << 48) - 1
    assert told(field(0, 160)) == (most[0], 0)
    assert told(field(160, 48)) == (0, most[1])
    assert told(field(208, 48)) == (0, 0)
    assert told(EVERYTHING) == most
