"""How long the provers have. More time can decide more, and nothing otherwise, so results do not depend on it."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["PATIENCE", "confirm_seconds", "property_seconds", "query_seconds"]

PATIENCE: Final = "KGST_PROVE_PATIENCE"
"""Environment variable: how many times as long as usual."""


def _times() -> float:
    return float(os.environ.get(PATIENCE, "1"))


def query_seconds() -> float:
    """For the first solver's answer to a query."""
    return 60 * _times()


def confirm_seconds() -> float:
    """From it to the other's."""
    return 10 * _times()


def property_seconds() -> float:
    """For one property. What is not decided then is a timeout."""
    return 600 * _times()
