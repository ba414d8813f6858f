"""What can be paused, and DELEGATE_ALL, as `Flags.sol` and `Solvency.sol` draw them.

The only place in Python that knows which flags there are, what they are called and where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import Annotated, Final

from kgst.document import Shared
from kgst.errors import InputError

__all__ = [
    "DELEGATE_ALL",
    "PAUSE_FLAGS",
    "SOLVENCY_SHIFT",
    "STOPPED_BY",
    "SUPPLY_FLAGS",
    "FlagName",
    "FlagWords",
    "PauseFlag",
    "flag_list",
    "flag_names",
    "flags_in_words",
    "parse_flags",
    "pauses_of",
]


class PauseFlag(IntFlag):
    """What can be paused, each for itself."""

    TRANSFERS = 1
    AUTHORIZATIONS = 2
    MINTING = 4
    BURNING = 8


FlagName = Annotated[
    str,
    Shared(
        "pause_flag",
        "what can be paused",
        type="string",
        enum=[str(flag.name).lower() for flag in PauseFlag],
    ),
]
"""As documents name a pause flag."""


PAUSE_FLAGS: Final = int(reduce(or_, PauseFlag))
"""All of them."""

SUPPLY_FLAGS: Final = int(PauseFlag.MINTING | PauseFlag.BURNING)
"""Those that stand in the word of the solvency; the others have a word of their own."""

STOPPED_BY: Final[Mapping[str, PauseFlag]] = {
    "transfer": PauseFlag.TRANSFERS,
    "transferFrom": PauseFlag.TRANSFERS,
    "payout": PauseFlag.TRANSFERS,
    "transferWithAuthorization": PauseFlag.TRANSFERS | PauseFlag.AUTHORIZATIONS,
    "receiveWithAuthorization": PauseFlag.TRANSFERS | PauseFlag.AUTHORIZATIONS,
    "permit": PauseFlag.AUTHORIZATIONS,
    "mint": PauseFlag.MINTING,
    "mintBatch": PauseFlag.MINTING,
    "burn": PauseFlag.BURNING,
}
"""By the token's function, the flags each of which stops it; no flag stops any other function."""

SOLVENCY_SHIFT: Final = 250
"""From a flag's value to its place in the word of the solvency."""

DELEGATE_ALL: Final = 1 << 255
"""In the flags' own word: payments run from the implementation, not from the token's own code."""


@dataclass(frozen=True)
class FlagWords:
    """The two words of the token in which flags stand, as its storage has them."""

    flags: int
    solvency: int

    @property
    def pause_flags(self) -> int:
        """The pause flags that are set, also one that nobody here knows."""
        return self.flags & ~DELEGATE_ALL | self.solvency >> SOLVENCY_SHIFT & SUPPLY_FLAGS

    @property
    def delegate_all(self) -> bool:
        """Whether DELEGATE_ALL is set."""
        return bool(self.flags & DELEGATE_ALL)

    @property
    def spare(self) -> int:
        """Bits above the flags of the solvency that are set and have no meaning."""
        return self.solvency >> SOLVENCY_SHIFT + SUPPLY_FLAGS.bit_length()

    def without_pauses(self) -> FlagWords:
        """The words with nothing paused."""
        supply = SUPPLY_FLAGS << SOLVENCY_SHIFT
        return FlagWords(self.flags & DELEGATE_ALL, self.solvency & ~supply)


def flag_list(flags: int) -> list[str]:
    """`["transfers", "minting"]`: the pause flags that are set, as documents name them."""
    return [str(flag.name).lower() for flag in PauseFlag if flags & flag]


def flag_names(flags: int) -> str:
    """`transfers, minting` of pause flags 5; `none` of 0."""
    return ", ".join([*flag_list(flags), *_unknown(flags)]) or "none"


def flags_in_words(flags: int) -> str:
    """`TRANSFERS, MINTING`, or `nothing`."""
    return ", ".join([*(name.upper() for name in flag_list(flags)), *_unknown(flags)]) or "nothing"


def pauses_of(function: str, flags: int) -> list[str]:
    """Why `function` is stopped while `flags` are set, in words with what to do; nothing when it is not.

    Raises:
        KeyError: no flag stops that function.
    """
    names = [str(flag.name) for flag in PauseFlag if flag & flags & STOPPED_BY[function]]
    return [
        f"{name.lower()} {'are' if name.endswith('S') else 'is'} paused (`ape run guard unpause {name}`)"
        for name in names
    ]


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


def _unknown(flags: int) -> list[str]:
    rest = flags & ~PAUSE_FLAGS
    return [f"unknown {rest:#x}"] if rest else []
