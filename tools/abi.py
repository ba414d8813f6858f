"""kgst/abi/ and abi/, from the build: what can be called at each contract's address, for commands and for integrators.

abi/KGST.json has all that may come from the token's address: its interface, the errors of its proxy, and those of the
AccessManager that pass through it.

python tools/abi.py [--check]      (--check: writes nothing; fails if one is stale)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


PUBLISHED = {
    "KGST": "IKGST",
    "MintDesk": "MintDesk",
    "RedemptionDesk": "RedemptionDesk",
    "ReserveFeed": "ReserveFeed",
}
CONSUMED = ("AccessManagerNotScheduled", "AccessManagerNotReady", "AccessManagerExpired")
"""What the AccessManager says when the token consumes an operation that had to be scheduled."""


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


def main(check: bool) -> int:
    from kgst.abi import NAMES, path_of
    from kgst.build import refresh

    refresh()
    wanted = {path_of(name): rendered(name) for name in NAMES}
    stale = update(wanted, path_of("IKGST").parent, check=check)
    if not stale or not check:
        stale |= update(dict(published()), ROOT / "abi", check=check)
    return 1 if check and stale else 0


def update(wanted: dict[Path, str], folder: Path, *, check: bool) -> bool:
    """Brings the folder to what is wanted, or says what differs; whether something did."""
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    stale += [path for path in folder.glob("*.json") if path not in wanted]
    for path in stale:
        name = path.relative_to(ROOT).as_posix()
        if check:
            print(f"{name}: not what the sources compile to; run `make abi`.")
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
