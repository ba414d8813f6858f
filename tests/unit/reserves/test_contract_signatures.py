"""Auditors that are contracts (ERC-1271): their signatures may be of any length, and count for them alone."""

from __future__ import annotations

import pytest
from eth_utils import keccak
from support.model.signatures import Key
from support.quick import ANYONE, QuickToken, people

LENGTHS = (0, 1, 64, 65, 66, 4_096)
TWO = people(2)


class Contract(Key):
    """Signs anything with one string of bytes."""

    def __init__(self, address: int, password: bytes) -> None:
        super().__init__(address)
        self.password = password

    @property
    def address(self) -> int:  # type: ignore[override]
        return self.secret

    def sign(self, digest: bytes) -> bytes:  # type: ignore[override]
        return self.password


def password(length: int) -> bytes:
    return (keccak(b"%d" % length) * 128)[:length]


def deployed(length: int) -> tuple[QuickToken, Contract, list[Key]]:
    """Two people and a contract, of whom all have to sign; they have attested once."""
    token = QuickToken(TWO, 2)
    assert token.attest(1_000, TWO).error is None
    word = password(length)
    made = token.engine.deploy(ANYONE.address, "ERC1271PasswordMock", keccak(word))
    contract = Contract(made, word)
    members: list[Key] = sorted([*TWO, contract], key=lambda key: key.address)
    assert token.rotate(members, 3, TWO).error is None
    return token, contract, members


@pytest.mark.parametrize("length", LENGTHS)
def test_attest__contract_signature_of_any_length__counts(length: int) -> None:
    token, _, members = deployed(length)
    outcome = token.attest(1_000, members)
    assert outcome.error is None
    assert outcome.events[0][2][-1] == 0b111


@pytest.mark.parametrize("length", LENGTHS)
def test_attest__other_bytes_than_the_contracts__are_refused(length: int) -> None:
    token, contract, members = deployed(length)
    for other in (b"\0" + contract.password, contract.password[:-1] if length else b"\1"):
        wrong = [Contract(contract.address, other) if key is contract else key for key in members]
        refused = token.attest(1_000, wrong).error
        assert refused == ("InvalidAuditorSignature", (contract.address,))


@pytest.mark.parametrize("length", LENGTHS)
def test_rotate_and_approve__contract_signature_of_any_length__counts(length: int) -> None:
    token, _, members = deployed(length)
    assert token.approve(token.logic, bytes(32), members).error is None
    assert token.rotate(TWO, 2, members).error is None


@pytest.mark.parametrize("length", LENGTHS)
def test_attest__the_contracts_bytes_for_a_person__are_refused(length: int) -> None:
    token, contract, members = deployed(length)
    wrong = [Contract(key.address, contract.password) for key in members]
    lowest = next(key for key in members if key is not contract)
    assert token.attest(1_000, wrong).error == ("InvalidAuditorSignature", (lowest.address,))
