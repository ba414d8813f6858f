"""Puts all verdicts together: build/mutate.json, docs/evidence/mutate.json, one line; fails when a
survivor is unexplained, an explanation explains nothing, or too few were killed.

Killed per cent is of what could be killed: stillborn mutants, duplicates and equivalents are not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from kgst.record import source_commit

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "mutate"
REPORT = ROOT / "build" / "mutate.json"
EVIDENCE = ROOT / "docs" / "evidence" / "mutate.json"
PAGE = ROOT / "docs" / "mutation.md"
MARKS = "<!-- results -->", "<!-- /results -->"
JUDGED = ROOT / "tests" / "mutation" / "judged.yaml"

WORDING = "Only the wording of a message."
GOALS = {"solidity": 95.0, "python": 85.0, "rooms": 95.0}
COUNTED = ("killed", "survived")
NAMED = ("file", "function", "before", "after")
ANY = "*"
"""An entry without `after` speaks of every mutant of its line that lives."""

Row = dict[str, Any]


class Judged:
    """What people have judged: mutants that change nothing, and survivors, each with a line of reasoning."""

    def __init__(self, entries: dict[str, dict[str, list[dict[str, str]]]]) -> None:
        self._reasons: dict[tuple[str, ...], tuple[str, str]] = {}
        self._used: set[tuple[str, ...]] = set()
        for language, kinds in entries.items():
            for kind, found in kinds.items():
                for entry in found:
                    key = (language, *(entry.get(name, ANY) for name in NAMED))
                    if key in self._reasons:
                        sys.exit(f"{JUDGED}: twice: {' | '.join(key)}")
                    self._reasons[key] = kind, entry["reason"]

    @classmethod
    def load(cls) -> Judged:
        return cls(YAML(typ="safe").load(JUDGED.read_text(encoding="utf8")))

    def of(self, language: str, row: Row) -> tuple[str, str]:
        """`equivalent` or `survivors`, and why; empty when nobody has judged."""
        exact = (language, *(row.get(name, "") for name in NAMED))
        for key in (exact, (*exact[:-1], ANY)):
            if key in self._reasons:
                self._used.add(key)
                return self._reasons[key]
        return "", ""

    def stale(self, asked: Iterable[str]) -> list[str]:
        """Entries of the languages that were `asked` for that fit no mutant."""
        left = (key for key in self._reasons if key not in self._used)
        return [" | ".join(key) for key in left if key[0] in asked]


def judge(language: str, rows: list[Row], judged: Judged) -> None:
    """Enters what people found into the rows of survivors."""
    for row in rows:
        kind, reason = judged.of(language, row)
        if row["verdict"] == "survived":
            if kind == "equivalent":
                row.update(verdict="equivalent", by=reason)
            elif kind or row.get("wording"):
                row["reason"] = reason or WORDING
        elif kind and row["verdict"] == "killed":
            row["contradicts"] = reason


def summary(rows: list[Row]) -> dict[str, Any]:
    counts = Counter(row["verdict"] for row in rows)
    able = sum(counts[v] for v in COUNTED)
    return {
        "mutants": len(rows),
        **{v: counts[v] for v in ("killed", "survived", "equivalent", "duplicate", "stillborn")},
        "killed_percent": round(100 * counts["killed"] / able, 1) if able else None,
    }


def tried(found: dict[str, Any]) -> str:
    """How many of the mutants that can be made were judged."""
    generated, judged = found.get("generated", found["mutants"]), found["mutants"]
    return (
        "every mutant" if judged >= generated else f"a sample, {judged:,} of {generated:,} mutants"
    )


def by(rows: list[Row], field: str) -> dict[str, Any]:
    names = sorted({row[field] for row in rows if field in row})
    return {name: summary([row for row in rows if row.get(field) == name]) for name in names}


def language(name: str, rows: list[Row]) -> dict[str, Any]:
    found = {**summary(rows), "files": by(rows, "file")}
    if name != "python":
        found["operators"] = by(rows, "operator")
    if name == "solidity":
        stages = Counter(row["stage"] for row in rows if row["verdict"] == "killed")
        found["killed_by"] = dict(stages)
    return found


def unexplained(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["verdict"] == "survived" and "reason" not in row]


def compact(row: Row) -> Row:
    kept = ("file", "function", "operator", "line", "before", "after", "by", "reason")
    return {key: row[key] for key in kept if row.get(key) not in (None, "")}


def page(evidence: dict[str, Any]) -> str:
    """The tables of docs/mutation.md."""
    lines = []
    columns = (
        "mutants",
        "stillborn",
        "duplicate",
        "equivalent",
        "killed",
        "survived",
        "killed_percent",
    )
    for name, found in evidence.items():
        lines += ["", f"Judged of {name}: {tried(found)}."]
        for field in ("files", "operators"):
            if field in found:
                lines += ["", f"| {name}, {field} | " + " | ".join(columns[:-1]) + " | % |"]
                lines += ["|---" * (len(columns) + 1) + "|"]
                for row, counts in [*found[field].items(), ("**all**", found)]:
                    values = ("–" if counts[c] is None else str(counts[c]) for c in columns)
                    lines.append(f"| {row.removeprefix('contracts/')} | {' | '.join(values)} |")
        killed = ", ".join(f"{n} {stage}" for stage, n in found.get("killed_by", {}).items())
        lines += ["", f"Killed by: {killed}." if killed else ""]
        told = [row for row in found["survivors"] if row.get("reason") != WORDING]
        lines += ["", f"Survivors of {name}, but for the wording of messages: {len(told)}.", ""]
        for row in told:
            change = f"`{row['before']}` → `{row['after']}`"
            lines.append(f"- {row['file']}, `{row['function']}`: {change}. {row['reason']}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--update", action="store_true", help="write docs/evidence/mutate.json")
    parser.add_argument("--only", choices=sorted(GOALS), default="", help="the others as recorded")
    options = parser.parse_args()
    judged, failures = Judged.load(), list[str]()
    report: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    recorded = json.loads(EVIDENCE.read_text(encoding="utf8"))
    source = source_commit(ROOT)
    here = {"commit": source.commit if source else None}
    for name, goal in GOALS.items():
        if options.only not in ("", name):
            evidence |= {name: recorded[name]} if name in recorded else {}
            continue
        data = json.loads((WORK / f"{name}-mutants.json").read_text())
        rows: list[Row] = data["mutants"]
        judge(name, rows, judged)
        found = language(name, rows)
        if "generated" in data:
            found = {"generated": data["generated"], **found}
        report[name] = {**found, "goal_percent": goal, "list": rows}
        evidence[name] = {
            **(here if options.only else {}),
            **found,
            "survivors": [compact(r) for r in rows if r["verdict"] == "survived"],
            "equivalents": [compact(r) for r in rows if r["verdict"] == "equivalent"],
        }
        for row in unexplained(rows):
            failures.append(f"unexplained: {row['file']} {row['function']}: {row['after']}")
        failures += [
            f"judged, but killed: {r['file']} {r['after']}" for r in rows if "contradicts" in r
        ]
        if found["killed_percent"] is None or found["killed_percent"] < goal:
            failures.append(f"{name}: {found['killed_percent']} % killed, {goal} % wanted")
    failures += [f"judged, but no such mutant: {key}" for key in judged.stale(report)]
    report["failures"] = failures
    REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    if options.update and not failures:
        EVIDENCE.parent.mkdir(exist_ok=True)
        document = {"commit": recorded["commit"]} if options.only else here
        document |= evidence
        EVIDENCE.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        before, _, rest = PAGE.read_text(encoding="utf8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        PAGE.write_text(f"{before}{MARKS[0]}\n{page(evidence)}\n{MARKS[1]}{after}", encoding="utf8")
    for failure in failures:
        print(f"  {failure}", file=sys.stderr)
    said = "; ".join(
        f"{name} ({tried(report[name])}) {report[name]['killed']} of "
        f"{report[name]['killed'] + report[name]['survived']} killed "
        f"({report[name]['killed_percent']} %), {report[name]['equivalent']} equivalent"
        for name in report
        if name != "failures"
    )
    print(f"mutate: {'failed' if failures else 'passed'}: {said}; {REPORT.relative_to(ROOT)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
