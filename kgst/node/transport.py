"""Questions to one node: asked again while that helps, and answered, refused, or given up in time.

A question has its patience in all. What fails at once is asked again with growing pauses, or when the node says it
wants to be asked (`Retry-After`); what acts on the chain in a way that must not happen twice is not asked again once it
may have arrived. A signed transaction may be handed over as often as one likes: it can only land once.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kgst.node.errors import NoAnswerError, NodeRefusedError
from kgst.node.faults import Failure, Fault, Refusal, is_behind, is_pruned, refused
from kgst.node.patience import seconds_now, tell_of
from kgst.node.reading import Question, answer_of, parsed
from kgst.node.wire import Wire
from kgst.redaction import host_of, register

__all__ = ["Transport"]

_FIRST_PAUSE: Final = 0.05
_GROWTH: Final = 1.6
# Patience is spent on some fifteen tries: then even one answer in two that fails hardly ever ends a command.
_LONGEST_PAUSE: Final = 2.0
_BEHIND_SECONDS: Final = 4.0
"""A backend that has not seen a block has it, or never will, after so long."""
_RECENT: Final = 200  # blocks
_FRESH: Final = 32  # blocks, of 128 whose state a node keeps
_BLOCK_AT: Final = {
    "eth_getBlockByNumber": 0, "eth_call": 1, "eth_getBalance": 1, "eth_getCode": 1, "eth_getTransactionCount": 1,
    "eth_getStorageAt": 2,
}  # fmt: skip
"""Which parameter is the block."""
_LEAST_SECONDS: Final = 0.5

# anvil's and other development nodes' own, and what a node signs itself.
_ACTS: Final = re.compile(
    r"eth_(send(Unsigned)?Transaction|sign)|(?!eth_|net_|web3_|debug_|trace_|txpool_)"
)
_NOT_ARRIVED: Final = (Fault.NO_CONNECTION, Fault.RATE_LIMITED)
_BATCH_SIZES: Final = (50, 10, 3, 1)
_BATCH_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)


class Transport:
    """The connection to one node, by HTTP.

    Args:
        url: http(s)://…; what in it could be a key is shown nowhere from now on.
        headers: To be sent with each request, besides the usual.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        register(url)
        self.url = url
        self.name = host_of(url)
        self._wire = Wire(url, headers)
        self._ids = itertools.count(1)
        self._batch = 0  # index of the size that is not known to be refused
        self._head = 0

    def ask(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of one question.

        Raises:
            NodeRefusedError: the node answered with an error.
            NoAnswerError: no usable answer came in time.
        """
        question = (next(self._ids), method, list(params))
        answer = self._insist(question)
        if isinstance(answer, Refusal):
            raise refused(answer)
        return answer

    def ask_all(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of several, in their order, asked at once where the node lets that be.

        A question that was refused has its `NodeRefusedError` as its result.

        Raises:
            NoAnswerError: one of them was not answered in time.
        """
        found: list[Any] = []
        while len(found) < len(questions):
            size = _BATCH_SIZES[self._batch]
            part = questions[len(found) : len(found) + size]
            answers = self._at_once(part) if len(part) > 1 else {}
            if answers is None:
                continue
            for position, (method, params) in enumerate(part):
                if position in answers:
                    found.append(answers[position])
                    continue
                try:
                    found.append(self.ask(method, params))
                except NodeRefusedError as error:
                    found.append(error)
        return found

    def _once(self, question: Question, seconds: float) -> Any:
        number, method, params = question
        body = _encoded({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        answer = answer_of(parsed(self._wire.post(body, seconds)), question)
        self._note_head(method, answer)
        return answer

    def _note_head(self, method: str, answer: Any) -> None:
        if method == "eth_blockNumber" and isinstance(answer, str):
            self._head = max(self._head, int(answer, 16))
        elif method == "eth_getBlockByNumber" and isinstance(answer, dict) and answer.get("number"):
            self._head = max(self._head, int(answer["number"], 16))

    def _may_come(self, question: Question, answer: Any) -> bool:
        """Whether a backend that lags a little would say this and soon something better."""
        _, method, params = question
        asked = _block_asked(method, params)
        if isinstance(answer, Refusal):
            # State of a block that the head has long left is gone, and will not come.
            gone = asked is not None and asked < self._head - _FRESH and is_pruned(answer)
            return is_behind(answer) and not gone
        if answer is not None or method != "eth_getBlockByNumber" or asked is None:
            return False
        return asked > self._head - _RECENT

    def _at_once(self, part: Sequence[tuple[str, Sequence[Any]]]) -> dict[int, Any] | None:
        """What one request for all of them brought, by position; what is missing has to be asked for alone.

        None when so many at once were refused: fewer are asked for from now on.
        """
        questions = [(next(self._ids), method, list(params)) for method, params in part]
        body = _encoded(
            [{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, m, p in questions]
        )
        document = self._batch_document(body, len(part))
        if document is None:
            return {}
        if not isinstance(document, list):
            # One error for all of them: too many, or batches are not served.
            self._smaller(len(part))
            return None
        by_id = {one.get("id"): one for one in document if isinstance(one, dict) and _plain_id(one)}
        found: dict[int, Any] = {}
        for position, question in enumerate(questions):
            envelope = by_id.get(question[0], by_id.get(str(question[0])))
            if envelope is None:
                continue
            try:
                answer = answer_of(envelope, question)
            except Failure:
                continue
            self._note_head(question[1], answer)
            if not self._may_come(question, answer):
                found[position] = refused(answer) if isinstance(answer, Refusal) else answer
        return found

    def _batch_document(self, body: bytes, size: int) -> Any:
        """What came back, asked again a few times; None when each has to be asked for alone."""
        for wait in (*_BATCH_PAUSES, None):
            try:
                return parsed(self._wire.post(body, seconds_now()))
            except Failure as failure:
                if failure.fault is Fault.TIME_UP:
                    raise self._given_up(failure, 1, seconds_now()) from None
                if failure.fault in (Fault.BAD_REQUEST, Fault.LOCKED):
                    self._smaller(size)
                    return None
                if wait is None or not failure.fault.retriable:
                    return None
                time.sleep(wait)
        return None

    def _smaller(self, refused_size: int) -> None:
        while self._batch < len(_BATCH_SIZES) - 1 and _BATCH_SIZES[self._batch] >= refused_size:
            self._batch += 1

    def _insist(self, question: Question) -> Any:
        """Try until there is an answer, which may be a refusal, or no sense in going on."""
        patience = seconds_now()
        begun = time.monotonic()
        deadline, pause = begun + patience, _FIRST_PAUSE
        last = deadline - min(_LEAST_SECONDS, patience / 10)
        acts = _ACTS.match(question[1]) is not None
        for tries in itertools.count(1):
            wait = pause * random.uniform(0.8, 1.2)  # noqa: S311 # so that many do not ask in step
            try:
                answer = self._once(question, deadline - time.monotonic())
                over = time.monotonic() + wait > min(last, begun + _BEHIND_SECONDS)
                if over or not self._may_come(question, answer):
                    return answer
            except Failure as failure:
                again = failure.fault.retriable and (not acts or failure.fault in _NOT_ARRIVED)
                wait = max(wait, failure.wait or 0.0)
                if not again or time.monotonic() + wait > last:
                    raise self._given_up(failure, tries, patience) from None
                tell_of(f"{self.name}: {failure}; asked again (try {tries + 1})")
            time.sleep(wait)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
        raise AssertionError("unreachable")

    def _given_up(self, failure: Failure, tries: int, patience: float) -> NoAnswerError:
        often = f"asked {tries} times" if tries > 1 else "asked once"
        advice = _ADVICE.get(failure.fault, _ADVICE_ELSE)
        if failure.wait is not None and failure.wait > 0:
            advice = f"it asks to be left alone for {failure.wait:.0f} s; {advice}"
        error = NoAnswerError(
            f"no answer from the node ({self.name}: {failure}; {often}, in at most {patience:.0f} s); {advice}.",
            rate_limited=failure.fault is Fault.RATE_LIMITED,
            too_large=failure.fault is Fault.TOO_LARGE,
        )
        error.tried = False
        return error


def _block_asked(method: str, params: Sequence[Any]) -> int | None:
    """The number of the block that the question is about; None for a tag, a hash, or no block."""
    try:
        block = params[_BLOCK_AT[method]]
        return block if isinstance(block, int) else int(block, 16)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


_ADVICE_ELSE: Final = "check the address in --network and that the node runs, then try again"
_ADVICE: Final = {
    Fault.RATE_LIMITED: "try again later, or use a node that allows more",
    Fault.LOCKED: "check the key in the address of --network, or use another node, then try again",
    Fault.ELSEWHERE: "name the address that it sends to in --network, if you trust it, then try again",
    Fault.UNTRUSTED: "somebody may be in between: use another network or node, then try again",
    Fault.INDEXING: "it has just been started: try again later, or use another node",
}


def _plain_id(envelope: Mapping[str, Any]) -> bool:
    return isinstance(envelope.get("id"), int | str) and not isinstance(envelope["id"], bool)


def _encoded(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), default=_as_json).encode()


def _as_json(value: Any) -> Any:
    """What web3 leaves in parameters: bytes, and mappings of its own."""
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be sent to a node")
