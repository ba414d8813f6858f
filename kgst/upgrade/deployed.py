"""The layout of the present implementation: from the snapshot beside the record, or from its sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from kgst.build import source_of
from kgst.errors import RefusedError
from kgst.node import rpc
from kgst.upgrade.code import code_hash, implementation_code
from kgst.upgrade.layout import Snapshot, read_layout

if TYPE_CHECKING:
    from kgst.files import Files
    from kgst.operator.system import System
    from kgst.record import Record

__all__ = ["Gate", "deployed_layout", "read_gate", "save_snapshot"]


@dataclass(frozen=True)
class Gate:
    """The ERC-1967 slot.

    Attributes:
        implementation: Checksummed address.
        flags: Pause flags, bits 0 to 3; DELEGATE_ALL, bit 4.
        code_hash: Of the implementation's code, 0x and 64 digits.
    """

    implementation: str
    flags: int
    code_hash: str


def read_gate(system: System) -> Gate:
    """The slot as it is now, and the code behind it."""
    from kgst.fork.pretence import GATE_SLOT

    eth = system.provider.web3.eth
    with rpc("read the ERC-1967 slot"):
        word = int.from_bytes(bytes(eth.get_storage_at(system.token.address, GATE_SLOT)))
        implementation = to_checksum_address((word & (2**160 - 1)).to_bytes(20))
        code = bytes(eth.get_code(implementation))
    return Gate(implementation, word >> 160, code_hash(code))


def deployed_layout(system: System) -> tuple[dict[str, Any], str]:
    """The layout of the code behind the ERC-1967 slot, and where it was found, in words.

    The snapshot is taken when it names that very code. Else this checkout's sources are, when they build that very
    code: its last bytes are a hash of the sources, so equal code means equal sources.

    Raises:
        RefusedError: neither is so: the layout is not known.
    """
    found = read_gate(system).code_hash
    path = system.files.layout if system.files else None
    if path is not None and path.exists():
        snapshot = Snapshot.load(path)
        if snapshot.code_hash == found:
            return snapshot.layout, str(path)
    name, contract = system.record.implementation
    if code_hash(implementation_code(name, contract.constructor_args)) == found:
        return read_layout(
            name, source_of(name), _project()
        ), "this checkout, which builds the deployed code"
    raise RefusedError(
        f"the layout of the deployed implementation (code {found[:10]}…) is not known: {path or 'a snapshot'} is not "
        f"of it, and {name} of this checkout builds other code. Restore the file from git."
    )


def save_snapshot(files: Files, record: Record) -> Path | None:
    """Keep the layout of the recorded implementation, when this checkout builds it; returns where."""
    name, contract = record.implementation
    if code_hash(implementation_code(name, contract.constructor_args)) != contract.code_hash:
        return None
    layout = read_layout(name, source_of(name), _project())
    Snapshot(contract=name, code_hash=contract.code_hash, layout=layout).save(files.layout)
    return files.layout


def _project() -> Path:
    from ape import project

    return Path(project.path)
