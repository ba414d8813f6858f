"""What the chain says of the reserves, all of it at one block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgst.node import NodeError, final_block, rpc
from kgst.reserves.files import ChainState, Statement
from kgst.signing.files import Block
from kgst.signing.onchain import auditor_set

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["final_enough", "read_state", "statement_of"]


def final_enough(system: System) -> int:
    """The last block that cannot be undone: `finalized`, or as many back as the policy says when the node does not
    know that tag; on a development node the latest.

    Raises:
        NodeError: the node failed, or has finalized nothing.
    """
    eth = system.provider.web3.eth
    with rpc("ask for the last block"):
        latest = int(eth.block_number)
    if system.is_dev:
        return latest
    final = final_block(system.provider)
    if final is None:
        return max(0, latest - system.policy.limits.confirmations)
    if final == 0 < latest:
        raise NodeError(
            f"the node has finalized nothing, while its latest block is {latest}: wait, or use another node."
        )
    return final


def read_state(system: System, number: int | None = None) -> ChainState:
    """The state at block `number`; at the latest when None.

    Raises:
        NodeError: the node failed, or the block was undone meanwhile.
    """
    token, eth = system.token, system.provider.web3.eth
    with rpc("read the reserves from the chain"):
        block = _block(eth.get_block("latest" if number is None else number))
        at = {"block_id": block.number}
        supply, backing, burned, valid_until = token.solvency(**at)
        max_age, max_increase_bps = token.reserveLimits(**at)
        state = ChainState(
            block=block,
            last=statement_of(token.lastAttestation(**at)),
            supply=supply,
            backing=backing,
            burned=burned,
            valid_until=valid_until,
            max_age=max_age,
            max_increase_bps=max_increase_bps,
            auditors=auditor_set(token.auditorSet(**at)),
        )
        again = _block(eth.get_block(block.number))
    if again.hash != block.hash:
        raise NodeError(
            f"block {block.number} was undone while it was read; try again in a minute."
        )
    return state


def statement_of(last: Any) -> Statement:
    """An attestation as the token returns it."""
    return Statement(
        epoch=last.epoch,
        reserves=last.reserves,
        settled=last.settled,
        as_of=last.asOf,
        report_hash="0x" + bytes(last.reportHash).hex(),
    )


def _block(block: Any) -> Block:
    return Block(
        number=int(block["number"]),
        hash="0x" + bytes(block["hash"]).hex(),
        timestamp=int(block["timestamp"]),
    )
