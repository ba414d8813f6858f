"""The contracts as this checkout builds them: creation code, constructor arguments, runtime code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from kgst.attestation import Domain
from kgst.build.refreshing import renewed
from kgst.errors import KgstError
from kgst.evm import Evm

if TYPE_CHECKING:
    from ethpm_types import ContractType

__all__ = [
    "constructor_arguments",
    "contract_type",
    "creation_code",
    "plain_runtime_code",
    "runtime_code",
    "source_of",
    "token_runtime_code",
]


def creation_code(name: str) -> bytes:
    """What a deployment of `name` sends, without its constructor's arguments."""
    return _bytes(contract_type(name).deployment_bytecode, name)


def constructor_arguments(name: str, *arguments: Any) -> bytes:
    """The ABI encoding of `arguments` for the constructor of `name`."""
    types = [i.canonical_type for i in contract_type(name).constructor.inputs]
    return encode(types, arguments)


def runtime_code(name: str, *arguments: Any, at: str | None = None) -> bytes:
    """The code that `name` has after its constructor ran with `arguments`: immutables are filled in.

    The constructor runs in an EVM of this process, so that the node that is being checked has no say in what is
    expected of it. The token's constructor calls another contract: `token_runtime_code`.

    Args:
        name: Of the contract.
        arguments: Its constructor's.
        at: Where it is deployed, which an implementation remembers; None for anywhere.

    Raises:
        EvmRevert: the constructor refuses.
    """
    evm = Evm()
    creation = creation_code(name) + constructor_arguments(name, *arguments)
    address = bytes.fromhex(at[2:]) if at else None
    return evm.code(evm.deploy(b"\x11" * 20, creation, address))


def token_runtime_code(
    logic_code: bytes, arguments: bytes, manager: str, logic: str, at: Domain
) -> bytes:
    """The code that the token has at ``at``: its immutables are the chain id and its own EIP-712 domain separator.

    Args:
        logic_code: Runtime code of the implementation, which the constructor calls.
        arguments: The constructor's, ABI-encoded.
        manager: Address of the AccessManager, which the constructor wants to have code.
        logic: Address of the implementation.
        at: Chain id and address of the token.
    """
    evm = Evm(at.chain_id)
    evm.put(bytes.fromhex(logic[2:]), logic_code)
    evm.put(bytes.fromhex(manager[2:]), b"\x00")
    address = evm.deploy(b"\x11" * 20, creation_code("KGST") + arguments)
    code, elsewhere = evm.code(address), to_checksum_address(address)
    return code.replace(Domain(at.chain_id, elsewhere).separator, at.separator)


def plain_runtime_code(name: str) -> bytes:
    """The runtime code of a contract without immutables."""
    return _bytes(contract_type(name).runtime_bytecode, name)


def source_of(name: str) -> str:
    """Path of the source of `name` in the project."""
    return str(contract_type(name).source_id)


def contract_type(name: str) -> ContractType:
    """What ape's build has of `name`, after it was renewed."""
    from ape import project

    renewed()
    found: ContractType = project.get_contract(name).contract_type
    return found


def _bytes(bytecode: Any, name: str) -> bytes:
    code = bytecode.to_bytes() if bytecode is not None else b""
    if not code:
        raise KgstError(f"the build has no code of {name}; run `ape compile --force`.")
    return bytes(code)
