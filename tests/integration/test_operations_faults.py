"""The pipeline killed at its worst moments, in processes of their own: the same command ends with one transaction."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import (
    ROOT,
    Result,
    finish_ape,
    kill,
    run_ape,
    running_anvil,
    start_ape,
    wait_for,
)
from support.faulty_node import FaultyNode, faulty_node, says
from support.schemas import require_schema
from web3 import HTTPProvider, Web3

SEND = "eth_sendRawTransaction"
PAUSER = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"  # TEST::5
DELAY = 300


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An anvil like the testnet with the token on it, and the folder of its policy and record."""
    folder = tmp_path_factory.mktemp("deployment")
    shutil.copy(ROOT / "deployments/rehearsal/policy.yaml", folder)
    with running_anvil() as anvil:
        done = run_ape("deploy", "apply", "--yes", "--json", network=anvil, policy=folder / "policy.yaml")  # fmt: skip
        assert done.code == 0, done.stderr
        yield anvil, folder


@pytest.fixture
def node(deployed: tuple[str, Path]) -> Iterator[FaultyNode]:
    with faulty_node(deployed[0]) as node:
        yield node


class Gate:
    """Holds a request back until it is opened.

    Args:
        delivers: Whether the node gets the request at once, and only the answer is held back.
    """

    def __init__(self, *, delivers: bool) -> None:
        self.delivers = delivers
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: dict[str, Any], forward: Any) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = forward(request) if self.delivers else None
        self.reached.set()
        self.opened.wait(60)
        return answer if self.delivers else forward(request)


class Lost(Gate):
    """What is held back never reaches the node."""

    def __call__(self, request: dict[str, Any], forward: Any) -> dict[str, Any] | None:
        self.reached.set()
        self.opened.wait(60)
        return None


def guard(
    command: str, flag: str, deployed: tuple[str, Path], network: str | None = None
) -> Result:
    return run_ape(*arguments(command, flag), **where(deployed, network))


def arguments(command: str, flag: str) -> tuple[str, ...]:
    return "guard", command, flag, "--yes", "--json"


def where(deployed: tuple[str, Path], network: str | None = None) -> dict[str, Any]:
    return {"network": network or deployed[0], "policy": deployed[1] / "policy.yaml"}


def eth(deployed: tuple[str, Path]) -> Any:
    return Web3(HTTPProvider(deployed[0])).eth


def nonce(deployed: tuple[str, Path]) -> int:
    return int(eth(deployed).get_transaction_count(PAUSER, "pending"))


def flags(deployed: tuple[str, Path]) -> int:
    token = json.loads((deployed[1] / "record.json").read_text())["token"]["address"]
    return int.from_bytes(
        eth(deployed).call({"to": token, "data": Web3.keccak(text="pauseFlags()")[:4]})
    )


def open_runs(deployed: tuple[str, Path]) -> list[list[str]]:
    """Kinds of the lines of each journal that is not put away."""
    paths = sorted((deployed[1] / "operations").glob("*.jsonl"))
    return [[json.loads(line)["kind"] for line in p.read_text().splitlines()] for p in paths]


def killed_in(node: FaultyNode, gate: Gate, command: tuple[str, ...], **options: Any) -> None:
    """Start `command`, and kill it while its transaction is held at `gate`."""
    node.faults[SEND] = gate
    process = start_ape(*command, **{**options, "network": node.address})
    try:
        wait_for(lambda: gate.reached.is_set() or process.poll() is not None, 90)
        assert gate.reached.is_set(), process.communicate()
    finally:
        kill(process)
        gate.opened.set()
        del node.faults[SEND]


def test_killed__between_journal_and_send__the_same_transaction_is_sent(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before = nonce(deployed)
    killed_in(node, Lost(delivers=False), arguments("pause", "transfers"), **where(deployed))
    assert open_runs(deployed) == [["header", "signed"]]
    assert nonce(deployed) == before, "it was not sent"
    healed = guard("pause", "transfers", deployed)
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert (healed.document["resumed"], len(healed.document["transactions"])) == (True, 1)
    require_schema("operation", healed.document)
    assert (nonce(deployed), flags(deployed)) == (before + 1, 1)
    assert open_runs(deployed) == []


def test_killed__between_send_and_receipt__nothing_is_sent_again(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before = nonce(deployed)
    killed_in(node, Gate(delivers=True), arguments("pause", "minting"), **where(deployed))
    assert open_runs(deployed) == [["header", "signed"]]
    wait_for(lambda: flags(deployed) & 4, 10)
    healed = guard("pause", "minting", deployed)
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert healed.document["resumed"] is True
    assert nonce(deployed) == before + 1
    assert open_runs(deployed) == []


def test_killed__nonce_used_elsewhere_meanwhile__says_so_and_then_does_it_once(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before = nonce(deployed)
    killed_in(node, Lost(delivers=False), arguments("pause", "burning"), **where(deployed))
    web3 = Web3(HTTPProvider(deployed[0]))
    sent = web3.eth.send_transaction({"from": PAUSER, "to": PAUSER, "value": 1, "nonce": before})
    web3.eth.wait_for_transaction_receipt(sent)
    told = guard("pause", "burning", deployed)
    assert told.code == 1, told.stderr
    assert f"nonce {before} of {PAUSER} was used by another transaction" in told.error
    require_schema("error", told.document)
    assert flags(deployed) & 8 == 0
    done = guard("pause", "burning", deployed)
    assert done.code == 0, done.stderr
    assert (nonce(deployed), flags(deployed) & 8) == (before + 2, 8)


def test_killed__another_command_first__finishes_it_and_is_not_hindered(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    """What was interrupted can no longer land; the next command says so and goes on."""
    before = nonce(deployed)
    killed_in(node, Lost(delivers=False), arguments("pause", "authorizations"), **where(deployed))
    web3 = Web3(HTTPProvider(deployed[0]))
    sent = web3.eth.send_transaction({"from": PAUSER, "to": PAUSER, "value": 1, "nonce": before})
    web3.eth.wait_for_transaction_receipt(sent)
    other = run_ape("guard", "pause", "--yes", "--json", **where(deployed))
    assert other.code == 0, other.stderr
    assert "was interrupted; it is finished first" in " ".join(other.stderr.split())
    assert (nonce(deployed), flags(deployed)) == (before + 2, 15)


def test_two_at_once__second_is_refused_and_nothing_is_done_twice(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    assert run_ape("guard", "unpause", "--yes", "--json", **where(deployed)).code == 0
    before = nonce(deployed)
    gate = Gate(delivers=False)
    node.faults[SEND] = gate
    first = start_ape(*arguments("pause", "transfers"), **where(deployed, node.address))
    try:
        wait_for(lambda: gate.reached.is_set() or first.poll() is not None, 90)
        same, other = guard("pause", "transfers", deployed), guard("pause", "minting", deployed)
        for second in (same, other):
            assert second.code == 4, second.stderr
            assert "another command is acting from" in second.error
    finally:
        gate.opened.set()
    ended = finish_ape(first)
    assert ended.code == 0, ended.stderr
    assert (nonce(deployed), flags(deployed)) == (before + 1, 1)
    again = guard("pause", "transfers", deployed)
    assert again.document is not None
    assert (again.code, again.document["already"]) == (0, True)
    assert nonce(deployed) == before + 1


def test_gas_price__above_the_policys__is_refused_and_leaves_nothing(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    before, runs = nonce(deployed), open_runs(deployed)
    node.faults["eth_gasPrice"] = says(hex(11 * 10**9))
    refused = guard("unpause", "transfers", deployed, node.address)
    assert refused.code == 4, refused.stderr
    assert "gas costs 11 gwei now, the policy allows 10 gwei" in refused.error
    assert (nonce(deployed), open_runs(deployed)) == (before, runs)


def test_rotate__through_delays_and_a_kill__ends_with_one_grant_and_one_revoke(
    deployed: tuple[str, Path], node: FaultyNode
) -> None:
    command = ("govern", "rotate", "pauser", "issuer_b", "--account", "TEST::1", "--yes", "--json")
    web3 = Web3(HTTPProvider(deployed[0]))

    def go_on(*more: str, code: int) -> dict[str, Any]:
        result = run_ape(*command, *more, **where(deployed))
        assert result.code == code, result.stderr
        assert result.document is not None
        require_schema("operation", result.document)
        return result.document

    def wait() -> None:
        web3.provider.make_request("evm_increaseTime", [DELAY])  # type: ignore[arg-type]
        web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]

    killed_in(node, Gate(delivers=True), command, **where(deployed))
    granting = go_on(code=5)
    assert (granting["resumed"], granting["rotation"]["next"]) == (True, "grant")
    pending = run_ape("govern", "pending", "--json", **where(deployed)).document
    require_schema("govern-pending", pending)
    assert pending is not None
    assert [o["caller_label"] for o in pending["operations"]] == ["admin"]
    wait()
    assert go_on(code=5)["rotation"]["next"] == "prove"
    assert go_on("--new-account", "TEST::11", code=5)["rotation"]["next"] == "revoke"
    wait()
    done = go_on("--write-policy", code=0)
    assert (done["rotation"]["next"], done["rotation"]["policy_written"]) == ("done", True)

    plan = run_ape("govern", "plan", "--json", **where(deployed))
    require_schema("govern-plan", plan.document)
    assert plan.document is not None
    assert plan.document["changes"] == []
    matrix = run_ape("govern", "matrix", "--json", **where(deployed)).document
    require_schema("govern-matrix", matrix)
    assert matrix is not None
    [member] = next(r["members"] for r in matrix["roles"] if r["name"] == "PAUSER")
    assert (member["label"], member["flags"]) == ("issuer_b", ["plain key", "single"])
    people = run_ape("govern", "matrix", **where(deployed))
    assert "plain key" in people.stdout
