"""Which systems and Pythons the lock file has wheels for, read from the registry's file lists: build/packages.json.

Nothing is downloaded or installed: uv resolves `requirements/project.txt` for each system as if it were there, without
building, but for PURE: archives of plain Python that need no compiler.

python tools/check_packages.py [--update]      (--update: docs/evidence/packages.json)
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "project.txt"
EVIDENCE = ROOT / "docs" / "evidence" / "packages.json"
REPORT = ROOT / "build" / "packages.json"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux arm64": "aarch64-manylinux_2_28",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS x86-64": "x86_64-apple-darwin",
}
PURE = ("lazyasd", "python-baseconv", "varint")
MISSING = re.compile(r"\b([A-Za-z0-9._-]+)(?:\{[^}]*\})?==\S+ has no usable\s+wheels")
ENTRY = re.compile(r"(?m)^([A-Za-z0-9._-]+)==.*\n(?:[ ].*\n)*")


def _left(lock: str, gone: Collection[str]) -> str:
    """The lock file's text without these packages."""
    return ENTRY.sub(lambda entry: "" if entry[1] in gone else entry[0], lock)


def without_wheel(platform: str, python: str) -> list[str]:
    """Packages of the lock file that have no wheel there, and would be compiled."""
    found: list[str] = []
    lock = _left(LOCK.read_text(), PURE)
    while (name := _first(lock, platform, python)) is not None:
        rest = _left(lock, (name,))
        if rest == lock:
            sys.exit(f"check_packages: uv names {name}, which is not in {LOCK.name}")
        lock = rest
        found.append(name)
    return sorted(found)


def _first(lock: str, platform: str, python: str) -> str | None:
    options = ["--no-deps", "--no-build", "--no-header", "--no-annotate", "--quiet"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lock)
        file.flush()
        where = ["--python-platform", platform, "--python-version", python]
        command = ["uv", "pip", "compile", *options, *where, file.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except FileNotFoundError:
            sys.exit("check_packages: needs uv, as `make lock` does: pip install uv")
    if done.returncode == 0:
        return None
    said = " ".join(done.stderr.split())
    if (missing := MISSING.search(said)) is None:
        sys.exit(f"check_packages: {platform}, Python {python}: {said}")
    return missing[1]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true", help=str(EVIDENCE.relative_to(ROOT)))
    options = parser.parse_args()
    report: dict[str, dict[str, dict[str, list[str]]]] = {}
    compiled: list[str] = []
    for system, platform in SYSTEMS.items():
        report[system] = {}
        for python in PYTHONS:
            report[system][python] = {"to compile": (missing := without_wheel(platform, python))}
            said = f"to compile: {', '.join(missing)}" if missing else "wheels"
            print(f"{system:13} {python}: {said}", flush=True)
            compiled += missing if system != "macOS x86-64" else []  # tools/setup.sh refuses it
    target = EVIDENCE if options.update else REPORT
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if compiled else 0


if __name__ == "__main__":
    sys.exit(main())
