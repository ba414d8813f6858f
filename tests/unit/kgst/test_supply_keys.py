"""The key of a reference."""

from __future__ import annotations

from eth_hash.auto import keccak

from kgst.supply.keys import key_of


def test_key_of__reference__is_its_hash_with_eight_bits_free() -> None:
    key = key_of("mint", "PO-1")
    assert key == keccak(b"kgst/mint/PO-1")[:31] + b"\x00"
    assert key_of("mint", "PO-1") == key


def test_key_of__kinds_and_references__differ() -> None:
    keys = {
        key_of(kind, ref) for kind in ("mint", "burn") for ref in ("PO-1", "PO-2", "PO-1 ", "ПО-1")
    }
    assert len({key[:31] for key in keys}) == 8
