"""What ape needs to name every error and every contract rightly, offline and on a chain that goes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ape import chain
from support.revert_data import decode_any_revert_data


@pytest.fixture(scope="session", autouse=True)
def whole_errors() -> Iterator[None]:
    """Errors are decoded whatever bytes they hold; of unknown contracts, no block explorer is asked."""
    with pytest.MonkeyPatch.context() as patch:
        decode_any_revert_data(patch)
        patch.setitem(chain.provider.network.__dict__, "explorer", None)
        yield


def contract_at(container: Any, address: str) -> Any:
    """The contract that is, or will be, at the address, whatever stood there on a chain that was undone.

    A container's own `at` joins its interface with the one that ape remembers of the address.
    """
    return chain.contracts.instance_at(
        address,
        container.contract_type,
        fetch_from_explorer=False,
        detect_proxy=False,
        replace=True,
    )
