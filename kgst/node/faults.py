"""The ways in which a node can fail, by name: each failure is one of these and nothing else gets through.

What the words of errors mean is from the source of BSC's client (`docs/node.md` has the table) and from what proxies
before public nodes were seen to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from kgst.node.errors import NodeRefusedError, PrunedError
from kgst.redaction import redact
from kgst.terminal import clean

__all__ = [
    "Failure",
    "Fault",
    "Refusal",
    "fault_of",
    "is_behind",
    "is_pruned",
    "refused",
    "shown",
]

_SHOWN: Final = 300


class Fault(Enum):
    """One way to fail: in plain words, and whether asking again may help."""

    NO_CONNECTION = ("nobody listens there", True)
    CUT = ("the connection was cut", True)
    TIME_UP = ("it did not answer in time", True)
    RATE_LIMITED = ("rate-limited", True)
    FAILED = ("it failed inside", True)
    PAGE = ("a web page instead of an answer", True)
    EMPTY = ("an empty answer", True)
    NOT_JSON = ("an answer that is not JSON", True)
    NOT_RPC = ("an answer that is not JSON-RPC", True)
    NOT_OURS = ("the answer to another question", True)
    NULL = ("null, where there must be an answer", True)
    SHAPE = ("an answer of the wrong shape", True)
    INDEXING = ("transaction indexing is in progress", True)
    BUSY = ("it is busy", True)
    UNTRUSTED = ("its TLS certificate does not hold", False)
    LOCKED = ("it does not let us in", False)
    ELSEWHERE = ("it sends us to another address", False)
    BAD_REQUEST = ("it does not take the request", False)
    TOO_LARGE = ("an answer that is too large", False)

    def __init__(self, words: str, retriable: bool) -> None:
        self.words = words
        self.retriable = retriable


@dataclass
class Failure(Exception):  # noqa: N818 # never leaves the package: it becomes a NoAnswerError
    """One attempt failed.

    Attributes:
        detail: What there is to say besides the fault's words; already fit to be shown.
        wait: Seconds that the node asked to leave it alone for.
    """

    fault: Fault
    detail: str = ""
    wait: float | None = None

    def __str__(self) -> str:
        """In plain words."""
        return f"{self.fault.words}: {self.detail}" if self.detail else self.fault.words


@dataclass(frozen=True)
class Refusal:
    """An error of JSON-RPC, as the node put it."""

    code: int
    message: str
    data: Any = None


_RATES: Final = (
    "rate limit", "rate-limit", "ratelimit", "too many requests", "request limit", "requests per second", "throttl",
    "compute units", "exceeded the quota", "daily request count",
)  # fmt: skip
_RATE_CODES: Final = (-32005, 429)
_BUSY: Final = (
    "request timed out",
    "execution aborted",
    "upstream",
    "no backend",
    "temporarily",
    "unavailable, try",
)
_BUSY_WHOLE: Final = ("internal error", "internal server error", "error internal", "timeout")
_BEHIND: Final = re.compile(
    r"(?<!finalized )(?<!safe )(?<!earliest )header not found|header for hash not found|unknown block"
    r"|(?<!finalized )(?<!safe )block not found|hash is not currently canonical|beyond (the )?(current )?head"
)
# On a backend that lags a little these are said of the newest block too.
_NO_STATE: Final = re.compile(r"missing trie node|historical state|state \S+ is not available")
_PRUNED: Final = re.compile(r"pruned|required historical state|archive (requests|node|data|access)")
_PRUNED_CODE: Final = 4444


def fault_of(method: str, refusal: Refusal) -> Fault | None:
    """The fault behind an error of JSON-RPC; None when it is the answer."""
    said = refusal.message.lower()
    if "indexing is in progress" in said:
        return Fault.INDEXING
    if any(sign in said for sign in _RATES):
        return Fault.RATE_LIMITED
    if method == "eth_getLogs":
        return None  # limits and timeouts are of the range: to be asked for less
    if refusal.code in _RATE_CODES:
        return Fault.RATE_LIMITED
    if said.strip(". ") in _BUSY_WHOLE or any(sign in said for sign in _BUSY):
        return Fault.BUSY
    return None


def is_behind(refusal: Refusal) -> bool:
    """Whether the backend that answered may not have come so far as the one before."""
    said = refusal.message.lower()
    return bool(_BEHIND.search(said) or _NO_STATE.search(said))


def is_pruned(refusal: Refusal) -> bool:
    """Whether the node says that it does not keep what was asked for."""
    said = refusal.message.lower()
    return refusal.code == _PRUNED_CODE or bool(_NO_STATE.search(said) or _PRUNED.search(said))


def refused(refusal: Refusal) -> NodeRefusedError:
    """The exception for it; what was tried is not said yet."""
    said = shown(refusal.message).rstrip(".")
    if is_pruned(refusal):
        message = f"the node keeps only what is recent: it said: {said}; use a node that keeps everything (an archive)."
        error: NodeRefusedError = PrunedError(
            message, code=refusal.code, said=said, data=refusal.data
        )
    else:
        error = NodeRefusedError(
            f"the node said: {said}.", code=refusal.code, said=said, data=refusal.data
        )
    error.tried = False
    return error


def shown(text: str) -> str:
    """A node's words: one line, without keys, not longer than people read."""
    line = clean(redact(text.strip()))
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
