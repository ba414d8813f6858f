"""The auditors' messages: each field is signed, and the digest is EIP-712's, derived here a second time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_utils.crypto import keccak

from kgst.attestation import (
    AuditorRotation,
    Domain,
    ImplementationApproval,
    ReserveAttestation,
    in_signer_order,
)

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
DOMAIN = Domain(97, TOKEN)
LOW = "0x02484cb50AAC86Eae85610D6f4Bf026f30f6627D"
HIGH = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"

ATTESTATION = ReserveAttestation(7, 123_456, 5_000, 1_800_000_000, b"\x5a" * 32, 2, 3, 9)
ROTATION = AuditorRotation((LOW, HIGH), 2, 3, 9)
APPROVAL = ImplementationApproval(LOW, b"\x11" * 32, b"\x22" * 32, 4, 2, 3, 9)


def digest(message: SignableMessage) -> bytes:
    return keccak(b"\x19" + message.version + message.header + message.body)


def expected(domain: Domain, kind: str, types: list[str], values: list[Any]) -> bytes:
    """EIP-712 by its text: keccak256(0x1901 ‖ domainSeparator ‖ hashStruct)."""
    domain_type = (
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    )
    separator = keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [
                keccak(text=domain_type),
                keccak(text="KGST"),
                keccak(text="1"),
                domain.chain_id,
                domain.token,
            ],
        )
    )
    assert domain.separator == separator
    struct = keccak(encode(["bytes32", *types], [keccak(text=kind), *values]))
    return keccak(b"\x19\x01" + separator + struct)


@pytest.mark.parametrize("domain", [DOMAIN, Domain(56, TOKEN), Domain(97, HIGH)])
def test_message__attestation__is_the_eip712_digest(domain: Domain) -> None:
    kind = (
        "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,"
        "bytes32 reportHash,uint256 halts,uint256 version,uint256 deadline)"
    )
    types = ["uint256"] * 4 + ["bytes32"] + ["uint256"] * 3
    assert digest(ATTESTATION.message(domain)) == expected(
        domain, kind, types, [*ATTESTATION.as_tuple(), 2, 3, 9]
    )
    assert ATTESTATION.as_tuple() == (7, 123_456, 5_000, 1_800_000_000, b"\x5a" * 32)


def test_message__rotation__is_the_eip712_digest() -> None:
    kind = "AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)"
    members = keccak(encode(["address", "address"], [LOW, HIGH]))
    assert digest(ROTATION.message(DOMAIN)) == expected(
        DOMAIN, kind, ["bytes32", "uint256", "uint256", "uint256"], [members, 2, 3, 9]
    )


def test_message__approval__is_the_eip712_digest() -> None:
    kind = (
        "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
        "uint256 halts,uint256 version,uint256 deadline)"
    )
    types = ["address", "bytes32", "bytes32"] + ["uint256"] * 4
    assert digest(APPROVAL.message(DOMAIN)) == expected(
        DOMAIN, kind, types, [LOW, b"\x11" * 32, b"\x22" * 32, 4, 2, 3, 9]
    )


@pytest.mark.parametrize(
    ("message", "change"),
    [
        (ATTESTATION, {"epoch": 8}),
        (ATTESTATION, {"reserves": 123_457}),
        (ATTESTATION, {"settled": 5_001}),
        (ATTESTATION, {"as_of": 1_800_000_001}),
        (ATTESTATION, {"report_hash": b"\x5b" * 32}),
        (ATTESTATION, {"halts": 3}),
        (ATTESTATION, {"version": 4}),
        (ATTESTATION, {"deadline": 10}),
        (ROTATION, {"auditors": (LOW,)}),
        (ROTATION, {"threshold": 3}),
        (ROTATION, {"version": 4}),
        (ROTATION, {"deadline": 10}),
        (APPROVAL, {"implementation": HIGH}),
        (APPROVAL, {"code_hash": b"\x12" * 32}),
        (APPROVAL, {"data_hash": b"\x23" * 32}),
        (APPROVAL, {"nonce": 5}),
        (APPROVAL, {"halts": 3}),
        (APPROVAL, {"version": 4}),
        (APPROVAL, {"deadline": 10}),
    ],
)
def test_message__any_field_changed__is_another(message: Any, change: dict[str, Any]) -> None:
    assert digest(replace(message, **change).message(DOMAIN)) != digest(message.message(DOMAIN))


def test_message__signature__recovers_its_signer() -> None:
    account = Account.from_key("0x" + "11" * 32)
    signed = account.sign_message(ATTESTATION.message(DOMAIN))
    recovered = Account.recover_message(ATTESTATION.message(DOMAIN), signature=signed.signature)
    assert recovered == account.address


def test_arguments__are_those_of_the_call() -> None:
    given = [(LOW, b"\x01"), (HIGH, b"\x02")]
    assert ATTESTATION.arguments(given) == (ATTESTATION.as_tuple(), 2, 9, given)
    assert ROTATION.arguments(given) == ([LOW, HIGH], 2, 9, given)
    assert APPROVAL.arguments(given) == (LOW, b"\x11" * 32, b"\x22" * 32, 4, 9, given)


def test_domain__as_dict__has_the_four_fields() -> None:
    assert DOMAIN.as_dict() == {
        "name": "KGST",
        "version": "1",
        "chainId": 97,
        "verifyingContract": TOKEN,
    }


def test_in_signer_order__any_case_of_hex__ascends_by_number() -> None:
    # As text, "0x9" would come last but one, and capitals before small letters.
    pairs = [(HIGH, b"1"), ("0xB" + "0" * 39, b"2"), (LOW, b"3"), ("0x9", b"4")]
    assert in_signer_order(pairs) == [pairs[3], pairs[2], pairs[0], pairs[1]]
