"""anvil's blocks as blocks of BSC: each gets a sealed header of its own, and so a hash of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from support.bsc.headers import EMPTY_ROOT, NO_REQUESTS, NO_UNCLES, hash_of, signing_hash
from support.bsc.terms import Terms
from support.bsc.upstream import Upstream
from support.bsc.validators import TURN_LENGTH, genesis_extra, sealed_extra, validators

__all__ = ["Block", "Chain"]

_ZERO = "0x" + 64 * "0"
_BATCH = 200
_OUT_OF_TURN = 29  # of so many blocks, the last one is sealed by another validator than the one whose turn it was
_WITHOUT_VOTES = 41
_KEPT = (
    "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "number", "gasLimit", "gasUsed", "timestamp",
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """One header.

    Attributes:
        header: As JSON-RPC has it, with what is not hashed: total difficulty, milliseconds.
        behind: anvil's hash of the block.
        voted: Whether it carries votes for its parent.
    """

    header: dict[str, Any]
    behind: str
    voted: bool

    @property
    def hash(self) -> str:
        return str(self.header["hash"])

    @property
    def milliseconds(self) -> int:
        return int(self.header["milliTimestamp"], 16)


class Chain:
    """Follows anvil, block by block; what anvil takes back is taken back here."""

    def __init__(self, upstream: Upstream, terms: Terms) -> None:
        self._upstream, self._terms = upstream, terms
        self._blocks: list[Block] = []
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()

    def head(self) -> int:
        """Number of the last block, with all headers up to it made."""
        with self._lock:
            latest = self._upstream.ask("eth_getBlockByNumber", "latest", False)
            number = int(latest["number"], 16)
            self._cut(number + 1)
            if len(self._blocks) == number + 1 and self._blocks[-1].behind != latest["hash"]:
                self._cut(number)
            while len(self._blocks) <= number:
                self._follow(number)
            return number

    def block(self, number: int) -> Block | None:
        """A block that was made already."""
        with self._lock:
            return self._blocks[number] if 0 <= number < len(self._blocks) else None

    def number_of(self, block_hash: str) -> int | None:
        """The block that has this hash here."""
        with self._lock:
            return self._numbers.get(block_hash.lower())

    def hash_at(self, number: int) -> str:
        """The hash of a block; of one that is newer than what is known, after following."""
        if (found := self.block(number)) is None:
            self.head()
            found = self.block(number)
        assert found is not None
        return found.hash

    def as_told(self, data: str, number: int) -> str:
        """What a call in block `number` answered, with this chain's hashes where a contract asked for a block's hash.

        The opcode gives anvil's own hash of one of the last 256 blocks.
        """
        if len(data) < 66:
            return data
        with self._lock:
            seen = self._blocks[max(0, number - 256) : number]
        for block in seen:
            data = data.replace(block.behind[2:], block.hash[2:])
        return data

    def voted(self, number: int) -> bool:
        found = self.block(number)
        return found is not None and found.voted

    def _follow(self, head: int) -> None:
        first = len(self._blocks)
        wanted = range(first, min(first + _BATCH, head + 1))
        found = self._upstream.ask_all(
            [("eth_getBlockByNumber", [hex(number), False]) for number in wanted]
        )
        for number, block in zip(wanted, found, strict=True):
            if block is None or (number and block["parentHash"] != self._blocks[-1].behind):
                self._cut(max(0, number - 1))
                return
            self._add(block)

    def _add(self, block: dict[str, Any]) -> None:
        made = self._genesis(block) if not self._blocks else self._next(block, self._blocks[-1])
        self._numbers[made.hash] = len(self._blocks)
        self._blocks.append(made)

    def _cut(self, length: int) -> None:
        for block in self._blocks[length:]:
            del self._numbers[block.hash]
        del self._blocks[length:]

    def _genesis(self, block: dict[str, Any]) -> Block:
        """As the testnet's: before every fork, sealed by nobody."""
        header = {name: block[name] for name in _KEPT} | {
            "parentHash": _ZERO,
            "sha3Uncles": NO_UNCLES,
            "miner": "0xfffffffffffffffffffffffffffffffffffffffe",
            "difficulty": "0x1",
            "extraData": "0x" + genesis_extra().hex(),
            "mixHash": _ZERO,
            "nonce": "0x0000000000000000",
        }
        return _finished(header, block, 0, 1, voted=False)

    def _next(self, block: dict[str, Any], parent: Block) -> Block:
        number, time = int(block["number"], 16), int(block["timestamp"], 16)
        chain_id = self._terms.chain_id
        members = validators(chain_id)
        in_turn = number % _OUT_OF_TURN != 0
        turn = number // TURN_LENGTH if in_turn else number // TURN_LENGTH + 1
        miner = members[turn % len(members)]
        voted = number > 1 and number % _WITHOUT_VOTES != 0
        votes = None
        if voted:
            source = self._blocks[number - 2]
            votes = (number - 2, source.hash, number - 1, parent.hash)
        place = number % self._terms.epoch_length
        # Whoever carries sets of validators forward reads the votes for an epoch's first block.
        extra = sealed_extra(chain_id, epoch=place == 0, votes=votes, signed=place == 1)
        interval = int((self._terms.block_time or 0.45) * 1000)
        milliseconds = _milliseconds(time, parent.milliseconds, interval)
        header = {name: block[name] for name in _KEPT} | {
            "parentHash": parent.hash,
            "sha3Uncles": NO_UNCLES,
            "miner": miner.address,
            "difficulty": "0x2" if in_turn else "0x1",
            "extraData": "0x" + extra.hex(),
            "mixHash": f"0x{milliseconds:064x}",
            "nonce": "0x0000000000000000",
            "baseFeePerGas": "0x0",
            "withdrawalsRoot": EMPTY_ROOT,
            "blobGasUsed": "0x0",
            "excessBlobGas": "0x0",
            "parentBeaconBlockRoot": _ZERO,
            "requestsHash": NO_REQUESTS,
        }
        seal = miner.seal(signing_hash(header, chain_id))
        header["extraData"] = "0x" + (extra[:-65] + seal).hex()
        total = int(parent.header["totalDifficulty"], 16) + (2 if in_turn else 1)
        return _finished(header, block, milliseconds, total, voted=voted)


def _finished(
    header: dict[str, Any], block: dict[str, Any], milliseconds: int, total: int, *, voted: bool
) -> Block:
    header["hash"] = hash_of(header)
    header["totalDifficulty"] = hex(total)
    header["milliTimestamp"] = hex(int(block["timestamp"], 16) * 1000 + milliseconds)
    header["size"] = hex(int(block["size"], 16) + len(header["extraData"]) // 2 - 1)
    return Block(header, block["hash"], voted)


def _milliseconds(time: int, parent: int, interval: int) -> int:
    """The part of a second: one interval after the parent, as far as anvil's whole second leaves room."""
    wanted = parent + interval
    if wanted // 1000 == time:
        return wanted % 1000
    if wanted // 1000 < time:
        return 0
    # More blocks in a second than fit in.
    return min(999, parent % 1000 + 1)
