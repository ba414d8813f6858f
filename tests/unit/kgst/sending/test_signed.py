"""``read_signed``: what a signed transaction says by itself; whatever has two readings is refused."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_keys.constants import SECPK1_N
from hypothesis import given
from hypothesis import strategies as st

from kgst.sending.signed import SignedError, read_signed
from kgst.sending.transactions import created_by

KEY = "0x" + "42" * 32
SENDER = Account.from_key(KEY).address
TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def signed(**changes: Any) -> Any:
    usual = {
        "nonce": 7,
        "gasPrice": 10**9,
        "gas": 21_000,
        "value": 3,
        "data": b"\x01\x02",
        "chainId": 97,
    }
    return Account.sign_transaction({"to": TO, **usual, **changes}, KEY)


def raw_of(fields: list[Any]) -> str:
    return "0x" + rlp.encode(fields).hex()


def fields_of(**changes: Any) -> list[Any]:
    return list(rlp.decode(bytes(signed(**changes).raw_transaction)))


@given(
    nonce=st.integers(0, 2**64 - 2),
    price=st.integers(0, 2**64),
    value=st.integers(0, 2**128),
    data=st.binary(max_size=200),
    chain=st.integers(1, 2**32),
    creates=st.booleans(),
)
def test_read_signed__whatever_was_signed__is_read_back(
    nonce: int, price: int, value: int, data: bytes, chain: int, creates: bool
) -> None:
    made = signed(
        nonce=nonce,
        gasPrice=price,
        value=value,
        data=data,
        chainId=chain,
        to=b"" if creates else TO,
    )
    found = read_signed("0x" + bytes(made.raw_transaction).hex())
    assert (found.hash, found.chain_id, found.sender) == (
        "0x" + bytes(made.hash).hex(),
        chain,
        SENDER,
    )
    content = found.content
    assert (content.nonce, content.price, content.gas) == (nonce, price, 21_000)
    assert (content.value, content.data) == (value, data)
    assert content.to == (None if creates else TO)
    assert found.created == (created_by(SENDER, nonce) if creates else None)


def test_read_signed__one_bit_of_the_data_changed__has_another_signer() -> None:
    fields = fields_of()
    fields[5] = b"\x01\x03"
    assert read_signed(raw_of(fields)).sender != SENDER


HIGH = SECPK1_N - 1
WRONG: dict[str, tuple[str, str]] = {
    "no bytes": ("0x", "no RLP"),
    "odd digits": ("0x1", "no RLP"),
    "more behind it": (raw_of(fields_of()) + "00", "no RLP"),
    "a typed transaction": ("0x02" + raw_of(fields_of())[2:], "no RLP"),
    "a list of too few": (raw_of(fields_of()[:8]), "no 9 fields"),
    "a text": (raw_of([]).replace("c0", "80"), "no 9 fields"),
    "a list within": (raw_of([*fields_of()[:5], [b"\x01"], *fields_of()[6:]]), "a list within"),
    "a leading zero": (raw_of([b"\x00\x07", *fields_of()[1:]]), "another spelling"),
    "a short receiver": (raw_of([*fields_of()[:3], b"\x01" * 19, *fields_of()[4:]]), "19 bytes"),
    "for any chain": (raw_of([*fields_of()[:6], b"\x1b", *fields_of()[7:]]), "for any chain"),
    "a high s": (raw_of([*fields_of()[:8], HIGH.to_bytes(32)]), "high"),
    "nobody's": (raw_of([*fields_of()[:7], b"", b"\x01"]), "no key's"),
}


@pytest.mark.parametrize("what", sorted(WRONG))
def test_read_signed__other_form__is_refused(what: str) -> None:
    raw, said = WRONG[what]
    with pytest.raises(SignedError, match=said):
        read_signed(raw)
