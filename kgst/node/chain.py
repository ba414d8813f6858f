"""What the connected node says of the chain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from kgst.node.errors import NodeRefusedError
from kgst.node.guarding import rpc
from kgst.node.wire import is_loopback

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "LIVE_GENESIS",
    "block_at",
    "chain_id",
    "final_block",
    "genesis",
    "get_receipt",
    "is_dev_node",
    "started_here",
]

MAINNET: Final = 56
LIVE_GENESIS: Final = frozenset(
    {
        "0x0d21840abff46b96c84b2ac9e10e4f5cdaeb5693cb665db62a2f3b02d2d57b5b",
        "0x6d3c66c5357ec91d5c43af47e234a939b22557cbb552dc45bebbceeed90fbe34",
    }
)
"""Hashes of block 0 of BSC's mainnet (56) and testnet (97), which follow from their headers: tests/data/bsc/headers."""

_STARTED_HERE: Final = "kgst_started_here"

_DEV_CLIENTS: Final = ("anvil", "hardhat", "ethereumtester")
_NOTHING_FINAL: Final = re.compile(r"(finalized|safe) (block|header) not found")
_UNKNOWN_TAG: Final = re.compile(
    r"invalid (block )?(tag|number)|unknown (block )?tag|unknown variant|unsupported (block )?tag"
    r"|invalid argument 0|hex string without 0x|cannot unmarshal|(tag|finalized)\W+is not (supported|known|valid)"
)


def is_dev_node(provider: ProviderAPI) -> bool:
    """Whether the node is a development node on this very machine, where nothing is of value.

    What it says of itself is not enough: a tunnel may end here whose other end says that it is anvil. So its address
    has to be this machine's, and the chain must not be BSC's own: neither by the network that was named, nor by its id,
    nor by its first block. `started_here` is for copies of those.
    """
    with rpc("ask which client the node runs"):
        version = str(provider.web3.client_version)
    if not version.lower().startswith(_DEV_CLIENTS):
        return False
    address = getattr(provider.web3.provider, "endpoint_uri", None)
    if address is None or vars(provider.web3).get(_STARTED_HERE):
        return True
    return is_loopback(str(address)) and not _is_live_chain(provider)


def started_here(provider: ProviderAPI) -> None:
    """Note that this process started the node itself, so that it is one for development, whatever chain it copies."""
    vars(provider.web3)[_STARTED_HERE] = True


def _is_live_chain(provider: ProviderAPI) -> bool:
    if provider.network.name == "mainnet" or chain_id(provider) == MAINNET:
        return True
    # On the connection itself, so that another one begins anew.
    known: dict[str, str] = vars(provider.web3).setdefault("kgst_genesis", {})
    if "hash" not in known:
        known["hash"] = genesis(provider)
    return known["hash"] in LIVE_GENESIS


def chain_id(provider: ProviderAPI) -> int:
    """EIP-155 chain id, as the node said when it was connected."""
    with rpc("ask for the chain id"):
        return int(provider.web3.eth.chain_id)


def genesis(provider: ProviderAPI) -> str:
    """Hash of block 0, as 0x and hexadecimal digits."""
    with rpc("read block 0"):
        return _hex(provider.web3.eth.get_block(0)["hash"])


def block_at(provider: ProviderAPI, number: int) -> dict[str, Any] | None:
    """Block `number`, as web3 gives it; None when the node has none of that number.

    Raises:
        PrunedError: the node says that it does not keep it.
    """
    from web3.exceptions import BlockNotFound

    with rpc(f"read block {number}"):
        try:
            return dict(provider.web3.eth.get_block(number))
        except BlockNotFound:
            return None


def get_receipt(provider: ProviderAPI, transaction_hash: str) -> dict[str, Any] | None:
    """The receipt of a mined transaction; None when the node knows none."""
    from web3.exceptions import TransactionNotFound

    asked: Any = transaction_hash
    with rpc(f"look for the receipt of {transaction_hash}"):
        try:
            return dict(provider.web3.eth.get_transaction_receipt(asked))
        except TransactionNotFound:
            return None


def final_block(provider: ProviderAPI) -> int | None:
    """Number of the last block that cannot be undone; 0 when nothing is final yet.

    Returns:
        None only when the node does not know the `finalized` tag: it has said so twice, never having known it.

    Raises:
        NodeError: no answer came.
    """
    # On the connection itself, so that another one begins anew.
    known: dict[str, bool] = vars(provider.web3).setdefault("kgst_finality", {})
    if known.get("tag") is False:
        return None
    try:
        number = _finalized(provider)
    except NodeRefusedError as error:
        if known.get("tag") or not _is_unknown_tag(error):
            raise
        try:
            number = _finalized(provider)
        except NodeRefusedError as again:
            if not _is_unknown_tag(again):
                raise
            known["tag"] = False
            return None
    known["tag"] = True
    return number


def _finalized(provider: ProviderAPI) -> int:
    try:
        with rpc("ask for the finalized block"):
            return int(provider.web3.eth.get_block("finalized")["number"])
    except NodeRefusedError as error:
        if _NOTHING_FINAL.search(error.said.lower()):
            return 0
        raise


def _is_unknown_tag(error: NodeRefusedError) -> bool:
    """Whether it is the tag that the node refuses, and not the question or who asks."""
    said = error.said.lower()
    return bool(_UNKNOWN_TAG.search(said)) or (error.code == -32602 and "finalized" in said)


def _hex(value: bytes) -> str:
    return "0x" + bytes(value).hex()
