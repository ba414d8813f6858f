"""``proxiableUUID`` and ``implementation``"""

from __future__ import annotations

from typing import Any

from ape import chain
from eth_utils import keccak

SLOT = int.from_bytes(keccak(text="eip1967.proxy.implementation"), "big") - 1


def test_proxiable_uuid__token_and_implementations__name_the_erc_1967_slot(
    system: Any, token: Any, second: Any
) -> None:
    expected = SLOT.to_bytes(32, "big")
    assert token.proxiableUUID() == expected
    assert system.logic.proxiableUUID() == expected
    assert second.proxiableUUID() == expected


def test_implementation__as_deployed__is_the_logic(system: Any, token: Any) -> None:
    assert token.implementation() == system.logic
    stored = bytes(chain.provider.get_storage(token.address, SLOT))
    assert stored[-20:] == bytes.fromhex(system.logic.address[2:])
