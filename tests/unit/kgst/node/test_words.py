"""What libraries raise becomes this package's own words, whatever they wrapped it in."""

from __future__ import annotations

from typing import Any

import pytest
from web3.exceptions import BlockNotFound, Web3RPCError

from kgst.node import NoAnswerError, NodeError, NodeRefusedError, PrunedError, rpc


def rpc_error(code: int, message: str) -> Web3RPCError:
    response: Any = {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}
    return Web3RPCError(message, rpc_response=response)


def told(error: BaseException) -> NodeError:
    with pytest.raises(NodeError) as e, rpc("try it"):
        raise error
    return e.value


def untried() -> NoAnswerError:
    error = NoAnswerError("no answer from the node (x)", rate_limited=True)
    error.tried = False
    return error


def test_rpc__no_answer__says_once_what_was_tried() -> None:
    error = told(untried())
    assert str(error) == "could not try it: no answer from the node (x)"
    assert isinstance(error, NoAnswerError)
    assert error.rate_limited
    assert str(told(error)) == str(error)


def test_rpc__wrapped_by_ape__is_found_again() -> None:
    from ape.exceptions import VirtualMachineError

    try:
        try:
            raise untried()
        except NoAnswerError as inner:
            raise VirtualMachineError("Transaction failed.") from inner
    except VirtualMachineError as wrapped:
        error = told(wrapped)
    assert isinstance(error, NoAnswerError)
    assert str(error) == "could not try it: no answer from the node (x)"


def test_rpc__refusal__keeps_code_and_words() -> None:
    error = told(rpc_error(-32000, "nonce too low"))
    assert isinstance(error, NodeRefusedError)
    assert (error.code, error.said) == (-32000, "nonce too low")
    assert isinstance(told(rpc_error(4444, "pruned history unavailable")), PrunedError)


def test_rpc__refusal_without_its_code__has_its_words() -> None:
    from ape.exceptions import ProviderError

    error = told(ProviderError("the fork did not like it\nand more"))
    assert isinstance(error, NodeRefusedError)
    assert (error.code, error.said) == (0, "the fork did not like it")


def test_rpc__connection__is_no_answer() -> None:
    assert isinstance(told(ConnectionResetError("reset")), NoAnswerError)
    assert isinstance(told(BlockNotFound("Block with id: '0x5' not found.")), NoAnswerError)


def test_rpc__file_of_this_machine__is_not_the_nodes() -> None:
    with pytest.raises(FileNotFoundError), rpc("read the account"):
        raise FileNotFoundError(2, "No such file", "/nowhere/key.json")


def test_rpc__words_of_a_node__are_one_short_line() -> None:
    text = str(told(rpc_error(-32000, "\x1b[2Jbad\r\n" + "x" * 5000)))
    assert "\x1b" not in text
    assert text.isprintable()
    assert len(text) < 400
