"""What the rest of the package gets to know of a node that failed."""

from __future__ import annotations

from typing import Any

from kgst.errors import KgstError, RefusedError

__all__ = [
    "ChainRevertError",
    "DisagreementError",
    "NoAnswerError",
    "NodeError",
    "NodeRefusedError",
    "PrunedError",
]


class NodeError(KgstError):
    """Anything that the node or the connection to it did wrong.

    Attributes:
        tried: Whether the message says what was tried, as `rpc` has it say.
    """

    tried = True


class DisagreementError(NodeError):
    """Two nodes say different things of one chain: at least one lags, is of another fork, or lies."""


class NoAnswerError(NodeError):
    """No usable answer came: no connection, cut, time up, HTTP 5xx or 429, a page, nothing, a wrong shape.

    The node may have acted all the same.

    Attributes:
        rate_limited: Whether it was the number of questions that it did not like.
        too_large: Whether the answer was more than is read.
    """

    def __init__(
        self, message: str, *, rate_limited: bool = False, too_large: bool = False
    ) -> None:
        super().__init__(message)
        self.rate_limited = rate_limited
        self.too_large = too_large

    def about(self, what: str) -> NoAnswerError:
        """The same, saying what was tried."""
        return type(self)(
            f"could not {what}: {self}", rate_limited=self.rate_limited, too_large=self.too_large
        )


class NodeRefusedError(NodeError):
    """The node answered, with an error of JSON-RPC.

    Attributes:
        code: Of JSON-RPC; 0 when the connection in between did not hand it on.
        said: The node's words, in one line, shortened.
        data: What came with them.
    """

    def __init__(self, message: str, *, code: int = 0, said: str = "", data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.said = said or message
        self.data = data

    def about(self, what: str) -> NodeRefusedError:
        """The same, saying what was tried."""
        message = f"could not {what}: {self}"
        return type(self)(message, code=self.code, said=self.said, data=self.data)


class PrunedError(NodeRefusedError):
    """The node once had what was asked for, or never loaded it: it keeps only what is recent."""


class ChainRevertError(RefusedError):
    """A simulation reverted; the message has the decoded error."""
