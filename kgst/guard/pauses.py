"""Pausing and resuming, flag by flag."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kgst.flags import flags_in_words, parse_flags
from kgst.node import rpc
from kgst.pipeline.operation import Fact, Operation, Readback, call_data
from kgst.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgst.deployment.system import System

__all__ = ["pause", "unpause"]


def pause(system: System, names: Sequence[str]) -> Operation:
    """Set the named flags; flags that are set stay."""
    flags = parse_flags(names)
    before = _flags(system)
    operation = _operation(system, "pause", Role.PAUSER, flags, before, before | flags)
    paused = Fact(
        system.token.address,
        call_data(system.token.pauseFlags),
        lambda answer: len(answer) == 32 and int.from_bytes(answer) & flags == flags,
    )
    return replace(operation, emergency=True, fact=paused)


def unpause(system: System, names: Sequence[str]) -> Operation:
    """Clear the named flags; others stay."""
    flags = parse_flags(names)
    before = _flags(system)
    return _operation(system, "unpause", Role.UNPAUSER, flags, before, before & ~flags)


def _operation(
    system: System, name: str, role: Role, flags: int, before: int, after: int
) -> Operation:
    return Operation(
        name=name,
        title=f"{name} {flags_in_words(flags)}",
        to=system.token.address,
        data=call_data(getattr(system.token, name), int(flags)),
        role=role,
        lines=(
            ("paused now", flags_in_words(before)),
            ("paused afterwards", flags_in_words(after)),
        ),
        readbacks=(
            Readback("paused", int(after), lambda: int(system.token.pauseFlags()), flags_in_words),
        ),
        repeatable=True,
        already=before == after,
    )


def _flags(system: System) -> int:
    with rpc("read the pause flags"):
        return int(system.token.pauseFlags())
