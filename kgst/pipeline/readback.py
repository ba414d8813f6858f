"""What must be true once an operation is final, read from the chain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kgst.errors import DriftError, UnconfirmedError
from kgst.node import NodeError, rpc
from kgst.pipeline.expected_events import missing
from kgst.pipeline.operation import ANYTHING, Operation, Readback
from kgst.pipeline.results import Result

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["after", "read_back"]

_CATCH_UP_SECONDS: Final = 30
_EVENTS_SHOWN: Final = 8


def read_back(system: System, operations: Sequence[Operation], result: Result) -> None:
    """Require that the chain is as `operations` say; what was read is added to `result`.

    Raises:
        DriftError: it is not.
        UnconfirmedError: something is final, and the node does not let it be read back.
        NodeError: the same, and nothing was sent.
    """
    with after(result):
        _catch_up(system, max((o.block_number for o in result.outcomes), default=0))
        wrong = _differences(operations, result) + _not_logged(system, operations, result)
    if wrong:
        raise DriftError(
            f"it is final ({_sent(result)}), but the chain is not as it should be: {'; '.join(wrong)}. Look at "
            "`ape run status`; somebody else may have acted in between."
        )


@contextmanager
def after(result: Result) -> Iterator[None]:
    """Whatever a node fails to say once something is final is no failure of what was sent.

    Raises:
        UnconfirmedError: a `NodeError` was raised, and something is final.
    """
    try:
        yield
    except NodeError as error:
        if not result.outcomes:
            raise
        raise UnconfirmedError(
            f"it is final ({_sent(result)}), and nothing has to be sent again; whether the chain now is as it should "
            f"be was not seen: {error} Look at `ape run status` later."
        ) from error


def _sent(result: Result) -> str:
    return ", ".join(o.hash for o in result.outcomes) or "nothing was sent now"


def _differences(operations: Sequence[Operation], result: Result) -> list[str]:
    wrong = []
    for readback in (r for o in operations for r in o.readbacks):
        try:
            value = _value(readback)
        except NodeError as error:
            if readback.expected is not ANYTHING:
                raise
            result.values.append((readback.what, f"not read: {error}"))
            continue
        result.values.append((readback.what, readback.show(value)))
        if readback.expected is not ANYTHING and value != readback.expected:
            wrong.append(
                f"{readback.what}: expected {readback.show(readback.expected)}, found {readback.show(value)}"
            )
    return wrong


def _value(readback: Readback) -> object:
    try:
        with rpc(f"read back {readback.what}"):
            return readback.read()
    except (TypeError, ValueError) as error:  # of nothing, or of figures that cannot be
        raise NodeError(
            f"could not read back {readback.what}: the node's answer is not what the contract returns; use another "
            "node."
        ) from error


def _not_logged(system: System, operations: Sequence[Operation], result: Result) -> list[str]:
    """Events that the transactions should have logged, and did not."""
    expected = [e for o in operations if not o.already for e in o.emits]
    if not expected or not result.outcomes:
        return []
    lacking = missing(system.provider, [o.hash for o in result.outcomes], expected)
    if len(expected) <= _EVENTS_SHOWN:
        result.values += [(e.what, "in the log") for e in expected if e not in lacking]
    return [f"no event in the log: {e.what}" for e in lacking[:_EVENTS_SHOWN]]


def _catch_up(system: System, block: int) -> None:
    """A node behind a load balancer may be a block behind the one that had the receipt."""
    deadline = time.monotonic() + _CATCH_UP_SECONDS
    while True:
        with rpc("ask for the last block"):
            if int(system.provider.web3.eth.block_number) >= block:
                return
        if time.monotonic() > deadline:
            raise NodeError(
                f"the transaction is final in block {block}, but the node has fallen behind; look at "
                "`ape run status` later: nothing has to be sent again."
            )
        time.sleep(0.5)
