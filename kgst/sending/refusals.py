"""What a node means when it refuses a signed transaction.

The words are those of BSC's client (core/txpool, core/error.go, internal/ethapi/api.go, of versions 1.4 to 1.7) and of
anvil, which name no code but -32000; see docs/node.md.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

__all__ = ["Refusal", "refusal_of"]


class Refusal(Enum):
    """Why, and so what helps."""

    KNOWN = "it is there already"
    NONCE_USED = "its nonce is used"
    PRICE = "it offers too little for its gas"
    GAS = "its gas limit does not do"
    FUNDS = "the account has too little BNB"
    BUSY = "the node takes no more now"
    OTHER = "another reason"


_WORDS: Final = (
    (Refusal.KNOWN, r"already known|already imported|known transaction|already in (the )?pool"),
    (Refusal.NONCE_USED, r"nonce too low|invalid transaction nonce|nonce has already been used"),
    (Refusal.PRICE, r"underpriced|gas price below minimum|fee too low|gas price too low"
                    r"|max fee per gas less than block base fee"),
    (Refusal.GAS, r"intrinsic gas too low|insufficient gas for floor data|exceeds block gas limit"
                  r"|gas limit too high|out of gas|intrinsic gas too high"),
    (Refusal.FUNDS, r"insufficient funds"),
    (Refusal.BUSY, r"txpool is full|account limit exceeded|in-flight transaction limit"
                   r"|future transaction tries to replace pending"),
)  # fmt: skip


def refusal_of(said: str) -> Refusal:
    """What the refusal `said` means."""
    text = said.lower()
    return next((kind for kind, words in _WORDS if re.search(words, text)), Refusal.OTHER)
