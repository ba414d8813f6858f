"""Refusals of the in-process engines' constructors, which say what was reverted with in hex only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.engine import encode_call

from kgst.evm import EvmRevert


@contextmanager
def refuses_to_deploy(error: str, *arguments: int) -> Iterator[None]:
    """The block deploys, and a constructor reverts with exactly this error, given as `Name(types)`."""
    with pytest.raises((RuntimeError, EvmRevert)) as caught:
        yield
    _, _, found = str(caught.value).partition("0x")
    assert found.split()[0] == encode_call(error, arguments).hex()
