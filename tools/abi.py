"""kgst/abi/, from the build: what can be called at each contract's address.

python tools/abi.py [--check]      (--check: writes nothing; fails if one is stale)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


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


def main(check: bool) -> int:
    from kgst.abi import NAMES, path_of
    from kgst.build import refresh

    refresh()
    wanted = {path_of(name): rendered(name) for name in NAMES}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    stale += [path for path in path_of("IKGST").parent.glob("*.json") if path not in wanted]
    for path in stale:
        name = path.relative_to(ROOT).as_posix()
        if check:
            print(f"{name}: not what the sources compile to; run `make abi`.")
        elif path in wanted:
            path.write_text(wanted[path])
            print(f"{name}: written")
        else:
            path.unlink()
            print(f"{name}: removed")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
