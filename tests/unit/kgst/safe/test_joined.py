"""The bytes of a Safe's signatures: ascending by the owners' numbers, whatever their checksummed text sorts like."""

from __future__ import annotations

import itertools

import pytest

from kgst.safe.safes import _joined

# As text, capitals come before small letters, and both behind digits: 0xB… stands before 0xa….
OWNERS = (
    "0x09DB0a93B389bEF724429898f539AEB7ac2Dd55f",
    "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
    "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
    "0xBcd4042DE499D14e55001CcbB24a551F3b954096",
    "0xbDA5747bFD65F08deb54cb465eB87D40e51B197E",
    "0xcd3B766CCDd6AE721141F452C550Ca635964ce71",
)


def test_joined__any_order_of_signing__is_ascending_by_number() -> None:
    assert sorted(OWNERS) != list(OWNERS)
    signatures = {owner: bytes([at]) * 65 for at, owner in enumerate(OWNERS)}
    wanted = b"".join(signatures.values())
    for order in itertools.permutations(OWNERS[1:5]):
        chosen = {owner: signatures[owner] for owner in (OWNERS[5], *order, OWNERS[0])}
        assert _joined(chosen, ()) == wanted


@pytest.mark.parametrize("contract", OWNERS)
def test_joined__a_contract_among_them__has_its_slot_in_the_same_order(contract: str) -> None:
    signatures = {owner: bytes([at]) * 65 for at, owner in enumerate(OWNERS)}
    joined = _joined(dict(reversed(signatures.items())), {contract})
    place = OWNERS.index(contract)
    slot = joined[65 * place : 65 * place + 65]
    assert slot[:32] == bytes.fromhex(contract[2:]).rjust(32, b"\0")
    assert slot[64] == 0
    begins = int.from_bytes(slot[32:64])
    assert begins == 65 * len(OWNERS)
    assert joined[begins : begins + 32] == (65).to_bytes(32)
    assert joined[begins + 32 :] == signatures[contract]
