"""The pipeline killed at its worst moments, in processes of their own: the same command ends with one transaction."""

from __future__ import annotations

import threading
from typing import Any

from support.bsc import BscNode
from support.bsc.deployed import Deployed
from support.bsc.faults import says
from support.cli import Result, finish_ape, kill, wait_for
from support.schemas import require_schema

SEND = "eth_sendRawTransaction"
DELAY = 300


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


def guard(command: str, flag: str, deployed: Deployed, node: BscNode | None = None) -> Result:
    return deployed.run(*arguments(command, flag), account=account_of(command), node=node)


def arguments(command: str, flag: str) -> tuple[str, ...]:
    return "guard", command, flag


def account_of(command: str) -> str:
    return {"pause": "pauser", "unpause": "unpauser"}[command]


def nonce(deployed: Deployed, account: str = "pauser") -> int:
    return deployed.nonce(account)


def killed_in(
    deployed: Deployed, node: BscNode, gate: Gate, *command: str, account: str = "pauser"
) -> None:
    """Start `command`, and kill it while its transaction is held at `gate`."""
    node.faults[SEND] = gate
    process = deployed.start(*command, account=account, node=node)
    try:
        wait_for(lambda: gate.reached.is_set() or process.poll() is not None, 90)
        assert gate.reached.is_set(), process.communicate()
    finally:
        kill(process)
        gate.opened.set()
        del node.faults[SEND]


def test_killed__between_journal_and_send__the_same_transaction_is_sent(
    deployed: Deployed, node: BscNode
) -> None:
    before = nonce(deployed)
    killed_in(deployed, node, Lost(delivers=False), *arguments("pause", "transfers"))
    assert deployed.open_runs() == [["header", "act", "signed"]]
    assert nonce(deployed) == before, "it was not sent"
    healed = guard("pause", "transfers", deployed)
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert (healed.document["resumed"], len(healed.document["transactions"])) == (True, 1)
    require_schema("operation", healed.document)
    assert (nonce(deployed), deployed.flags()) == (before + 1, 1)
    assert deployed.open_runs() == []


def test_killed__between_send_and_receipt__nothing_is_sent_again(
    deployed: Deployed, node: BscNode
) -> None:
    before = nonce(deployed)
    killed_in(deployed, node, Gate(delivers=True), *arguments("pause", "minting"))
    assert deployed.open_runs() == [["header", "act", "signed"]]
    wait_for(lambda: deployed.flags() & 4, 10)
    healed = guard("pause", "minting", deployed)
    assert healed.code == 0, healed.stderr
    assert healed.document is not None
    assert healed.document["resumed"] is True
    assert nonce(deployed) == before + 1
    assert deployed.open_runs() == []


def test_killed__nonce_used_elsewhere_meanwhile__says_so_and_then_does_it_once(
    deployed: Deployed, node: BscNode
) -> None:
    before = nonce(deployed)
    killed_in(deployed, node, Lost(delivers=False), *arguments("pause", "burning"))
    deployed.spend_nonce("pauser", before)
    told = guard("pause", "burning", deployed)
    assert told.code == 1, told.stderr
    assert (
        f"nonce {before} of {deployed.address('pauser')} was used by another transaction"
        in told.error
    )
    require_schema("error", told.document)
    assert deployed.flags() & 8 == 0
    done = guard("pause", "burning", deployed)
    assert done.code == 0, done.stderr
    assert (nonce(deployed), deployed.flags() & 8) == (before + 2, 8)


def test_killed__another_command_first__finishes_it_and_is_not_hindered(
    deployed: Deployed, node: BscNode
) -> None:
    """What was interrupted can no longer land; the next command says so and goes on."""
    before = nonce(deployed, "unpauser")
    assert deployed.flags()
    lost = Lost(delivers=False)
    killed_in(deployed, node, lost, *arguments("unpause", "transfers"), account="unpauser")
    deployed.spend_nonce("unpauser", before)
    other = deployed.run("guard", "unpause", account="unpauser")
    assert other.code == 0, other.stderr
    assert "was interrupted; it is finished first" in " ".join(other.stderr.split())
    assert (nonce(deployed, "unpauser"), deployed.flags()) == (before + 2, 0)


def test_two_at_once__second_is_refused_and_nothing_is_done_twice(
    deployed: Deployed, node: BscNode
) -> None:
    assert deployed.run("guard", "pause", account="pauser").code == 0
    before = nonce(deployed, "unpauser")
    gate = Gate(delivers=False)
    node.faults[SEND] = gate
    first = deployed.start(*arguments("unpause", "transfers"), account="unpauser", node=node)
    try:
        wait_for(lambda: gate.reached.is_set() or first.poll() is not None, 90)
        same, other = guard("unpause", "transfers", deployed), guard("unpause", "minting", deployed)
        for second in (same, other):
            assert second.code == 4, second.stderr
            assert "another command is acting from" in second.error
    finally:
        gate.opened.set()
    ended = finish_ape(first)
    assert ended.code == 0, ended.stderr
    assert (nonce(deployed, "unpauser"), deployed.flags()) == (before + 1, 14)
    again = guard("unpause", "transfers", deployed)
    assert again.document is not None
    assert (again.code, again.document["already"]) == (0, True)
    assert nonce(deployed, "unpauser") == before + 1


def test_gas_price__above_the_policys__is_refused_and_leaves_nothing(
    deployed: Deployed, node: BscNode
) -> None:
    before, runs = nonce(deployed, "unpauser"), deployed.open_runs()
    node.faults["eth_gasPrice"] = says(hex(11 * 10**9))
    refused = guard("unpause", "minting", deployed, node)
    assert refused.code == 4, refused.stderr
    assert "gas costs 11 gwei now, the policy allows 10 gwei" in refused.error
    assert (nonce(deployed, "unpauser"), deployed.open_runs()) == (before, runs)


def test_rotate__through_delays_and_a_kill__ends_with_one_grant_and_one_revoke(
    deployed: Deployed, node: BscNode
) -> None:
    command = ("govern", "rotate", "pauser", "issuer_b")

    def go_on(*more: str, code: int) -> dict[str, Any]:
        result = deployed.run(*command, *more, account="admin")
        assert result.code == code, result.stderr
        assert result.document is not None
        require_schema("operation", result.document)
        return result.document

    def wait() -> None:
        deployed.node.advance(DELAY)

    killed_in(deployed, node, Gate(delivers=True), *command, account="admin")
    granting = go_on(code=5)
    assert (granting["resumed"], granting["rotation"]["next"]) == (True, "grant")
    pending = deployed.run("govern", "pending").document
    require_schema("govern-pending", pending)
    assert pending is not None
    assert [o["caller_label"] for o in pending["operations"]] == ["admin"]
    wait()
    assert go_on(code=5)["rotation"]["next"] == "prove"
    assert go_on("--new-account", "issuer_b", code=5)["rotation"]["next"] == "revoke"
    wait()
    done = go_on("--write-policy", code=0)
    assert (done["rotation"]["next"], done["rotation"]["policy_written"]) == ("done", True)

    plan = deployed.run("govern", "plan")
    require_schema("govern-plan", plan.document)
    assert plan.document is not None
    assert plan.document["changes"] == []
    matrix = deployed.run("govern", "matrix").document
    require_schema("govern-matrix", matrix)
    assert matrix is not None
    [member] = next(r["members"] for r in matrix["roles"] if r["name"] == "PAUSER")
    assert (member["label"], member["flags"]) == ("issuer_b", ["plain key", "single"])
    people = deployed.run("govern", "matrix", as_json=False)
    assert "plain key" in people.stdout
