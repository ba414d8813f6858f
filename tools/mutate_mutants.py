"""What may be mutated, and which of it is: slither's mutants and those of `mutate_operators`, a few for each function
and operator.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mutate_build import ROOT, WORK
from mutate_operators import edits, functions

LEFT_OUT = ("contracts/mocks/", "contracts/interfaces/")
EACH = {"CMP": 2}
"""So many that compile for each function and operator; of other operators one."""
NO_CHANGE = re.compile(r"\b(?:memory|storage|constant|immutable)\b")
WIDTH = re.compile(r"\b(u?int)(?:128|256)\b")
"""SBR swaps these words; the result either does not compile or says the same. But widths within a string matter."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    function: str
    operator: str
    line: int
    before: str
    """The lines that change, white space folded."""
    after: str
    text: str
    """The whole file, changed."""

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.file}\0{self.text}".encode()).hexdigest()[:20]

    @property
    def bucket(self) -> tuple[str, str, str]:
        return self.file, self.function, self.operator


def collect(
    trees: dict[str, Any], sources: dict[str, str]
) -> dict[tuple[str, str, str], list[Mutant]]:
    """All mutants by file, function and operator, each text once; within those in the order of their hash."""
    seen: set[str] = set()
    buckets: dict[tuple[str, str, str], list[Mutant]] = {}
    for operator, file, start, end, text in _found(trees, sources):
        mutant = _mutant(operator, file, start, end, text, sources[file], trees[file])
        if mutant.text != sources[file] and mutant.key not in seen and not _is_idle(mutant):
            seen.add(mutant.key)
            buckets.setdefault(mutant.bucket, []).append(mutant)
    for bucket in buckets.values():
        bucket.sort(key=lambda mutant: mutant.key)
    return dict(sorted(buckets.items()))


def wanted(bucket: tuple[str, str, str]) -> int:
    return EACH.get(bucket[2], 1)


def _is_idle(mutant: Mutant) -> bool:
    """Whether SBR only swapped words that make no difference."""
    if mutant.operator != "SBR":
        return False
    texts = [NO_CHANGE.sub("", text) for text in (mutant.before, mutant.after)]
    if '"' not in mutant.before:
        texts = [WIDTH.sub("", text) for text in texts]
    return texts[0] == texts[1]


def _found(
    trees: dict[str, Any], sources: dict[str, str]
) -> Iterator[tuple[str, str, int, int, str]]:
    for file in sorted(sources):
        if not file.startswith(LEFT_OUT):
            for operator, start, end, text in edits(trees[file], sources[file].encode()):
                yield operator, file, start, end, text
    for line in _slithers(sources).splitlines():
        patch = json.loads(line)
        file = patch["file"]
        if not file.startswith(LEFT_OUT):
            yield patch["operator"], file, patch["start"], patch["end"], patch["text"]


def _slithers(sources: dict[str, str]) -> str:
    """slither's mutants; it takes half a minute, so kept by the sources they are of."""
    digest = hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()[:12]
    kept = WORK / f"slither-{digest}.jsonl"
    if not kept.is_file():
        for file, text in sources.items():
            # It reads the tree, not the snapshot.
            if text != (ROOT / file).read_text(encoding="utf8"):
                sys.exit(f"mutate: {file} has just changed; start again")
        command = [ROOT / ".venv-slither" / "bin" / "python", ROOT / "tools" / "mutate_slither.py"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        kept.write_text(done.stdout)
    return kept.read_text()


def _mutant(
    operator: str, file: str, start: int, end: int, text: str, source: str, tree: Any
) -> Mutant:
    raw = source.encode()
    changed = (raw[:start] + text.encode() + raw[end:]).decode()
    inside = [(e - s, n) for s, e, n in functions(tree) if s <= start < e]
    function = min(inside)[1] if inside else ""
    before, after = _lines(source, changed)
    line = raw[:start].count(b"\n") + 1
    return Mutant(file, function, operator, line, before, after, changed)


def _lines(old: str, new: str) -> tuple[str, str]:
    """The lines that differ."""
    one, two = old.split("\n"), new.split("\n")
    first = 0
    while one[first : first + 1] == two[first : first + 1] != []:
        first += 1
    last = 0
    while last < min(len(one), len(two)) - first - 1 and one[-1 - last] == two[-1 - last]:
        last += 1
    folded = (" ".join(" ".join(lines[first : len(lines) - last]).split()) for lines in (one, two))
    before, after = folded
    return before, after
