"""A deployment on a node that has pruned its block, stalls, lags, or asks for a key: what does not need it goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import networks
from support.bsc import faults
from support.bsc.deployed import Deployed, deployed_on_bsc

from kgst.fork.anvil import forked
from kgst.node import connected


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as deployed:
        yield deployed


@pytest.fixture(autouse=True)
def _healed(deployed: Deployed) -> Iterator[None]:
    deployed.node.asked.clear()
    yield
    deployed.node.faults.clear()


def at_the_deployment(deployed: Deployed, answer: Any) -> Any:
    """The fault of one block: the one in which the deployment ended."""
    number = hex(deployed.record["configuration"]["block_number"])

    def fault(request: Any, forward: Any) -> Any:
        return answer(request, forward) if request["params"][0] == number else forward(request)

    return fault


PRUNED = [faults.says(None), faults.refuses(4444, "pruned history unavailable")]


@pytest.mark.parametrize("answer", PRUNED, ids=["null", "4444"])
def test_status__deployments_block_is_pruned__says_so_and_goes_on(
    deployed: Deployed, answer: Any
) -> None:
    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, answer)
    done = deployed.run("status", "--json")
    assert done.code == 0, done.stdout + done.stderr
    assert "The node no longer has block" in done.stderr


@pytest.mark.parametrize("answer", PRUNED, ids=["null", "4444"])
def test_status__pruned_and_other_code__is_refused(deployed: Deployed, answer: Any) -> None:
    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, answer)
    deployed.node.faults["eth_getCode"] = faults.says("0x6000")
    done = deployed.run("status", "--json")
    assert done.code == 4, done.stdout + done.stderr
    assert "is not the record's" in done.error


@pytest.mark.parametrize("answer", PRUNED, ids=["null", "4444"])
def test_doctor__deployments_block_is_pruned__is_a_warning_and_no_other_chain(
    deployed: Deployed, answer: Any
) -> None:
    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, answer)
    done = deployed.run("doctor", "--json")
    assert done.code == 0, done.stdout + done.stderr
    [row] = [c for c in done.document["checks"] if "in which the deployment ended" in c["item"]]  # type: ignore[index]
    assert row["state"] == "warning"
    assert "pruned" in row["found"]


WORDS = "words that "
GONE = "missing trie node ec16 (path ) state 0x6f64 is not available, not found"


def test_verify__state_of_the_deployment_is_gone__says_what_is_compared(tmp_path: Path) -> None:
    """A node that does not show what it must still have is no witness; later it is a warning."""
    with deployed_on_bsc(tmp_path) as fresh:
        fresh.node.faults["eth_getProof"] = faults.refuses(-32000, GONE)
        done = fresh.run("deploy", "verify")
        assert done.code == 1, done.stdout + done.stderr
        [row] = rows_of(done, "not_checked")
        assert "no longer has the state" in row["found"]
        assert "another node at once" in row["advice"]

        fresh.node.anvil.ask("anvil_mine", "0x80")
        done = fresh.run("deploy", "verify")
        assert done.code == 0, done.stdout + done.stderr
        [row] = rows_of(done, "warning")
        assert row["item"] == "words that the deployment left"
        assert "compared are the signed creations with this build" in row["found"]


def test_verify__node_without_proofs__compares_word_by_word(tmp_path: Path) -> None:
    with deployed_on_bsc(tmp_path) as fresh:
        absent = faults.refuses(-32601, "the method eth_getProof does not exist/is not available")
        fresh.node.faults["eth_getProof"] = absent
        done = fresh.run("deploy", "verify")
        assert done.code == 0, done.stdout + done.stderr
        rows = rows_of(done, "warning")
        assert len(rows) == 8
        assert all("further ones are not seen" in row["found"] for row in rows)

        fresh.node.faults["eth_getStorageAt"] = other_word(fresh)
        done = fresh.run("deploy", "verify")
        assert done.code == 3, done.stdout + done.stderr
        assert all(row["item"].startswith(WORDS) for row in rows_of(done, "failed"))


def other_word(deployed: Deployed) -> Any:
    """The fault of the block in which the deployment ended: a word there has another bit."""
    number = hex(deployed.record["configuration"]["block_number"])

    def fault(request: Any, forward: Any) -> Any:
        answer = forward(request)
        if request["params"][2] == number:
            answer["result"] = f"0x{int(answer['result'], 16) ^ 1:064x}"
        return answer

    return fault


def rows_of(done: Any, state: str) -> list[dict[str, Any]]:
    return [check for check in done.document["checks"] if check["state"] == state]


@pytest.mark.parametrize("answer", PRUNED, ids=["null", "4444"])
def test_verify__deployments_block_is_pruned__is_told_apart_from_another(
    deployed: Deployed, answer: Any
) -> None:
    deployed.node.anvil.ask("anvil_mine", "0x80")
    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, answer)
    done = deployed.run("deploy", "verify")
    assert done.code == 0, done.stdout + done.stderr
    found = [row["found"] for row in rows_of(done, "warning")]
    assert "the node no longer has the blocks of configuration" in found

    def without(request: Any, forward: Any) -> Any:
        answer = forward(request)
        answer["result"]["transactions"] = []
        return answer

    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, without)
    done = deployed.run("deploy", "verify")
    assert done.code == 3, done.stdout + done.stderr
    [row] = rows_of(done, "failed")
    assert "configuration: 0x" in row["found"]


def test_verify__proof_and_block_of_a_hostile_node__end_in_a_check(deployed: Deployed) -> None:
    def whole(request: Any, forward: Any) -> Any:
        answer = forward(request)
        hashes = answer["result"]["transactions"]
        answer["result"]["transactions"] = [
            {"hash": one, "from": "0x" + "11" * 20} for one in hashes
        ]
        return answer

    deployed.node.faults["eth_getBlockByNumber"] = at_the_deployment(deployed, whole)
    deployed.node.faults["eth_getProof"] = faults.says({"address": 5, "storageHash": None})
    done = deployed.run("deploy", "verify", env={"KGST_RPC_TIMEOUT": "5"})
    assert done.code == 1, done.stdout + done.stderr
    assert rows_of(done, "failed") == []
    [row] = rows_of(done, "not_checked")
    assert row["item"] == "what it left"


def test_publish__transaction_is_forgotten__needs_the_code_alone(deployed: Deployed) -> None:
    for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt"):
        deployed.node.faults[method] = faults.says(None)
    done = deployed.run("deploy", "publish", "--contract", "Revoker", "--only-files")
    assert done.code == 0, done.stdout + done.stderr
    [row] = done.document["contracts"]  # type: ignore[index]
    assert (row["creation_code_matches"], row["runtime_code_matches"]) == (True, True)


def test_doctor__no_event_of_the_deployment__is_no_clean_bill(deployed: Deployed) -> None:
    deployed.node.faults["eth_getLogs"] = faults.says([])
    done = deployed.run("doctor", "--json")
    assert done.code == 5, done.stdout + done.stderr
    rows = {c["item"]: c for c in done.document["checks"]}  # type: ignore[index]
    assert rows["events (eth_getLogs)"]["state"] == "not_checked"
    assert "shows no event of block" in rows["role members that nobody names"]["found"]


def test_pause__facts_of_the_connection__are_asked_once(deployed: Deployed) -> None:
    done = deployed.run("guard", "pause", "minting", "--json", account="pauser")
    assert done.code == 0, done.stdout + done.stderr
    assert deployed.node.asked["web3_clientVersion"] == 1
    assert deployed.node.asked["eth_chainId"] == 1


def test_doctor__every_other_answer_fails__reaches_its_end(deployed: Deployed) -> None:
    mix = (faults.http(429), faults.drops, faults.page(), faults.empty(), faults.http(502))
    deployed.node.faults["any"] = faults.sometimes(0.5, 19, *mix)
    done = deployed.run("doctor", "--json", env={"KGST_RPC_TIMEOUT": "60"})
    assert done.code in (0, 3), done.stdout + done.stderr


def test_fork__key_in_the_address__is_in_no_process_and_no_answer(deployed: Deployed) -> None:
    key = "7c0ffee1deadbeef99"
    from kgst.node import pin_node

    pin_node()
    with (
        networks.parse_network_choice(f"bsc:testnet:{deployed.node.address}/v2/{key}"),
        forked(connected()) as fork,
    ):
        assert fork.is_copy
        assert len(fork.provider.web3.eth.get_code(deployed.token)) > 100
        seen = subprocess.run(
            ["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        [anvil] = [
            line
            for line in descendants(seen, os.getpid())
            if re.search(r"anvil.* --fork-url", line) and "sh -c" not in line
        ]
        assert re.search(r"--fork-url http://127\.0\.0\.1:\d+ ", anvil)
        assert key not in seen


def descendants(processes: str, root: int) -> list[str]:
    """The command lines below process `root`; tests beside this one fork too."""
    rows = [line.split(maxsplit=2) for line in processes.splitlines()]
    family = {root}
    while more := {int(pid) for pid, parent, *_ in rows if int(parent) in family} - family:
        family |= more
    return [row[2] for row in rows if int(row[0]) in family and len(row) > 2]


def test_record__is_of_the_double(deployed: Deployed) -> None:
    assert json.loads((Path(deployed.folder) / "record.json").read_text())["chain_id"] == 97
