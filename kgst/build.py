"""The contracts as this checkout builds them: creation code, constructor arguments, runtime code."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from kgst.attestation import Domain
from kgst.errors import KgstError
from kgst.evm import Evm
from kgst.locking import LockedFile
from kgst.regularfile import write_regular

if TYPE_CHECKING:
    from ape.contracts import ContractContainer

__all__ = [
    "constructor_arguments",
    "creation_code",
    "refresh",
    "runtime_code",
    "source_of",
    "token_runtime_code",
]


def creation_code(name: str) -> bytes:
    """What a deployment of `name` sends, without its constructor's arguments."""
    return _bytes(_container(name).contract_type.deployment_bytecode, name)


def constructor_arguments(name: str, *arguments: Any) -> bytes:
    """The ABI encoding of `arguments` for the constructor of `name`."""
    types = [i.canonical_type for i in _container(name).contract_type.constructor.inputs]
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


def refresh() -> bool:
    """Compile anew when any source changed since the last build; returns whether it did.

    ape compares only a contract's own file, not what it imports: after a change of a module it would go on with the old
    code of the token. Nor does it always clear away the dependencies that it lays beside the sources.

    Raises:
        KgstError: the contracts do not compile, or no lock can be had.
    """
    stamp, manifest = Path(".build/sources.sha256"), Path(".build/__local__.json")
    stamp.parent.mkdir(exist_ok=True)
    # Test workers start together; one compiles.
    with _lock(stamp.with_name("lock")):
        digest = _sources_digest()
        if manifest.is_file() and stamp.is_file() and stamp.read_text() == digest:
            return False
        manifest.unlink(missing_ok=True)
        shutil.rmtree("contracts/.cache", ignore_errors=True)
        command = [str(Path(sys.executable).with_name("ape")), "compile"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # our own ape
        shutil.rmtree("contracts/.cache", ignore_errors=True)
        if done.returncode != 0:
            raise KgstError(f"The contracts do not compile:\n{done.stdout}{done.stderr}")
        write_regular(stamp, digest.encode())
    from ape import project

    # What this process has read before is the old build.
    project.load_manifest()
    return True


def _lock(path: Path) -> LockedFile:
    try:
        return LockedFile(path, wait=True)
    except OSError as error:
        raise KgstError(
            f"{path}: cannot be locked ({error.strerror or error}); remove what stands there."
        ) from error


def _sources_digest() -> str:
    digest = hashlib.sha256(
        Path("ape-config.yaml").read_bytes() + Path("package-lock.json").read_bytes()
    )
    for path in sorted(Path("contracts").rglob("*.sol")):
        if ".cache" not in path.parts:
            digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
