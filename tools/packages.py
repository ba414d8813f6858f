"""Integrators' packages, from packages/, abi/ and contracts/: npm's kgst and kgst-contracts, Python's kgst-client.

Nothing that follows from something else is kept in packages/: interfaces, addresses, types, licence and version are
laid beside the sources here, in a folder that is thrown away. The same sources make the same bytes.

python tools/packages.py [--out build/packages] [--deployments FOLDER]      (FOLDER: whose */record.json give addresses)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from abi import data  # noqa: E402

OUR_PRAGMA = "pragma solidity 0.8.37;"
THEIR_PRAGMA = "pragma solidity ^0.8.24;"
"""Others' compilers have to take the interfaces; the contracts themselves are for one."""
MADE = "// Made from the project's abi/.\n"
EARLIEST = "315619200"
"""1980, the first moment that a zip file can name."""


def pack(out: Path, deployments: Path | None = None) -> dict[str, Path]:
    """Builds and packs all three; the packed files by package.

    Args:
        out: Where they go.
        deployments: Whose records give the addresses; those of abi/addresses.json unless given.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = {path.name: path.read_text() for path in sorted((ROOT / "abi").glob("*.json"))}
    if deployments is not None:
        files |= dict(data(deployments, but=set()))
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        return {
            "kgst": pack_client(stage / "kgst", files, out),
            "kgst-contracts": pack_contracts(stage / "kgst-contracts", out),
            "kgst-client": pack_python(stage / "python", files, out),
        }


def laid_out(folder: Path) -> Path:
    """The package of the folder's name, and the licence."""
    shutil.copytree(
        ROOT / "packages" / folder.name, folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "LICENSE", folder)
    return folder


def version() -> str:
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return found


def pack_client(folder: Path, files: Mapping[str, str], out: Path) -> Path:
    sources = laid_out(folder) / "src"
    (sources / "abi.ts").write_text(
        MADE + "".join(abi_ts(*one) for one in interfaces(files).items())
    )
    (sources / "addresses.ts").write_text(addresses_ts(files))
    signed = json.loads(files["eip712.json"])
    (sources / "eip712.ts").write_text(
        MADE
        + "".join(f"export const {name} = {typed(signed[name])} as const;\n" for name in signed)
    )
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    run(ROOT / "node_modules/.bin/tsc", "-p", folder, cwd=folder)
    return npm_pack(folder, out)


def interfaces(files: Mapping[str, str]) -> dict[str, str]:
    """Contract and interface."""
    return {name.removesuffix(".json"): text for name, text in files.items() if name[0].isupper()}


def typed(value: object) -> str:
    return json.dumps(value, indent=2)


def abi_ts(contract: str, text: str) -> str:
    name = "kgst" if contract == "KGST" else contract[0].lower() + contract[1:]
    return f"export const {name}Abi = {text.strip()} as const;\n"


def addresses_ts(files: Mapping[str, str]) -> str:
    names = " | ".join(f'"{name}"' for name in interfaces(files))
    chains = "".join(
        f"  {chain}: {{\n"
        + "".join(
            f'    {name}: {{ address: "{at["address"]}", block: {at["block"]}n }},\n'
            for name, at in contracts.items()
        )
        + "  },\n"
        for chain, contracts in json.loads(files["addresses.json"]).items()
    )
    return (
        f'{MADE}import type {{ Address }} from "viem";\n\n'
        "/** Where each contract is, and the block from which to read its events. */\n"
        f"export type Deployment = Readonly<Record<{names}, {{ address: Address; block: bigint }}>>;\n\n"
        "/** By chain id: 56 BSC, 97 its testnet. */\n"
        f"export const addresses: Readonly<Record<number, Deployment>> = {{\n{chains}}};\n"
    )


def pack_contracts(folder: Path, out: Path) -> Path:
    laid_out(folder)
    contracts = ROOT / "contracts"
    # The interface of the desk imports the states of a request from beside the desk.
    for source in (*contracts.glob("interfaces/*.sol"), contracts / "desks/Redemption.sol"):
        text = source.read_text()
        if text.count(OUR_PRAGMA) != 1:
            sys.exit(f"{source}: does not ask for its compiler by `{OUR_PRAGMA}`")
        target = folder / source.relative_to(contracts)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text.replace(OUR_PRAGMA, THEIR_PRAGMA))
    return npm_pack(folder, out)


def npm_pack(folder: Path, out: Path) -> Path:
    manifest = folder / "package.json"
    manifest.write_text(
        json.dumps({**json.loads(manifest.read_text()), "version": version()}, indent=2) + "\n"
    )
    options = ("--offline", "--ignore-scripts", "--json", "--pack-destination", out)
    [packed] = json.loads(run("npm", "pack", *options, cwd=folder))
    return out / str(packed["filename"])


def pack_python(folder: Path, files: Mapping[str, str], out: Path) -> Path:
    laid_out(folder)
    (folder / "VERSION").write_text(version())
    (folder / "src/kgst_client/data").mkdir()
    for name, text in files.items():
        (folder / "src/kgst_client/data" / name).write_text(text)
    # The hook that every installer of packages calls (PEP 517), without the installer.
    hook = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    run(sys.executable, "-c", hook, out, cwd=folder)
    return out / f"kgst_client-{version()}-py3-none-any.whl"


def run(*command: object, cwd: Path) -> str:
    """What it prints; ends all with its words when it fails."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EARLIEST}
    done = subprocess.run(
        [str(one) for one in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"packages: {command[0]}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=ROOT / "build/packages")
    parser.add_argument("--deployments", type=Path)
    options = parser.parse_args()
    for path in pack(options.out.resolve(), options.deployments).values():
        print(f"{path}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
