"""What an explorer needs to verify a contract: the compiler's input, exactly as it was compiled, and the arguments.

The input is checked here before anything is posted: it must compile to what the deployment's transaction holds, and to
the code that is on the chain, but for the immutables that the constructor filled in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.crypto import keccak

from kgst.build import renewed
from kgst.build.compiler import ask_compiler, standard_input
from kgst.errors import InputError, KgstError
from kgst.node import rpc
from kgst.regularfile import write_regular
from kgst.sending.signed import SignedError, read_signed

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.record import ContractRecord

__all__ = [
    "Compiled",
    "Match",
    "Submission",
    "compare",
    "compiled",
    "submission_of",
]


@dataclass(frozen=True)
class Submission:
    """One contract, ready to be verified.

    Attributes:
        input: solc's standard JSON: sources and settings, without what is to be put out.
        arguments: The constructor's, in hexadecimal digits without 0x, as explorers take them.
        compiler: `v0.8.37+commit.f401782d`.
        license: Etherscan's number; 3 is MIT.
    """

    name: str
    contract: ContractRecord
    input: dict[str, Any]
    arguments: str
    compiler: str
    license: int = 3

    @property
    def qualified_name(self) -> str:
        """`contracts/KGST.sol:KGST`."""
        return f"{self.contract.source}:{self.name}"

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write input and arguments below `folder`; returns where."""
        folder.mkdir(parents=True, exist_ok=True)
        source, arguments = folder / f"{self.name}.json", folder / f"{self.name}.args.txt"
        text = json.dumps(self.input, indent=1, ensure_ascii=False) + "\n"
        write_regular(source, text.encode())
        write_regular(arguments, f"{self.arguments}\n".encode())
        return source, arguments


@dataclass(frozen=True)
class Compiled:
    """What the compiler made of a submission.

    Attributes:
        creation: Code, without the constructor's arguments.
        runtime: Code, zero bytes in the place of immutables.
        immutables: Where they are in it: offset and length.
    """

    creation: bytes
    runtime: bytes
    immutables: tuple[tuple[int, int], ...]

    def without_immutables(self, code: bytes) -> bytes:
        """`code` from a chain with zero bytes in the place of immutables."""
        bare = bytearray(code)
        for start, length in self.immutables:
            bare[start : start + length] = bytes(len(bare[start : start + length]))
        return bytes(bare)


@dataclass(frozen=True)
class Match:
    """How a submission stands to the chain.

    Attributes:
        creation: The input compiles to what the deployment's transaction sent.
        runtime: The input compiles to the code at the address, immutables aside.
        problems: What is not as it should be, and what to do.
    """

    creation: bool
    runtime: bool
    problems: tuple[str, ...] = ()


def submission_of(name: str, contract: ContractRecord) -> Submission:
    """What verifies `name` at its address.

    Raises:
        KgstError: the build does not say how it was compiled.
    """
    settings, version = _settings(name)
    return Submission(
        name=name,
        contract=contract,
        input=standard_input([contract.source], settings),
        arguments=contract.constructor_args[2:],
        compiler=f"v{version}",
    )


def compiled(submission: Submission) -> Compiled:
    """What the input compiles to; 20 to 60 seconds.

    Raises:
        KgstError: it does not compile, or the compiler is not known.
    """
    wanted = [
        "evm.bytecode.object",
        "evm.deployedBytecode.object",
        "evm.deployedBytecode.immutableReferences",
    ]
    output = {submission.contract.source: {submission.name: wanted}}
    question = submission.input | {
        "settings": submission.input["settings"] | {"outputSelection": output}
    }
    answer = ask_compiler(question, f"{submission.name}: the input for the explorer")
    evm = answer["contracts"][submission.contract.source][submission.name]["evm"]
    runtime = evm["deployedBytecode"]
    places = chain.from_iterable(runtime.get("immutableReferences", {}).values())
    return Compiled(
        bytes.fromhex(evm["bytecode"]["object"]),
        bytes.fromhex(runtime["object"]),
        tuple(sorted((place["start"], place["length"]) for place in places)),
    )


def compare(submission: Submission, provider: ProviderAPI) -> Match:
    """Compile the input, and compare it with what the deployment sent and with the code at the address.

    What was sent is in the record, signed: nodes forget transactions after some days. They are asked for the code only.

    Raises:
        KgstError: it does not compile.
        InputError: the record's transaction is not the one that created the contract.
        NodeError: the node failed.
    """
    contract = submission.contract
    sent = _sent(submission)
    with rpc(f"read the code of {submission.name}"):
        code = bytes(provider.web3.eth.get_code(contract.address))
    made = compiled(submission)
    creation = made.creation + bytes.fromhex(submission.arguments) == sent
    runtime = made.without_immutables(code) == made.runtime
    problems = []
    if (found := "0x" + keccak(code).hex()) != contract.code_hash:
        problems.append(
            f"the code at {contract.address} has the hash {found}, the record says {contract.code_hash}; look at "
            "`ape run deploy verify`."
        )
    if not creation:
        problems.append(
            f"this checkout compiles to other code than transaction {contract.transaction.hash} deployed, so an "
            "explorer would refuse it; check out the commit that the record names."
        )
    if creation and not runtime:
        problems.append(
            f"this checkout compiles to what was deployed, and other code stands at {contract.address}: the node or "
            "the record is wrong about the address; look at `ape run deploy verify`."
        )
    return Match(creation, runtime, tuple(problems))


def _sent(submission: Submission) -> bytes:
    """Creation code and arguments in the record's signed transaction, which created the contract at its address."""
    contract = submission.contract
    try:
        signed = read_signed(contract.transaction.raw)
    except SignedError as error:
        raise InputError(
            f"{submission.name}: the signed transaction in the record cannot be read: {error}; restore the record from "
            "git."
        ) from error
    if (signed.hash, signed.created) != (contract.transaction.hash, contract.address):
        raise InputError(
            f"{submission.name}: the signed transaction in the record is {signed.hash} and creates "
            f"{signed.created or 'nothing'}; the record says {contract.transaction.hash} and {contract.address}. Look "
            "at `ape run deploy verify`."
        )
    return signed.content.data


def _settings(name: str) -> tuple[dict[str, Any], str]:
    """The settings that compiled `name`, and the compiler's version."""
    from ape import project

    renewed()
    for compiler in project.manifest.compilers or []:
        if name in (compiler.contractTypes or []):
            settings = {
                k: v for k, v in (compiler.settings or {}).items() if k != "outputSelection"
            }
            return settings, str(compiler.version)
    raise KgstError(f"the build does not say what compiled {name}; run `ape compile --force`.")
