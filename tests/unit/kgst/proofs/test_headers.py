"""Headers by JSON and by RLP: the recorded ones, and those that are none."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from support.proving import ANSWERS, SEALED, chain_of, recorded

from kgst.proofs import Header, ProofError

NAME = "97-55475598-maxwell"
OPTIONAL = (
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
HASHED = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", *OPTIONAL,
)  # fmt: skip
NUMBERS = {
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas",
}  # fmt: skip


def fields_of(name: str) -> list[Any]:
    return list(recorded(name).fields)


def test_of_json__each_recorded_hash__follows() -> None:
    known = {name: answer["hash"] for name, answer in ANSWERS.items() if answer.get("hash")}
    assert len(known) == 37
    assert {name: "0x" + recorded(name).hash.hex() for name in known} == known


def test_of_json__without_a_hash__is_proved_by_its_child() -> None:
    by_number = {(chain_of(name), recorded(name).number): recorded(name) for name in ANSWERS}
    proved = [
        child.parent_hash == header.hash
        for (chain, number), header in by_number.items()
        if (child := by_number.get((chain, number + 1)))
    ]
    assert all(proved)
    assert len(proved) >= 25


@pytest.mark.parametrize("name", ANSWERS)
def test_of_rlp__of_each_recorded__is_the_same(name: str) -> None:
    header = recorded(name)
    assert Header.of_rlp(header.rlp) == header
    assert len(header.fields) in (15, 16, 21)
    answer = ANSWERS[name]
    assert "0x" + header.miner.hex() == answer["miner"].lower()
    if "milliTimestamp" in answer:
        assert header.milliseconds == int(answer["milliTimestamp"], 16)


@pytest.mark.parametrize("count", range(6))
def test_of_json__of_any_fork__has_as_many_fields(count: int) -> None:
    answer = {name: value for name, value in ANSWERS[NAME].items() if name not in OPTIONAL[count:]}
    del answer["hash"]
    header = Header.of_json(answer)
    assert len(header.fields) == 15 + count
    assert Header.of_rlp(header.rlp) == header
    assert header == Header.of_json(answer | dict.fromkeys(OPTIONAL[count:]))


def test_of_json__with_more_than_is_hashed__passes_over_it() -> None:
    answer = ANSWERS[NAME]
    bare = {name: answer[name] for name in HASHED}
    more: dict[str, Any] = {
        "size": 1,
        "totalDifficulty": None,
        "milliTimestamp": "?",
        "transactions": [[]],
        "l1": {},
    }
    assert Header.of_json(bare) == Header.of_json(bare | more) == recorded(NAME)


def test_milliseconds__of_a_mix_hash_that_is_none__are_the_seconds() -> None:
    answer = ANSWERS[NAME] | {"mixHash": "0x" + "ab" * 32, "hash": None}
    header = Header.of_json(answer)
    assert header.milliseconds == header.timestamp * 1000


@pytest.mark.parametrize("name", HASHED)
def test_of_json__one_digit_changed__is_refused(name: str) -> None:
    for answer in (ANSWERS["56-51006000-lorentz"], ANSWERS[NAME]):
        told = answer[name]
        for at in {2, (len(told) + 1) // 2, len(told) - 1}:
            digit = f"{int(told[at], 16) ^ 1:x}"
            with pytest.raises(ProofError, match="hashes to"):
                Header.of_json(answer | {name: told[:at] + digit + told[at + 1 :]})


NO_HEX: tuple[Any, ...] = (
    7, True, b"\0" * 32, ["0x00"], {}, "", "00", "0X00", "0xg0", "0x 0 0", "0x0_0", "0x-1", "0x\u0660\u0660",
    "0x" + "ff" * 40_000,
)  # fmt: skip
NO_NUMBER = ("0x", "0x1" + "00" * 32)
NO_HASH = ("0x", "0x0", "0x" + "00" * 31, "0x" + "00" * 257)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in HASHED
        for value in (*NO_HEX, *(NO_NUMBER if name in NUMBERS else NO_HASH))
        if name != "extraData" or value not in NO_HASH
    ],
)
def test_of_json__no_such_field__is_refused(name: str, value: Any) -> None:
    with pytest.raises(ProofError, match=name):
        Header.of_json(ANSWERS[NAME] | {name: value, "hash": None})


@pytest.mark.parametrize("name", HASHED[:15])
def test_of_json__a_field_missing__is_refused(name: str) -> None:
    for missing in ({}, {name: None}):
        with pytest.raises(ProofError, match=name):
            Header.of_json({k: v for k, v in ANSWERS[NAME].items() if k != name} | missing)


@pytest.mark.parametrize("name", OPTIONAL[:-1])
def test_of_json__a_later_field_without_it__is_refused(name: str) -> None:
    with pytest.raises(ProofError, match=f"not {name} before it"):
        Header.of_json(ANSWERS[NAME] | {name: None})


@pytest.mark.parametrize("told", ["0x" + "00" * 32, "0x00", 5, "pending", ""])
def test_of_json__another_hash__is_refused(told: Any) -> None:
    with pytest.raises(ProofError, match="hash"):
        Header.of_json(ANSWERS[NAME] | {"hash": told})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(HASHED) | st.text(max_size=5), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_of_json__anything__is_refused(answer: Any) -> None:
    with pytest.raises(ProofError):
        Header.of_json(answer)
    if isinstance(answer, dict):
        with pytest.raises(ProofError):
            Header.of_json(
                ANSWERS[NAME] | {"number": []} | {k: v for k, v in answer.items() if k != "number"}
            )


@given(st.sampled_from(SEALED), st.data())
def test_of_rlp__one_bit_changed__is_refused_or_another_block(name: str, data: Any) -> None:
    encoded = recorded(name).rlp
    at = data.draw(st.integers(0, 8 * len(encoded) - 1))
    changed = (int.from_bytes(encoded) ^ 1 << at).to_bytes(len(encoded))
    try:
        header = Header.of_rlp(changed)
    except ProofError:
        return
    assert header.hash != recorded(name).hash
    assert rlp.encode(list(header.fields)) == changed


@given(st.binary(max_size=700))
def test_of_rlp__any_bytes__are_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Header.of_rlp(data)


def test_of_rlp__cut_off_anywhere_or_longer__is_refused() -> None:
    encoded = recorded(NAME).rlp
    for cut in range(len(encoded)):
        with pytest.raises(ProofError):
            Header.of_rlp(encoded[:cut])
    for more in (b"\0", b"\x80", b"\xc0", encoded):
        with pytest.raises(ProofError, match="behind"):
            Header.of_rlp(encoded + more)


@pytest.mark.parametrize("count", [0, 14, 22])
def test_of_rlp__too_few_or_too_many_fields__is_refused(count: int) -> None:
    fields = [*fields_of(NAME), b""][:count]
    with pytest.raises(ProofError, match=f"{count} fields"):
        Header.of_rlp(rlp.encode(fields))


@pytest.mark.parametrize("at", range(21))
def test_of_rlp__a_field_of_another_form__is_refused(at: int) -> None:
    fields, name = fields_of(NAME), HASHED[at]
    wrong: list[Any] = [[], [b""]]
    if name in NUMBERS:
        wrong += [b"\0", b"\0\1", b"\1" * 33]
    elif name != "extraData":
        wrong += [b"", fields[at] + b"\0", fields[at][1:]]
    else:
        wrong += [bytes(33_000)]
    for value in wrong:
        with pytest.raises(ProofError):
            Header.of_rlp(rlp.encode([*fields[:at], value, *fields[at + 1 :]]))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", b"\x05", b"\xc0", b"\xf8", b"\xff", b"\xb8", b"\xff" * 9, b"\xbf" + b"\xff" * 8,
     b"\xf8\x00", b"\xf8\x37" + bytes(55), b"\xf9\x00\x38" + bytes(56), b"\xc2\x81\x05", b"\xb8\x01\xff",
     b"\xc1" * 100_000, b"\xf8\xff" * 50_000, b"\xfa\x01\x00\x00" + b"\x80" * 65_536],
)  # fmt: skip
def test_of_rlp__hostile__is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Header.of_rlp(data)


@pytest.mark.parametrize("data", [None, "0x00", 5, [], bytearray(b"\xc0")])
def test_of_rlp__no_bytes__is_refused(data: Any) -> None:
    with pytest.raises(ProofError, match="not bytes"):
        Header.of_rlp(data)
