"""KGST deployed on the double, with people of its own: once for a module, by commands within this process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support import in_process
from support.bsc.node import MULTICALL3, BscNode, running_bsc
from support.bsc.people import Key, key_of, keystore
from support.bsc.terms import Terms
from support.bsc.timeless import Clock, timeless
from support.bsc.upstream import Upstream
from support.cli import ROOT, Result, document_of, finish_ape, start_ape
from web3 import HTTPProvider, Web3
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers.base import JSONBaseProvider

from kgst.yamlfile import read_yaml

if TYPE_CHECKING:
    import pytest
    from support.bsc.in_memory import InMemory

__all__ = [
    "POLICY",
    "QUICK",
    "Deployed",
    "deployed_in_memory",
    "deployed_on_bsc",
    "policy_for",
    "quick",
    "web3_of",
]

POLICY = ROOT / "deployments/rehearsal/policy.yaml"
EXTRA = ("deployer", "owner_a", "owner_b", "owner_c", "outsider")
Changes = Sequence[tuple[str, str]]
QUICK = 0.15
"""Seconds between blocks, for tests that wait for many of them."""


@dataclass(frozen=True)
class Deployed:
    """A deployment, and how commands are given to it.

    Attributes:
        folder: Of policy, record and journals.
        data: ape's data folder of commands in processes of their own.
    """

    node: BscNode
    folder: Path
    data: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "record.json").read_text())
        return found

    @property
    def token(self) -> str:
        return str(self.record["token"]["address"])

    @property
    def web3(self) -> Web3:
        """Of anvil itself, past the double and its faults."""
        return web3_of(self.node.anvil)

    def key(self, label: str) -> Key:
        return key_of(label)

    def address(self, label: str) -> str:
        return key_of(label).address

    @property
    def people(self) -> list[str]:
        """Labels of the policy's people."""
        return list(read_yaml(self.policy)["people"])

    # Commands

    def run(
        self, *arguments: object, account: str | None = None, node: BscNode | str | None = None,
        as_json: bool = True, **options: Any,
    ) -> Result:  # fmt: skip
        """A command to its end, within this process.

        Args:
            arguments: As after `ape run`: `"guard", "pause", "transfers"`.
            account: Who signs, by label; also gives `--yes`. None: neither option.
            node: Which node is named; the deployment's own unless given.
            as_json: Whether it is given `--json`.
            options: Of click's runner: `input`, `env`.
        """
        words = self._words(arguments, account, node, as_json=as_json)
        done = in_process.invoke(*map(str, words), **options)
        return Result(
            done.exit_code, done.stdout, done.stderr, document_of(words, done.stdout, done.stderr)
        )

    def run_offline(self, *arguments: object) -> Result:
        """A command that has no `--network`, within this process."""
        words = [*map(str, arguments), "--json"]
        done = in_process.invoke(*words)
        return Result(
            done.exit_code, done.stdout, done.stderr, document_of(words, done.stdout, done.stderr)
        )

    def start(
        self, *arguments: object, account: str | None = None, node: BscNode | str | None = None
    ) -> subprocess.Popen[str]:
        """The same in a process of its own, which can be killed: see `support.cli`."""
        return start_ape(*self._words(arguments, account, node))

    def run_apart(
        self, *arguments: object, account: str | None = None, node: BscNode | str | None = None
    ) -> Result:
        """The same in a process of its own, to its end."""
        return finish_ape(self.start(*arguments, account=account, node=node))

    def _words(
        self,
        arguments: Sequence[object],
        account: str | None,
        node: BscNode | str | None,
        *,
        as_json: bool = True,
    ) -> list[str]:
        where = node or self.node
        address = where.address if isinstance(where, BscNode) else where
        network = f"bsc:testnet:{address}" if address.startswith("http") else address
        words = [*map(str, arguments), "--network", network, "--policy", str(self.policy)]
        words += ["--json"] if as_json else []
        return words + (["--account", account, "--yes"] if account else [])

    # What became of it

    def nonce(self, label: str) -> int:
        """Transactions of that person, those that wait included."""
        return int(
            self.node.anvil.ask("eth_getTransactionCount", self.address(label), "pending"), 16
        )

    def flags(self) -> int:
        """The token's pause flags."""
        data = "0x" + bytes(Web3.keccak(text="pauseFlags()")[:4]).hex()
        return int(self.node.anvil.ask("eth_call", {"to": self.token, "data": data}, "latest"), 16)

    def flags_changed(self) -> int:
        """How many times the pause flags have changed."""
        topic = Web3.keccak(text="PauseFlagsChanged(uint256,uint256)").to_0x_hex()
        asked = {"address": self.token, "fromBlock": "0x0", "toBlock": "latest", "topics": [topic]}
        return len(self.node.anvil.ask("eth_getLogs", asked))

    def open_runs(self) -> list[list[str]]:
        """Kinds of the lines of each journal that is not put away."""
        paths = sorted((self.folder / "operations").glob("*.jsonl"))
        return [[json.loads(line)["kind"] for line in p.read_text().splitlines()] for p in paths]

    def spend_nonce(self, label: str, nonce: int | None = None, gas_price: int = 2 * 10**9) -> str:
        """Have the account pay itself 1 wei, past the commands; returns the hash, mined."""
        key, web3 = key_of(label), self.web3
        request = {
            "nonce": web3.eth.get_transaction_count(key.address) if nonce is None else nonce,  # type: ignore[arg-type]
            "gas": 21_000, "gasPrice": gas_price, "to": key.address, "value": 1, "chainId": self.node.terms.chain_id,
        }  # fmt: skip
        signed = web3.eth.account.sign_transaction(request, key.private_key)
        sent = web3.eth.send_raw_transaction(signed.raw_transaction)
        web3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.05)
        return str(sent.to_0x_hex())


def quick(**others: Any) -> Terms:
    """A node with quick blocks that keeps its state as long as others do, in seconds."""
    usual = Terms()
    assert usual.state_blocks is not None
    assert usual.block_time is not None
    kept = round(usual.state_blocks * usual.block_time / QUICK)
    return Terms(block_time=QUICK, state_blocks=kept, **others)


@contextmanager
def deployed_on_bsc(
    folder: Path, terms: Terms | None = None, *, base: Path = POLICY,
    changes: Changes | Callable[[BscNode], Changes] = (), people: Sequence[str] = (), apply: bool = True,
) -> Iterator[Deployed]:  # fmt: skip
    """A node with the token on it, until the block ends.

    Args:
        folder: Where policy, record and journals go.
        terms: Of the node; quick blocks unless given.
        base: The policy, whose people get other addresses.
        changes: `(text, replacement)` in the policy, each once; or what makes them, once the node is there.
        people: Labels of more people with key files and money.
        apply: False leaves the chain empty.
    """
    labels = [*read_yaml(base)["people"], *EXTRA, *people]
    data = folder / "ape"
    with (
        running_bsc(terms or quick()) as node,
        keystore(data, labels),
    ):
        node.give(*(key_of(label).address for label in labels))
        deployed = Deployed(node, folder, data)
        made = changes(node) if callable(changes) else changes
        deployed.policy.write_text(policy_for(base, made))
        if apply:
            _deploy(deployed)
        yield deployed


@contextmanager
def deployed_in_memory(
    folder: Path,
    patch: pytest.MonkeyPatch,
    changes: Changes | Callable[[BscNode], Changes] = (),
) -> Iterator[tuple[Deployed, Clock]]:
    """As `deployed_on_bsc`, with the chain in this process and without waiting; undone with `patch`."""
    from ape_ethereum.multicall.constants import MULTICALL3_CODE
    from support.bsc.in_memory import InMemory

    labels = [*read_yaml(POLICY)["people"], *EXTRA]
    chain = InMemory()
    chain.anvil_setCode(MULTICALL3, "0x" + bytes(MULTICALL3_CODE).hex())
    node = BscNode(chain, Terms())
    node.address = "http://in-memory.invalid"
    with keystore(folder / "ape", labels):
        node.give(*(key_of(label).address for label in labels))
        deployed = Deployed(node, folder, folder / "ape")
        made = changes(node) if callable(changes) else changes
        deployed.policy.write_text(policy_for(POLICY, made))
        clock = timeless(node, patch)
        _deploy(deployed)
        yield deployed, clock


def _deploy(deployed: Deployed) -> None:
    """As `deploy apply` does, without its plan and its verification, which take longer than the deployment."""
    from ape import accounts, networks

    from kgst.console import let_sign
    from kgst.deployment.applying import apply
    from kgst.files import Files
    from kgst.journal import Journal
    from kgst.node import pin_node
    from kgst.policy import Policy

    pin_node()
    files, deployer = Files(deployed.folder), accounts.load("deployer")
    let_sign(deployer)
    with (
        networks.parse_network_choice(f"bsc:testnet:{deployed.node.address}"),
        Journal(files.journal) as journal,
    ):
        apply(Policy.load(deployed.policy), deployer, journal).record.save(files.record)


def policy_for(base: Path, changes: Changes = ()) -> str:
    """The policy at `base` with addresses of the double's own people, and each change made once."""
    text = base.read_text()
    for label, address in read_yaml(base)["people"].items():
        assert text.count(f'"{address}"') == 1, label
        text = text.replace(f'"{address}"', f'"{key_of(label).address}"')
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def web3_of(upstream: str | Upstream | InMemory) -> Web3:
    """web3 that takes BSC's headers."""
    address = upstream if isinstance(upstream, str) else upstream.address
    web3 = Web3(HTTPProvider(address) if address else _Direct(upstream))
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return web3


class _Direct(JSONBaseProvider):
    def __init__(self, chain: Any) -> None:
        super().__init__()
        self._chain = chain

    def make_request(self, method: Any, params: Any) -> Any:
        plain = json.loads(Web3.to_json(list(params)))
        return {
            "jsonrpc": "2.0",
            "id": 1,
            **self._chain.pass_on({"method": method, "params": plain}),
        }
