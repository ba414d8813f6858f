"""What ape's in-process provider needs to name every error, offline."""

from __future__ import annotations

from collections.abc import Iterator

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
