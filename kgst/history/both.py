"""Events from a node and from an index together: neither can hide what the other has.

The node is asked for everything that it serves. What it no longer has the index supplies, proven; what it serves and
does not show, though the index has it, is a contradiction and is said. An index alone shows that something happened,
never that nothing did where a node can still be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.history.errors import GoneError, WithheldError
from kgst.history.kept import Kept, kept_of, row_of
from kgst.history.partitions import BrokenIndexError, Index
from kgst.history.rows import LogRow
from kgst.node import NodeError, PrunedError, block_at, rpc
from kgst.node.pool import nodes_of

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["PRUNED", "Asked", "Sources"]

PRUNED: Final = (
    "it no longer has events of that time (BSC's nodes keep them for some days), or lags, so that "
    "others may be missing"
)

_ADVICE: Final = (
    "Use a node that still has them, for this command or once for `ape run index sync`: "
    "afterwards any node will do"
)


@dataclass(frozen=True)
class Asked:
    """A question for events.

    Attributes:
        addresses: 20 bytes each.
        topics: First topics, any of these.
        about: The second topic; None for any.
        first: First block.
        last: Last block, inclusive.
    """

    addresses: tuple[bytes, ...]
    topics: tuple[bytes, ...]
    about: bytes | None
    first: int
    last: int


@dataclass
class Sources:
    """Where the events of one deployment are looked for besides the connected node.

    Attributes:
        known_block: A block that is known to have events: that in which the deployment gave its roles.
        contracts: Of the deployment, 20 bytes each.
        kept: The index; None when there is none that can be used.
        trouble: Why there is none, where there is a folder of one.
    """

    known_block: int
    contracts: frozenset[bytes]
    kept: Kept | None = None
    trouble: str = ""
    _compared: bool = field(default=False, init=False)

    @classmethod
    def of(
        cls,
        folder: Path,
        known_block: int,
        contracts: Sequence[str],
        chain_id: int,
        genesis: str,
        token: str,
    ) -> Sources:
        """With the index in `folder`, if it is this deployment's and whole."""
        kept, trouble = None, ""
        try:
            kept = kept_of(Index(folder), chain_id, genesis, token)
        except BrokenIndexError as error:
            trouble = str(error)
        return cls(
            known_block, frozenset(bytes.fromhex(one[2:]) for one in contracts), kept, trouble
        )

    def reach(self, asked: Asked) -> int:
        """The last block, of those asked for, up to which the index has all from the first; one before it when none."""
        kept = self.kept
        if (
            kept is None
            or not kept.has(asked.addresses)
            or not kept.first <= asked.first <= kept.last
        ):
            return asked.first - 1
        return min(asked.last, kept.last)

    def require_same_chain(self, provider: ProviderAPI) -> None:
        """The node is on the chain that the index is of, and as far; asked once.

        Raises:
            WithheldError: it is not.
            NodeError: no answer came.
        """
        if (kept := self.kept) is None or self._compared:
            return
        with rpc("ask for the last block"):
            head = int(provider.web3.eth.block_number)
        if head < kept.last:
            raise WithheldError(
                f"the node is at block {head}, and the index in {kept.folder} reaches to block {kept.last}, which was "
                "final: the node lags, or is of another fork. Ask again in a minute, or another node."
            )
        try:
            block = block_at(provider, kept.last)
        except PrunedError:
            block = None
        if block is not None and "0x" + bytes(block["hash"]).hex() != kept.last_hash:
            raise WithheldError(
                f"the node says that block {kept.last} is 0x{bytes(block['hash']).hex()}, and the index in "
                f"{kept.folder} has {kept.last_hash}: one of them is of another fork, or lies. Ask another node; `ape "
                "run index verify` looks at the index."
            )
        self._compared = True

    def together(
        self,
        provider: ProviderAPI,
        asked: Asked,
        begun: int,
        shown: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What the node showed, and before it what only the index has, oldest first.

        Args:
            provider: Connected.
            asked: What was asked for.
            begun: The first block that the node served.
            shown: What it showed from there on.

        Raises:
            WithheldError: the node contradicts the index.
            GoneError: the node no longer has all from `begun` on, or what the index has is not proven.
        """
        kept, reach = self.kept, self.reach(asked)
        rows: list[LogRow] = []
        seen = set(map(row_of, shown))
        if kept is not None and reach >= asked.first:
            rows = kept.logs(asked.addresses, asked.topics, asked.about, asked.first, reach)
            missing = [row for row in rows if row.block_number >= begun and row not in seen]
            if missing:
                begun = self._lost(provider, kept, missing, shown)
        begun = max(begun, self._silent_until(provider, asked, begun, reach, shown) + 1)
        supplied = [row for row in rows if row.block_number < begun and row not in seen]
        if kept is not None and supplied:
            try:
                kept.require_proof(row.block_number for row in supplied)
            except BrokenIndexError as error:
                raise GoneError(
                    f"the node no longer has events of block {supplied[0].block_number}, and {error}"
                ) from error
            shown = [*kept.as_answers(supplied), *shown]
            shown.sort(key=lambda log: (int(log["blockNumber"]), int(log["logIndex"])))
        return shown

    def _lost(
        self,
        provider: ProviderAPI,
        kept: Kept,
        missing: Sequence[LogRow],
        shown: Sequence[dict[str, Any]],
    ) -> int:
        """The first block after the events that the node has lost, which it does without a word.

        Raises:
            WithheldError: it has not lost them, and does not show them.
        """
        last, first = missing[-1], missing[0]
        earlier = [log for log in shown if int(log["blockNumber"]) <= last.block_number]
        if earlier or self._has_receipts(provider, last.block_number):
            raise WithheldError(
                f"the index in {kept.folder} has {len(missing)} event(s) that the node does not show, though it "
                f"has others of that time or their block: the first in block {first.block_number}, log "
                f"{first.log_index}, at 0x{first.address.hex()}. The node withholds events, or the index was "
                "changed: `ape run index verify` looks at the index; ask another node."
            )
        return last.block_number + 1

    def _silent_until(
        self,
        provider: ProviderAPI,
        asked: Asked,
        begun: int,
        reach: int,
        shown: Sequence[dict[str, Any]],
    ) -> int:
        """The last block that the node's silence says nothing of; one before `begun` when it has shown that it serves.

        A node that prunes without a word shows nothing, as one does where nothing happened: so it has to show an event
        that is known.
        """
        known = self.known_block
        if self.kept is not None and self.kept.known <= asked.last:
            known = max(known, self.kept.known)
        if begun > known or begun > asked.last or known > asked.last:
            return begun - 1
        if any(int(log["blockNumber"]) <= known for log in shown) or self._shows(provider, known):
            return begun - 1
        if reach == asked.last:
            return reach
        if self._has_receipts(provider, known):
            raise WithheldError(
                f"the node shows no event of block {known}, which has some, and still has the block's receipts: it "
                "withholds events, or has lost its index of them. Ask another node."
            )
        raise self.gone(
            asked, f"the node shows no event of block {known}, which has some: {PRUNED}"
        )

    def gone(self, asked: Asked, why: str) -> GoneError:
        """What to do when neither has what was asked for."""
        kept = self.kept
        if kept is not None and kept.has(asked.addresses):
            index = f"the index in {kept.folder} ends with block {kept.last}"
        else:
            index = f"there is no index that has them{f' ({self.trouble})' if self.trouble else ''}"
        return GoneError(f"{why.rstrip('.')}; {index}. {_ADVICE}.")

    def _shows(self, provider: ProviderAPI, number: int) -> bool:
        """Whether the node shows an event of any contract of the deployment in this block."""
        addresses = [to_checksum_address(one) for one in sorted(self.contracts)]
        asked: Any = {"address": addresses, "fromBlock": number, "toBlock": number}
        with rpc(f"read the deployment's events of block {number}"):
            return bool(provider.web3.eth.get_logs(asked))

    def _has_receipts(self, provider: ProviderAPI, number: int) -> bool:
        try:
            return bool(nodes_of(provider, [])[0].ask("eth_getBlockReceipts", [hex(number)]))
        except NodeError:  # or it does not answer for whole blocks
            return False
