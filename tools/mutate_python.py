"""Mutation testing of the Python that money passes through, by mutmut: units, statements, attestations, policies.

Runs with the python of ``.venv-mutate``, in a copy below build/mutate/python/ with the tests that need no chain. mutmut
goes on where it stopped, and asks again about what changed. Writes build/mutate/python-mutants.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "mutate" / "python"
MUTANTS = ROOT / "build" / "mutate" / "python-mutants.json"

MUTATED = (
    "units",
    "attestation",
    "policy",
    "quantities",
    "fields",
    "statements/*",
    "statements/camt053/*",
    "settling/categories",
    "settling/ledger",
    "settling/legs",
    "settling/matching",
    "settling/references",
)
TESTS = tuple(
    f"tests/unit/kgst/{name}"
    for name in (
        "test_units.py",
        "test_refusals.py",
        "test_policy.py",
        "test_policy_refusals.py",
        "test_attestation.py",
        "test_record.py",
        "statements",
        "settling/test_cases.py",
        "settling/test_findings.py",
        "settling/test_legs.py",
        "settling/test_matching.py",
        "settling/test_matching_entries.py",
        "settling/test_model.py",
        "settling/test_references.py",
    )
)
COPIED = (
    "kgst",
    "tests/data",
    "tests/support/camt053.py",
    "tests/support/entries.py",
    "tests/support/matching.py",
    "tests/support/ledger.py",
    "tests/support/ledger_files.py",
    "tests/support/policy.yaml",
    "deployments",
)

SETTINGS = """\
[tool.mutmut]
source_paths = ["kgst"]
only_mutate = [{mutated}]
also_copy = ["kgst", "deployments", "tests"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-x", "-q"]
pytest_add_cli_args_test_selection = ["tests/unit/kgst"]
use_git_change_detection = false
timeout_multiplier = 10.0
timeout_constant = 10.0

[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = ["--import-mode=importlib"]
"""
# The same examples for every mutant, and few.
CONFTEST = """\
import os

from hypothesis import settings

os.environ["KGST_STATEMENTS"] = "25"
settings.register_profile(
    "mutate", deadline=None, derandomize=True, database=None, max_examples=25
)
settings.load_profile("mutate")
"""
LITERAL = r'"[^"]*"|\'[^\']*\''
KILLED = {
    1: "a test",
    3: "a test",
    -24: "the time limit",
    24: "the time limit",
    36: "the time limit",
}


def prepare() -> bool:
    """Brings the copy up to date, leaving what did not change untouched; whether a test changed."""
    wanted: dict[Path, bytes] = {}
    for name in COPIED + TESTS:
        path = ROOT / name
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                wanted[file.relative_to(ROOT)] = file.read_bytes()
    mutated = ", ".join(f'"kgst/{name}.py"' for name in MUTATED)
    wanted[Path("pyproject.toml")] = SETTINGS.format(mutated=mutated).encode()
    wanted[Path("tests/conftest.py")] = CONFTEST.encode()
    news = False
    for target, content in wanted.items():
        path = PLACE / target
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            news |= target.parts[0] == "tests"
    for folder in ("kgst", "tests", "deployments"):
        for left in list((PLACE / folder).rglob("*")):
            if left.is_file() and left.relative_to(PLACE) not in wanted:
                left.unlink()
    return news


def forget_survivors() -> None:
    """They meet the tests again; and mutmut looks anew at which test runs what."""
    Path("mutants/mutmut-stats.json").unlink(missing_ok=True)
    for path in Path("mutants/kgst").rglob("*.py.meta"):
        meta = json.loads(path.read_text())
        codes = meta["exit_code_by_key"]
        meta["exit_code_by_key"] = {n: c if c in KILLED else None for n, c in codes.items()}
        path.write_text(json.dumps(meta, indent=4))


def rows() -> list[dict[str, Any]]:
    """Each mutant, with what changed and its verdict."""
    from mutmut.__main__ import get_diff_for_mutant, status_by_exit_code

    found = []
    for meta in sorted(Path("mutants/kgst").rglob("*.py.meta")):
        source = Path(*meta.parts[1:]).with_suffix("")
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            status = status_by_exit_code[code]
            row = {
                "id": name,
                "file": source.as_posix(),
                "function": name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x_"),
                "verdict": "killed" if code in KILLED else "survived",
                "wording": False,
            }
            if code in KILLED:
                row["by"] = KILLED[code]
            else:
                row["status"] = status
                row["before"], row["after"] = changed(get_diff_for_mutant(name, path=source))
                row["wording"] = is_wording(row["before"], row["after"])
            found.append(row)
    return found


def changed(diff: str) -> tuple[str, str]:
    """The lines that a unified diff takes away and adds, white space folded."""
    sides = []
    for sign in "-+":
        lines = [line[1:] for line in diff.splitlines()[2:] if line[:1] == sign]
        sides.append(" ".join(" ".join(lines).split()))
    return sides[0], sides[1]


def is_wording(before: str, after: str) -> bool:
    """Whether only what a person reads is changed: a text with a space in it, by `XX` round it or by its case."""
    texts = re.findall(LITERAL, before), re.findall(LITERAL, after)
    if re.sub(LITERAL, "", before) != re.sub(LITERAL, "", after) or len(texts[0]) != len(texts[1]):
        return False
    changes = [(one, two) for one, two in zip(*texts, strict=True) if one != two]
    return all(" " in one and one.lower() == two.replace("XX", "").lower() for one, two in changes)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--show", action="store_true", help="print the survivors")
    parser.add_argument(
        "--match", nargs="+", default=[], metavar="NAME", help="only these, like 'kgst.settling.*'"
    )
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(PLACE, ignore_errors=True)
    news = prepare()
    os.chdir(PLACE)
    if news:
        forget_survivors()
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *options.match]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit("mutate: mutmut failed")
    found = rows()
    MUTANTS.write_text(json.dumps({"mutants": found}, indent=1) + "\n")
    counts = Counter(row["verdict"] for row in found)
    print(
        f"python: {len(found)} mutants; {', '.join(f'{n} {v}' for v, n in sorted(counts.items()))}"
    )
    if options.show:
        for row in found:
            if row["verdict"] == "survived":
                print(f"  {row['file']} {row['function']} ({row['status']})")
                print(f"    - {row['before']}\n    + {row['after']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
