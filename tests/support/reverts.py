"""The one way to assert a revert: by error, by every argument, and with nothing changed.

``ape.reverts`` passes on another error or an empty revert, so a lint rule forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ape import chain
from eth_utils import to_canonical_address


@contextmanager
def reverts(error: Any, *unchanged: Any, **inputs: Any) -> Iterator[None]:
    """The block reverts with ``error`` and exactly ``inputs``; the contracts' storage stays as it was.

    Args:
        error: An error class of a contract instance, such as ``token.HeadroomExceeded``.
        unchanged: Contracts whose storage must stay as it was, besides the one that ``error`` is of.
        inputs: Every argument of the error, by its name in the interface.
    """
    watched = {error.contract.address, *(contract.address for contract in unchanged)}
    before = {address: storage_root(address) for address in watched}
    with pytest.raises(error) as caught:
        yield
    assert caught.value.inputs == inputs, f"{error} with other arguments"
    after = {address: storage_root(address) for address in watched}
    assert after == before, "a reverted call changed storage"


def storage_root(address: str) -> bytes:
    """The root of the trie of ``address``'s storage on the in-process chain: equal iff all its slots are."""
    db = chain.provider.evm_backend.chain.get_vm().state._account_db
    return bytes(db._get_storage_root(to_canonical_address(address)))
