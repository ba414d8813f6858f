"""Pausing and resuming, flag by flag."""

from __future__ import annotations

from dataclasses import replace
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from kgst.errors import InputError
from kgst.node import rpc
from kgst.operator.operation import Fact, Operation, Readback, call_data
from kgst.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgst.operator.system import System

__all__ = ["PauseFlag", "flags_in_words", "parse_flags", "pause", "unpause"]


class PauseFlag(IntFlag):
    """The pause flags of the token, as `Gate.sol` numbers them."""

    TRANSFERS = 1
    AUTHORIZATIONS = 2
    MINTING = 4
    BURNING = 8


def parse_flags(names: Sequence[str]) -> PauseFlag:
    """The flags with these names; all of them when none is named.

    Raises:
        InputError: a name that no flag has.
    """
    known = {flag.name: flag for flag in PauseFlag}
    if unknown := [name for name in names if name.upper() not in known]:
        raise InputError(
            f"there is no pause flag {', '.join(unknown)}; flags: {', '.join(map(str, known))}."
        )
    return reduce(or_, (known[name.upper()] for name in names) if names else iter(PauseFlag))


def flags_in_words(flags: int) -> str:
    """`TRANSFERS, MINTING`, or `nothing`."""
    return ", ".join(str(f.name) for f in PauseFlag if flags & f) or "nothing"


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
