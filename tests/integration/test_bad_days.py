"""Emergencies and other writes on a BSC node that has a bad day: they get through, once, or say what is the matter."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc import BscNode, Terms, bsc_in_front_of, faults
from support.bsc.deployed import QUICK, Deployed, deployed_on_bsc

from kgst.flags import PAUSE_FLAGS
from kgst.journal import Journal, Signed
from kgst.sending.transactions import content_of

SEND, COUNT = "eth_sendRawTransaction", "eth_getTransactionCount"
GWEI = 10**9


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployment")
    with deployed_on_bsc(folder, changes=[("timeout: 3 minutes", "timeout: 15 seconds")]) as found:
        yield found


@pytest.fixture
def node(deployed: Deployed) -> Iterator[BscNode]:
    """The deployment's node; what a test does to it is taken back."""
    node = deployed.node
    before = vars(node.terms).copy()
    node.asked.clear()
    yield node
    node.faults.clear()
    vars(node.terms).update(before)


@pytest.fixture
def second(deployed: Deployed) -> Iterator[BscNode]:
    """Another node of the same chain, named in the policy."""
    with bsc_in_front_of(deployed.node.upstream, Terms(block_time=QUICK)) as node:
        text = deployed.policy.read_text()
        deployed.policy.write_text(f"{text}\nrpcs:\n  - {node.address}\n")
        yield node
        deployed.policy.write_text(text)


def pause(deployed: Deployed, **options: Any) -> Any:
    """It is sent even when it is so already: one node's word for that is not enough."""
    return deployed.run("guard", "pause", "minting", account="pauser", **options)


def last_run(deployed: Deployed, where: str = "operations/done") -> list[Signed]:
    """What the newest run signed."""
    path = max((deployed.folder / where).glob("*.jsonl"))
    with Journal(path) as journal:
        return [s for step in journal.steps for s in journal.attempts(journal.signed(step))]  # type: ignore[arg-type]


def test_pause__asks_for_the_client_once(deployed: Deployed, node: BscNode) -> None:
    assert pause(deployed).code == 0
    assert node.asked["web3_clientVersion"] == 1
    assert sum(node.asked.values()) < 60, node.asked


def test_pause__node_asks_no_price__offers_the_chains_least(
    deployed: Deployed, node: BscNode
) -> None:
    node.faults["eth_gasPrice"] = faults.says("0x0")
    assert pause(deployed).code == 0
    [signed] = last_run(deployed)
    assert content_of(signed).price == 50_000_000


def test_pause__pool_wants_more_than_was_asked__is_replaced(
    deployed: Deployed, node: BscNode
) -> None:
    node.terms.min_gas_price = 5 * GWEI // 4
    before = deployed.nonce("pauser")
    done = pause(deployed)
    assert done.code == 0, done.stderr
    assert "gas price below minimum" in done.stderr
    first, *others = map(content_of, last_run(deployed))
    assert others
    assert all((o.nonce, o.to, o.data) == (first.nonce, first.to, first.data) for o in others)
    assert deployed.nonce("pauser") == before + 1


def test_pause__estimate_is_nonsense__has_the_gas_that_its_bytes_cost(
    deployed: Deployed, node: BscNode
) -> None:
    """It then reverts for lack of gas, or not: either way the account is free afterwards."""
    node.faults["eth_estimateGas"] = faults.once(faults.says("0x1"))
    first = pause(deployed)
    assert first.code in (0, 4), first.stderr
    assert pause(deployed).code == 0
    assert deployed.open_runs() == []


def test_pause__nonce_is_told_too_high__what_was_left_out_is_filled(
    deployed: Deployed, node: BscNode
) -> None:
    before = deployed.nonce("pauser")
    node.faults[COUNT] = faults.times(4, faults.says(hex(before + 2)))
    done = pause(deployed)
    assert done.code == 0, done.stderr
    assert "was left out" in done.stderr
    assert deployed.nonce("pauser") == before + 3
    assert deployed.open_runs() == []


def test_pause__connected_node_takes_nothing__another_of_the_policy_does(
    deployed: Deployed, node: BscNode, second: BscNode
) -> None:
    node.faults[SEND] = faults.refuses(-32000, "txpool is full")
    done = deployed.run("guard", "pause", "authorizations", account="pauser")
    assert done.code == 0, done.stderr
    assert second.asked[SEND] >= 1
    assert deployed.flags() & 2


def test_pause__another_node_hangs__is_not_waited_for(
    deployed: Deployed, node: BscNode, second: BscNode
) -> None:
    second.faults["any"] = second.faults[SEND] = faults.hangs(60)
    began = time.monotonic()
    done = deployed.run("guard", "pause", "burning", account="pauser")
    assert done.code == 0, done.stderr
    assert time.monotonic() - began < 40


def test_pause__two_nodes_say_it_is_so__nothing_is_sent(
    deployed: Deployed, node: BscNode, second: BscNode
) -> None:
    assert pause(deployed).code == 0
    node.asked.clear()
    done = pause(deployed)
    assert done.code == 0
    assert done.document is not None
    assert done.document["already"] is True
    assert node.asked[SEND] == second.asked[SEND] == 0


def test_pause__one_answer_in_two_fails__is_through_in_a_minute(
    deployed: Deployed, node: BscNode
) -> None:
    node.faults["any"] = node.faults[SEND] = faults.sometimes(
        0.5, 7, faults.http(429), faults.drops, faults.page()
    )
    began = time.monotonic()
    done = pause(deployed)
    took = time.monotonic() - began
    assert done.code == 0, done.stderr
    assert took <= 60


def test_pause__account_is_stuck__goes_first(deployed: Deployed, node: BscNode) -> None:
    """Another command of the account has a transaction that no node takes: the pause does not wait for it."""
    node.faults[SEND] = faults.refuses(-32000, "sender or to in black list")
    stuck = pause(deployed)
    assert stuck.code == 1
    assert "--give-up" in stuck.error
    [kinds] = deployed.open_runs()
    assert kinds == ["header", "act", "signed"]
    node.faults.clear()
    done = deployed.run("guard", "pause", "burning", account="pauser")
    assert done.code == 0, done.stderr
    assert "this goes first" in done.stderr
    freed = pause(deployed)  # says what became of the other, and begins anew
    assert freed.code in (0, 4), freed.stderr
    assert pause(deployed).code == 0
    assert deployed.open_runs() == []


def test_give_up__what_is_stuck__is_ended(deployed: Deployed, node: BscNode) -> None:
    node.faults[SEND] = faults.refuses(-32000, "sender or to in black list")
    assert pause(deployed).code == 1
    node.faults.clear()
    before = deployed.nonce("pauser")
    done = deployed.run("guard", "pause", "--give-up", account="pauser")
    assert done.code == 0, done.stderr
    assert done.document is not None
    assert [g["carried_out"] for g in done.document["given_up"]] == [False]
    assert deployed.nonce("pauser") == before + 1
    assert deployed.open_runs() == []


def test_presigned__is_sent_by_who_has_no_key(deployed: Deployed, node: BscNode) -> None:
    path = deployed.folder / "pause.json"
    signed = deployed.run("guard", "pause", "--presign", path, account="pauser")
    assert signed.code == 0, signed.stderr
    before = deployed.nonce("pauser")
    node.faults["any"] = faults.sometimes(0.3, 3, faults.http(429), faults.page())
    sent = deployed.run("guard", "send", path)
    assert sent.code == 0, sent.stderr
    assert deployed.nonce("pauser") == before + 1
    assert deployed.flags() == PAUSE_FLAGS
    assert json.loads(path.read_text())["hash"] == sent.document["transaction"]  # type: ignore[index]


def test_waiting__receipts_fail_for_a_while__is_no_end(deployed: Deployed, node: BscNode) -> None:
    node.faults["eth_getTransactionReceipt"] = faults.times(
        4, faults.refuses(-32000, "internal trouble")
    )
    assert pause(deployed).code == 0


def test_waiting__finality_has_stalled__is_unconfirmed_and_finished_later(
    deployed: Deployed, node: BscNode
) -> None:
    """It must not be taken for final after some blocks: the tag is known, it only stands still."""
    node.terms.finality_stalled = True
    before = deployed.nonce("unpauser")
    stalled = deployed.run("guard", "unpause", account="unpauser")
    assert stalled.code == 6, stalled.stderr
    assert "finality stands at block" in stalled.error
    node.terms.finality_stalled = False
    done = deployed.run("guard", "unpause", account="unpauser")
    assert done.code == 0, done.stderr
    assert done.document is not None
    assert done.document["resumed"] is True
    assert (deployed.nonce("unpauser"), deployed.flags()) == (before + 1, 0)


def test_sending__the_answer_is_lost__is_sent_once(deployed: Deployed, node: BscNode) -> None:
    before = deployed.nonce("pauser")
    node.faults[SEND] = faults.times(2, faults.loses_the_answer)
    done = pause(deployed)
    assert done.code == 0, done.stderr
    assert deployed.nonce("pauser") == before + 1
