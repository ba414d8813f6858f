"""A copy of the connected chain to try things on: an anvil that forks it, gone when the block ends.

Nothing that is done here reaches the chain itself: anvil reads from its node and never sends to it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.errors import KgstError
from kgst.fork.relay import relayed
from kgst.node import NodeError, chain_id, connected, is_dev_node, rpc, started_here
from kgst.node.pool import nodes_of
from kgst.redaction import has_secret, redact
from kgst.reverts import explain, revert_data

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Fork", "ForkError", "forked"]

_START_SECONDS: Final = 60
_LISTENING: Final = re.compile(rb"Listening on 127\.0\.0\.1:(\d+)")
_RICH: Final = 10**21
# Ends anvil when the pipe to this process closes, even if it was killed; ends itself when anvil ends.
_LEASH: Final = (
    'exec 3<&0; "$@" & child=$!; (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & wait $child'
)


class ForkError(KgstError):
    """The fork could not be started, or did not do what a development node does."""


@dataclass(frozen=True)
class Fork:
    """The copy; ape is connected to it.

    Attributes:
        provider: Of ape.
        block: The last block that it shares with the chain; None when it is a new chain and no copy.
    """

    provider: ProviderAPI
    block: int | None

    @property
    def is_copy(self) -> bool:
        """Whether there is a chain that it is a copy of."""
        return self.block is not None

    def now(self) -> int:
        """Time of the latest block, in seconds."""
        with rpc("read the fork's latest block"):
            return int(self.provider.web3.eth.get_block("latest")["timestamp"])

    def send(self, caller: str, to: str | None, data: bytes) -> dict[str, Any]:
        """Mine a transaction as `caller`, whose key nobody needs; returns its receipt.

        Args:
            caller: Any address, contracts included.
            to: The contract; None creates one.
            data: Call data, or creation code with arguments.

        Raises:
            ChainRevertError: it reverts.
        """
        request: dict[str, Any] = {"from": caller, "data": "0x" + data.hex()}
        if to is not None:
            request["to"] = to
        self._ask("anvil_setBalance", [caller, hex(_RICH)])
        self._ask("anvil_impersonateAccount", [caller])
        eth = self.provider.web3.eth
        with rpc(f"send to {to or 'nobody'} as {caller} on the fork"):
            # The gas price is the node's own: it differs by network and does not matter here.
            request["gas"] = hex(int(eth.estimate_gas(request)) * 3 // 2)
            hashed = str(self._ask("eth_sendTransaction", [request]))
            receipt = dict(eth.wait_for_transaction_receipt(hashed, timeout=30, poll_latency=0.01))
        if receipt["status"] != 1:
            raise ForkError(
                f"the fork mined {hashed} and it reverted, though its estimate did not."
            )
        return receipt

    def create(self, caller: str, code: bytes) -> str:
        """Deploy `code` (creation code with arguments); returns the checksummed address."""
        return to_checksum_address(self.send(caller, None, code)["contractAddress"])

    def refusal(self, caller: str, to: str, data: bytes) -> str | None:
        """The decoded error that the call would revert with; None when it would not."""
        try:
            self.provider.web3.eth.call({"from": caller, "to": to, "data": "0x" + data.hex()})
        except Exception as error:
            if (found := revert_data(error)) is None:
                raise NodeError(f"the fork did not answer a call: {error}.") from error
            return explain(found)
        return None

    def load(self, address: str, slot: int) -> int:
        """One word of storage."""
        with rpc(f"read slot {slot:#x} of {address} on the fork"):
            return int.from_bytes(bytes(self.provider.web3.eth.get_storage_at(address, slot)))

    def store(self, address: str, slot: int, word: int) -> None:
        """Write one word of storage, past every rule."""
        place, value = f"0x{slot:064x}", f"0x{word:064x}"
        self._ask("anvil_setStorageAt", [address, place, value])

    def advance(self, seconds: int) -> None:
        """Let `seconds` pass, and mine a block."""
        self._ask("evm_increaseTime", [seconds])
        self._ask("evm_mine", [])

    def _ask(self, method: str, parameters: list[Any]) -> Any:
        with rpc(f"ask the fork for {method}"):
            return self.provider.make_request(method, parameters)


@contextmanager
def forked(provider: ProviderAPI) -> Iterator[Fork]:
    """A copy of the chain that `provider` is connected to; inside the block ape is connected to the copy.

    A chain inside this process has no address to copy it from: then it is a new chain, empty.

    Raises:
        ForkError: anvil is missing or does not start.
        NodeError: the node failed.
    """
    block = None
    options = ["--hardfork", "prague"]
    with ExitStack() as open_:
        if provider.name != "test":
            with rpc("ask for the last block"):
                block = int(provider.web3.eth.block_number)
            upstream = open_.enter_context(_upstream(provider))
            options += ["--fork-url", upstream, "--fork-block-number", str(block)]
            options += ["--no-storage-caching", "--chain-id", str(chain_id(provider))]
        address = open_.enter_context(_anvil(options))
        open_.enter_context(_connection(provider, address))
        copy = connected()
        started_here(copy)
        yield Fork(copy, block)


@contextmanager
def _upstream(provider: ProviderAPI) -> Iterator[str]:
    """The address that anvil is to read from: of a development node its own, of any other a relay's."""
    uri = _uri_of(provider)
    if is_dev_node(provider) and not has_secret(uri):
        yield uri
        return
    with relayed(nodes_of(provider, [])[0]) as address:
        yield address


def _connection(provider: ProviderAPI, address: str) -> Any:
    """Connects ape to the node at `address`, on the network of `provider`."""
    from ape import networks

    network = provider.network
    ecosystem, name = network.ecosystem.name, network.name.removesuffix("-fork")
    if name != "local":
        return networks.parse_network_choice(f"{ecosystem}:{name}:{address}")
    foundry: Any = network.get_provider("foundry")
    foundry._host = address  # the local network takes no address: it would start a node at its own
    return network.use_provider(foundry)


def _uri_of(provider: ProviderAPI) -> str:
    uri = getattr(provider, "http_uri", None) or getattr(provider, "uri", None)
    if not isinstance(uri, str) or not uri.startswith("http"):
        raise ForkError(
            f"the node is reached by {redact(str(uri or provider.name))}; a fork needs an address over HTTP: give "
            "one with --network, like bsc:testnet:https://…"
        )
    return uri


@contextmanager
def _anvil(options: list[str]) -> Iterator[str]:
    """A node of our own on a free port; its address."""
    anvil = shutil.which("anvil")
    if anvil is None:
        raise ForkError(
            "anvil is not on the path; forks need it: `make setup` brings it on Linux, elsewhere install Foundry."
        )
    command = ["sh", "-c", _LEASH, "sh", anvil, "--port", "0", *options]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 # our own options
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{_port(process, log)}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if process.stdin is not None:
                process.stdin.close()
            process.wait()


def _port(process: subprocess.Popen[bytes], log: IO[bytes]) -> int:
    """Where anvil listens, once it does."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        ended = process.poll() is not None
        # pread leaves the position alone, at which anvil writes.
        said = os.pread(log.fileno(), 1 << 20, 0)
        if (found := _LISTENING.search(said)) is not None:
            return int(found[1])
        if ended or time.monotonic() > deadline:
            lines = said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
            raise ForkError(
                f"anvil did not start: {redact(lines[-1].strip())}; check that the node of --network answers, then "
                "try again."
            )
        time.sleep(0.02)
