"""JSON-RPC as it is passed around inside the double."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer", "Fault", "Forward", "Raw", "Refusal", "Request", "refusal", "result"]

Request = dict[str, Any]


@dataclass(frozen=True)
class Raw:
    """An HTTP answer that is not made from JSON-RPC.

    Attributes:
        seconds_per_byte: The body comes that slowly; 0 for at once.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds_per_byte: float = 0.0


Answer = dict[str, Any] | Raw | None
"""A JSON-RPC answer, another HTTP answer, or None: the connection is cut."""

Forward = Callable[[Request], Any]
Fault = Callable[[Request, Forward], Answer]
"""What happens to a request; `forward` answers it as if there were no fault."""


class Refusal(Exception):  # noqa: N818 # it is an answer, and no fault of the double
    """A JSON-RPC error that a node answers with."""

    def __init__(self, message: str, code: int = -32000, data: Any = None) -> None:
        super().__init__(message)
        self.message, self.code, self.data = message, code, data


def result(request: Request, value: Any) -> dict[str, Any]:
    """The answer with this result."""
    return {"jsonrpc": "2.0", "id": request.get("id"), "result": value}


def refusal(request: Request, error: Refusal) -> dict[str, Any]:
    """The answer with this error."""
    said: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        said["data"] = error.data
    return {"jsonrpc": "2.0", "id": request.get("id"), "error": said}
