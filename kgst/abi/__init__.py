"""What can be called at the contracts' addresses: their interfaces, as files of this package.

Commands of the day read these, so that a pause or a payment depends on no build. `tools/abi.py` writes them, and
`make lint` fails when one is not what the sources compile to; whoever deploys, consents or verifies has them compared
with the sources once more (`kgst.build.require_from_sources`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ethpm_types import ContractType

__all__ = ["NAMES", "interface", "path_of"]

NAMES: Final = (
    "IKGST",
    "KGST",
    "KGSTLogic",
    "KGSTAccessManager",
    "ReserveFeed",
    "BackingFeed",
    "Revoker",
    "RedemptionDesk",
    "MintDesk",
)


def path_of(name: str) -> Path:
    """Where the interface of `name` is."""
    return Path(__file__).with_name(f"{name}.json")


@cache
def interface(name: str) -> ContractType:
    """The interface of `name`, one of `NAMES`, in ape's form; it has no code."""
    from ethpm_types import ContractType

    return ContractType.model_validate_json(path_of(name).read_bytes())
