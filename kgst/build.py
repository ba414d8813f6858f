"""The contracts as this checkout builds them: creation code, constructor arguments, runtime code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode

from kgst.errors import KgstError

if TYPE_CHECKING:
    from ape.contracts import ContractContainer

__all__ = ["constructor_arguments", "creation_code", "runtime_code", "source_of"]


def creation_code(name: str) -> bytes:
    """What a deployment of `name` sends, without its constructor's arguments."""
    return _bytes(_container(name).contract_type.deployment_bytecode, name)


def constructor_arguments(name: str, *arguments: Any) -> bytes:
    """The ABI encoding of `arguments` for the constructor of `name`."""
    types = [i.canonical_type for i in _container(name).contract_type.constructor.inputs]
    return encode(types, arguments)


def runtime_code(name: str, *arguments: Any) -> bytes:
    """The code that `name` has after its constructor ran with `arguments`: immutables are filled in.

    The constructor runs in an EVM of this process, so that the node that is being checked has no say in what is
    expected of it. For constructors that call other contracts use `plain_runtime_code`.
    """
    from eth_tester import EthereumTester, PyEVMBackend  # type: ignore[import-untyped]

    tester = EthereumTester(PyEVMBackend())
    data = creation_code(name) + constructor_arguments(name, *arguments)
    result: str = tester.call(
        {"from": tester.get_accounts()[0], "to": "", "data": "0x" + data.hex(), "gas": 25_000_000}
    )
    return bytes.fromhex(result[2:])


def plain_runtime_code(name: str) -> bytes:
    """The runtime code of a contract without immutables."""
    return _bytes(_container(name).contract_type.runtime_bytecode, name)


def source_of(name: str) -> str:
    """Path of the source of `name` in the project."""
    return str(_container(name).contract_type.source_id)


def _container(name: str) -> ContractContainer:
    from ape import project

    return project.get_contract(name)


def _bytes(bytecode: Any, name: str) -> bytes:
    code = bytecode.to_bytes() if bytecode is not None else b""
    if not code:
        raise KgstError(f"the build has no code of {name}; run `ape compile --force`.")
    return bytes(code)
