"""All receipts of a block, from which its trie is made: for whoever keeps a proof of some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import rlp
from trie import HexaryTrie

from kgst.proofs.encoding import json_number, json_object
from kgst.proofs.errors import ProofError
from kgst.proofs.receipts import Receipt
from kgst.proofs.tries import key_of

__all__ = ["BlockReceipts", "prove", "receipts_root"]


@dataclass(frozen=True)
class BlockReceipts:
    """All receipts of a block, and their trie, made once.

    Attributes:
        receipts: In the order of their transactions.
    """

    receipts: tuple[Receipt, ...]
    _trie: HexaryTrie = field(repr=False)

    @classmethod
    def of_json(cls, answer: Sequence[object]) -> Self:
        """From a node's answer to `eth_getBlockReceipts`.

        Raises:
            ProofError: one of them is none, or stands at the place of another.
        """
        found, trie = [], HexaryTrie({})
        for index, one in enumerate(answer):
            told = json_object(one, "the receipt").get("transactionIndex")
            if told is not None and json_number(told, "the receipt's transactionIndex") != index:
                raise ProofError(f"the receipt at {index} is of the transaction {told}")
            receipt = Receipt.of_json(one)
            # One insertion after the other: with squash_changes(), which keeps no superseded nodes, it takes half as
            # long again.
            trie[key_of(index)] = receipt.encoded()
            found.append(receipt)
        return cls(tuple(found), trie)

    @property
    def root(self) -> bytes:
        """What the header has to have, 32 bytes."""
        return bytes(self._trie.root_hash)

    def prove(self, indices: Iterable[int]) -> list[bytes]:
        """The nodes that prove the receipts of these transactions; each once, the root first.

        The index behind the last transaction's gives the nodes that show that there is none. All indices give all
        nodes.
        """
        nodes: dict[bytes, None] = {}
        for index in sorted(set(indices)):
            for node in self._trie.get_proof(key_of(index)):
                nodes[bytes(rlp.encode(node))] = None
        return list(nodes)


def receipts_root(receipts: Sequence[object]) -> bytes:
    """The root of all receipts of a block, 32 bytes; see `BlockReceipts`."""
    return BlockReceipts.of_json(receipts).root


def prove(receipts: Sequence[object], indices: Iterable[int]) -> list[bytes]:
    """The nodes that prove the receipts of these transactions; see `BlockReceipts`."""
    return BlockReceipts.of_json(receipts).prove(indices)
