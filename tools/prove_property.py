"""One property of tests/symbolic/: compile the proofs, run halmos on it, judge what it says.

Runs with the python of ``.venv-halmos``; ``solve_query.py`` is the solver that halmos calls.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prove_limits import query_seconds
from solve_query import TALLY

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "symbolic"
OUT = Path("build/prove/out")

# For z3 to rule out a branch. In halmos's own 1 ms a busy machine keeps impossible rounds of a loop until the bound.
BRANCH = "20ms"

# halmos's exit codes of a test; 3 is stuck, 4 all paths revert, 5 an exception.
PASSED, COUNTEREXAMPLE, TIMED_OUT = 0, 1, 2


@dataclass
class Property:
    """One ``check_`` or ``witness_`` function, and what became of it."""

    contract: str
    function: str
    states: str
    invariants: list[int]
    bound: str | None
    status: str = "timeout"
    seconds: float = 0.0
    paths: int = 0
    queries: dict[str, int] = field(default_factory=dict)
    counterexample: dict[str, str] | None = None
    detail: str | None = None

    @property
    def name(self) -> str:
        return f"{self.contract}.{self.function}"

    @property
    def is_witness(self) -> bool:
        return self.function.startswith("witness_")


def environment() -> dict[str, str]:
    """The npm wrapper of forge exits 0 on errors, so its binary comes first on the path."""
    found = sorted((ROOT / "node_modules/@foundry-rs").glob("forge-*/bin/forge*"))
    if not found:
        sys.exit("prove: no forge below node_modules; run `make setup`")
    path = f"{found[0].parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "FOUNDRY_PROFILE": "prove", "PATH": path}


def build(root: Path = ROOT) -> None:
    command = ["forge", "build", "--ast", "--root", str(root)]
    command += ["--extra-output", "storageLayout", "metadata"]
    env = environment()
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"prove: the proofs do not compile\n{done.stdout}{done.stderr}")


def prove(prop: Property, seconds: float, root: Path = ROOT) -> None:
    """Run halmos on one property, of what was built below ``root``, and note its outcome in ``prop``."""
    with tempfile.TemporaryDirectory() as folder:
        result, tally = Path(folder) / "result.json", Path(folder) / "tally"
        solver = f"{sys.executable} {Path(__file__).with_name('solve_query.py')}"
        command = [
            str(Path(sys.executable).parent / "halmos"),
            *("--root", str(root), "--forge-build-out", str(OUT)),
            *("--contract", prop.contract, "--match-test", rf"^{prop.function}\("),
            *("--panic-error-codes", "*", "--loop", "20", "--default-bytes-lengths", "65"),
            *(
                "--solver-command",
                solver,
                "--solver-timeout-assertion",
                f"{3 * query_seconds():.0f}s",
            ),
            *("--solver-timeout-branching", BRANCH, "--solver-threads", "1"),
            *("--no-status", "--json-output", str(result)),
            *(["--early-exit"] if prop.is_witness else []),
        ]
        start = time.monotonic()
        # A session of its own, so that what halmos leaves running can be ended with it.
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**environment(), TALLY: str(tally)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            prop.detail = f"no answer in {seconds:.0f} s"
            return
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            prop.seconds = round(time.monotonic() - start, 1)
            if tally.exists():
                lines = tally.read_text().splitlines()
                prop.queries = dict(Counter(line.split()[0] for line in lines))
        tests: list[dict[str, Any]] = []
        if result.exists():
            for results in json.loads(result.read_text())["test_results"].values():
                tests += results
    if len(tests) == 1:
        judge(prop, tests[0], re.sub(r"\x1b\[\d+m", "", output))
    else:
        prop.status, prop.detail = "failed", f"halmos ran {len(tests)} tests: {output[-1500:]}"


def judge(prop: Property, test: dict[str, Any], output: str) -> None:
    """Turn halmos's result into a status. Anything that is not a clean pass is a failure or a timeout."""
    code, cut = test["exitcode"], test["num_bounded_loops"]
    prop.paths = (test["num_paths"] or [0])[0]
    if code == COUNTEREXAMPLE:
        prop.counterexample = dict(re.findall(r"^ {4}(\S+) = (\S+)", output, re.M)) or None
    if code == TIMED_OUT:
        prop.status = "timeout"
    elif prop.is_witness:
        # A model that halmos calls potentially invalid is no witness.
        reached = code == COUNTEREXAMPLE and "(potentially invalid)" not in output
        prop.status = "reached" if reached else "failed"
        if not reached:
            prop.detail = "no successful call was found: the check may hold for want of one"
    elif code == PASSED:
        if cut:
            prop.bound = ", ".join(filter(None, [prop.bound, "loops of 20 rounds"]))
        prop.status = "bounded" if prop.bound else "proven"
    else:
        prop.status, prop.detail = "failed", f"halmos exit code {code}: {output[-1500:]}"
