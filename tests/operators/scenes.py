"""Scenes that go otherwise with one thing taken out of the product, which the machine may meet too rarely."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from operators.acts import ACTS
from support.bsc import faults

if TYPE_CHECKING:
    from operators.world import Ran, World
    from support.bsc.wire import Fault

__all__ = ["SCENES"]

SEND, NONCE = "eth_sendRawTransaction", "eth_getTransactionCount"
GWEI = 10**9


def give(world: World, name: str, lying: Mapping[str, Fault] | None = None, who: int = 0) -> Ran:
    """A command, with these faults of the node by method."""
    world.node.faults.update(lying or {})
    return world.give(name, 1, who)


def done(world: World, name: str) -> tuple[int, int]:
    return ACTS[name].times(world, 1)


def lost(world: World) -> None:
    """A mint that is signed and in a journal, and never reached the node."""
    assert give(world, "mint", {SEND: faults.drops}).code == 6
    assert done(world, "mint") == (0, 0)


def the_same_command_finishes_it(world: World) -> None:
    lost(world)
    [signed] = world.signed
    assert give(world, "mint").code == 0
    assert world.signed == [signed], "what was signed is sent, and nothing else"
    world.end()


def another_command_finishes_it_first(world: World) -> None:
    lost(world)
    assert give(world, "burn").code == 0
    world.require_nothing_open()
    assert (done(world, "mint"), done(world, "burn")) == ((1, 1), (1, 1))


def a_node_lags_behind_what_was_sent(world: World) -> None:
    assert give(world, "mint").code == 0
    assert give(world, "burn", {NONCE: faults.times(3, faults.lags(40))}).code == 0
    assert len(world.signed) == 2, "no nonce is taken twice"


def what_was_outbid_lands_after_all(world: World) -> None:
    """Whoever is asked to take more does so, and never hands it on: the first is mined in the end."""
    sent = []

    def first_only(request: Any, forward: Any) -> Any:
        sent.append(request["params"][0])
        if len(sent) == 1:
            world.node.terms.gas_price = world.chain.floor = 8 * GWEI
            return forward(request)
        world.chain.floor = 0
        return faults.says("0x" + 64 * "0")(request, forward)

    world.chain.floor = 8 * GWEI
    assert give(world, "mint", {SEND: first_only}).code == 0
    assert len(set(sent)) > 1, "it was outbid"
    assert done(world, "mint") == (1, 1)


def a_colleague_did_it(world: World) -> None:
    assert give(world, "mint").code == 0
    again = give(world, "mint", who=1)
    assert (again.code, done(world, "mint")) == (4, (1, 1))
    assert "says the token itself (used in block" in again.said


def what_is_so_now_is_read_back(world: World) -> None:
    found = give(world, "mint")
    assert json.JSONDecoder().raw_decode(found.said)[0]["read_back"]


SCENES: Final[dict[str, Callable[[World], None]]] = {
    "runs are not found again": the_same_command_finishes_it,
    "other runs are not finished": another_command_finishes_it_first,
    "nonces of other runs are forgotten": a_node_lags_behind_what_was_sent,
    "only the last attempt counts": what_was_outbid_lands_after_all,
    "keys are not looked at": a_colleague_did_it,
    "keys differ each time": a_colleague_did_it,
    "no read back": what_is_so_now_is_read_back,
    "done before the end": another_command_finishes_it_first,
}
