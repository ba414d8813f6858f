"""ape 0.8 reads the in-process chain's revert data from a Python literal, and only when it stands in single quotes.

Python writes the literal in double quotes as soon as the data holds the byte 0x27, an apostrophe: an amount or address
with that byte in it, and the custom error stays undecoded. ``decode_any_revert_data`` writes every literal in one way.
"""

from __future__ import annotations

from ast import literal_eval
from typing import Any

import pytest
from ape_test.provider import LocalProvider
from eth_tester.exceptions import TransactionFailed

_PREFIX = "execution reverted: "


def decode_any_revert_data(patch: pytest.MonkeyPatch) -> None:
    """Have ape decode custom errors whatever bytes they hold, as long as ``patch`` lasts."""
    original = LocalProvider.get_virtual_machine_error

    def get_virtual_machine_error(self: LocalProvider, exception: Exception, **kwargs: Any) -> Any:
        if isinstance(exception, TransactionFailed):
            exception = TransactionFailed(in_single_quotes(str(exception)))
        return original(self, exception, **kwargs)

    patch.setattr(LocalProvider, "get_virtual_machine_error", get_virtual_machine_error)


def in_single_quotes(message: str) -> str:
    """``message`` with the revert data at its end, if any, as ``b'…'`` with every byte escaped."""
    head, found, data = message.rpartition(_PREFIX)
    if not (found and data.startswith('b"')):
        return message
    return f"{head}{found}b'" + "".join(f"\\x{byte:02x}" for byte in literal_eval(data)) + "'"
