"""The Gate: the token's ERC-1967 slot, with flags above the implementation's address, as `Gate.sol` draws it.

The only place in Python that knows which flags there are, what they are called and where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import Annotated, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.document import Shared
from kgst.errors import InputError

__all__ = [
    "DELEGATE_ALL",
    "EVERY_FLAG",
    "FLAGS_SHIFT",
    "PAUSE_FLAGS",
    "SLOT",
    "FlagName",
    "GateWord",
    "PauseFlag",
    "flag_list",
    "flag_names",
    "flags_in_words",
    "parse_flags",
]

SLOT: Final = int.from_bytes(keccak(text="eip1967.proxy.implementation")) - 1
"""https://eips.ethereum.org/EIPS/eip-1967"""

FLAGS_SHIFT: Final = 160
"""Bits of the implementation's address, below the flags."""


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

DELEGATE_ALL: Final = 16
"""Payments run from the implementation, not from the token's own code."""


EVERY_FLAG: Final = 2 ** (256 - FLAGS_SHIFT) - 1
"""All bits above the address, those that no flag has yet among them."""


@dataclass(frozen=True)
class GateWord:
    """The slot's 256 bits."""

    word: int

    @property
    def implementation(self) -> str:
        """Checksummed address."""
        return to_checksum_address((self.word & (2**FLAGS_SHIFT - 1)).to_bytes(20))

    @property
    def flags(self) -> int:
        """Every bit above the address."""
        return self.word >> FLAGS_SHIFT

    @property
    def pause_flags(self) -> int:
        """The pause flags that are set."""
        return self.flags & PAUSE_FLAGS

    @property
    def delegate_all(self) -> bool:
        """Whether DELEGATE_ALL is set."""
        return bool(self.flags & DELEGATE_ALL)

    @property
    def spare(self) -> int:
        """Bits that are set and that no flag has."""
        return self.flags & ~(PAUSE_FLAGS | DELEGATE_ALL)

    def without(self, flags: int) -> GateWord:
        """The word with these flags clear."""
        return GateWord(self.word & ~(flags << FLAGS_SHIFT))


def flag_list(flags: int) -> list[str]:
    """`["transfers", "minting"]`: the pause flags that are set, as documents name them."""
    return [str(flag.name).lower() for flag in PauseFlag if flags & flag]


def flag_names(flags: int) -> str:
    """`transfers, minting` of pause flags 5; `none` of 0."""
    return ", ".join([*flag_list(flags), *_unknown(flags)]) or "none"


def flags_in_words(flags: int) -> str:
    """`TRANSFERS, MINTING`, or `nothing`."""
    return ", ".join([*(name.upper() for name in flag_list(flags)), *_unknown(flags)]) or "nothing"


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
