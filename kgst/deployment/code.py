"""The code of an implementation as this checkout builds it, immutables included."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.crypto import keccak

from kgst.build import constructor_arguments, creation_code, renewed, runtime_code, source_of
from kgst.deployment.layout import Snapshot, project_folder, read_layout
from kgst.errors import InputError, RefusedError
from kgst.evm import Evm, EvmRevert
from kgst.reverts import explain

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.files import Files
    from kgst.policy import Policy
    from kgst.record import Record

__all__ = [
    "SIZE_LIMIT",
    "arguments_in_words",
    "code_hash",
    "implementation_arguments",
    "implementation_code",
    "proxiable_uuid",
    "require_contract",
    "save_snapshot",
]

SIZE_LIMIT: Final = 24_576
"""EIP-170: bytes of runtime code that a contract may have."""

_INPUTS: Final = ["recoveryDelay"]


def require_contract(name: str) -> None:
    """`name` is a contract of this checkout that the token could be upgraded to.

    Raises:
        InputError: it is not.
    """
    from ape import project

    renewed()
    known = project.manifest.contract_types or {}
    if name not in known:
        raise InputError(
            f"there is no contract {name!r} in contracts/; give its name, without path and `.sol`."
        )
    inputs = [i.name for i in known[name].constructor.inputs]
    if inputs != _INPUTS or not known[name].deployment_bytecode:
        raise InputError(
            f"{name} is no implementation of the token: its constructor takes ({', '.join(map(str, inputs))}), an "
            f"implementation's ({', '.join(_INPUTS)})."
        )


def implementation_arguments(name: str, policy: Policy) -> bytes:
    """What the constructor of `name` is given: the policy's recovery delay."""
    return constructor_arguments(name, policy.token.recovery_delay)


def implementation_code(name: str, arguments: str, address: str) -> bytes:
    """Runtime code of `name` after its constructor ran at `address` with `arguments` (ABI-encoded); no node is asked.

    Code may remember its own address (as implementations of OpenZeppelin do), and is other code at each then.

    Raises:
        InputError: there is no such contract in this checkout, or the arguments are not its constructor's.
        RefusedError: the constructor refuses them.
    """
    require_contract(name)
    try:
        (delay,) = decode(["uint256"], bytes.fromhex(arguments[2:]))
    except Exception as error:  # bytes of a file that somebody wrote
        raise InputError(f"{arguments} are not the constructor's arguments of {name}.") from error
    try:
        return _ran(name, creation_code(name), delay, address)
    except EvmRevert as error:
        raise RefusedError(
            f"the constructor of {name} refuses a {arguments_in_words(arguments)}: "
            f"{explain(error.data or b'')}."
        ) from error


@cache
def _ran(name: str, creation: bytes, delay: int, address: str) -> bytes:
    """As `runtime_code`; `creation` stands for the build, which may be renewed meanwhile."""
    return runtime_code(name, delay, at=address)


def arguments_in_words(arguments: str) -> str:
    """`recovery delay 10 minutes`."""
    from kgst.quantities import format_duration

    return f"recovery delay {format_duration(int(arguments, 16))}"


def code_hash(code: bytes) -> str:
    """keccak256, as 0x and 64 digits."""
    return "0x" + keccak(code).hex()


def proxiable_uuid(code: bytes) -> bytes | None:
    """What `proxiableUUID()` answers when `code` runs by itself; None when it does not answer 32 bytes."""
    at, caller = b"\x22" * 20, b"\x11" * 20
    evm = Evm()
    evm.put(at, code)
    try:
        answer = evm.call(caller, at, function_signature_to_4byte_selector("proxiableUUID()"))
    except EvmRevert:
        return None
    return answer if len(answer) == 32 else None


def save_snapshot(files: Files, record: Record) -> Path | None:
    """Keep the layout of the recorded implementation, when this checkout builds it; returns where."""
    name, contract = record.implementation
    if (
        code_hash(implementation_code(name, contract.constructor_args, contract.address))
        != contract.code_hash
    ):
        return None
    layout = read_layout(name, source_of(name), project_folder())
    Snapshot(contract=name, code_hash=contract.code_hash, layout=layout).save(files.layout)
    return files.layout
