"""What goes wrong while a command runs: faults of the node, lies of it, a kill, a power cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from support.bsc import faults
from support.lies import Liar

if TYPE_CHECKING:
    from operators.world import World

__all__ = ["NODE", "NOTHING", "PROCESS", "Trouble"]

_RECEIPT: Final = "eth_getTransactionReceipt"
_SEND: Final = "eth_sendRawTransaction"
_NONCE: Final = "eth_getTransactionCount"


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong.

    Attributes:
        begin: Brings it about; with a number that chooses among its kinds.
        node: It is the node's: then the command may end in many ways, and an honest node makes good.
    """

    name: str
    begin: Callable[[World, int], None]
    node: bool = True


def _fault(method: str, fault: Callable[[int], faults.Fault]) -> Callable[[World, int], None]:
    def begin(world: World, seed: int) -> None:
        world.node.faults[method] = fault(seed)

    return begin


def _once_or_always(fault: faults.Fault) -> Callable[[int], faults.Fault]:
    return lambda seed: faults.times(1 + seed % 3, fault) if seed % 4 else fault


def _other_status(seed: int) -> faults.Fault:
    """Of a receipt: that it reverted when it did not, and the other way round."""

    def fault(request: faults.Request, forward: faults.Forward) -> Any:
        answer = forward(request)
        if found := answer.get("result"):
            other = "0x0" if found["status"] == "0x1" else "0x1"
            answer = {**answer, "result": {**found, "status": other}}
        return answer

    return _once_or_always(fault)(seed)


def _lie(world: World, seed: int) -> None:
    lies, others = world.lies[world.act.name]
    world.node.faults["any"] = Liar(lies[seed % len(lies)], others)
    world.lied = True


def _pruned(world: World, seed: int) -> None:
    world.node.terms.receipt_blocks = 1 + seed % 3
    world.node.terms.pruned_words = "null"


def _forgets(world: World, _: int) -> None:
    world.node.terms.log_blocks = 1
    world.node.terms.pruned_words = "null"


def _lags(world: World, seed: int) -> None:
    world.node.terms.backends = (0, 1 + seed % 3)


def _stalled(world: World, _: int) -> None:
    world.node.terms.finality_stalled = True


def _indexing(world: World, _: int) -> None:
    world.node.terms.indexing = True


def _no_batches(world: World, _: int) -> None:
    world.node.terms.batches_off = True


NODE: Final = {
    trouble.name: trouble
    for trouble in (
        Trouble("receipt is null", _fault(_RECEIPT, _once_or_always(faults.says(None)))),
        Trouble("receipt says the other status", _fault(_RECEIPT, _other_status)),
        Trouble("receipt is cut", _fault(_RECEIPT, _once_or_always(faults.drops))),
        Trouble("sending is lost", _fault(_SEND, _once_or_always(faults.drops))),
        Trouble("answer to sending is lost", _fault(_SEND, _once_or_always(faults.loses_the_answer))),
        Trouble("sending is refused", _fault(_SEND, _once_or_always(faults.refuses(-32000, "already known")))),
        Trouble(
            "sending is said to come too late",
            _fault(_SEND, _once_or_always(faults.refuses(-32000, "nonce too low: next nonce 99, tx nonce 1"))),
        ),
        Trouble("nonce is old", _fault(_NONCE, _once_or_always(faults.lags(5)))),
        Trouble("every answer is a page", _fault("any", lambda seed: faults.times(1 + seed % 40, faults.page()))),
        Trouble("overloaded", _fault("any", lambda seed: faults.times(1 + seed % 40, faults.http(503)))),
        Trouble("gone for good", lambda world, seed: world.gone_after(seed % 40)),
        Trouble(
            "one answer in three",
            _fault("any", lambda seed: faults.sometimes(0.3, seed, faults.drops, faults.empty(), faults.null())),
        ),
        Trouble("lags", _lags),
        Trouble("finality stands still", _stalled),
        Trouble("receipts are pruned", _pruned),
        Trouble("logs are pruned", _forgets),
        Trouble("index not ready", _indexing),
        Trouble("no batches", _no_batches),
        Trouble("tells a lie", _lie),
    )
}  # fmt: skip
PROCESS: Final = {
    trouble.name: trouble
    for trouble in (
        Trouble("killed", lambda world, seed: world.disk.kill_at(seed, power=False), node=False),
        Trouble(
            "power fails", lambda world, seed: world.disk.kill_at(seed, power=True), node=False
        ),
    )
}
NOTHING: Final = Trouble("nothing", lambda _, __: None, node=False)
