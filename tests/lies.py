"""The table of `make lies`: what a node's lies came to, from build/lies/."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

REPORTS = Path("build/lies")


def main() -> int:
    told: dict[str, Counter[str]] = {}
    seconds = faults = 0
    for path in sorted(REPORTS.glob("*.json")):
        part = json.loads(path.read_text())
        counter = told.setdefault(part["command"], Counter())
        seconds += part["seconds"]
        for row in part["rows"]:
            for kind in {fault.partition(":")[0] for fault in row["faults"]} or {row["met"]}:
                counter[kind] += 1
            faults += bool(row["faults"])
    kinds = sorted({kind for counter in told.values() for kind in counter})
    print("".join(f"{text:>20}" for text in ("", *told, "all")))
    for kind in kinds:
        row = [counter[kind] for counter in told.values()]
        print("".join(f"{cell:>20}" for cell in (kind, *row, sum(row))))
    lies = sum(sum(counter.values()) for counter in told.values())
    print(
        f"{lies:,} lies, {faults:,} that did harm (build/lies/faults.txt), {seconds / 3600:.1f} hours of one core."
    )
    return 1 if faults or not lies else 0


if __name__ == "__main__":
    sys.exit(main())
