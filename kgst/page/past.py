"""What the token's events tell that no getter does: each attestation with the supply of its block, who is blocked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kgst.events import address_topic, event_topic, read_logs, topic_at, uint_topic
from kgst.multicall import many

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.record import Record

__all__ = ["Attested", "Past", "read_past"]

_ATTESTED: Final = (
    "ReservesAttested(uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
)
_TRANSFER: Final = "Transfer(address,address,uint256)"
_AUDITORS: Final = "AuditorsSet(uint256,address[],uint256)"
_BLOCKED: Final = "Blocked(address)"
_UNBLOCKED: Final = "Unblocked(address)"
_EVENTS: Final = (_ATTESTED, _TRANSFER, _AUDITORS, _BLOCKED, _UNBLOCKED)
_ZERO: Final = bytes(32)


@dataclass(frozen=True)
class Attested:
    """An attestation as its event tells it.

    Attributes:
        reserves: Tyiyn.
        supply: Base units in circulation when it came.
        backing: Base units that it set.
        version: Of the auditors' set that signed.
    """

    epoch: int
    block: int
    transaction: str
    reserves: int
    as_of: int
    report_hash: str
    supply: int
    backing: int
    version: int


@dataclass
class Past:
    """The token's life up to one block.

    Attributes:
        times: Seconds, by block of an attestation.
    """

    attested: list[Attested] = field(default_factory=list)
    times: dict[int, int] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    supply: int = 0
    version: int = 0


def read_past(provider: ProviderAPI, record: Record, last: int) -> Past:
    """Every attestation up to block `last`, and how many accounts are blocked there.

    Reads each transfer, from the index where there is one.

    Raises:
        NodeError: the node refuses events, or no longer has them.
    """
    past = Past()
    first = record.token.transaction.block_number
    for log in read_logs(record.token.address, _EVENTS, first, last):
        _note(past, log)
    blocks = sorted({one.block for one in past.attested})
    if blocks:
        asked = (partial(_block, one) for one in blocks)
        found = many(provider, "read the blocks of the attestations", *asked)
        past.times = {
            block: int(one["timestamp"]) for block, one in zip(blocks, found, strict=True)
        }
    return past


def _block(number: int, eth: Any) -> Any:
    return eth.get_block(number)


def _note(past: Past, log: dict[str, Any]) -> None:
    topic, data = topic_at(log, 0), bytes(log["data"])
    words = [int.from_bytes(data[at : at + 32]) for at in range(0, len(data), 32)]
    if topic == event_topic(_TRANSFER):
        past.supply += words[0] * (topic_at(log, 1) == _ZERO)
        past.supply -= words[0] * (topic_at(log, 2) == _ZERO)
    elif topic == event_topic(_BLOCKED):
        past.blocked.add(address_topic(log, 1))
    elif topic == event_topic(_UNBLOCKED):
        past.blocked.discard(address_topic(log, 1))
    elif topic == event_topic(_AUDITORS):
        past.version = uint_topic(log, 1)
    else:
        reserves, _, as_of, backing, *_ = words
        past.attested.append(
            Attested(
                epoch=uint_topic(log, 1),
                block=int(log["blockNumber"]),
                transaction="0x" + bytes(log["transactionHash"]).hex(),
                reserves=reserves,
                as_of=as_of,
                report_hash="0x" + topic_at(log, 2).hex(),
                supply=past.supply,
                backing=backing,
                version=past.version,
            )
        )
