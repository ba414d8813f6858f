"""Which instructions of a contract's code could run, as far as that can be told without running it.

The code is walked from its first byte, over the data of every PUSH, as the EVM itself finds where a jump may land: so
nothing that runs is missed. What stands behind an instruction that never goes on, up to the next place where a jump may
land, cannot run; compilers put tables and their metadata there.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

__all__ = ["DELEGATECALL", "FORBIDDEN", "reachable"]

DELEGATECALL: Final = 0xF4

FORBIDDEN: Final = {0xF2: "CALLCODE", 0xFF: "SELFDESTRUCT"}
"""What no implementation may have. SELFDESTRUCT lets code go within the transaction that created it, so that other code
may come to the same address; CALLCODE runs foreign code on the token's storage, and no compiler of today writes it."""

_PUSH1: Final = 0x60
_PUSH32: Final = 0x7F
_JUMPDEST: Final = 0x5B
# STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT
_ENDS: Final = frozenset((0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF))


def reachable(code: bytes) -> Counter[int]:
    """How often each opcode stands in `code` where it might run."""
    found: Counter[int] = Counter()
    at, live = 0, True
    while at < len(code):
        opcode = code[at]
        live = live or opcode == _JUMPDEST
        if live:
            found[opcode] += 1
            live = opcode not in _ENDS
        at += 1
        if _PUSH1 <= opcode <= _PUSH32:
            at += opcode - _PUSH1 + 1
    return found
