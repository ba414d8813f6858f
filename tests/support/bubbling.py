"""Reverts that ``support.reverts`` cannot name: those that bubble up from another contract, and panics.

ape decodes an error by the interface of the address called. These helpers compare the bytes, and are as strict:
every argument, and nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ape.exceptions import ContractLogicError, CustomError
from ape_solidity.exceptions import SolidityArithmeticError
from eth_abi import encode
from eth_utils import keccak, to_bytes
from support.reverts import storage_root


@contextmanager
def bubbles(error: Any, *unchanged: Any, **inputs: Any) -> Iterator[None]:
    """The block reverts with ``error`` and exactly ``inputs``, whichever contract was called.

    Args:
        error: An error class of a contract instance, such as ``manager.AccessManagerNotReady``.
        unchanged: Contracts whose storage must stay as it was, besides the one that ``error`` is of.
        inputs: Every argument of the error, by its name in the interface.
    """
    with _unchanged(error.contract, *unchanged):
        with pytest.raises(ContractLogicError) as caught:
            yield
        raised = caught.value
        names = [parameter.name for parameter in error.abi.inputs]
        assert set(names) == set(inputs), "not the error's arguments"
        if isinstance(raised, CustomError):
            assert raised.abi.selector == error.abi.selector
            assert raised.inputs == inputs
            return
        types = [parameter.canonical_type for parameter in error.abi.inputs]
        values = [_plain(inputs[name]) for name in names]
        data = keccak(text=error.abi.selector)[:4] + encode(types, values)
        assert to_bytes(hexstr=raised.revert_message) == data, f"not {error.abi.selector}"


@contextmanager
def overflows(*contracts: Any) -> Iterator[None]:
    """The block reverts with Solidity's ``Panic(0x11)``; the contracts' storage stays as it was."""
    with _unchanged(*contracts), pytest.raises(SolidityArithmeticError):
        yield


@contextmanager
def fails_silently(*contracts: Any) -> Iterator[None]:
    """The block reverts without a reason, as when no function has the selector; nothing changed."""
    with _unchanged(*contracts):
        with pytest.raises(ContractLogicError) as caught:
            yield
        assert not isinstance(caught.value, CustomError)
        assert not caught.value.revert_message.startswith("0x"), "there was a reason"


@contextmanager
def _unchanged(*contracts: Any) -> Iterator[None]:
    watched = {contract.address for contract in contracts}
    before = {address: storage_root(address) for address in watched}
    yield
    after = {address: storage_root(address) for address in watched}
    assert after == before, "a reverted call changed storage"


def _plain(value: Any) -> Any:
    return getattr(value, "address", value)
