"""The layout of the present implementation: from the snapshot beside the record, or from its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from kgst.build import source_of
from kgst.deployment.code import code_hash, implementation_code
from kgst.deployment.layout import Snapshot, project_folder, read_layout
from kgst.errors import RefusedError
from kgst.flags import FlagWords
from kgst.multicall import many
from kgst.node import rpc
from kgst.slots import FLAGS, IMPLEMENTATION, SOLVENCY

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["deployed_code", "deployed_layout", "read_flags", "read_implementation"]


def read_implementation(system: System) -> str:
    """The address in the ERC-1967 slot now, checksummed.

    Raises:
        RefusedError: there is something else in the slot.
    """
    with rpc("read the ERC-1967 slot"):
        word = bytes(system.provider.web3.eth.get_storage_at(system.token.address, IMPLEMENTATION))
    if any(word[:-20]):
        raise RefusedError(
            f"the ERC-1967 slot of {system.token.address} holds 0x{word.hex()}, which is no address: the token is not "
            "this project's, or the node gives wrong answers; use another node."
        )
    return to_checksum_address(word[-20:])


def read_flags(system: System) -> FlagWords:
    """The flags in the token's storage now."""
    words = many(
        system.provider,
        "read the flags",
        *(
            lambda eth, slot=slot: eth.get_storage_at(system.token.address, slot)
            for slot in (FLAGS, SOLVENCY)
        ),
    )
    return FlagWords(*(int.from_bytes(bytes(word)) for word in words))


def deployed_code(system: System) -> bytes:
    """The code behind the slot."""
    address = read_implementation(system)
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
