"""What no contract can be asked for: code at the deployment's addresses, and the words that choose code. One batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kgst.flags import FlagWords
from kgst.multicall import Head, many
from kgst.record import Record
from kgst.slots import FLAGS, IMPLEMENTATION, SOLVENCY

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Code", "read_code"]


@dataclass(frozen=True)
class Code:
    """What no contract can be asked for.

    Attributes:
        code: Runtime code by the contract's name; empty where there is none.
        implementation: The token's ERC-1967 slot.
    """

    code: dict[str, bytes]
    implementation: int
    flags: FlagWords


def read_code(record: Record, provider: ProviderAPI, head: Head) -> Code:
    """Code of the contracts, the ERC-1967 slot, and the flags.

    Raises:
        NodeError: the node failed.
    """
    # The in-process chain reads storage of its latest block only; nothing moves it meanwhile.
    at: Any = "latest" if provider.name == "test" else head.number
    contracts = record.contracts

    def code(address: str, eth: Any) -> Any:
        return eth.get_code(address, at)

    def word(slot: int, eth: Any) -> Any:
        return eth.get_storage_at(record.token.address, slot, at)

    requests = [partial(code, entry.address) for entry in contracts.values()]
    requests += [partial(word, slot) for slot in (IMPLEMENTATION, FLAGS, SOLVENCY)]
    answers = [bytes(a) for a in many(provider, "read the code of the contracts", *requests)]
    implementation, flags, solvency = (int.from_bytes(a) for a in answers[len(contracts) :])
    return Code(
        dict(zip(contracts, answers, strict=False)), implementation, FlagWords(flags, solvency)
    )
