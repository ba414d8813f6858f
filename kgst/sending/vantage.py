"""Where a transaction's fate is looked at: through the connected node, or a further one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kgst.node import NoAnswerError, block_at, final_block, get_receipt, rpc
from kgst.node.pool import Node, nodes_of

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Connected", "Further", "Vantage"]


class Vantage(Protocol):
    """One node's view; each question raises `NodeError` when it is not answered.

    Attributes:
        node: Asked for what has to be shown; None for a chain in this process, which is no other's word.
    """

    @property
    def node(self) -> Node | None:
        """See above."""

    def receipt(self, transaction: str) -> dict[str, Any] | None:
        """Of the transaction with this hash; None when the node says that there is none."""

    def final(self) -> int | None:
        """Number of the last block that cannot be undone; None when the node does not know the tag."""

    def head(self) -> int:
        """Number of the latest block."""

    def block_hash(self, number: int) -> str | None:
        """Of the block with this number, 0x…; None when there is none."""

    def count(self, address: str, tag: str) -> int:
        """How many transactions `address` has sent, at `latest` or `pending`."""

    def hand_over(self, raw: str) -> None:
        """Give the node a signed transaction."""


class Connected:
    """What the node of `--network` says."""

    def __init__(self, provider: ProviderAPI) -> None:
        self._provider = provider
        self._eth = provider.web3.eth
        here = getattr(provider.web3.provider, "transport", None) is None
        self.node = None if here else nodes_of(provider, [])[0]

    def receipt(self, transaction: str) -> dict[str, Any] | None:
        """See `Vantage`."""
        return get_receipt(self._provider, transaction)

    def final(self) -> int | None:
        """See `Vantage`."""
        return final_block(self._provider)

    def head(self) -> int:
        """See `Vantage`."""
        with rpc("ask for the last block"):
            return int(self._eth.block_number)

    def block_hash(self, number: int) -> str | None:
        """See `Vantage`."""
        block = block_at(self._provider, number)
        return None if block is None else "0x" + bytes(block["hash"]).hex()

    def count(self, address: str, tag: str) -> int:
        """See `Vantage`."""
        asked: Any = tag
        with rpc(f"read the nonce of {address}"):
            return int(self._eth.get_transaction_count(address, asked))

    def hand_over(self, raw: str) -> None:
        """See `Vantage`."""
        sent: Any = raw
        with rpc("send it"):
            self._eth.send_raw_transaction(sent)


class Further:
    """What another node of the policy says."""

    def __init__(self, node: Node) -> None:
        self.node: Node | None = node
        self._node = node

    def receipt(self, transaction: str) -> dict[str, Any] | None:
        """See `Vantage`."""
        found = self._node.ask("eth_getTransactionReceipt", [transaction])
        if found is None:
            return None
        created = found.get("contractAddress")
        return {
            "status": int(found["status"], 16),
            "blockNumber": int(found["blockNumber"], 16),
            "blockHash": bytes.fromhex(found["blockHash"][2:]),
            "gasUsed": int(found["gasUsed"], 16),
            "effectiveGasPrice": int(found.get("effectiveGasPrice") or "0x0", 16),
            "contractAddress": created,
            "logs": found.get("logs", []),
        }

    def final(self) -> int | None:
        """See `Vantage`; a node without the tag is not asked for confirmations: it says nothing."""
        return self._number(self._node.ask("eth_getBlockByNumber", ["finalized", False]))

    def head(self) -> int:
        """See `Vantage`."""
        return int(self._node.ask("eth_blockNumber", []), 16)

    def block_hash(self, number: int) -> str | None:
        """See `Vantage`."""
        block = self._node.ask("eth_getBlockByNumber", [hex(number), False])
        return str(block["hash"]) if isinstance(block, dict) else None

    def count(self, address: str, tag: str) -> int:
        """See `Vantage`."""
        return int(self._node.ask("eth_getTransactionCount", [address, tag]), 16)

    def hand_over(self, raw: str) -> None:
        """See `Vantage`."""
        self._node.ask("eth_sendRawTransaction", [raw])

    def _number(self, block: Any) -> int:
        if not isinstance(block, dict):
            raise NoAnswerError(f"{self._node.name} told no finalized block.")
        return int(block["number"], 16)
