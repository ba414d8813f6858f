"""The block that everything is read in, and what no call of it can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kgst.node import rpc

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Head", "latest", "many"]


@dataclass(frozen=True)
class Head:
    """The block that everything is read in.

    Attributes:
        time: Seconds.
        hash: 0x and 64 digits.
    """

    number: int
    time: int
    hash: str
    parent: str

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> Head:
        """From web3's answer."""
        return cls(
            number=int(block["number"]),
            time=int(block["timestamp"]),
            hash="0x" + bytes(block["hash"]).hex(),
            parent="0x" + bytes(block["parentHash"]).hex(),
        )


def latest(provider: ProviderAPI) -> Head:
    """The latest block.

    Raises:
        NodeError: the node failed.
    """
    with rpc("read the latest block"):
        return Head.of(provider.web3.eth.get_block("latest"))


def many(provider: ProviderAPI, what: str, *requests: Callable[[Any], Any]) -> list[Any]:
    """Several requests at once: one JSON-RPC batch, or one after the other where the connection has no batches.

    Args:
        provider: Connected.
        what: For messages.
        requests: Each makes one request with web3's `eth`: `lambda eth: eth.get_code(address)`.

    Raises:
        NodeError: the node failed in any of them.
    """
    web3 = provider.web3
    # The chain in this process has no batches; only the package's own transport knows what to do when a node refuses
    # them.
    with rpc(what):
        if getattr(web3.provider, "transport", None) is None:
            return [request(web3.eth) for request in requests]
        with web3.batch_requests() as batch:
            for request in requests:
                batch.add(request(web3.eth))
            return list(batch.execute())
