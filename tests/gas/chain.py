"""A fresh anvil, and transactions on it whose gas is compared: always the same chain, whatever the machine.

The conventions are those of ``peers.json``, so that figures measured here stand beside the recorded ones.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector, to_checksum_address
from gas.actors import deployer_of_clean_address

ROOT = Path(__file__).resolve().parents[2]
MNEMONIC = "test test test test test test test test test test test junk"
START = 1_800_000_000  # seconds since 1970: the genesis block's time
CHAIN_ID = 31337
GAS_LIMIT = 29_000_000


class GasError(Exception):
    """The measurement cannot go on; the text says what to do."""


def call_data(function: str, arguments: Sequence[Any] = ()) -> bytes:
    """The call of ``function``, written as its ABI signature such as ``transfer(address,uint256)``."""
    return function_signature_to_4byte_selector(function) + encode(_types(function), arguments)


def _types(function: str) -> list[str]:
    """The argument types of an ABI signature, tuples kept whole."""
    types, depth, start = [], 0, function.index("(") + 1
    for i in range(start, len(function)):
        character = function[i]
        if depth == 0 and character in ",)":
            if i > start:
                types.append(function[start:i])
            start = i + 1
        depth += {"(": 1, ")": -1}.get(character, 0)
    return types


class Chain:
    """One anvil process; use it in a ``with`` statement, which ends it."""

    def __init__(self) -> None:
        self._deployments = 0
        self._requests = 0

    def __enter__(self) -> Chain:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._process = subprocess.Popen(
            [str(_anvil()), "--port", str(port), "--silent", "--hardfork", "prague",
             "--mnemonic", MNEMONIC, "--timestamp", str(START), "--chain-id", str(CHAIN_ID),
             "--base-fee", "0", "--gas-price", "0", "--auto-impersonate", "--no-mining"],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            self._wait()
            self.rpc("anvil_setBlockTimestampInterval", 1)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def rpc(self, method: str, *params: Any) -> Any:
        """The result of one JSON-RPC call.

        Raises:
            GasError: The node answered with an error.
        """
        self._requests += 1
        body = {"jsonrpc": "2.0", "id": self._requests, "method": method, "params": params}
        self._http.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
        answer = json.loads(self._http.getresponse().read())
        if "error" in answer:
            raise GasError(f"{method}: {answer['error']}")
        return answer["result"]

    def send(self, sender: str, to: str | None, data: bytes) -> dict[str, Any]:
        """Mines one transaction; its receipt.

        Raises:
            GasError: It reverted.
        """
        transaction = {
            "from": sender,
            "data": "0x" + data.hex(),
            "gas": hex(GAS_LIMIT),
            "gasPrice": "0x0",
        }
        if to is not None:
            transaction["to"] = to
        receipt = self._mine(transaction)
        if receipt["status"] != "0x1":
            raise GasError(f"reverted: {data[:4].hex()} from {sender} to {to}")
        return receipt

    def do(self, sender: str, to: str, function: str, *arguments: Any) -> int:
        """Calls ``function``, for good; the gas used."""
        return int(self.send(sender, to, call_data(function, arguments))["gasUsed"], 16)

    def measure(self, sender: str, to: str, function: str, *arguments: Any) -> int:
        """The gas that the call uses; the chain is as before afterwards."""
        with self.undone():
            return self.do(sender, to, function, *arguments)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Afterwards the chain is as before."""
        snapshot = self.rpc("evm_snapshot")
        try:
            yield
        finally:
            if self.rpc("evm_revert", snapshot) is not True:
                raise GasError("anvil did not go back to the snapshot")

    def read(
        self, to: str, function: str, returns: Sequence[str], *arguments: Any
    ) -> tuple[Any, ...]:
        """The values that a view returns."""
        call = {"to": to, "data": "0x" + call_data(function, arguments).hex()}
        return decode(returns, bytes.fromhex(self.rpc("eth_call", call, "latest")[2:]))

    def deploy(
        self, creation_code: bytes, types: Sequence[str] = (), *arguments: Any
    ) -> tuple[str, int]:
        """The new contract's address, without a zero byte, and the gas used."""
        self._deployments += 1
        sender = deployer_of_clean_address(self._deployments)
        receipt = self.send(sender, None, creation_code + encode(types, arguments))
        return to_checksum_address(receipt["contractAddress"]), int(receipt["gasUsed"], 16)

    def _mine(self, transaction: dict[str, Any]) -> dict[str, Any]:
        """The receipt. Mined by command: anvil's automatic mining lags behind and may repeat what was just undone."""
        sent = self.rpc("eth_sendTransaction", transaction)
        self.rpc("evm_mine")
        receipt: dict[str, Any] | None = self.rpc("eth_getTransactionReceipt", sent)
        if receipt is None:
            raise GasError(f"anvil did not mine {sent}")
        return receipt

    def _wait(self) -> None:
        for _ in range(200):
            if self._process.poll() is not None:
                raise GasError("anvil ended at its start")
            try:
                self.rpc("eth_chainId")
                return
            except (OSError, http.client.HTTPException):
                self._http.close()
                time.sleep(0.05)
        raise GasError("anvil does not answer")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _anvil() -> Path:
    """The binary itself: npm's wrapper would leave it behind when ended."""
    found = sorted(ROOT.glob("node_modules/@foundry-rs/anvil-*/bin/anvil*"))
    if not found:
        raise GasError("anvil is not installed; run `npm ci`")
    return found[0]
