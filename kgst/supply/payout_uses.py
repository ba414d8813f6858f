"""What took a payer's keys: the transactions that used them, and what each paid by them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kgst.errors import RefusedError, UnconfirmedError
from kgst.events import address_topic, event_topic, read_logs, topic_at
from kgst.journal import Outcome
from kgst.node import (
    NodeError,
    NodeRefusedError,
    block_at,
    final_block,
    get_receipt,
    is_dev_node,
    rpc,
)

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.multicall import Head

__all__ = ["Use", "Uses", "await_final", "is_cancellation", "keys_used"]

_USED: Final = "AuthorizationUsed(address,bytes32)"
_CANCELED: Final = "AuthorizationCanceled(address,bytes32)"
_TRANSFER: Final = "Transfer(address,address,uint256)"


@dataclass(frozen=True)
class Use:
    """What took a key.

    Attributes:
        outcome: Of the transaction; its `step` is the chunk's name.
        payments: Receiver and base units; none when the key was declared void.
    """

    outcome: Outcome
    payments: frozenset[tuple[str, int]]


def keys_used(system: System, caller: str, last: int) -> dict[bytes, dict[str, Any]]:
    """By key of `caller`, 32 bytes: the event, up to block `last`, of what used it or declared it void.

    Raises:
        NodeRefusedError: the node does not serve events, or not of so long ago.
        NodeError: it failed.
    """
    record = system.record.token
    first = record.transaction.block_number
    logs = read_logs(record.address, (_USED, _CANCELED), first, last, about=caller)
    return {topic_at(log, 2): log for log in logs}


def is_cancellation(log: dict[str, Any]) -> bool:
    """Whether an event of `keys_used` declared its key void."""
    return bytes(log["topics"][0]) == event_topic(_CANCELED)


class Uses:
    """What took the keys of one payer until one block.

    Args:
        system: Whose token.
        payer: Checksummed address.
        file: Name of the file that is paid, for messages.
        head: The block.
    """

    def __init__(self, system: System, payer: str, file: str, head: Head) -> None:
        self.system, self.payer, self.file, self.head = system, payer, file, head

    def of(self, keys: Mapping[str, bytes]) -> dict[str, Use]:
        """By chunk: what took its key, which is used by the state of the token; it is final.

        Raises:
            RefusedError: the node does not show it.
            UnconfirmedError: it is not final in time.
            NodeError: the node failed.
        """
        if not keys:
            return {}
        try:
            logs = self._logs
        except NodeRefusedError as error:
            raise self._silent(next(iter(keys)), str(error)) from error
        for name, key in keys.items():
            if key not in logs:
                raise self._silent(name, "the node shows no such event.")
        await_final(self.system, max(int(logs[key]["blockNumber"]) for key in keys.values()))
        return {name: self._use(name, key, logs[key]) for name, key in keys.items()}

    @cached_property
    def _logs(self) -> dict[bytes, dict[str, Any]]:
        return keys_used(self.system, self.payer, self.head.number)

    def _use(self, name: str, key: bytes, log: dict[str, Any]) -> Use:
        provider = self.system.provider
        transaction = "0x" + bytes(log["transactionHash"]).hex()
        receipt = get_receipt(provider, transaction)
        number = int(receipt["blockNumber"]) if receipt else 0
        block = block_at(provider, number) if receipt else None
        # An index may still have the receipt of a block that was undone.
        if receipt is None or block is None or block["hash"] != receipt["blockHash"]:
            raise NodeError(
                f"{name} of {self.file}: the node showed {transaction}, and has no final receipt of it: its block was "
                "undone, or the node keeps none so old. Nothing was paid now. Give the same command again, or use "
                "another node."
            )
        outcome = Outcome(
            step=name,
            hash=transaction,
            succeeded=True,
            block_number=number,
            block_hash="0x" + bytes(receipt["blockHash"]).hex(),
            gas_used=receipt["gasUsed"],
            gas_price=receipt.get("effectiveGasPrice") or 0,
        )
        return Use(outcome, frozenset(self._payments(receipt, key)))

    def _payments(self, receipt: dict[str, Any], key: bytes) -> list[tuple[str, int]]:
        """What the payer paid after the token had taken `key`, and before the next one: a Safe may use several."""
        token, found, inside = int(self.system.token.address, 16), [], False
        for log in receipt["logs"]:
            if int(log["address"], 16) != token:
                continue
            topic = topic_at(log, 0)
            if topic in (event_topic(_USED), event_topic(_CANCELED)):
                mine = self._is_payer(log) and topic_at(log, 2) == key
                inside = mine and topic == event_topic(_USED)
            elif inside and topic == event_topic(_TRANSFER) and self._is_payer(log):
                found.append((address_topic(log, 2), int.from_bytes(bytes(log["data"]))))
        # One payment made twice is no payment of a file; a set alone would hide it.
        return found if len(found) == len(set(found)) else [*found, ("", len(found))]

    def _is_payer(self, log: dict[str, Any]) -> bool:
        return address_topic(log, 1) == self.payer

    def _silent(self, name: str, why: str) -> RefusedError:
        return RefusedError(
            f"{name} of {self.file}: the token says that its key was used by {self.payer}, no journal here has "
            f"the transaction, and which one it was the node does not tell: {why} Silence decides nothing, so nothing "
            "was paid now. Give the same command with a node that serves eth_getLogs since the deployment, or where "
            "the journal is."
        )


def await_final(system: System, block: int) -> None:
    """Wait until `block` cannot be undone, as long as for a transaction of one's own.

    Raises:
        UnconfirmedError: it still can be.
    """
    provider, limits = system.provider, system.policy.limits
    if is_dev_node(provider):
        return
    deadline = time.monotonic() + limits.timeout
    while True:
        final = final_block(provider)
        if final is None:
            with rpc("ask for the last block"):
                final = int(provider.web3.eth.block_number) - limits.confirmations + 1
        if final >= block:
            return
        if time.monotonic() > deadline:
            raise UnconfirmedError(
                f"another run used the key in block {block}, and the node's last final block is {final}; nothing was "
                "sent now. Give the same command again later."
            )
        time.sleep(0.5)
