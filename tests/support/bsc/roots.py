"""Roots of accounts' storage as every node has them: anvil 1.7.1 counts words that were read and are zero, too."""

from __future__ import annotations

import gzip
import json

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

__all__ = ["storage_root"]


def storage_root(dump: str, address: str) -> str:
    """The root of the account's storage.

    Args:
        dump: What `anvil_dumpState` answers.
        address: 0x and 40 digits.
    """
    accounts = json.loads(gzip.decompress(bytes.fromhex(dump[2:])))["accounts"]
    words = accounts.get(address.lower(), {"storage": {}})["storage"]
    trie = HexaryTrie({})
    for slot, text in words.items():
        if word := int(text, 16):
            value = word.to_bytes((word.bit_length() + 7) // 8)
            trie[keccak(int(slot, 16).to_bytes(32))] = rlp.encode(value)
    return "0x" + bytes(trie.root_hash).hex()
