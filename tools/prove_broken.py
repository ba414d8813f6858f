"""Whether the proofs notice: each change of tests/symbolic/broken.toml must make its property fail.

Each is made by itself in a copy of the contracts below build/prove/broken/, compiled, and given to halmos as
``prove_property.py`` does. A property that still holds, or that is not decided, fails the run. Writes
build/prove-broken.json.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
import tomllib
from typing import Any

from prove_limits import property_seconds
from prove_property import ROOT, SOURCES, Property, build, prove

LIST = SOURCES / "broken.toml"
COPY = ROOT / "build" / "prove" / "broken"
REPORT = ROOT / "build" / "prove-broken.json"
LINKED = ("node_modules", ".venv", "foundry.toml")


def copy() -> None:
    """The sources beside each other as in the project; what was compiled from them stays, for forge to reuse."""
    for folder in ("contracts", "tests/symbolic"):
        shutil.rmtree(COPY / folder, ignore_errors=True)
        shutil.copytree(ROOT / folder, COPY / folder)
    for name in LINKED:
        if not (COPY / name).is_symlink():
            (COPY / name).symlink_to(ROOT / name)


def broken(entry: dict[str, str]) -> Property:
    """What becomes of the property when the code is changed as `entry` says."""
    path = COPY / entry["file"]
    source = path.read_text()
    if source.count(entry["before"]) != 1:
        sys.exit(f"prove: {LIST.name}: not once in {entry['file']}: {entry['before']}")
    path.write_text(source.replace(entry["before"], entry["after"]))
    try:
        build(COPY)
        contract, function = entry["property"].split(".")
        prop = Property(contract, function, "", [], None)
        prove(prop, property_seconds(), COPY)
    finally:
        path.write_text(source)
    return prop


def noticed(prop: Property) -> bool:
    return prop.status == "failed" and prop.counterexample is not None


def main(matches: re.Pattern[str]) -> int:
    entries: list[dict[str, str]] = tomllib.loads(LIST.read_text())["broken"]
    entries = [entry for entry in entries if matches.search(entry["property"])]
    copy()
    found: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        start = time.monotonic()
        prop = broken(entry)
        said = "noticed" if noticed(prop) else prop.status
        found.append({**entry, "outcome": said, "counterexample": prop.counterexample})
        took = time.monotonic() - start
        place = f"[{number}/{len(entries)}]"
        print(f"{place} {said:8} {took:6.1f} s  {prop.name}: {entry['how']}", flush=True)
        if said != "noticed":
            print(f"    {prop.detail or 'the property still holds'}", flush=True)
        REPORT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    missed = sum(row["outcome"] != "noticed" for row in found)
    print(f"prove: {len(found) - missed} of {len(found)} breakages noticed")
    return 1 if missed or not found else 0
