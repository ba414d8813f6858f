"""Asking the node what would happen, before anything is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak

from kgst.node import NodeRefusedError, PrunedError, rpc

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.operation import Operation

__all__ = ["simulate", "simulate_execution"]

_EXECUTION_ID_SLOT: Final = 3
"""Of AccessManager 5.7: what it is executing now; a test holds this against the contract."""


def simulate(system: System, what: str, caller: str, to: str, data: bytes) -> None:
    """The call by `caller` on the latest block.

    Raises:
        ChainRevertError: it would revert.
    """
    request: Any = {"from": caller, "to": to, "data": "0x" + data.hex()}
    with rpc(f"simulate {what}"):
        system.provider.web3.eth.call(request)


def simulate_execution(system: System, operation: Operation) -> bool:
    """The call as the AccessManager will make it once its delay is over, on the state of today.

    The node is asked to suppose that the AccessManager is executing it: what is scheduled only to fail would be noticed
    after days.

    Returns:
        False when the node says that it cannot suppose anything (no state overrides in eth_call).

    Raises:
        ChainRevertError: it would revert.
        NodeError: no answer came, which says nothing about the call.
    """
    manager = system.manager.address
    if system.provider.name == "test":  # ape's in-process chain knows no state overrides
        return False
    target = bytes.fromhex(operation.to[2:]).rjust(32, b"\0")
    executing = "0x" + keccak(target + operation.selector.ljust(32, b"\0")).hex()
    slot = "0x" + _EXECUTION_ID_SLOT.to_bytes(32).hex()
    request: Any = {"from": manager, "to": operation.to, "data": "0x" + operation.data.hex()}
    try:
        with rpc(f"simulate the execution of {operation.title}"):
            overrides: Any = {manager: {"stateDiff": {slot: executing}}}
            system.provider.web3.eth.call(request, "latest", overrides)
    except PrunedError:
        raise
    except NodeRefusedError:
        return False
    return True
