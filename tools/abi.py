"""kgst/abi/ and abi/, from the build: what can be called at each contract's address, for commands and for integrators.

abi/KGST.json has all that may come from the token's address: its interface, the errors of its proxy, and those of the
AccessManager that pass through it. abi/eip712.json has what is signed, from the contracts' own words;
abi/addresses.json what is deployed on public chains, from the records in deployments/.

python tools/abi.py [--check]      (--check: writes nothing; fails if one is stale)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


PUBLISHED = {
    "BackingFeed": "BackingFeed",
    "KGST": "IKGST",
    "MintDesk": "MintDesk",
    "RedemptionDesk": "RedemptionDesk",
    "ReserveFeed": "ReserveFeed",
}
CONSUMED = ("AccessManagerNotScheduled", "AccessManagerNotReady", "AccessManagerExpired")
"""What the AccessManager says when the token consumes an operation that had to be scheduled."""
THROWN_AWAY = {"local", "rehearsal"}
"""Folders of deployments/ whose records are of chains that end, and in no commit."""


def rendered(name: str) -> str:
    """The file of `name`: one line for each entry of its interface."""
    from ape import project

    built = project.get_contract(name).contract_type
    entries = sorted(
        json.dumps(one.model_dump(mode="json", by_alias=True, exclude_none=True))
        for one in built.abi
    )
    head = f'"contractName": {json.dumps(name)},\n"sourceId": {json.dumps(built.source_id)},\n'
    return "{\n" + head + '"abi": [\n' + ",\n".join(entries) + "\n]\n}\n"


def published() -> Iterator[tuple[Path, str]]:
    """The files of abi/: plain arrays, as every client takes them."""
    from kgst.abi import path_of

    for name, interface in PUBLISHED.items():
        entries = json.loads(path_of(interface).read_text())["abi"]
        if name == "KGST":
            for source, passed in (("KGST", None), ("KGSTAccessManager", CONSUMED)):
                entries += [
                    one
                    for one in json.loads(path_of(source).read_text())["abi"]
                    if one["type"] == "error" and one not in entries
                    if passed is None or one["name"] in passed
                ]
        lines = sorted(json.dumps(one) for one in entries if "name" in one)
        yield ROOT / "abi" / f"{name}.json", "[\n" + ",\n".join(lines) + "\n]\n"


def signed_types() -> dict[str, list[dict[str, str]]]:
    """The fields of each EIP-712 type, by name: those that the contracts hash, and a redemption's payee."""
    from kgst.paying.register import PAYEE_TYPE

    sources = "".join(one.read_text() for one in sorted((ROOT / "contracts/modules").glob("*.sol")))
    quoted = re.findall(r'keccak256\(\s*((?:"[^"]*"\s*)+)\)', sources)
    texts = ["".join(re.findall(r'"([^"]*)"', one)) for one in quoted] + [PAYEE_TYPE]
    found = (re.fullmatch(r"(\w+)\(([^()]+)\)", one) for one in texts)
    return {
        one[1]: [_field(*field.split()) for field in one[2].split(",")]
        for one in sorted(filter(None, found), key=lambda one: one[1])
    }


def _field(kind: str, name: str) -> dict[str, str]:
    return {"name": name, "type": kind}


def deployed(folder: Path, *, but: set[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """By chain and contract the address, and the block from which to read its events."""
    from kgst.record import Record

    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*/record.json")):
        if path.parent.name in but:
            continue
        record = Record.load(path)
        if str(record.chain_id) in found:
            raise SystemExit(f"{path}: another record is of chain {record.chain_id}, too")
        found[str(record.chain_id)] = {
            name: {
                "address": record.contracts[name].address,
                "block": record.contracts[name].transaction.block_number,
            }
            for name in PUBLISHED
        }
    return found


def data(deployments: Path, *, but: set[str]) -> Iterator[tuple[str, str]]:
    """What integrators take besides interfaces: names and contents of files of abi/."""
    from kgst.attestation import NAME, VERSION

    signed = {"domain": {"name": NAME, "version": VERSION}, "types": signed_types()}
    yield "eip712.json", json.dumps(signed, indent=2) + "\n"
    yield "addresses.json", json.dumps(deployed(deployments, but=but), indent=2) + "\n"


def main(check: bool) -> int:
    from kgst.abi import NAMES, path_of
    from kgst.build import refresh

    refresh()
    wanted = {path_of(name): rendered(name) for name in NAMES}
    stale = update(wanted, path_of("IKGST").parent, check=check)
    if not stale or not check:
        ours = dict(published())
        ours |= {
            ROOT / "abi" / name: text for name, text in data(ROOT / "deployments", but=THROWN_AWAY)
        }
        stale |= update(ours, ROOT / "abi", check=check)
    return 1 if check and stale else 0


def update(wanted: dict[Path, str], folder: Path, *, check: bool) -> bool:
    """Brings the folder to what is wanted, or says what differs; whether something did."""
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    stale += [path for path in folder.glob("*.json") if path not in wanted]
    for path in stale:
        name = path.relative_to(ROOT).as_posix()
        if check:
            print(f"{name}: not what sources and records say; run `make abi`.")
        elif path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path])
            print(f"{name}: written")
        else:
            path.unlink()
            print(f"{name}: removed")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
