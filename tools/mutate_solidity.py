"""Mutation testing of the Solidity: each mutant against the property machine, what lives on against the unit tests of
its file, and what still lives against a longer campaign.

Nothing is written into the tree: mutants are compiled from memory, the tests run in a copy below build/mutate/.
Verdicts are kept in build/mutate/solidity.jsonl by the content of mutant and tests, so that a run goes on where the
last one stopped. The report is `mutate_report.py`'s.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mutate_property
import mutate_unit
from mutate_build import (
    COMPACT,
    FAST,
    PRODUCT,
    ROOT,
    SNAPSHOT,
    WORK,
    Bytecode,
    Compiler,
    StillbornError,
    put,
    too_large,
)
from mutate_mutants import Mutant, collect, wanted
from mutate_report import Judged
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

VERDICTS = WORK / "solidity.jsonl"
MUTANTS = WORK / "solidity-mutants.json"
ARTIFACTS = WORK / f"artifacts-{os.getpid()}.json"
COPIED = "contracts kgst scripts tests deployments .build ape-config.yaml pyproject.toml package-lock.json foundry.toml"
QUICK = 30, 1
SHORT = 250, 1
LONG = 600, 2
"""Examples and Hypothesis's seed."""


UNKNOWN = {"killed": ""}
DESKS = "contracts/desks/"


class Verdicts:
    """What was found out, a line each; a later line outdates an earlier one of the same key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        if path.is_file():
            for line in path.read_text().splitlines():
                found = json.loads(line)
                self._known[found["key"]] = found

    def get(self, *key: str) -> dict[str, Any] | None:
        return self._known.get(" ".join(key))

    def put(self, *key: str, **found: Any) -> dict[str, Any]:
        found = {"key": " ".join(key), **found}
        self._known[found["key"]] = found
        with self._path.open("a") as file:
            file.write(json.dumps(found) + "\n")
        return found


class Run:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.verdicts = Verdicts(VERDICTS)
        self.compiler = Compiler()
        self.contracts, trees = self.compiler.everything()
        self.buckets = collect(trees, self.compiler.sources)
        self.build = _digest(SNAPSHOT / "contracts", SNAPSHOT / "package-lock.json")
        mutate_property.load()
        mutate_unit.load()
        self.machine = _digest(*_loaded())
        self.original = self.compiler.compile(FAST)
        self._product: Bytecode | None = None
        self._compact: Bytecode | None = None
        self._last: tuple[str, Bytecode] = "", {}
        self.judged = Judged.load()

    # What each question answers, and remembers

    def code(self, mutant: Mutant) -> dict[str, Any]:
        """Whether it compiles, and the hash of its code."""
        key = "build", mutant.key, self.build
        if known := self.verdicts.get(*key):
            return known
        try:
            found = self.fast(mutant)
        except StillbornError as refusal:
            return self.verdicts.put(*key, stillborn=str(refusal)[:160])
        return self.verdicts.put(*key, code=_hash(found))

    def fast(self, mutant: Mutant) -> Bytecode:
        if self._last[0] != mutant.key:
            changed = self.compiler.compile(FAST, {mutant.file: mutant.text})
            self._last = mutant.key, self.original | changed
        return self._last[1]

    def machine_kills(
        self, mutant: Mutant | None, examples: int, seed: int, *, ask: bool = True
    ) -> dict[str, Any]:
        """The property machine's verdict; of the original without a mutant. Only what is known unless `ask`.

        The desks are not among its contracts: their own machine is among the unit tests.
        """
        if mutant and mutant.file.startswith(DESKS):
            return UNKNOWN
        identity = mutant.key if mutant else "original"
        key = "property", identity, self.build, self.machine, f"{examples}/{seed}"
        known = self.verdicts.get(*key)
        if known or not ask:
            return known or UNKNOWN
        code = self.fast(mutant) if mutant else self.original
        put(self.contracts, code)
        ARTIFACTS.write_text(json.dumps({"contractTypes": self.contracts}))
        began = time.monotonic()
        said = mutate_property.survives(ARTIFACTS, examples, seed)
        return self.verdicts.put(*key, killed=said, seconds=round(time.monotonic() - began, 1))

    def same(self, mutant: Mutant) -> bool:
        """Whether the product's own settings compile it to the original's code."""
        key = "same", mutant.key, self.build
        known = self.verdicts.get(*key)
        if known is None:
            code = self.compiler.compile(PRODUCT, {mutant.file: mutant.text})
            same = all(self.product()[name] == found for name, found in code.items())
            known = self.verdicts.put(*key, same=same)
        return bool(known["same"])

    def unit_kills(self, mutant: Mutant, *, ask: bool = True) -> dict[str, Any]:
        """The verdict of the unit tests of its file; it holds while the test that killed, or all, stay as they are.

        A test that kills has to pass with the original.
        """
        folders = mutate_unit.areas(mutant.file)
        key = "unit", mutant.key, self.build
        known = self.verdicts.get(*key)
        if known and known["tests"] == _tests(known["killed"], folders):
            return known
        if not ask:
            return UNKNOWN
        files = mutate_unit.ordered(folders, f"{mutant.function} {mutant.before}")
        code = self.compact() | self.compiler.compile(COMPACT, {mutant.file: mutant.text})
        if too_large(code):
            code = self.product() | self.compiler.compile(PRODUCT, {mutant.file: mutant.text})
        began = time.monotonic()
        said = mutate_unit.survives(code, files)
        if said.startswith("tests/"):
            self.passes(said, folders)
        elif said and said != "timeout":
            sys.exit(f"mutate: {said}")
        took = round(time.monotonic() - began, 1)
        return self.verdicts.put(*key, killed=said, tests=_tests(said, folders), seconds=took)

    def passes(self, test: str, folders: list[str]) -> None:
        """Ends the run when `test` fails with the original, too."""
        key = "unit", "original", self.build, test
        tests = _tests(test, folders)
        known = self.verdicts.get(*key)
        if not known or known["tests"] != tests:
            said = mutate_unit.survives(self.compact(), [test])
            known = self.verdicts.put(*key, killed=said, tests=tests)
        if known["killed"]:
            sys.exit(f"mutate: the unchanged contracts fail: {known['killed']}")

    def compact(self) -> Bytecode:
        """The unchanged contracts for unit tests: the product's code of what is too large without its settings."""
        if self._compact is None:
            self._compact = self.compiler.compile(COMPACT)
            for name in too_large(self._compact):
                self._compact[name] = self.product()[name]
        return self._compact

    def product(self) -> Bytecode:
        if self._product is None:
            self._product = self.compiler.compile(PRODUCT)
        return self._product

    # The run

    def first(self) -> list[dict[str, Any]]:
        """Enough mutants of each function and operator, and what the property machine says of them."""
        asked = [key for key in self.buckets if self._matches(key)]
        for length in (
            (QUICK, SHORT, LONG) if any(not k[0].startswith(DESKS) for k in asked) else ()
        ):
            if said := self.machine_kills(None, *length)["killed"]:
                sys.exit(f"mutate: the unchanged contracts fail: {said}")
        found, seen = [], {_hash(self.original): "the original"}
        with _progress() as bar:
            most = sum(
                len(b) if self.options.all else min(wanted(k), len(b))
                for k, b in self.buckets.items()
            )
            task = bar.add_task("property", total=most, note="")
            counts: Counter[str] = Counter()
            for key, bucket in self.buckets.items():
                if not self._matches(key):
                    continue
                taken = 0
                for mutant in bucket:
                    if taken >= wanted(key) and not self.options.all:
                        break
                    row = self._first(mutant, seen)
                    found.append(row)
                    counts[row["verdict"]] += 1
                    if row["verdict"] in ("killed", "survived"):
                        taken += 1
                        bar.advance(task)
                        _say(bar, task, counts)
                if taken < wanted(key):
                    bar.update(
                        task,
                        total=(bar.tasks[0].total or 0) - min(wanted(key), len(bucket)) + taken,
                    )
        return found

    def _matches(self, key: tuple[str, str, str]) -> bool:
        return re.search(self.options.match, ":".join(key)) is not None

    def _first(self, mutant: Mutant, seen: dict[str, str]) -> dict[str, Any]:
        row = {
            "id": mutant.key,
            "file": mutant.file,
            "function": mutant.function,
            "operator": mutant.operator,
            "line": mutant.line,
            "before": mutant.before,
            "after": mutant.after,
        }
        code = self.code(mutant)
        if "stillborn" in code:
            return {**row, "verdict": "stillborn", "by": code["stillborn"]}
        if code["code"] in seen:
            twin = seen[code["code"]]
            verdict = "equivalent" if twin == "the original" else "duplicate"
            return {**row, "verdict": verdict, "by": f"compiles to the code of {twin}"}
        seen[code["code"]] = mutant.key
        said = self.machine_kills(mutant, *QUICK)["killed"]
        if said:
            return {**row, "verdict": "killed", "stage": "property", "by": said}
        return {**row, "verdict": "survived"}

    def second(self, rows: list[dict[str, Any]]) -> None:
        """What the first stage left: the compiler's opinion, the unit tests', the long campaign's."""
        mutants = {m.key: m for bucket in self.buckets.values() for m in bucket}
        left = [row for row in rows if row["verdict"] == "survived"]
        with _progress() as bar:
            task = bar.add_task("survivors", total=len(left), note="")
            counts: Counter[str] = Counter()
            for row in left:
                row.update(self._second(mutants[row["id"]], row))
                counts[row["verdict"]] += 1
                bar.advance(task)
                _say(bar, task, counts)

    def _second(self, mutant: Mutant, row: dict[str, Any]) -> dict[str, Any]:
        if not self.options.doubt and self.judged.of("solidity", row)[0]:
            return {"verdict": "survived"}
        for ask in (False, True):
            if said := self.unit_kills(mutant, ask=ask)["killed"]:
                return {"verdict": "killed", "stage": "unit", "by": said}
            if said := self.machine_kills(mutant, *SHORT, ask=ask)["killed"]:
                return {"verdict": "killed", "stage": "property", "by": said}
        if self.same(mutant):
            said = "compiles to the original's code with the product's settings"
            return {"verdict": "equivalent", "by": said}
        if said := self.machine_kills(mutant, *LONG)["killed"]:
            return {"verdict": "killed", "stage": "campaign", "by": said}
        return {"verdict": "survived"}


def _say(bar: Progress, task: Any, counts: Counter[str]) -> None:
    said = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
    bar.update(task, note=said)
    if not bar.console.is_terminal and bar.tasks[0].completed % 10 == 0:
        print(f"{bar.tasks[0].description}: {bar.tasks[0].completed:.0f}: {said}", flush=True)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), TextColumn("{task.fields[note]}"))


def snapshot() -> None:
    """A fresh copy of the project, ready for ape: its build is that of these sources."""
    shutil.rmtree(SNAPSHOT, ignore_errors=True)
    SNAPSHOT.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__", ".cache")
    for name in COPIED.split():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, SNAPSHOT / name, ignore=skip)
        else:
            shutil.copy2(ROOT / name, SNAPSHOT / name)
    (SNAPSHOT / "node_modules").symlink_to(ROOT / "node_modules")
    build = "from kgst.build import refresh; refresh()"
    subprocess.run([sys.executable, "-c", build], cwd=SNAPSHOT, check=True)
    shutil.copy2(mutate_unit.MANIFEST, mutate_unit.ORIGINAL)


def _tests(test: str, folders: list[str]) -> str:
    """Digest of a test's file, or of all in `folders`, and of the support that they name."""
    tests = SNAPSHOT / "tests"
    found = [SNAPSHOT / name for name in ([test.partition("::")[0]] if "::" in test else folders)]
    found += [tests / "conftest.py"]
    text = "".join(p.read_text() for f in found for p in ([f] if f.is_file() else f.rglob("*.py")))
    named = sorted(set(re.findall(r"support\.(\w+)", text)))
    return _digest(*found, *(p for n in named if (p := tests / "support" / f"{n}.py").is_file()))


def _loaded() -> list[Path]:
    """The files of the property tests and their model that this process has imported."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted(Path(f) for f in files if f and Path(f).is_relative_to(SNAPSHOT / "tests"))


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        for file in [path] if path.is_file() else _files(path):
            digest.update(file.relative_to(SNAPSHOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterable[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".pyc", ""))


def _hash(code: Bytecode) -> str:
    return hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()[:20]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="every mutant, not a few of each kind")
    parser.add_argument(
        "--match", default="", help="only those whose file:function:operator matches"
    )
    parser.add_argument("--first", action="store_true", help="the property machine only")
    parser.add_argument("--doubt", action="store_true", help="test those listed as equivalent, too")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    snapshot()
    run = Run(options)
    rows = run.first()
    if not options.first:
        run.second(rows)
    generated = sum(map(len, run.buckets.values()))
    if not options.match:
        MUTANTS.write_text(json.dumps({"generated": generated, "mutants": rows}, indent=1) + "\n")
    counts = Counter(row["verdict"] for row in rows)
    print(
        f"solidity: {generated} generated; {', '.join(f'{n} {v}' for v, n in sorted(counts.items()))}"
    )
    for row in rows:
        if row["verdict"] == "survived":
            print(f"  {row['file']}:{row['line']} {row['function']} {row['operator']}")
            print(f"    - {row['before']}\n    + {row['after']}")
    run.compiler.close()
    ARTIFACTS.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
