"""How often a Safe has made each of some calls, by the chain alone: whoever runs the command finds the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from kgst.events import event_topic, read_logs
from kgst.node import chain_id
from kgst.safe.safes import Safe, SafeTransaction

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["executions"]

_SUCCESS: Final = "ExecutionSuccess(bytes32,uint256)"


def executions(system: System, safe: Safe, to: str, calls: Sequence[bytes]) -> list[int]:
    """For each of `calls` of `to` how many of the Safe's nonces it has used.

    Only calls as this project makes them are found: without value, refunds or delegatecall.

    Raises:
        NodeError: the node refuses events, so that nothing is known.
    """
    start = system.record.token.transaction.block_number
    done = {
        # Safe 1.3 does not index the hash.
        bytes(log["topics"][1]) if len(log["topics"]) > 1 else bytes(log["data"])[:32]
        for log in read_logs(safe.address, (_SUCCESS,), start)
        if bytes(log["topics"][0]) == event_topic(_SUCCESS)
    }
    if not done:
        return [0] * len(calls)
    chain = chain_id(system.provider)
    return [sum(digest in done for digest in _hashes(chain, safe, to, data)) for data in calls]


def _hashes(chain: int, safe: Safe, to: str, data: bytes) -> list[bytes]:
    """`safeTxHash` for each nonce that was used; EIP-712 by hand, since there may be many."""
    first = SafeTransaction(chain, safe.address, to, data, 0)
    prefix = b"\x19\x01" + first.message.header
    zero = "0x" + 40 * "0"
    kind = keccak(
        text="SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
        "uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
    )
    types = ["bytes32", "address", "uint256", "bytes32"] + ["uint256"] * 4 + ["address"] * 2
    body = encode(types, [kind, to, 0, keccak(data), 0, 0, 0, 0, zero, zero])
    return [keccak(prefix + keccak(body + nonce.to_bytes(32))) for nonce in range(safe.nonce)]
