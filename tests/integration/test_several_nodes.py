"""Commands under a policy that wants two nodes to agree, while one of them lies, lags, hangs or is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode, bsc_in_front_of, faults
from support.bsc.deployed import Deployed, quick
from support.bsc.wire import Answer, Forward, Request, result
from support.life import Life

LIES = "contradict each other"


@dataclass(frozen=True)
class Agreeing:
    """A deployment whose policy names two nodes besides the one of `--network`, and wants two to agree."""

    here: Deployed
    first: BscNode
    second: BscNode
    third: BscNode


@pytest.fixture
def three(deployed: Deployed, tmp_path: Path) -> Iterator[Agreeing]:
    upstream = deployed.node.upstream
    with (
        bsc_in_front_of(upstream, quick()) as first,
        bsc_in_front_of(upstream, quick()) as second,
        bsc_in_front_of(upstream, quick()) as third,
    ):
        rpcs = f"\nrpcs: [{second.address}, {third.address}]\nquorum: 2\n"
        (tmp_path / "policy.yaml").write_text(deployed.policy.read_text() + rpcs)
        (tmp_path / "record.json").write_bytes((deployed.folder / "record.json").read_bytes())
        yield Agreeing(replace(deployed, folder=tmp_path, node=first), first, second, third)


def altered(word: str) -> Any:
    """The true answer, of an `eth_call`, with one digit changed."""

    def fault(request: Request, forward: Forward) -> Answer:
        answer: Any = forward(request)
        said = str(answer["result"])
        return result(request, said[:-1] + (word if said[-1] != word else "e"))

    return fault


def hides(topic: str) -> Any:
    """No event whose first topic is this one."""

    def fault(request: Request, forward: Forward) -> Answer:
        answer: Any = forward(request)
        kept = [log for log in answer["result"] if log["topics"][0] != topic]
        return result(request, kept)

    return fault


@pytest.mark.parametrize("place", ["first", "second", "third"])
@pytest.mark.parametrize("command", [("status",), ("govern", "plan"), ("deploy", "verify")])
def test_read__one_of_three_alters_a_call__ends_and_names_both(
    three: Agreeing, place: str, command: tuple[str, ...]
) -> None:
    liar = getattr(three, place)
    liar.faults["eth_call"] = altered("7")
    found = three.here.run(*command)
    assert found.code not in (0, 3), found.stdout
    assert LIES in found.stdout + found.stderr
    assert liar.address.split("//")[1] in found.stdout + found.stderr


def test_read__one_of_three_is_gone__goes_on(three: Agreeing) -> None:
    three.second.faults["any"] = faults.http(503)
    found = three.here.run("status")
    assert found.code == 0, found.stderr
    assert "supply" in found.stdout


def test_read__two_of_three_are_gone__says_who(three: Agreeing) -> None:
    for node in (three.second, three.third):
        node.faults["any"] = faults.http(403)
    found = three.here.run("status")
    assert found.code not in (0, 3)
    assert "2 nodes have to agree by the policy" in found.stderr


def test_read__one_of_three_lags__its_blocks_are_not_the_ones_that_count(three: Agreeing) -> None:
    three.here.node.mine(5)
    three.first.faults["any"] = faults.lags(3)
    assert three.here.run("status").code == 0


def test_verify__the_named_node_hides_a_second_admin__is_seen(three: Agreeing) -> None:
    from web3 import Web3

    life = Life(three.here)
    life.as_admin(life.manager.functions.grantRole(0, life.other, 0))
    topic = Web3.keccak(text="RoleGranted(uint64,address,uint32,uint48,bool)").to_0x_hex()
    three.first.faults["eth_getLogs"] = hides(topic)
    found = three.here.run("deploy", "verify")
    assert found.code != 0
    assert LIES in found.stdout + found.stderr


def test_freeze__the_named_node_loses_it__goes_by_the_others(three: Agreeing) -> None:
    three.first.faults["eth_sendRawTransaction"] = faults.drops
    found = three.here.run(
        "guard",
        "freeze",
        three.here.address("outsider"),
        "5 som",
        "--reason",
        "a test",
        "--allow-unknown",
        account="compliance",
    )
    assert found.code == 0, found.stderr
    assert three.second.asked["eth_sendRawTransaction"] >= 1


def test_pause__one_lies_and_one_is_gone__is_not_held_up(three: Agreeing) -> None:
    """What stops something waits for no agreement."""
    three.second.faults["eth_call"] = altered("7")
    three.third.faults["any"] = faults.http(503)
    found = three.here.run("guard", "pause", "transfers", account="pauser")
    assert found.code == 0, found.stderr
    assert three.here.flags() & 1
    assert three.here.run("guard", "unpause", "transfers", account="unpauser").code != 0, (
        "that needs two"
    )


def test_policy__wants_more_nodes_than_are_named__is_refused(three: Agreeing) -> None:
    text = three.here.policy.read_text()
    three.here.policy.write_text(text.replace("quorum: 2", "quorum: 4"))
    found = three.here.run("status")
    assert found.code == 2
    assert "quorum: found 4, and rpcs names 2 node(s)" in found.stderr
    address = three.second.address
    three.here.policy.write_text(
        text.replace(f"[{address}, {three.third.address}]", f"[{three.first.address}]")
    )
    found = three.here.run("status")
    assert "wants 2 nodes to agree, and --network and its rpcs name 1" in found.stderr


def test_doctor__says_how_many_agree_and_who_is_silent(three: Agreeing) -> None:
    three.third.faults["any"] = faults.http(403)
    found = three.here.run("doctor")
    assert found.document is not None
    rows = {row["item"]: row for row in found.document["checks"]}
    row = rows["nodes that have to agree"]
    assert row["state"] == "warning"
    assert three.third.address.split("//")[1] in row["found"]
