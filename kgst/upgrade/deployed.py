"""The layout of the present implementation: from the snapshot beside the record, or from its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from kgst.build import source_of
from kgst.deployment.code import code_hash, implementation_code
from kgst.deployment.layout import Snapshot, project_folder, read_layout
from kgst.errors import RefusedError
from kgst.gate import SLOT, GateWord
from kgst.node import rpc

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["deployed_code", "deployed_layout", "read_gate"]


def read_gate(system: System) -> GateWord:
    """The ERC-1967 slot as it is now."""
    with rpc("read the ERC-1967 slot"):
        word = system.provider.web3.eth.get_storage_at(system.token.address, SLOT)
    return GateWord(int.from_bytes(bytes(word)))


def deployed_code(system: System) -> bytes:
    """The code behind the slot."""
    address = to_checksum_address(read_gate(system).implementation)
    with rpc("read the implementation's code"):
        return bytes(system.provider.web3.eth.get_code(address))


def deployed_layout(system: System) -> tuple[dict[str, Any], str]:
    """The layout of the code behind the ERC-1967 slot, and where it was found, in words.

    The snapshot is taken when it names that very code. Else this checkout's sources are, when they build that very
    code: its last bytes are a hash of the sources, so equal code means equal sources.

    Raises:
        RefusedError: neither is so: the layout is not known.
    """
    found = code_hash(deployed_code(system))
    path = system.files.layout if system.files else None
    if path is not None and path.exists():
        snapshot = Snapshot.load(path)
        if snapshot.code_hash == found:
            return snapshot.layout, str(path)
    name, contract = system.record.implementation
    if code_hash(implementation_code(name, contract.constructor_args, contract.address)) == found:
        return read_layout(
            name, source_of(name), project_folder()
        ), "this checkout, which builds the deployed code"
    raise RefusedError(
        f"the layout of the deployed implementation (code {found[:10]}…) is not known: {path or 'a snapshot'} is not "
        f"of it, and {name} of this checkout builds other code. Restore the file from git."
    )
