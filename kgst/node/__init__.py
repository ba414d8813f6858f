"""The node that ape is connected to: what it is, and what it says, with its failures made clear.

From the wire up: `wire` (one attempt), `reading` (bytes to an answer) with `answers` (what one must look like) and
`faults` (every way to fail, by name), `transport` (asked again, in time), `web3_provider` and `connection` (how ape
gets it), `guarding` (`rpc`), `chain` (what the product asks). `pool` has further nodes, without ape.

Everything goes through `provider.web3`: ape's own reading of chain id and receipts caches, waits and asks explorers.
"""

from kgst.node.chain import (
    block_at,
    chain_id,
    final_block,
    genesis,
    get_receipt,
    is_dev_node,
    started_here,
)
from kgst.node.connection import connected, is_short_lived, pin_node
from kgst.node.errors import (
    ChainRevertError,
    NoAnswerError,
    NodeError,
    NodeRefusedError,
    PrunedError,
)
from kgst.node.guarding import rpc
from kgst.node.patience import patience, retries_told

__all__ = [
    "ChainRevertError",
    "NoAnswerError",
    "NodeError",
    "NodeRefusedError",
    "PrunedError",
    "block_at",
    "chain_id",
    "connected",
    "final_block",
    "genesis",
    "get_receipt",
    "is_dev_node",
    "is_short_lived",
    "patience",
    "pin_node",
    "retries_told",
    "rpc",
    "started_here",
]
