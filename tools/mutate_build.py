"""Compiles mutants: one resident compiler, sources in memory, artifacts as the tests read them."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutate"
SNAPSHOT = WORK / "project"
"""A copy of what is tested and of its tests, so that nobody's edits get into a run."""

Bytecode = dict[str, tuple[str, str]]
"""Creation and runtime code by contract, in hexadecimal."""

LATER = "contracts/mocks/KGSTLogicV2Mock.sol"
MUTATED = {
    "contracts/KGST.sol": "KGST",
    "contracts/KGSTLogic.sol": "KGSTLogic",
    "contracts/desks/MintDesk.sol": "MintDesk",
    "contracts/desks/RedemptionDesk.sol": "RedemptionDesk",
    "contracts/governance/Revoker.sol": "Revoker",
    "contracts/periphery/BackingFeed.sol": "BackingFeed",
    "contracts/periphery/ReserveFeed.sol": "ReserveFeed",
    LATER: "KGSTLogicV2Mock",
}
"""All that holds code of the product; the rest of the build is the same for every mutant."""

FAST = {"optimizer": {"enabled": False}}
"""Compiles in a second. The in-process EVM of the property tests takes code of any size."""
COMPACT = {"optimizer": {"enabled": True, "runs": 1}}
"""Compiles in two seconds; of all contracts but the token's logic to code that a chain takes: MAX_CODE bytes."""
MAX_CODE = 24_576
PRODUCT = {"viaIR": True, "optimizer": {"enabled": True, "runs": 500}}
"""ape-config.yaml's."""
BARE = {"bytecodeHash": "none", "appendCBOR": False}
"""No metadata in the code: then equal code is equal behaviour."""


class StillbornError(Exception):
    """A mutant that does not compile; the text is the compiler's first error."""


class Compiler:
    """The npm package's compiler as one process; `sources` are the unchanged files."""

    def __init__(self) -> None:
        self.sources = {
            path.relative_to(SNAPSHOT).as_posix(): path.read_text(encoding="utf8")
            for path in sorted((SNAPSHOT / "contracts").rglob("*.sol"))
        }
        self._imports: dict[str, set[str]] = {}
        self._process: subprocess.Popen[str] | None = None
        self._jobs = 0

    def compile(self, settings: dict[str, Any], changed: dict[str, str] | None = None) -> Bytecode:
        """The code of MUTATED, with the text of some files `changed`; only of what imports them, unless none is.

        Raises:
            StillbornError: it does not compile.
        """
        wanted = ["evm.bytecode.object", "evm.deployedBytecode.object"]
        concerned = {
            source: name
            for source, name in MUTATED.items()
            if not changed or self.imports(source) & changed.keys()
        }
        if settings is FAST and changed:
            # A later implementation that is not mutated does for the first look, and saves half the time.
            concerned.pop(LATER, None)
        outputs = {source: {name: wanted} for source, name in concerned.items()}
        built = self.run(settings, outputs, changed or {})
        return {name: _code(built["contracts"][source][name]) for source, name in concerned.items()}

    def imports(self, source: str) -> set[str]:
        """`source`, and the project's files that it imports, directly or not."""
        if source not in self._imports:
            found = self._imports[source] = {source}
            for path in re.findall(r'from "(\.[^"]+)";', self.sources[source]):
                found |= self.imports(posixpath.normpath(f"{posixpath.dirname(source)}/{path}"))
        return self._imports[source]

    def everything(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Artifacts of the unchanged contracts by name, as ape lays them out; syntax trees by file."""
        wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
        built = self.run(FAST, {"*": {"*": wanted, "": ["ast"]}}, {})
        contracts: dict[str, Any] = {}
        for source, found in built["contracts"].items():
            if source.startswith("contracts/"):
                for name, contract in found.items():
                    contracts[name] = {"contractName": name, "abi": contract["abi"]}
                    put(contracts, {name: _code(contract)})
        trees = {name: s["ast"] for name, s in built["sources"].items() if name in self.sources}
        return contracts, trees

    def run(
        self, settings: dict[str, Any], outputs: dict[str, Any], changed: dict[str, str]
    ) -> dict[str, Any]:
        job = {
            "language": "Solidity",
            "sources": {n: {"content": t} for n, t in {**self.sources, **changed}.items()},
            "settings": {
                **settings,
                "evmVersion": "prague",
                "metadata": BARE,
                "outputSelection": outputs,
            },
        }
        process = self._running()
        to, back = process.stdin, process.stdout
        if to is None or back is None:
            raise RuntimeError("the compiler has no pipes")
        to.write(json.dumps(job) + "\n")
        to.flush()
        built: dict[str, Any] = json.loads(back.readline())
        errors = [e for e in built.get("errors", []) if e["severity"] == "error"]
        if errors:
            raise StillbornError(errors[0]["message"])
        return built

    def _running(self) -> subprocess.Popen[str]:
        """The compiler; a fresh one now and then, as its memory only grows."""
        self._jobs += 1
        if self._process is not None and self._jobs % 200 == 0:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [shutil.which("node") or "node", str(ROOT / "tools" / "mutate_solc.cjs")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process

    def close(self) -> None:
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait()
            self._process = None


def too_large(code: Bytecode) -> set[str]:
    """Names of contracts that no chain takes (EIP-170)."""
    return {name for name, (_, runtime) in code.items() if len(runtime) > 2 * MAX_CODE}


def put(contracts: dict[str, Any], code: Bytecode) -> None:
    """Writes `code` into artifacts."""
    for name, (creation, runtime) in code.items():
        contracts[name]["deploymentBytecode"] = {"bytecode": "0x" + creation}
        contracts[name]["runtimeBytecode"] = {"bytecode": "0x" + runtime}


def _code(contract: dict[str, Any]) -> tuple[str, str]:
    evm = contract["evm"]
    return evm["bytecode"]["object"], evm["deployedBytecode"]["object"]
