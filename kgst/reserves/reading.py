"""What the chain says of the reserves, all of it at one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgst.multicall import Head, Reads, ensure_multicall, latest, plausible
from kgst.node import NodeError, final_block, rpc
from kgst.reserves.files import ChainState, Statement
from kgst.signing.files import Block
from kgst.signing.onchain import auditor_set
from kgst.snapshot.token import Attestation, TokenReads

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["ReserveReads", "block_of", "final_enough", "read_state", "statement_of"]


def final_enough(system: System) -> int:
    """The last block that cannot be undone: `finalized`, or as many back as the policy says when the node does not
    know that tag; on a development node the latest.

    Raises:
        NodeError: the node failed, or has finalized nothing.
    """
    eth = system.provider.web3.eth
    if system.is_dev:
        # It may have to be put into a block of its own, and must be there in the one that is read.
        ensure_multicall(system.provider)
    with rpc("ask for the last block"):
        newest = int(eth.block_number)
    if system.is_dev:
        return newest
    final = final_block(system.provider)
    if final is None:
        return max(0, newest - system.policy.limits.confirmations)
    if final == 0 < newest:
        raise NodeError(
            f"the node has finalized nothing, while its latest block is {newest}: wait, or use another node."
        )
    return final


class ReserveReads:
    """What the token says that an attestation depends on."""

    def __init__(self, token: TokenReads) -> None:
        self._solvency, self._limits = token.solvency(), token.limits()
        self._last, self._auditors = token.attestation(), token.auditors()
        self._halts = token.halts()

    def state(self, head: Head) -> ChainState:
        """Once the reads were fetched, in the block `head`."""
        with plausible("the reserves"):
            return ChainState(
                block=Block(number=head.number, hash=head.hash, timestamp=head.time),
                last=statement_of(self._last.value),
                **self._solvency.value._asdict(),
                **self._limits.value._asdict(),
                auditors=auditor_set(self._auditors.value),
                halts=self._halts.value,
            )


def block_of(system: System, number: int | None) -> Head:
    """Block `number`, the latest when None, for a request through Multicall3.

    Raises:
        NodeError: the node failed, or has no such block.
    """
    provider = system.provider
    ensure_multicall(provider)
    if number is None:
        return latest(provider)
    with rpc(f"read block {number}"):
        return Head.of(provider.web3.eth.get_block(number))


def read_state(system: System, number: int | None = None) -> ChainState:
    """The state at block `number`; at the latest when None.

    Raises:
        NodeError: the node failed, or the block was undone meanwhile.
    """
    head, reads = block_of(system, number), Reads()
    asked = ReserveReads(TokenReads(reads, system.token))
    reads.fetch(system.provider, head, "read the reserves from the chain")
    return asked.state(head)


def statement_of(last: Attestation) -> Statement:
    """An attestation as files have it."""
    return Statement(
        epoch=last.epoch,
        reserves=last.reserves,
        settled=last.settled,
        as_of=last.as_of,
        report_hash="0x" + last.report_hash.hex(),
    )
