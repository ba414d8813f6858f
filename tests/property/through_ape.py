"""The second engine: the same machine through ape on anvil, the way that operators reach the token.

It checks ape's encoding of every call against the engines' own, and ape's name and arguments for every error that the
called contract's interface declares.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from ape import accounts, networks, project
from ape.contracts.base import ContractTransaction
from ape.exceptions import CustomError, VirtualMachineError
from ape.logging import logger
from eth_utils import to_checksum_address
from ethpm_types.abi import ABIType, MethodABI
from support.engine import Call, Outcome, artifacts, encode_call, selector

NETWORK = "bsc:local:foundry"
PLENTY = 10**24
BINARIES = Path(__file__).parents[2] / "node_modules" / ".bin"


@contextmanager
def anvil() -> Iterator[ThroughApe]:
    """Anvil of the project's node_modules, started by ape, as long as the block lasts."""
    os.environ["PATH"] = f"{BINARIES}{os.pathsep}{os.environ['PATH']}"
    with logger.at_level("ERROR"), networks.parse_network_choice(NETWORK) as provider:
        yield ThroughApe(provider)


class ThroughApe:
    """Calls by ape, sent from impersonated accounts; raw reads straight from the node."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._artifacts = artifacts()
        self._kinds: dict[int, str] = {}
        self.chain_id: int = provider.chain_id
        self.start = int(time.time()) + 86_400
        self.calls = 0
        self._now = 0
        self._rpc("anvil_setBlockTimestampInterval", [0])
        self.clock(self.start)

    def deploy(self, sender: int, contract: str, *args: Any) -> int:
        account = self._account(sender)
        values = [address(a) if isinstance(a, int) and a >= 1 << 80 else a for a in args]
        instance = account.deploy(getattr(project, contract), *values)
        found = int(instance.address, 16)
        self._kinds[found] = "IKGST" if contract == "KGST" else contract
        return found

    def transact(self, sender: int, to: int, call: Call, now: int) -> Outcome:
        self.clock(now)
        self.calls += 1
        abi = _method(self._kinds.get(to, "IKGST"), selector(call.function))
        values = [_value(p, v) for p, v in zip(abi.inputs, call.arguments, strict=True)]
        transaction = ContractTransaction(abi, address(to))
        encoded = bytes(transaction.serialize_transaction(*values).data)
        assert encoded == call.data, f"ape encodes {call.function} otherwise"
        try:
            receipt = transaction(*values, sender=self._account(sender))
        except VirtualMachineError as refusal:  # a panic is no ContractLogicError
            return Outcome(self._error(refusal, sender, to, call.data), [])
        events = []
        for log in receipt.logs:
            topics = [bytes.fromhex(_hex(t)) for t in log["topics"]]
            data = bytes.fromhex(_hex(log["data"]))
            events.append(self._artifacts.event(int(log["address"], 16), topics, data))
        return Outcome(None, events)

    def _error(
        self, refusal: VirtualMachineError, sender: int, to: int, data: bytes
    ) -> tuple[str, tuple[Any, ...]]:
        """The node's own revert data, and ape's reading of it where ape knows the error."""
        answer = self._post(
            [
                (
                    "eth_call",
                    [
                        {"from": address(sender), "to": address(to), "data": "0x" + data.hex()},
                        "latest",
                    ],
                )
            ]
        )
        raw = answer[0]["error"].get("data") or "0x"
        name, arguments = self._artifacts.error(bytes.fromhex(_hex(raw)))
        if isinstance(refusal, CustomError):
            read = tuple(_plain(v) for v in refusal.inputs.values())
            assert (refusal.abi.name, read) == (name, arguments), (
                f"ape reads {refusal!r}, the chain says {name}{arguments}"
            )
        return name, arguments

    def read(self, to: int, function: str, *args: Any) -> bytes:
        data = "0x" + encode_call(function, args).hex()
        return bytes.fromhex(
            _hex(self._rpc("eth_call", [{"to": address(to), "data": data}, "latest"]))
        )

    def words(self, account: int, slots: Sequence[int]) -> list[int]:
        calls = [("eth_getStorageAt", [address(account), hex(slot), "latest"]) for slot in slots]
        return [int(answer["result"], 16) for answer in self._post(calls)]

    def code_hash(self, account: int) -> int:
        from eth_utils import keccak

        code = self._rpc("eth_getCode", [address(account), "latest"])
        return int.from_bytes(keccak(hexstr=str(code)), "big")

    def mark(self) -> Any:
        return self._rpc("evm_snapshot", []), self._now

    def restore(self, mark: Any) -> None:
        snapshot, now = mark
        assert self._rpc("evm_revert", [snapshot])
        self._now = now
        self._rpc("anvil_setBlockTimestampInterval", [0])
        self.clock(now, force=True)

    def _account(self, who: int) -> Any:
        return _impersonated(address(who))

    def next_block(self, now: int) -> int:
        """Number of the block in which a call at second `now` will be: one for each transaction."""
        self.clock(now)
        return int(self._rpc("eth_blockNumber", []), 16) + 1

    def clock(self, now: int, *, force: bool = False) -> None:
        """Mines an empty block: calls and estimates read the clock of the latest one."""
        if now != self._now or force:
            self._rpc("evm_setNextBlockTimestamp", [now])
            self._rpc("evm_mine", [])
            self._now = now

    def _rpc(self, method: str, parameters: list[Any]) -> Any:
        return self._provider.make_request(method, parameters)

    def _post(self, calls: Sequence[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
        """Several calls in one request."""
        body = [
            {"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(calls)
        ]
        request = urllib.request.Request(  # the node that ape started on this machine
            str(self._provider.uri), json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as response:
            answers: list[dict[str, Any]] = json.load(response)
        return sorted(answers, key=lambda a: a["id"])


def address(account: int) -> str:
    return to_checksum_address(f"0x{account:040x}")


@lru_cache(maxsize=256)
def _impersonated(account: str) -> Any:
    impersonated = accounts.test_accounts.impersonate_account(account)
    networks.provider.set_balance(account, PLENTY)
    return impersonated


@lru_cache(maxsize=256)
def _method(contract: str, chosen: bytes) -> MethodABI:
    names = (contract, "KGSTLogicV2Mock") if contract == "IKGST" else (contract,)
    for name in names:
        for abi in getattr(project, name).contract_type.methods:
            if selector(abi.selector) == chosen:
                return abi
    raise LookupError(f"{contract} has no {chosen.hex()}")


def _value(kind: ABIType, value: Any, name: str | None = None) -> Any:
    """An argument as people hand it to ape."""
    type_ = name or kind.canonical_type
    if type_.endswith("[]"):
        return [_value(kind, v, type_[:-2]) for v in value]
    if type_[0] == "(":
        parts = kind.components or []
        return tuple(_value(p, v) for p, v in zip(parts, value, strict=True))
    if type_ == "address":
        return address(value)
    if type_ == "bytes":
        return value.data if isinstance(value, Call) else bytes(value or b"")
    if type_.startswith("bytes"):
        size = int(type_[5:])
        raw = value if isinstance(value, bytes) else value.to_bytes(32, "big")
        return bytes(raw[:size]) if size < 32 else bytes(raw)
    return bool(value) if type_ == "bool" else value


def _plain(value: Any) -> Any:
    """A value as the engines speak."""
    if isinstance(value, str) and value.startswith("0x"):
        return int(value, 16)
    if isinstance(value, bytes):
        return int.from_bytes(value.ljust(32, b"\0"), "big")
    return value


def _hex(data: Any) -> str:
    return (data.hex() if isinstance(data, bytes) else str(data)).removeprefix("0x")
