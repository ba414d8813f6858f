"""Ways in which a node, or what stands before it, fails. Each is given to `BscNode.faults` under a method or `any`."""

from __future__ import annotations

import json
import random
import threading
import time
from typing import Any

from support.bsc.wire import Answer, Fault, Forward, Raw, Refusal, Request, refusal, result

__all__ = [
    "drops", "empty", "hangs", "http", "lags", "loses_the_answer", "null", "once", "page", "refuses", "says",
    "sometimes", "times", "trickles",
]  # fmt: skip

_TAGS = ("latest", "pending")


def drops(_: Request, __: Forward) -> None:
    """The request is lost."""


def loses_the_answer(request: Request, forward: Forward) -> None:
    """The node does what it is asked, and the connection breaks."""
    forward(request)


def hangs(seconds: float) -> Fault:
    """The answer comes, far too late."""

    def fault(request: Request, forward: Forward) -> Answer:
        time.sleep(seconds)
        answer: Answer = forward(request)
        return answer

    return fault


def says(value: Any) -> Fault:
    """Always the same result."""
    return lambda request, _: result(request, value)


def refuses(code: int, message: str, data: Any = None) -> Fault:
    """Always the same JSON-RPC error."""
    return lambda request, _: refusal(request, Refusal(message, code, data))


def lags(blocks: int) -> Fault:
    """What is asked of the latest block is answered from an older one."""

    def fault(request: Request, forward: Forward) -> Answer:
        head = int(forward({**request, "method": "eth_blockNumber", "params": []})["result"], 16)
        behind = hex(max(0, head - blocks))
        if request["method"] == "eth_blockNumber":
            return result(request, behind)
        old = [behind if p in _TAGS else p for p in request.get("params", [])]
        answer: Answer = forward({**request, "params": old})
        return answer

    return fault


def http(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Fault:
    """An HTTP answer of what stands before the node."""
    return lambda _, __: Raw(status, body, headers or {})


def page(status: int = 200) -> Fault:
    """An HTML page in place of JSON."""
    body = (
        b"<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body></body></html>\n"
    )
    return http(status, body, {"Content-Type": "text/html; charset=UTF-8"})


def empty() -> Fault:
    """HTTP 200 and nothing."""
    return http(200)


def null() -> Fault:
    """The whole body is `null`."""
    return http(200, b"null", {"Content-Type": "application/json"})


def trickles(seconds_per_byte: float) -> Fault:
    """The right answer, a byte at a time."""

    def fault(request: Request, forward: Forward) -> Answer:
        body = json.dumps(forward(request)).encode()
        return Raw(200, body, {"Content-Type": "application/json"}, seconds_per_byte)

    return fault


def sometimes(share: float, seed: int, *faults: Fault) -> Fault:
    """One of `faults` for that share of the requests, in an order of the seed's own."""
    dice, lock = random.Random(seed), threading.Lock()

    def fault(request: Request, forward: Forward) -> Answer:
        with lock:
            chosen = dice.choice(faults) if dice.random() < share else None
        answer: Answer = chosen(request, forward) if chosen else forward(request)
        return answer

    return fault


def times(count: int, fault: Fault) -> Fault:
    """`fault` for the first `count` requests, none after them."""
    left, lock = [count], threading.Lock()

    def limited(request: Request, forward: Forward) -> Answer:
        with lock:
            left[0] -= 1
            hit = left[0] >= 0
        answer: Answer = fault(request, forward) if hit else forward(request)
        return answer

    return limited


def once(fault: Fault) -> Fault:
    """`fault` for the first request, none after it."""
    return times(1, fault)
