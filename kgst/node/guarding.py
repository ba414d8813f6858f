"""What libraries raise, made into this package's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kgst.node.errors import ChainRevertError, NoAnswerError, NodeError, NodeRefusedError
from kgst.node.faults import Refusal, refused, shown
from kgst.node.reading import refusal_of
from kgst.reverts import explain, revert_data

__all__ = ["rpc"]


@contextmanager
def rpc(what: str) -> Iterator[None]:
    """Turns what is raised when a node fails into a `NodeError` that names `what` was tried.

    Raises:
        ChainRevertError: the call reverted; with the decoded error.
        NoAnswerError: no usable answer came.
        NodeRefusedError: the node answered with an error.
        NodeError: the answer makes no sense.
    """
    from ape.exceptions import ApeException
    from eth_abi.exceptions import DecodingError
    from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]
    from eth_utils.exceptions import ValidationError
    from requests import RequestException
    from web3.exceptions import Web3Exception

    try:
        yield
    except (NoAnswerError, NodeRefusedError) as error:
        if error.tried:
            raise
        raise error.about(what) from error
    except (
        ApeException, DecodingError, TransactionFailed, ValidationError, RequestException, Web3Exception, OSError,
    ) as error:  # fmt: skip
        if isinstance(error, OSError) and error.filename is not None:
            raise  # of a file here, and none of the node's
        raise _told(error, what) from error


def _told(error: BaseException, what: str) -> Exception:
    from requests import RequestException
    from web3.exceptions import BlockNotFound, TransactionNotFound, Web3RPCError

    if (data := revert_data(error)) is not None:
        return ChainRevertError(f"could not {what}: it reverts with {explain(data)}.")
    causes = list(_chain(error))
    # ape wraps what it catches. The nearest counts: further on is what was being handled when this was asked.
    for one in causes:
        if isinstance(one, NoAnswerError | NodeRefusedError):
            return one if one.tried else one.about(what)
        if isinstance(one, Web3RPCError) and (refusal := _refusal(one)) is not None:
            return refused(refusal).about(what)
    text = shown(_first_line(error)).rstrip(".")
    if any(isinstance(one, BlockNotFound | TransactionNotFound) for one in causes):
        return NoAnswerError(
            f"could not {what}: the node has none ({text}); try again, or use another node."
        )
    if any(isinstance(one, RequestException | OSError) for one in causes):
        return NoAnswerError(
            f"could not {what}: no answer from the node ({text}); check the address in --network and that the node "
            "runs, then try again."
        )
    if _is_refusal(error):
        return refused(Refusal(0, text)).about(what)
    return NodeError(f"could not {what}: the node said: {text}.")


def _is_refusal(error: BaseException) -> bool:
    from ape.exceptions import ApeException
    from eth_tester.exceptions import TransactionFailed
    from web3.exceptions import Web3Exception

    return isinstance(error, ApeException | TransactionFailed | Web3Exception)


def _refusal(error: Any) -> Refusal | None:
    response = getattr(error, "rpc_response", None)
    return refusal_of(response.get("error")) if isinstance(response, dict) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    met: set[int] = set()
    while seen is not None and id(seen) not in met:
        met.add(id(seen))
        yield seen
        seen = seen.__cause__ or seen.__context__


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0]
