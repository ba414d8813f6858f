"""`ape run drill`, and the forks that it and `upgrade check` work on: the network gets nothing of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from ape import networks
from support.bsc import BscNode
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.cli import ROOT, run_ape, wait_for
from support.schemas import require_schema
from web3 import HTTPProvider, Web3

from kgst.checks import failed
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.drill.running import run_drill
from kgst.drill.views import markdown
from kgst.errors import RefusedError
from kgst.files import Files
from kgst.flags import STOPPED_BY
from kgst.fork.anvil import ForkError, forked
from kgst.fork.system import on_fork
from kgst.node import connected
from kgst.policy import Policy
from kgst.record import Record
from kgst.upgrade import commands

SENDING = (
    "eth_sendRawTransaction",
    "eth_sendTransaction",
    "anvil_setBalance",
    "anvil_setStorageAt",
    "anvil_impersonateAccount",
    "evm_increaseTime",
    "evm_mine",
)
HOUR = 3_600


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The rehearsal's policy; UNPAUSER waits an hour, as on mainnet. Then the chain stands still."""
    slower = ("{member: unpauser, delay: 0 seconds}", "{member: unpauser, delay: 1 hour}")
    with deployed_on_bsc(tmp_path_factory.mktemp("kgst"), changes=[slower]) as found:
        found.node.anvil.ask("evm_setIntervalMining", 0)
        yield found


@pytest.fixture(scope="module")
def upstream(deployment: Deployed) -> BscNode:
    """The node, which counts what it is asked for."""
    return deployment.node


@pytest.fixture
def kgst(deployment: Deployed, upstream: BscNode) -> Iterator[System]:
    with networks.parse_network_choice(f"bsc:testnet:{upstream.address}"):
        policy, files = Policy.load(deployment.policy), Files(deployment.folder)
        found = Deployment.of(policy, Record.load(files.record))
        yield System(found, connected(), files, deployment.policy)


def state(upstream: BscNode, system: System) -> dict[str, Any]:
    """All that a transaction would change: blocks, nonces, balances, the token's root."""
    eth = Web3(HTTPProvider(upstream.upstream)).eth
    people = [Web3.to_checksum_address(a) for a in system.policy.people.values()]
    return {
        "block": eth.get_block("latest")["hash"],
        "nonces": [eth.get_transaction_count(a) for a in people],
        "balances": [eth.get_balance(a) for a in people],
        "storage": eth.get_proof(Web3.to_checksum_address(system.token.address), [])["storageHash"],
    }


def test_drill__on_a_fork__passes_and_the_network_gets_nothing(
    kgst: System, upstream: BscNode
) -> None:
    before = state(upstream, kgst)
    upstream.asked.clear()
    with on_fork(kgst) as (copy, fork):
        drill = run_drill(copy, fork)
    assert failed(drill.checks) == []
    assert drill.passed
    stopped = [c.item for c in drill.checks if c.area == "paused" and c.item.endswith(" reverts")]
    desks = ["request at the desk", "withdraw at the desk", "mint by the desk"]
    assert stopped == [f"{function} reverts" for function in (*STOPPED_BY, *desks)]
    assert len(drill.checks) == 13 + len(STOPPED_BY) + len(desks)
    items = {check.item for check in drill.checks}
    assert items >= {
        "confirmPaid works, its burn waits", "cancelling a proposed mint works",
        "removeDestination works", "withdraw works", "burnPaid works",
    }  # fmt: skip
    assert drill.pauser == kgst.policy.address("pauser")
    assert drill.unpause_delay == HOUR
    waits = next(c for c in drill.checks if c.item == "unpause waits")
    assert waits.found.startswith("AccessManagerNotReady")
    assert 0 < drill.seconds_to_mined < drill.seconds_to_proof < 60
    assert sum(upstream.asked.values()) > 10, "the fork read from it"
    assert [method for method in SENDING if upstream.asked[method]] == []
    assert state(upstream, kgst) == before


def test_drill__pauser_has_lost_its_role__is_found(kgst: System, upstream: BscNode) -> None:
    with on_fork(kgst) as (copy, fork):
        admin = copy.policy.address("admin")
        revoke = bytes(copy.manager.revokeRole.encode_input(4, copy.policy.address("pauser")))
        fork.send(admin, copy.manager.address, schedule(copy, revoke))
        fork.advance(600)
        fork.send(admin, copy.manager.address, revoke)
        with pytest.raises(RefusedError, match="nobody could pause"):
            run_drill(copy, fork)


def schedule(system: System, data: bytes) -> bytes:
    return bytes(system.manager.schedule.encode_input(system.manager.address, data, 0))


def test_drill__paused_already__pretends_not_and_says_so(kgst: System) -> None:
    with on_fork(kgst) as (copy, fork):
        fork.send(
            copy.policy.address("pauser"),
            copy.token.address,
            bytes(copy.token.pause.encode_input(5)),
        )
        drill = run_drill(copy, fork)
        assert drill.paused_before == 5
        assert drill.passed
        assert "TRANSFERS, MINTING; the fork pretended not" in markdown(copy, drill)


def test_command__with_a_report__one_document_and_a_file(
    deployment: Deployed, upstream: BscNode, tmp_path: Path
) -> None:
    report = tmp_path / "drill.md"
    upstream.asked.clear()
    result = run_ape(
        "drill", "--json", "--report", str(report),
        network=upstream.address, policy=deployment.policy,
    )  # fmt: skip
    assert result.code == 0, result.stderr
    assert result.document is not None
    require_schema("drill", result.document)
    assert result.document["passed"] is True
    text = report.read_text()
    assert text.startswith("# Pause drill, ")
    assert "**Passed.**" in text
    assert "| ok | paused: transfer reverts | OperationPaused(flags=1) |" in text
    assert [method for method in SENDING if upstream.asked[method]] == []


def test_upgrade_check__on_a_fork__waits_the_delay_out_and_the_network_gets_nothing(
    kgst: System, upstream: BscNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.upgrade.commands.open_system", lambda *_, **__: kgst)
    before = state(upstream, kgst)
    upstream.asked.clear()
    answer = commands.check(None, "KGSTLogicV2Mock", "0x", quiet=True)
    assert answer.document["passed"] is True
    assert answer.document["smoke_test"]["forked_block"] == kgst.provider.web3.eth.block_number
    assert [method for method in SENDING if upstream.asked[method]] == []
    assert state(upstream, kgst) == before


# The fork itself


def test_forked__node_that_does_not_answer__says_so(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.fork.anvil._upstream", lambda _: nullcontext("http://127.0.0.1:9"))
    with pytest.raises(ForkError, match="anvil did not start"), forked(kgst.provider):
        pass


def test_forked__no_anvil__says_how_to_get_it(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.fork.anvil.shutil.which", lambda _: None)
    with pytest.raises(ForkError, match="anvil is not on the path"), forked(kgst.provider):
        pass


def test_forked__an_error_inside__ends_the_node_and_reconnects(kgst: System) -> None:
    addresses = []

    def fail() -> None:
        with forked(kgst.provider) as fork:
            assert fork.provider.web3.eth.chain_id == 97
            addresses.append(str(fork.provider.http_uri))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Web3(HTTPProvider(addresses[0])).is_connected()
    assert connected() is kgst.provider


def test_forked__process_killed__anvil_ends_with_it(kgst: System) -> None:
    program = (
        "import time\nfrom ape import networks\nfrom kgst.fork.anvil import forked\nfrom kgst.node import connected\n"
        f"with networks.parse_network_choice('bsc:testnet:{kgst.provider.http_uri}'):\n"
        "    with forked(connected()) as fork:\n"
        "        print(fork.provider.http_uri, flush=True)\n        time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    address = next(line for line in process.stdout if line.startswith("http")).strip()
    node = Web3(HTTPProvider(address))
    assert node.is_connected()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: not node.is_connected(), 10)


def test_refusal__what_does_not_revert__is_none(kgst: System) -> None:
    with on_fork(kgst) as (copy, fork):
        caller = copy.policy.address("pauser")
        assert (
            fork.refusal(caller, copy.token.address, bytes(copy.token.pause.encode_input(1)))
            is None
        )
        assert json.dumps(fork.load(copy.token.address, 0)) == "0"
