"""Commands against nodes that drop, hang, lag, lie or serve another fork: nothing is sent twice, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import ROOT, Result, run_ape, running_anvil
from support.faulty_node import (
    FaultyNode,
    drops,
    faulty_node,
    hangs,
    lags,
    loses_the_answer,
    says,
)
from web3 import HTTPProvider, Web3

READS = (
    "eth_getTransactionCount", "eth_getBlockByNumber", "eth_call", "eth_blockNumber", "eth_getTransactionReceipt",
    "eth_gasPrice", "eth_getBalance",
)  # fmt: skip


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An anvil like the testnet with the token on it, and the folder of its policy and record."""
    folder = tmp_path_factory.mktemp("deployment")
    shutil.copy(ROOT / "deployments/rehearsal/policy.yaml", folder)
    with running_anvil() as anvil:
        done = run_ape(
            "deploy", "apply", "--yes", "--json", network=anvil, policy=folder / "policy.yaml"
        )
        assert done.code == 0, done.stderr
        yield anvil, folder


@pytest.fixture
def node(deployed: tuple[str, Path]) -> Iterator[FaultyNode]:
    with faulty_node(deployed[0]) as node:
        yield node
    # Each test begins with a token that is not paused, and no run left open.
    assert guard("unpause", deployed[0], deployed[1]).code == 0
    assert not list((deployed[1] / "operations").glob("*.jsonl"))


def guard(command: str, network: str, folder: Path) -> Result:
    return run_ape(
        "guard",
        command,
        "transfers",
        "--yes",
        "--json",
        network=network,
        policy=folder / "policy.yaml",
    )


def flags_changed(deployed: tuple[str, Path]) -> int:
    """How many times the pause flags have changed on the chain."""
    record = json.loads((deployed[1] / "record.json").read_text())
    web3 = Web3(HTTPProvider(deployed[0]))
    topic = web3.keccak(text="PauseFlagsChanged(uint256,uint256)")
    filter_: Any = {"address": record["token"]["address"], "fromBlock": 0, "topics": [topic]}
    return len(web3.eth.get_logs(filter_))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "KGST_RPC_TIMEOUT", "4")


@pytest.mark.parametrize("fault", [drops, loses_the_answer, hangs(15)])
def test_sending__no_answer__is_unconfirmed_and_the_same_command_finishes_it(
    deployed: tuple[str, Path], node: FaultyNode, fault: Any
) -> None:
    before = flags_changed(deployed)
    node.faults["eth_sendRawTransaction"] = fault
    broken = guard("pause", node.address, deployed[1])
    assert broken.code == 6, broken.stderr
    assert "give the same command again" in broken.error
    del node.faults["eth_sendRawTransaction"]
    healed = guard("pause", node.address, deployed[1])
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert healed.document["resumed"] is True
    assert flags_changed(deployed) == before + 1


def test_waiting__node_dies_after_the_send__is_found_later(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before = flags_changed(deployed)
    node.faults["eth_getTransactionReceipt"] = drops
    broken = guard("pause", node.address, deployed[1])
    assert broken.code in (1, 6), broken.stderr
    assert "eth_getTransactionReceipt" not in broken.error
    del node.faults["eth_getTransactionReceipt"]
    healed = guard("pause", node.address, deployed[1])
    assert healed.code == 0, healed.stderr
    assert flags_changed(deployed) == before + 1


def test_reading__node_answers_late__is_awaited(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    node.faults["any"] = hangs(0.3)
    done = guard("pause", node.address, deployed[1])
    assert done.code == 0, done.stderr


def test_reading__node_hangs__is_given_up_with_a_clear_word(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    node.faults["eth_call"] = hangs(15)
    done = guard("pause", node.address, deployed[1])
    assert done.code == 1, done.stderr
    assert "no answer from the node" in done.error
    assert "try again" in done.error


def test_connecting__nobody_is_there__says_so(deployed: tuple[str, Path]) -> None:
    done = guard("pause", "http://127.0.0.1:9", deployed[1])
    assert done.code == 1, done.stderr
    assert "--network" in done.error


@pytest.mark.parametrize("claimed", ["0x38", "0x1"])
def test_connecting__node_of_another_chain__is_refused(
    deployed: tuple[str, Path], node: FaultyNode, claimed: str
) -> None:
    before = flags_changed(deployed)
    node.faults["eth_chainId"] = says(claimed)
    done = guard("pause", node.address, deployed[1])
    assert done.code in (1, 4), done.stderr
    assert "chain" in done.error.lower()
    assert flags_changed(deployed) == before
    assert not node.asked["eth_sendRawTransaction"]


def test_opening__node_serves_another_fork__is_refused(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    record = json.loads((deployed[1] / "record.json").read_text())
    at = hex(record["configuration"]["block_number"])

    def forked(request: dict[str, Any], forward: Any) -> dict[str, Any]:
        answer: dict[str, Any] = forward(request)
        if request["params"][0] == at:
            answer["result"]["hash"] = "0x" + "ab" * 32
        return answer

    node.faults["eth_getBlockByNumber"] = forked
    done = guard("pause", node.address, deployed[1])
    assert done.code == 4, done.stderr
    assert "another fork" in done.error
    assert not node.asked["eth_sendRawTransaction"]


def test_reading__node_lags_a_block_behind__nothing_is_sent_twice(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before = flags_changed(deployed)
    node.faults.update({method: lags(1) for method in READS})
    # One after the other from one account: the second must not take the first one's nonce from a stale answer.
    first = guard("pause", node.address, deployed[1])
    second = run_ape(
        "guard",
        "pause",
        "minting",
        "--yes",
        "--json",
        network=node.address,
        policy=deployed[1] / "policy.yaml",
    )
    assert (first.code, second.code) == (0, 0), first.stderr + second.stderr
    assert flags_changed(deployed) == before + 2
    resumed = run_ape(
        "guard",
        "unpause",
        "minting",
        "--yes",
        "--json",
        network=deployed[0],
        policy=deployed[1] / "policy.yaml",
    )
    assert resumed.code == 0


def test_price__above_the_policys_cap__is_refused_before_signing(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    node.faults["eth_gasPrice"] = says(hex(11 * 10**9))
    done = guard("pause", node.address, deployed[1])
    assert done.code == 4, done.stderr
    assert "gas costs 11 gwei now, the policy allows 10 gwei" in done.error
    assert not node.asked["eth_sendRawTransaction"]
