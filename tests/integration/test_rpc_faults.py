"""Commands against nodes that drop, hang, lag, lie or serve another fork: nothing is sent twice, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc import BscNode, bsc_in_front_of
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.faults import drops, hangs, lags, loses_the_answer, says
from support.cli import Result

READS = (
    "eth_getTransactionCount", "eth_getBlockByNumber", "eth_call", "eth_blockNumber", "eth_getTransactionReceipt",
    "eth_gasPrice", "eth_getBalance",
)  # fmt: skip


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """As everywhere, by people who do not wait for minutes."""
    shorter = ("timeout: 3 minutes", "timeout: 25 seconds")
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=[shorter]) as found:
        yield found


@pytest.fixture
def node(deployed: Deployed) -> Iterator[BscNode]:
    """All is paused: what is resumed is no emergency, which would be pursued for minutes."""
    assert deployed.run("guard", "pause", account="pauser").code == 0
    with bsc_in_front_of(deployed.node.upstream, deployed.node.terms) as node:
        yield node
    # No run is left open.
    assert deployed.open_runs() == []


def guard(
    command: str, deployed: Deployed, node: BscNode | str | None = None, flag: str = "transfers"
) -> Result:
    account = "pauser" if command == "pause" else "unpauser"
    return deployed.run("guard", command, flag, account=account, node=node)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "KGST_RPC_TIMEOUT", "4")


@pytest.mark.parametrize("fault", [drops, loses_the_answer, hangs(15)])
def test_sending__no_answer__is_unconfirmed_and_the_same_command_finishes_it(
    deployed: Deployed, node: BscNode, fault: Any
) -> None:
    before = deployed.flags_changed()
    node.faults["eth_sendRawTransaction"] = fault
    broken = guard("unpause", deployed, node)
    assert broken.code == 6, broken.stderr
    assert "give the same command again" in broken.error
    del node.faults["eth_sendRawTransaction"]
    healed = guard("unpause", deployed, node)
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert healed.document["resumed"] is True
    assert deployed.flags_changed() == before + 1


def test_waiting__node_dies_after_the_send__is_found_later(
    deployed: Deployed, node: BscNode
) -> None:
    before = deployed.flags_changed()
    node.faults["eth_getTransactionReceipt"] = drops
    broken = guard("unpause", deployed, node)
    assert broken.code in (1, 6), broken.stderr
    assert "eth_getTransactionReceipt" not in broken.error
    del node.faults["eth_getTransactionReceipt"]
    healed = guard("unpause", deployed, node)
    assert healed.code == 0, healed.stderr
    assert deployed.flags_changed() == before + 1


def test_reading__node_answers_late__is_awaited(deployed: Deployed, node: BscNode) -> None:
    node.faults["any"] = hangs(0.3)
    done = guard("unpause", deployed, node)
    assert done.code == 0, done.stderr


def test_reading__node_hangs__is_given_up_with_a_clear_word(
    deployed: Deployed, node: BscNode
) -> None:
    node.faults["eth_call"] = hangs(15)
    done = guard("unpause", deployed, node)
    assert done.code == 1, done.stderr
    assert "no answer from the node" in done.error
    assert "try again" in done.error


def test_connecting__nobody_is_there__says_so(deployed: Deployed) -> None:
    done = guard("unpause", deployed, "http://127.0.0.1:9")
    assert done.code == 1, done.stderr
    assert "--network" in done.error


@pytest.mark.parametrize("claimed", ["0x38", "0x1"])
def test_connecting__node_of_another_chain__is_refused(
    deployed: Deployed, node: BscNode, claimed: str
) -> None:
    before = deployed.flags_changed()
    node.faults["eth_chainId"] = says(claimed)
    done = guard("unpause", deployed, node)
    assert done.code in (1, 4), done.stderr
    assert "chain" in done.error.lower()
    assert deployed.flags_changed() == before
    assert not node.asked["eth_sendRawTransaction"]


def test_opening__node_serves_another_fork__is_refused(deployed: Deployed, node: BscNode) -> None:
    at = hex(deployed.record["configuration"]["block_number"])

    def forked(request: dict[str, Any], forward: Any) -> dict[str, Any]:
        answer: dict[str, Any] = forward(request)
        if request["params"][0] == at:
            answer["result"]["hash"] = "0x" + "ab" * 32
        return answer

    node.faults["eth_getBlockByNumber"] = forked
    done = guard("unpause", deployed, node)
    assert done.code == 4, done.stderr
    assert "another fork" in done.error
    assert not node.asked["eth_sendRawTransaction"]


def test_reading__node_lags_a_block_behind__nothing_is_sent_twice(
    deployed: Deployed, node: BscNode
) -> None:
    before = deployed.flags_changed()
    node.faults.update({method: lags(1) for method in READS})
    # One after the other from one account: the second must not take the first one's nonce from a stale answer.
    first = guard("unpause", deployed, node)
    second = guard("unpause", deployed, node, "minting")
    assert (first.code, second.code) == (0, 0), first.stderr + second.stderr
    assert deployed.flags_changed() == before + 2


def test_price__above_the_policys_cap__is_refused_before_signing(
    deployed: Deployed, node: BscNode
) -> None:
    node.faults["eth_gasPrice"] = says(hex(11 * 10**9))
    done = guard("unpause", deployed, node)
    assert done.code == 4, done.stderr
    assert "gas costs 11 gwei now, the policy allows 10 gwei" in done.error
    assert not node.asked["eth_sendRawTransaction"]
