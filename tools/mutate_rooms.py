"""Mutation testing of the operators' Python: what signs, sends, keeps journals, compares and governs.

A mutant is judged by the tests that reach its lines, in a process forked from one in which the chain is deployed:
file after file of tests, the quickest first, until one of them notices. Goes on where it stopped; what changed since, a
mutated file or a file of tests, is asked anew. Writes build/mutate/rooms-mutants.json.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutate" / "rooms"
MUTANTS = ROOT / "build" / "mutate" / "rooms-mutants.json"
SAMPLE = 300
ROOMS = (
    "events.py",
    "govern",
    "journal",
    "pipeline",
    "safe",
    "sending",
    "signing",
    "supply",
    "verify",
)
LEFT_OUT = ("__init__.py", "documents.py", "offline_documents.py", "options.py")
TESTS = ROOT / "tests" / "mutation" / "rooms.txt"
LIVES = "survived"
Row = dict[str, Any]


def files() -> list[str]:
    """Without models of documents, and options, whose code runs once, as they are imported."""
    found = [
        path
        for room in ROOMS
        for path in [ROOT / "kgst" / room, *(ROOT / "kgst" / room).rglob("*.py")]
    ]
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.suffix == ".py" and path.name not in LEFT_OUT
    )


def generate(size: int) -> dict[str, Any]:
    """So many mutants, 0 for all; kept, for as long as nothing that makes them changes."""
    script = ROOT / "tools/mutate_rooms_mutants.py"
    content = b"".join(
        (ROOT / name).read_bytes() for name in [script.relative_to(ROOT).as_posix(), *files()]
    )
    kept = WORK / f"mutants-{size}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    if not kept.exists():
        command = [str(ROOT / ".venv-mutate/bin/python"), str(script), str(size), *files()]
        made = subprocess.run(command, capture_output=True, check=True).stdout
        WORK.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(made)
    found: dict[str, Any] = json.loads(kept.read_bytes())
    return found


def changed(mutant: Row) -> tuple[str, str]:
    """The lines taken away and added, white space folded."""
    before = (ROOT / mutant["file"]).read_text(encoding="utf8").splitlines()
    lines = list(difflib.unified_diff(before, mutant["source"].splitlines(), n=0, lineterm=""))[2:]
    old, new = (
        " ".join(" ".join(line[1:] for line in lines if line[:1] == sign).split()) for sign in "-+"
    )
    return old, new


class Found:
    """What was found before, by mutant: what killed it, or which files of tests, as they were, did not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, Row] = json.loads(path.read_text()) if path.exists() else {}

    def of(self, mutant: Row) -> Row:
        key = hashlib.sha256((mutant["id"] + mutant["source"]).encode()).hexdigest()
        return self.rows.setdefault(key, {"met": {}, "reached": 0})

    def waiting(self, mutants: list[Row], test: str) -> list[str]:
        found = ((mutant, self.of(mutant)) for mutant in mutants)
        return [
            m["id"] for m, row in found if "by" not in row and row["met"].get(test) != digest(test)
        ]

    def take(self, mutants: list[Row], asked: dict[str, list[str]], verdicts: list[Row]) -> None:
        """Of the files of tests that came to their ends."""
        by_id = {mutant["id"]: self.of(mutant) for mutant in mutants}
        for verdict in verdicts:
            if "id" not in verdict:
                for one in asked[verdict["test"]]:
                    by_id[one]["met"][verdict["test"]] = digest(verdict["test"])
                continue
            row = by_id[verdict["id"]]
            row["reached"] = max(row["reached"], verdict["tests"])
            if verdict["verdict"] != LIVES:
                row["by"] = verdict["verdict"]
        self.path.write_text(json.dumps(self.rows))


def digest(test: str) -> str:
    return hashlib.sha256((ROOT / test).read_bytes()).hexdigest()


def ask(mutants: list[Row], waiting: dict[str, list[str]]) -> list[Row]:
    """What files of tests say of the mutants that wait for them, one process for all."""
    mine, verdicts = WORK / "asked.json", WORK / "verdicts.jsonl"
    wanted = {one for ids in waiting.values() for one in ids}
    mine.write_text(
        json.dumps({"mutants": [m for m in mutants if m["id"] in wanted], "waiting": waiting})
    )
    verdicts.unlink(missing_ok=True)
    command = [
        sys.executable, str(ROOT / "tools/run_alone.py"), "env", f"PYTHONPATH={ROOT / 'tools'}",
        f"KGST_MUTANTS={mine}", f"KGST_VERDICTS={verdicts}", str(ROOT / ".venv/bin/ape"), "test", *waiting,
        "-n0", "-q", "--tb=short", "--no-showlocals", "-p", "no:cacheprovider", "-p", "mutate_rooms_judge",
    ]  # fmt: skip
    with (WORK / "log.txt").open("w") as log, suppress(KeyboardInterrupt):
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
    return told()


def told() -> list[Row]:
    """What the last run said, though it was killed."""
    path = WORK / "verdicts.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def row_of(mutant: Row, found: Row) -> Row:
    row = {key: mutant[key] for key in ("id", "file", "function", "operator")}
    row["line"], by = mutant["span"][0], found.get("by", "")
    if by.startswith("stillborn"):
        return {**row, "verdict": "stillborn"}
    if by:
        return {**row, "verdict": "killed", "by": by}
    row["before"], row["after"] = changed(mutant)
    return {**row, "verdict": "survived", "status": "reached" if found["reached"] else "no test"}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--match", default="", help="only mutants whose id has this in it")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--show", action="store_true", help="print the survivors")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(WORK, ignore_errors=True)
    made = generate(0 if options.all else options.sample)
    mutants = [mutant for mutant in made["mutants"] if options.match in mutant["id"]]
    found = Found(WORK / "found.json")
    if last := told():
        asked = json.loads((WORK / "asked.json").read_text())
        found.take(asked["mutants"], asked["waiting"], last)
    waiting = {test: found.waiting(mutants, test) for test in TESTS.read_text().split()}
    if waiting := {test: ids for test, ids in waiting.items() if ids}:
        verdicts = ask(mutants, waiting)
        found.take(mutants, waiting, verdicts)
        if left := [test for test in waiting if {"test": test} not in verdicts]:
            print(f"rooms: stopped before {left[0]}; see {(WORK / 'log.txt').relative_to(ROOT)}")
            return 1
    rows = [row_of(mutant, found.of(mutant)) for mutant in mutants]
    MUTANTS.write_text(
        json.dumps({"generated": made["generated"], "mutants": rows}, indent=1) + "\n"
    )
    counts = Counter(row["verdict"] for row in rows)
    said = ", ".join(f"{n} {v}" for v, n in sorted(counts.items()))
    print(f"rooms: {len(rows)} of {made['generated']} mutants; {said}")
    if options.show:
        for row in rows:
            if row["verdict"] == "survived":
                print(
                    f"  {row['file']}:{row['line']} {row['function']} {row['operator']} ({row['status']})"
                )
                print(f"    - {row['before']}\n    + {row['after']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
