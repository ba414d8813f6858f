"""The deployment once more, in an EVM of this process, from the signed transactions in the record.

What it leaves there, code and every word of storage, is what the chain must have had when the deployment ended: other
creation code can return the genuine code and leave balances or an ADMIN behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

from kgst.deployment.creations import CONTRACT_OF
from kgst.errors import KgstError
from kgst.evm import Evm, EvmRevert
from kgst.files import LAST_STEP
from kgst.record import Record
from kgst.reverts import explain
from kgst.sending.signed import SignedError, read_signed
from kgst.verify.creation import signed_steps

__all__ = ["Left", "ReplayError", "replay"]


class ReplayError(KgstError):
    """The transactions in the record do not make a deployment; the message is a part of a sentence."""


@dataclass(frozen=True)
class Left:
    """What a contract is left with.

    Attributes:
        code: At its address.
        touched: Every storage word that was read or written on the way, by slot; all others are zero.
    """

    code: bytes
    touched: Mapping[int, int]

    @property
    def words(self) -> dict[int, int]:
        """What is not zero, by slot."""
        return {slot: word for slot, word in self.touched.items() if word}

    @property
    def roots(self) -> frozenset[bytes]:
        """The storage root that a chain has then: with every node, and with anvil.

        anvil keeps a leaf for each word that it has seen, though it is zero; with zeros a root has no more words, too.
        """
        return frozenset({_root_of(self.words), _root_of(self.touched)})


def replay(record: Record, times: Mapping[str, int]) -> dict[str, Left]:
    """What the steps leave at the recorded addresses, by step.

    Args:
        record: With the signed transactions.
        times: By step the time of its block, in seconds: contracts keep it.

    Raises:
        ReplayError: a step reverts, or is no transaction.
    """
    evm = Evm(record.chain_id)
    at = {step: bytes.fromhex(getattr(record, step).address[2:]) for step in CONTRACT_OF}
    for step, transaction in signed_steps(record).items():
        evm.timestamp = times[step]
        try:
            signed = read_signed(transaction.raw)
            sender = bytes.fromhex(signed.sender[2:])
            if step == LAST_STEP:
                evm.call(sender, at["manager"], signed.content.data)
            else:
                evm.deploy(sender, signed.content.data, at[step])
        except SignedError as error:
            raise ReplayError(f"{step}: {error}") from error
        except EvmRevert as error:
            raise ReplayError(f"{step} reverts with {explain(error.data or b'')}") from error
    return {step: Left(evm.code(place), evm.storage(place)) for step, place in at.items()}


_WORD: Final = 32


def _root_of(words: Mapping[int, int]) -> bytes:
    """The root of the storage trie with a leaf for each of these words (yellow paper, appendix D)."""
    trie = HexaryTrie({})
    for slot, word in words.items():
        trie[keccak(slot.to_bytes(_WORD))] = rlp.encode(word)
    return bytes(trie.root_hash)
