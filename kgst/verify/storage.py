"""What only a node can say of how the deployment was made: that those transactions were mined, and what they left.

The deployment is replayed here (`replaying`), and its storage compared with the chain's in the block in which the
deployment ended: by its root where the node has `eth_getProof`, else word by word. A node keeps the state of the last
minutes only (BSC: 128 blocks), unless it is an archive: later what is left to compare is said in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak
from hexbytes import HexBytes

from kgst.checks import Check, State
from kgst.deployment.creations import CONTRACT_OF
from kgst.multicall import Head, many
from kgst.node import NodeRefusedError, PrunedError, block_at, rpc
from kgst.record import Record
from kgst.verify.creation import signed_steps
from kgst.verify.replaying import Left, ReplayError, replay

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["AREA", "storage_checks"]

AREA: Final = "deployment"
_KEPT: Final = 100
"""Blocks for which every node has the state (BSC's keep 128)."""
_SHOWN: Final = 3
_LEFT: Final = (
    "compared are the signed creations with this build, and the code; a node that keeps everything (an archive) lets "
    "the storage be compared as well"
)
_IMPOSTOR: Final = (
    "do not use this deployment: what was created has more than this build leaves, a balance or an ADMIN perhaps; or "
    "somebody used the token before the deployment ended: look at the block on an explorer"
)

Blocks = Mapping[int, dict[str, Any] | None]


def storage_checks(record: Record, provider: ProviderAPI, head: Head) -> Iterator[Check]:
    """The record's transactions in their blocks, and the storage that they left.

    Args:
        record: Of this chain.
        provider: Connected.
        head: Its latest block.

    Raises:
        NodeError: the node failed.
    """
    blocks = _blocks(record, provider)
    yield _mined(record, blocks)
    times = {
        step: int(block["timestamp"]) if (block := blocks[t.block_number]) else record.deployed_at
        for step, t in signed_steps(record).items()
    }
    try:
        left = replay(record, times)
    except ReplayError as error:
        found = f"{error}, executed here"
        yield Check.that(
            AREA, "the signed transactions, executed here", False, found, "a deployment", _IMPOSTOR
        )
        return
    for step, name in CONTRACT_OF.items():
        entry = getattr(record, step)
        item = f"code that the creation of {name} leaves, executed here"
        yield Check.same(AREA, item, entry.code_hash, "0x" + keccak(left[step].code).hex())
    recent = head.number - record.configuration.block_number < _KEPT
    if None in blocks.values():
        yield _past(f"the node no longer has the blocks of the deployment; {_LEFT}", recent)
        return
    # The in-process chain reads storage of its latest block only; what ends with this process has no impostors.
    if provider.name != "test" or head.number == record.configuration.block_number:
        yield from _storage(record, provider, left, recent)


def _blocks(record: Record, provider: ProviderAPI) -> Blocks:
    """By number; None where the node no longer has it."""
    found: dict[int, dict[str, Any] | None] = {}
    for transaction in signed_steps(record).values():
        number = transaction.block_number
        if number in found:
            continue
        try:
            found[number] = block_at(provider, number)
        except PrunedError:
            found[number] = None
    return found


def _mined(record: Record, blocks: Blocks) -> Check:
    item, wrong, forgotten = "the signed transactions, in their blocks", [], []
    for step, transaction in signed_steps(record).items():
        block = blocks[transaction.block_number]
        if block is None:
            forgotten.append(step)
        elif "0x" + bytes(block["hash"]).hex() != transaction.block_hash:
            wrong.append(f"{step}: block {transaction.block_number} is another than in the record")
        elif HexBytes(transaction.hash) not in _hashes(block):
            wrong.append(f"{step}: {transaction.hash} is not in block {transaction.block_number}")
    if wrong:
        advice = "the deployer signed another transaction with the same nonce, or the node or the record is wrong"
        return Check.that(AREA, item, False, "; ".join(wrong), "each in its block", advice)
    if forgotten:
        found = f"the node no longer has the blocks of {', '.join(forgotten)}"
        return Check(
            AREA,
            item,
            State.WARNING,
            found,
            "each in its block",
            "ask a node that keeps everything",
        )
    return Check.same(AREA, item, "each in its block", "each in its block")


def _hashes(block: dict[str, Any]) -> list[bytes]:
    """Of the block's transactions; a node may give those whole."""
    return [
        HexBytes(one["hash"] if isinstance(one, Mapping) else one) for one in block["transactions"]
    ]


def _past(found: str, recent: bool) -> Check:
    """A node that has dropped what is old says nothing bad; one that does not show what is new is no witness."""
    state = State.NOT_CHECKED if recent else State.WARNING
    advice = "ask another node at once: this one should still have it" if recent else None
    return Check(AREA, "words that the deployment left", state, found, advice=advice)


def _storage(
    record: Record, provider: ProviderAPI, left: Mapping[str, Left], recent: bool
) -> Iterator[Check]:
    number = record.configuration.block_number
    roots: dict[str, bytes] | None
    try:
        roots = _roots(record, provider, number)
    except PrunedError:
        yield _past(f"the node no longer has the state of block {number}; {_LEFT}", recent)
        return
    except NodeRefusedError:
        roots = None
    for step, name in CONTRACT_OF.items():
        item = f"words that the creation of {name} and the configuration left, block {number}"
        address, words = getattr(record, step).address, left[step].words
        if roots is not None and roots[step] in left[step].roots:
            yield Check.same(AREA, item, _count(words), _count(words))
            continue
        try:
            other = _others(provider, address, words, number)
        except NodeRefusedError as error:
            found = f"the node does not give the storage of block {number} ({error.said}); {_LEFT}"
            yield _past(found, recent)
            return
        if roots is not None or other:
            found = (
                "; ".join(other[:_SHOWN])
                or f"{_count(words)} are right, and there are further ones"
            )
            yield Check.that(AREA, item, False, found, _count(words), _IMPOSTOR)
        elif provider.name == "test":  # this very process executed it
            yield Check.same(AREA, item, _count(words), _count(words))
        else:
            found = f"{_count(words)} are right; the node has no eth_getProof, so that further ones are not seen"
            yield Check(AREA, item, State.WARNING, found, advice=_LEFT)


def _roots(record: Record, provider: ProviderAPI, number: int) -> dict[str, bytes] | None:
    """By step the root of the contract's storage; None where the node has no such method.

    Raises:
        NodeError: the node failed.
    """
    if provider.name == "test":
        return None

    def proof(address: str, eth: Any) -> Any:
        return eth.get_proof(address, [], number)

    addresses = [getattr(record, step).address for step in CONTRACT_OF]
    what = f"read the storage roots in block {number}"
    answers = many(provider, what, *(partial(proof, address) for address in addresses))
    with rpc(what):
        roots = [bytes(HexBytes(answer["storageHash"])) for answer in answers]
    return dict(zip(CONTRACT_OF, roots, strict=True))


def _others(
    provider: ProviderAPI, address: str, words: Mapping[int, int], number: int
) -> list[str]:
    """Which of `words` are others on the chain, in words."""
    at: Any = "latest" if provider.name == "test" else number

    def word(slot: int, eth: Any) -> Any:
        return eth.get_storage_at(address, slot, at)

    what = f"read storage of {address} in block {number}"
    answers = many(provider, what, *(partial(word, slot) for slot in words)) if words else []
    found = {slot: int.from_bytes(bytes(a)) for slot, a in zip(words, answers, strict=True)}
    return [
        f"slot {slot:#x} is {found[slot]:#x}, and {words[slot]:#x} here"
        for slot in words
        if found[slot] != words[slot]
    ]


def _count(words: Mapping[int, int]) -> str:
    return "1 word" if len(words) == 1 else f"{len(words)} words"
