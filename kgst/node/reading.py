"""From bytes to one answer: what is not JSON-RPC is a fault, what is an error of JSON-RPC is the node's answer."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import from_json

from kgst.node.answers import check
from kgst.node.faults import Failure, Fault, Refusal, fault_of, shown
from kgst.node.wire import Reply

__all__ = ["Question", "answer_of", "parsed"]

_LOCKED: Final = (401, 402, 403, 407)
_REVERTED: Final = 3

Question = tuple[int, str, list[Any]]
"""Id, method, parameters."""


def parsed(reply: Reply) -> Any:
    """What the body has, as JSON.

    Raises:
        Failure: the status says that there is no answer, or it is no JSON.
    """
    document, fault = _document(reply.body)
    status = reply.status
    if status == 429:
        raise Failure(Fault.RATE_LIMITED, _said(document), reply.wait)
    if status in _LOCKED and not _says(document, "archive", "pruned"):
        raise Failure(Fault.LOCKED, _with_status(status, document))
    if 300 <= status < 400:
        raise Failure(Fault.ELSEWHERE, f"HTTP {status}")
    # Some nodes say 500 with each error of JSON-RPC.
    if (status >= 500 or status in (408, 425)) and not _is_revert(document):
        raise Failure(Fault.FAILED, _with_status(status, document), reply.wait)
    if status >= 400 and not (
        isinstance(document, dict) and isinstance(document.get("error"), dict)
    ):
        raise Failure(Fault.BAD_REQUEST, _with_status(status, document))
    if fault is not None:
        raise Failure(fault)
    return document


def answer_of(envelope: Any, question: Question) -> Any:
    """The result; or a `Refusal`, when that is the node's answer.

    Raises:
        Failure: it is neither.
    """
    number, method, params = question
    if not isinstance(envelope, dict):
        raise Failure(Fault.NOT_RPC)
    error, own = envelope.get("error"), envelope.get("id")
    # Whoever stands before the node tells errors without an id.
    if own != number and own != str(number) and not (own is None and error is not None):
        raise Failure(Fault.NOT_OURS if "id" in envelope else Fault.NOT_RPC, _said(envelope))
    if isinstance(own, bool) or ("jsonrpc" in envelope and envelope["jsonrpc"] != "2.0"):
        raise Failure(Fault.NOT_RPC)
    if error is None:
        if "result" not in envelope:
            raise Failure(Fault.NOT_RPC, _said(envelope))
        check(method, params, envelope["result"])
        return envelope["result"]
    if envelope.get("result") is not None:
        raise Failure(Fault.NOT_RPC, "a result and an error at once")
    refusal = refusal_of(error)
    if refusal is None:
        said = _said(envelope)
        limited = fault_of("", Refusal(0, said)) is Fault.RATE_LIMITED
        raise Failure(Fault.RATE_LIMITED if limited else Fault.NOT_RPC, said)
    if (fault := fault_of(method, refusal)) is not None:
        raise Failure(fault, shown(refusal.message) if refusal.message else "")
    return refusal


def refusal_of(error: Any) -> Refusal | None:
    """An error object of JSON-RPC; None when it is none."""
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    code = error.get("code")
    if isinstance(code, str) and code.lstrip("-").isascii() and code.lstrip("-").isdecimal():
        code = int(code[:12])
    number = code if isinstance(code, int) and not isinstance(code, bool) else 0
    return Refusal(number, error["message"], error.get("data"))


def _document(body: bytes) -> tuple[Any, Fault | None]:
    text = body.strip()
    if not text:
        return None, Fault.EMPTY
    try:
        # The parser is bounded in depth; Python's own is not.
        return from_json(text, allow_inf_nan=False, cache_strings=False), None
    except ValueError:
        return None, Fault.PAGE if text.startswith(b"<") else Fault.NOT_JSON


def _is_revert(document: Any) -> bool:
    error = document.get("error") if isinstance(document, dict) else None
    return isinstance(error, dict) and error.get("code") == _REVERTED


def _says(document: Any, *words: str) -> bool:
    return any(word in _said(document).lower() for word in words)


def _with_status(status: int, document: Any) -> str:
    said = _said(document)
    return f"HTTP {status}, {said}" if said else f"HTTP {status}"


def _said(document: Any) -> str:
    """The words in it, wherever they stand."""
    if not isinstance(document, dict):
        return ""
    error = document.get("error")
    candidates = (
        error,
        error.get("message") if isinstance(error, dict) else None,
        document.get("message"),
    )
    return next((shown(one) for one in candidates if isinstance(one, str) and one.strip()), "")
