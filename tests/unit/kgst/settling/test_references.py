"""References of payments: how they are made, and found again in what a bank makes of them."""

from __future__ import annotations

import string

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from support.entries import entry, payment

from kgst.keys import key_of
from kgst.paying.secret import Secret
from kgst.settling.chain import Burn, redemption_of
from kgst.settling.matching import match
from kgst.settling.references import (
    ALPHABET,
    LENGTH,
    is_reference,
    payment_reference,
    reference_of,
    references_in,
)
from kgst.units import TYIYN

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
ISSUER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
BURN = key_of("burn", "R-2026-11-27-001")
REFERENCE = "RF561N636V919VN7799VV362J"

numbers = st.integers(0, 2**64 - 1)


def reference(number: int) -> str:
    return payment_reference(97, TOKEN, ISSUER, number.to_bytes(32))


def test_a_reference_is_what_it_was() -> None:
    """It is in payments that banks have already: it may never change."""
    assert payment_reference(97, TOKEN, ISSUER, BURN) == REFERENCE
    assert payment_reference(97, TOKEN.lower(), ISSUER.upper().replace("X", "x"), BURN) == REFERENCE


def test_chain_token_issuer_and_key_each_make_another() -> None:
    others = {
        payment_reference(56, TOKEN, ISSUER, BURN),
        payment_reference(97, ISSUER, ISSUER, BURN),
        payment_reference(97, TOKEN, TOKEN, BURN),
        payment_reference(97, TOKEN, ISSUER, key_of("burn", "R-2026-11-27-002")),
        REFERENCE,
    }
    assert len(others) == 5


@pytest.mark.parametrize("text", ["RF18539007547034", "RF18000000000539007547034"])
def test_the_check_digits_are_those_of_iso_11649(text: str) -> None:
    """The standard's own example, alone and with zeros before it to 25 characters: the same check digits."""
    assert is_reference(text) == (len(text) == LENGTH)


def test_no_character_has_a_twin_in_cyrillic() -> None:
    assert not set(ALPHABET) & set("ABCEHKMOPTXY")


@given(numbers)
def test_each_is_one(number: int) -> None:
    made = reference(number)
    assert len(made) == LENGTH
    assert is_reference(made)
    assert references_in(made) == (made,)


@given(numbers, st.data())
def test_it_is_found_whatever_the_bank_did_to_case_and_spaces(
    number: int, data: st.DataObject
) -> None:
    made = reference(number)
    between = st.sampled_from(["", " ", "  ", "\n", "\t", "-", "/", ".", "\u00a0", "\r\n"])
    cased = [data.draw(st.sampled_from([one, one.lower()])) for one in made]
    text = "".join(one + data.draw(between) for one in cased)
    before = data.draw(
        st.sampled_from(["", "redemption ", "Погашение по заявке ", "RF", "rf 12 ", "№7/"])
    )
    after = data.draw(st.sampled_from(["", " KGST", " от 27.11.2026", "0", "DD"]))
    assert references_in(before + text + after) == (made,)


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_matches_nothing(number: int, place: int, other: str) -> None:
    made = reference(number)
    if made[place] == other:
        return
    assert references_in(made[:place] + other + made[place + 1 :]) == ()


@given(numbers, st.integers(0, LENGTH - 1))
def test_a_missing_character_does_not_match_it(number: int, place: int) -> None:
    made = reference(number)
    assert made not in references_in(made[:place] + made[place + 1 :])


@given(numbers, st.integers(0, LENGTH - 2))
def test_two_neighbours_in_each_others_place_match_nothing(number: int, place: int) -> None:
    made = reference(number)
    swapped = made[:place] + made[place + 1] + made[place] + made[place + 2 :]
    if swapped != made:
        assert references_in(swapped) == ()


def test_two_in_one_text_are_both_found() -> None:
    one, two = reference(1), reference(2)
    assert references_in(f"{one} {two}, {one}") == (one, two)
    assert references_in(one + two) == (one, two)


@pytest.mark.parametrize(
    "text",
    ["", "RF", "redemption kgst 7f3a 9c01 d2e4 b5", REFERENCE.replace("F", "Ф"), "RF" + "0" * 23],
)
def test_what_is_none_is_none(text: str) -> None:
    assert references_in(text) == ()


def test_redemption_of__by_a_request_end_to_end_id__is_settled_as_by_its_own() -> None:
    """References made with a secret are matched beside those that follow from the burn."""
    secret = Secret(bytes(range(32)))
    names = [secret.end_to_end_id(TOKEN, 97, number) for number in (1, 2)]
    burns = [
        Burn(account=ISSUER, value=value * TYIYN, key=key, block=1, index=index, transaction="0x01")
        for index, (value, key) in enumerate([(700, key_of("burn", "a")), (500, None)])
    ]
    known = [
        redemption_of(burn, 97, TOKEN, [name]) for burn, name in zip(burns, names, strict=True)
    ]
    assert payment_reference(97, TOKEN, ISSUER, key_of("burn", "a")) in known[0].ids
    paid = [payment(names[0], 700), entry(500, texts=(f"KGST {names[1].lower()}",))]
    assert match(known, paid).settled == tuple(one.id for one in known)
    without = [redemption_of(burn, 97, TOKEN) for burn in burns]
    assert match(without, paid).settled == ()


def test_reference_of__is_of_the_first_84_bits() -> None:
    first = bytes(range(11))
    assert is_reference(reference_of(first))
    assert reference_of(first + b"more") == reference_of(first)
    assert reference_of(bytes([1]) + first[1:]) != reference_of(first)
    assert payment_reference(97, TOKEN, ISSUER, bytes(32)) == reference_of(
        keccak(text=f"kgst/redemption/97/{TOKEN.lower()}/{ISSUER.lower()}/0x{'00' * 32}")
    )
