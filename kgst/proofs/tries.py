"""A block's receipts under the root in its header: the Merkle-Patricia trie (yellow paper, appendix D).

The key of a receipt is the RLP of its transaction's index in the block. A proof is the nodes on the way from the root
to it; where there is none, the nodes show that too, and so how many transactions the block has.

The rules of the trie are those of the library `trie`. It gets to see only nodes whose form was checked here: in a trie
of receipts none lies within another, since each receipt is longer than a hash, and no key begins another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie
from trie.exceptions import MissingTrieNode

from kgst.proofs.encoding import as_bytes, as_list, decode
from kgst.proofs.errors import ProofError
from kgst.proofs.receipts import Log, Receipt

__all__ = ["EMPTY_ROOT", "ReceiptsProof", "key_of", "receipt_at"]

EMPTY_ROOT: Final = keccak(b"\x80")
"""Of a block without a transaction: 0x56e81f17…."""

_HASH: Final = 32
_BRANCH: Final = 17
_SHORT: Final = 2
_LEAF: Final = 0x20
_ODD: Final = 0x10
_MOST_NODES: Final = 100_000
"""A block of 1,000 million gas has at most 47,619 transactions, and fewer branches than receipts."""


def receipt_at(root: bytes, nodes: Sequence[bytes], index: int) -> Receipt:
    """The receipt of the transaction `index`, as these nodes prove it; `ReceiptsProof` for more than one.

    Raises:
        ProofError: they do not.
    """
    return ReceiptsProof.of(root, nodes).receipt(index)


@dataclass(frozen=True)
class ReceiptsProof:
    """Nodes of a block's trie of receipts, each of them on a way that begins at the root.

    Attributes:
        root: As the header has it, 32 bytes.
        nodes: By their hashes.
    """

    root: bytes
    nodes: dict[bytes, bytes] = field(repr=False)
    _missing: bool = field(repr=False)
    _read: dict[int, Receipt] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, root: bytes, nodes: Sequence[bytes]) -> Self:
        """Nodes that were checked to hang together.

        Raises:
            ProofError: one is of no such form, is there twice, or is on no way from the root.
        """
        if not isinstance(root, bytes) or len(root) != _HASH:
            raise ProofError("the root of the receipts is not 32 bytes")
        if len(nodes) > _MOST_NODES:
            raise ProofError(f"the proof has {len(nodes)} nodes, more than a block's trie")
        known: dict[bytes, tuple[bytes, ...]] = {}
        by_hash: dict[bytes, bytes] = {}
        for node in nodes:
            below = _below(node)
            name = keccak(node)
            if name in known:
                raise ProofError(f"the proof has the node 0x{name.hex()} twice")
            known[name], by_hash[name] = below, node
        reached, missing = _reach(root, known)
        if reached != known.keys():
            first = next(name for name in known if name not in reached)
            raise ProofError(
                f"the proof's node 0x{first.hex()} is on no way from the root 0x{root.hex()}: it was changed, the root "
                "is another block's, or a node between them is missing"
            )
        return cls(root, by_hash, missing)

    @property
    def whole(self) -> bool:
        """Whether all nodes of the trie are there: every receipt is proven, and that there are no others."""
        return not self._missing

    def has(self, index: int) -> bool:
        """Whether the block has a transaction with this index; the nodes prove either.

        Raises:
            ProofError: they prove neither.
        """
        return self._value(index) is not None

    def receipt(self, index: int) -> Receipt:
        """The receipt of the transaction with this index.

        Raises:
            ProofError: the nodes do not prove one, or prove that there is none.
        """
        if index not in self._read:
            value = self._value(index)
            if value is None:
                raise ProofError(
                    f"the block has no transaction {index}: its receipts end before it"
                )
            self._read[index] = Receipt.of_rlp(value)
        return self._read[index]

    def of_one(self, index: int) -> list[bytes]:
        """The nodes that lead to the receipt of the transaction with this index, the root first.

        Raises:
            ProofError: the nodes do not prove one.
        """
        self.receipt(index)
        trie = HexaryTrie(self.nodes, self.root)
        return [bytes(rlp.encode(node)) for node in trie.get_proof(key_of(index))]

    def require_count(self, count: int) -> None:
        """Check that the block has so many transactions: the last one is proven, and that there is none behind it.

        Raises:
            ProofError: it is not, or it has more or fewer.
        """
        if count < 0 or self.has(count):
            raise ProofError(f"the block has more than {count} transactions")
        if count and not self.has(count - 1):
            raise ProofError(f"the block has fewer than {count} transactions")

    @cached_property
    def receipts(self) -> tuple[Receipt, ...]:
        """All of the block, in their order.

        Raises:
            ProofError: the nodes do not prove each, and that there is none behind them.
        """
        count = 0
        while self.has(count):
            count += 1
        return tuple(self.receipt(index) for index in range(count))

    def log(self, index: int, position: int) -> Log:
        """An event by its transaction's index in the block and its position within the receipt, both from 0.

        Raises:
            ProofError: the receipt is not proven, or has no such event.
        """
        logs = self.receipt(index).logs
        if not 0 <= position < len(logs):
            raise ProofError(
                f"the receipt of transaction {index} has {len(logs)} events, so none at {position}"
            )
        return logs[position]

    def log_index(self, index: int, position: int) -> int:
        """An event's place among all of the block: what JSON-RPC calls `logIndex`.

        Args:
            index: Of its transaction in the block, from 0.
            position: Within the receipt, from 0.

        Raises:
            ProofError: there is no such event; or a receipt before it is not proven: a receipt does not say how many
                events came before its own.
        """
        self.log(index, position)
        return sum(len(self.receipt(before).logs) for before in range(index)) + position

    def _value(self, index: int) -> bytes | None:
        """The bytes at `index`; None where the nodes show that there are none."""
        key = key_of(index)
        trie = HexaryTrie(self.nodes, self.root)
        try:
            return bytes(trie.get(key)) or None
        except MissingTrieNode as error:
            raise ProofError(
                f"the proof lacks the node 0x{bytes(error.missing_node_hash).hex()} on the way to transaction {index}"
            ) from None


def key_of(index: int) -> bytes:
    """Of the receipt of the transaction with this index."""
    if index < 0:
        raise ProofError(f"there is no transaction {index}")
    return bytes(rlp.encode(index))


def _below(node: bytes) -> tuple[bytes, ...]:
    """The hashes of the nodes below this one; a leaf has none.

    Raises:
        ProofError: it is no node, or not of the form that it has in a trie of receipts.
    """
    items = as_list(decode(node, "a node", depth=1), "a node")
    parts = [as_bytes(item, "a node's part") for item in items]
    if len(parts) == _BRANCH:
        if parts.pop():
            raise ProofError("a node has both a value and nodes below it: no index begins another")
        below = tuple(part for part in parts if part)
        if len(below) < _SHORT:
            raise ProofError("a node branches to fewer than two")
    elif len(parts) == _SHORT:
        path, value = parts
        if _ends(path):
            if len(value) <= _HASH:
                raise ProofError("a leaf is shorter than any receipt")
            return ()
        below = (value,)
    else:
        raise ProofError(f"a node has {len(parts)} parts, not {_SHORT} or {_BRANCH}")
    if any(len(part) != _HASH or part == EMPTY_ROOT for part in below):
        raise ProofError("a node names another by something else than its hash")
    return below


def _ends(path: bytes) -> bool:
    """Whether a path in the hex-prefix form (yellow paper, appendix C) ends at a leaf.

    Raises:
        ProofError: it is in another form, or leads nowhere and not to a leaf.
    """
    flags = path[0] if path else 0xFF
    is_leaf = bool(flags & _LEAF)
    # An even path has a zero behind the flags.
    if flags & ~(_LEAF | _ODD | 0x0F) or not (flags & _ODD or not flags & 0x0F):
        raise ProofError("a node's path is not in the hex-prefix form")
    if not is_leaf and len(path) == 1 and not flags & _ODD:
        raise ProofError("a node's path is empty")
    return is_leaf


def _reach(root: bytes, known: dict[bytes, tuple[bytes, ...]]) -> tuple[set[bytes], bool]:
    """The nodes on ways from the root, and whether others are named there that are missing."""
    reached: set[bytes] = set()
    missing = False
    waiting = [] if root == EMPTY_ROOT else [root]
    while waiting:
        name = waiting.pop()
        if name not in known:
            missing = True
        elif name not in reached:
            reached.add(name)
            waiting += known[name]
    return reached, missing
