"""What a call says: contract, roles, accounts, words; of a Safe's transaction what the Safe calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kgst.decoding.calls import Namer, addresses_in, calls_in, decode_call
from kgst.proposals.notes import role_of
from kgst.safe.safes import executed

__all__ = ["Called", "called"]

_MADE_OF_OTHERS: Final = ("multicall", "execute", "schedule", "cancel")
# Whatever the state, these log something; a second pause of what is paused does not.
_LOUD: Final = ("mint", "burn", "forcedTransfer", "burnBlocked", "propose")
_MANAGER: Final = "KGSTAccessManager"


@dataclass(frozen=True)
class Called:
    """A call, read.

    Attributes:
        caller: Whom the contract sees.
        contract: Whom it calls; None when it makes a contract.
        emits: Whether it logs an event whenever it is carried out.
    """

    caller: str
    contract: str | None
    data: bytes
    words: str
    roles: tuple[str, ...]
    accounts: frozenset[str]
    emits: bool = False


def called(namer: Namer, sender: str, to: str | None, data: bytes) -> Called:
    """What `sender` calls, or has a Safe call."""
    if to is None:
        return Called(sender, None, data, "makes a contract", (), frozenset())
    inner = executed(data)
    caller, target, content = (to, *inner) if inner else (sender, to, data)
    parts = calls_in(namer, target, content)
    # `execute` and its like are anybody's; what they carry is not.
    roles = {
        role.name
        for part in parts
        for named in [namer.named(part.to)]
        if not (named == _MANAGER and part.function.partition("(")[0] in _MADE_OF_OTHERS)
        and (role := role_of(named, part.data[:4])) is not None
    }
    return Called(
        caller,
        target,
        content,
        decode_call(namer, target, content),
        tuple(sorted(roles)),
        frozenset(addresses_in(namer, target, content)),
        any(p.by in (None, "execute") and p.function.partition("(")[0] in _LOUD for p in parts),
    )
