"""What no contract can be asked for: the code at the deployment's addresses, and the Gate's word. One batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kgst.gate import SLOT, GateWord
from kgst.multicall import Head, many
from kgst.record import Record

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Code", "read_code"]


@dataclass(frozen=True)
class Code:
    """What no contract can be asked for.

    Attributes:
        code: Runtime code by the contract's name; empty where there is none.
        gate: The token's ERC-1967 slot.
    """

    code: dict[str, bytes]
    gate: GateWord


def read_code(record: Record, provider: ProviderAPI, head: Head) -> Code:
    """Code of the contracts, and the ERC-1967 slot.

    Raises:
        NodeError: the node failed.
    """
    # The in-process chain reads storage of its latest block only; nothing moves it meanwhile.
    at: Any = "latest" if provider.name == "test" else head.number
    contracts = record.contracts

    def code(address: str, eth: Any) -> Any:
        return eth.get_code(address, at)

    def gate(eth: Any) -> Any:
        return eth.get_storage_at(record.token.address, SLOT, at)

    requests = [partial(code, entry.address) for entry in contracts.values()]
    *codes, word = many(provider, "read the code of the contracts", *requests, gate)
    return Code(
        {name: bytes(found) for name, found in zip(contracts, codes, strict=True)},
        GateWord(int.from_bytes(bytes(word))),
    )
