"""`make demo` and `make test` on each Python of this machine, in fresh clones: docs/evidence/pythons.json.

Each clone has an empty home folder, an environment of nothing but a path, and no compiler on it. What pip and npm need
to reach their registries here (PIP_*, npm_config_*, proxies, certificates) is passed on, as are their settings files.

python3 tools/try_pythons.py [--only=3.13 …] [--demo]      (--demo: without make test)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs" / "evidence" / "pythons.json"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
COMPILERS = (
    "cc",
    "c++",
    "gcc",
    "g++",
    "clang",
    "clang++",
    "cpp",
    "ld",
    "as",
    "tcc",
    "cargo",
    "rustc",
)
PASSED_ON = (
    "pip_",
    "npm_config_",
    "ssl_cert",
    "requests_ca",
    "node_extra_ca",
    "no_proxy",
    "http_proxy",
    "https_proxy",
)
SETTINGS = (".config/pip/pip.conf", ".pip/pip.conf", ".npmrc")


def interpreters() -> dict[str, str]:
    """By version: the first that runs, of the path and of pyenv's folder."""
    folders = [Path(p) for p in os.environ["PATH"].split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found: dict[str, str] = {}
    for version in PYTHONS:
        candidates = [f / f"python{version}" for f in folders if "shims" not in f.parts]
        candidates += sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
        for candidate in filter(Path.is_file, candidates):
            code = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])"
            done = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
            if done.returncode == 0 and done.stdout.startswith(version):
                found[version] = str(candidate)
                break
    return found


def path_without_compilers(folder: Path) -> str:
    """A folder of links to what is on the path, but to no compiler."""
    folder.mkdir()
    for place in ("/usr/local/bin", "/usr/bin", "/bin"):
        for tool in Path(place).glob("*"):
            plain = tool.name.split("-")[-1] if tool.name[-1].isalpha() else tool.name.split("-")[0]
            link = folder / tool.name
            if (
                plain not in COMPILERS
                and not tool.name.startswith("python")
                and not link.is_symlink()
            ):
                link.symlink_to(tool)
    left = [name for name in COMPILERS if shutil.which(name, path=str(folder))]
    if left:
        sys.exit(f"try_pythons: still on the path: {', '.join(left)}")
    return str(folder)


def attempt(version: str, python: str, work: Path, targets: list[str]) -> dict[str, Any]:
    """Times and verdicts of `targets` in a fresh clone."""
    clone, home = work / "kgst", work / "home"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    home.mkdir()
    for name in SETTINGS:
        if (settings := Path.home() / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(settings, home / name)
    environment = {k: v for k, v in os.environ.items() if k.lower().startswith(PASSED_ON)}
    environment |= {
        "HOME": str(home),
        "PATH": path_without_compilers(work / "bin"),
        "LANG": "C.UTF-8",
    }
    result: dict[str, Any] = {}
    for target in targets:
        log, began = work / f"{target}.log", time.monotonic()
        with log.open("w") as out:
            done = subprocess.run(
                ["make", target, f"PYTHON={python}"], cwd=clone, env=environment, stdout=out,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        passed = done.returncode == 0
        result[target] = {"passed": passed, "seconds": round(time.monotonic() - began)}
        print(
            f"Python {version}: make {target}: {'passed' if passed else 'failed'}, {result[target]['seconds']} s",
            flush=True,
        )
        if not passed:
            print("".join(log.read_text().splitlines(keepends=True)[-30:]), file=sys.stderr)
            break
    engine = clone / "build" / "property.json"
    if engine.is_file():
        report = json.loads(engine.read_text())
        result["property"] = {k: report.get(k) for k in ("engine", "steps", "seconds", "missing")}
    return result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", action="append", choices=PYTHONS)
    parser.add_argument("--demo", action="store_true", help="without make test")
    options = parser.parse_args()
    found = interpreters()
    chosen = options.only or list(found)
    if absent := [version for version in chosen if version not in found]:
        sys.exit(f"try_pythons: no Python {', '.join(absent)} with venv here")
    targets = ["demo"] if options.demo else ["demo", "test"]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    failed = False
    for version in chosen:
        with tempfile.TemporaryDirectory(prefix="kgst-python-") as work:
            result = attempt(version, found[version], Path(work), targets)
        exact = subprocess.run([found[version], "-V"], capture_output=True, text=True, check=True)
        node = subprocess.run(["node", "-v"], capture_output=True, text=True, check=True)
        # Read now: another run may have written its own.
        report: dict[str, Any] = json.loads(EVIDENCE.read_text()) if EVIDENCE.is_file() else {}
        report[version] = {
            "python": exact.stdout.split()[1],
            "node": node.stdout.strip(),
            "system": f"{platform.system()} {platform.machine()}",
            "commit": commit.stdout.strip(),
            **result,
        }
        failed |= not all(result[t]["passed"] for t in targets if t in result)
        EVIDENCE.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
