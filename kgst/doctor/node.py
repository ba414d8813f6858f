"""Whether the node can be believed: does it answer, for the right chain, up to date, with events and finality.

Requests: first and latest block as one batch (client and chain id are known from connecting); the `finalized` block,
which a node may refuse alone; the block in which the deployment ended. None of them can be asked of a contract.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.checks import Check, State
from kgst.moments import format_span
from kgst.multicall import Head, many
from kgst.node import NodeError, PrunedError, block_at, final_block, is_dev_node, rpc
from kgst.node.quorum import agreeing
from kgst.status.alerts import MAX_HEAD_AGE

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.policy import Policy
    from kgst.record import Record

__all__ = ["NodeFacts", "ask_node", "chain_checks", "node_checks"]

SLOW: Final = 2.0
"""Seconds; a node that takes longer to tell its latest block makes every command slow."""

MAX_FINALITY_LAG: Final = 60
"""Seconds between the finalized block and the latest: BSC takes two or three blocks of 0.45 s."""

_STALLED: Final = "finality stands still: what is sent is mined, and waited for until it is final"
_PRUNED: Final = "not checked: the node has pruned it; the chain is told by its genesis and by the contracts' code"


@dataclass(frozen=True)
class NodeFacts:
    """What the node says of itself.

    Attributes:
        latency: Seconds that it took to answer once.
        finalized: Number of the last block that cannot be undone; None when it does not know the tag.
        dev: A development node, whose clock and finality say nothing.
    """

    client: str
    latency: float
    chain_id: int
    genesis: str
    head: Head
    finalized: int | None
    dev: bool


def ask_node(provider: ProviderAPI) -> NodeFacts:
    """What the node says of itself.

    Raises:
        NodeError: it does not answer.
    """
    dev = is_dev_node(provider)
    with rpc("ask which client the node runs"):
        client = str(provider.web3.client_version)
    start = time.monotonic()
    chain, genesis, head = many(
        provider,
        "ask which chain the node serves",
        lambda eth: eth.chain_id,
        lambda eth: eth.get_block(0),
        lambda eth: eth.get_block("latest"),
    )
    latency = time.monotonic() - start
    return NodeFacts(
        client=client,
        latency=latency,
        chain_id=int(chain),
        genesis="0x" + bytes(genesis["hash"]).hex(),
        head=Head.of(head),
        finalized=final_block(provider),
        dev=dev,
    )


def node_checks(provider: ProviderAPI, node: NodeFacts) -> Iterator[Check]:
    """Whether the node is of use."""
    slow = node.latency > SLOW
    yield Check(
        "node",
        "answers",
        State.WARNING if slow else State.OK,
        f"{_plain(node.client)}, in {node.latency * 1000:.0f} ms",
        f"within {SLOW:.0f} seconds",
    )
    if (several := agreeing(provider)) is not None:
        quiet = f"; no answer from {', '.join(several.silent)}" if several.silent else ""
        state = State.WARNING if quiet else State.OK
        yield Check("node", "nodes that have to agree", state, several.name + quiet)
    age = int(time.time()) - node.head.time
    still = not node.dev and abs(age) > MAX_HEAD_AGE
    yield Check(
        "node",
        "latest block",
        State.FAILED if still else State.OK,
        f"block {node.head.number}, "
        + (f"{format_span(age)} old" if age >= 0 else f"{format_span(age)} ahead"),
        None if node.dev else f"not older than {MAX_HEAD_AGE} seconds",
    )
    yield _finality(provider, node)


def _finality(provider: ProviderAPI, node: NodeFacts) -> Check:
    item, expected = "finalized block", f"not more than {MAX_FINALITY_LAG} seconds behind"
    if node.finalized is None:
        found = (
            "the node does not know the tag; commands wait for the policy's confirmations instead"
        )
        return Check("node", item, State.WARNING, found, expected)
    behind = node.head.number - node.finalized
    found = f"block {node.finalized}, {max(0, behind)} behind"
    if node.dev:
        return Check("node", item, State.OK, found)
    if node.finalized == 0 < behind:
        return Check("node", item, State.WARNING, f"nothing is final; {_STALLED}", expected)
    try:
        with rpc("read the finalized block"):
            block = provider.web3.eth.get_block(node.finalized)
    except NodeError as error:
        return Check("node", item, State.NOT_CHECKED, str(error), expected)
    lag = node.head.time - int(block["timestamp"])
    if lag > MAX_FINALITY_LAG:
        return Check(
            "node", item, State.WARNING, f"{found}, {format_span(lag)}; {_STALLED}", expected
        )
    return Check("node", item, State.OK, f"{found}, {format_span(lag)}", expected)


def chain_checks(
    provider: ProviderAPI, policy: Policy, record: Record | None, node: NodeFacts
) -> Iterator[Check]:
    """Whether this is the chain of policy and record; any drift means that nothing else can be compared."""
    wanted = "1337 or 31337" if policy.chain_id == "local" else str(policy.chain_id)
    right = policy.allows_chain(node.chain_id)
    state = State.OK if right else State.FAILED
    yield Check("chain", "chain id", state, str(node.chain_id), f"{wanted}, by the policy")
    if record is None:
        return
    yield Check.same("chain", "chain id of the record", record.chain_id, node.chain_id)
    yield Check.same("chain", "genesis", record.genesis, node.genesis)
    last = record.configuration
    item = f"block {last.block_number}, in which the deployment ended"
    if node.head.number < last.block_number:
        found = f"none: the node is at block {node.head.number}"
        yield Check("chain", item, State.FAILED, found, last.block_hash)
        return
    try:
        block = block_at(provider, last.block_number)
    except PrunedError:
        block = None
    except NodeError as error:
        yield Check("chain", item, State.NOT_CHECKED, str(error), last.block_hash)
        return
    if block is None:
        yield Check("chain", item, State.WARNING, _PRUNED, last.block_hash)
        return
    yield Check.same("chain", item, last.block_hash, "0x" + bytes(block["hash"]).hex())


def _plain(text: str) -> str:
    """What a node says of itself, without anything that a terminal obeys."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])
