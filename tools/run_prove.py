"""Prove the properties in tests/symbolic/ with halmos; write build/prove.json; fail unless each is decided.

A property is a ``check_`` function; its NatSpec says what it states (``@notice``), which invariants of
docs/invariants.md it serves (``@custom:proves``) and how far it is bounded (``@custom:bound``). A ``witness_`` function
asserts that no call succeeds, and must fail: its counterexample is a call that the check beside it speaks of. Runs with
the python of ``.venv-halmos``; ``solve_query.py`` is the solver that halmos calls. docs/proof.md says what the outcome
means.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from solve_query import QUERY_SECONDS, TALLY

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "symbolic"
OUT = Path("build/prove/out")
REPORT = ROOT / "build" / "prove.json"
EVIDENCE = ROOT / "docs" / "evidence" / "prove.json"
PRODUCT = ROOT / ".build" / "__local__.json"
PAGE = ROOT / "docs" / "proof.md"

# Seconds, for one property and for the whole run. What is not decided then is a timeout.
PROPERTY_SECONDS = 600
TOTAL_SECONDS = 3600

# For z3 to rule out a branch. In halmos's own 1 ms a busy machine keeps impossible rounds of a loop until the bound.
BRANCH = "20ms"

# halmos's exit codes of a test; 3 is stuck, 4 all paths revert, 5 an exception.
PASSED, COUNTEREXAMPLE, TIMED_OUT = 0, 1, 2

STATUSES = ("proven", "bounded", "reached", "timeout", "failed")
GOOD = ("proven", "bounded", "reached")


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


def refuse_another_product() -> None:
    """What is proven is the code that ape builds and deploys, but for the hash of the metadata behind it."""
    product = json.loads(PRODUCT.read_text())["contractTypes"]
    for name in ("KGST", "KGSTLogic"):
        proven = json.loads((ROOT / OUT / f"{name}.sol" / f"{name}.json").read_text())
        codes = [
            bytes.fromhex(code.removeprefix("0x"))
            for code in (
                proven["deployedBytecode"]["object"],
                product[name]["runtimeBytecode"]["bytecode"],
            )
        ]
        # The last two bytes are the length of the metadata before them.
        bare = [code[: -2 - int.from_bytes(code[-2:], "big")] for code in codes]
        if bare[0] != bare[1]:
            sys.exit(
                f"prove: {name} as compiled for the proofs is not the product's; run `make setup`"
            )


def properties() -> list[Property]:
    """Every property that the compiled proofs declare; solvency first, witnesses last."""
    found = []
    for artifact in sorted((ROOT / OUT).glob("*.t.sol/*Proof.json")):
        if not (SOURCES / artifact.parent.name).exists():
            continue  # left over from an earlier build
        compiled = json.loads(artifact.read_text())
        docs = compiled["metadata"]["output"]
        for signature in compiled["methodIdentifiers"]:
            function = signature.split("(")[0]
            if not function.startswith(("check_", "witness_")):
                continue
            dev = docs["devdoc"].get("methods", {}).get(signature, {})
            user = docs["userdoc"].get("methods", {}).get(signature, {})
            numbers = [int(number) for number in dev.get("custom:proves", "").split()]
            bound = dev.get("custom:bound")
            found.append(Property(artifact.stem, function, user.get("notice", ""), numbers, bound))
    return sorted(found, key=lambda p: (p.is_witness, not p.function.endswith("_solvency"), p.name))


def without_step(found: list[Property]) -> list[str]:
    """Functions of the token that may write and that the ``…CallsProof`` do not cover.

    A function is covered by ``check_<name>``, or by ``check_<name>_solvency`` and ``check_<name>_rest``; the second
    form of an overloaded one has ``Bytes``, ``ByOrder`` or ``ByKey`` behind its name.
    """
    checks = {p.function for p in found if p.contract.endswith("CallsProof")}
    writers: Counter[str] = Counter()
    for contract in ("KGST", "KGSTLogic"):
        abi = json.loads((ROOT / OUT / f"{contract}.sol" / f"{contract}.json").read_text())["abi"]
        writers |= Counter(
            entry["name"]
            for entry in abi
            if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
        )
    missing = []
    for name, forms in writers.items():
        steps = [f"check_{name}{suffix}" for suffix in ("", "Bytes", "ByOrder", "ByKey")]
        covered = [s in checks or {f"{s}_solvency", f"{s}_rest"} <= checks for s in steps]
        if sum(covered) < forms:
            missing.append(name)
    return sorted(missing)


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
            *("--solver-command", solver, "--solver-timeout-assertion", f"{3 * QUERY_SECONDS}s"),
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


def faults(chosen: list[Property], missing: list[str]) -> list[str]:
    """Why the run is no proof, a line each; empty when it is one. A property that is not decided proves nothing."""
    found = [
        f"{p.name}: {p.status} ({p.detail or p.counterexample or 'not decided in time'})"
        for p in chosen
        if p.status not in GOOD
    ]
    found += [f"{name}: it may write, and has no step that is proven" for name in missing]
    return found if chosen else ["there is nothing to prove: no property of that name", *found]


def update_page(chosen: list[Property], summary: str) -> None:
    """Write the results into docs/proof.md, behind its last heading."""
    text, heading, _ = PAGE.read_text().partition("## Results\n")
    rows = [
        f"| `{p.name}` | {p.status} | {p.bound or ''} | {p.seconds:.0f} |"
        for p in chosen
        if not p.is_witness
    ]
    table = "\n".join(["| property | status | bound | seconds |", "|---|---|---|---|", *rows])
    PAGE.write_text(f"{text}{heading}\n{summary}\n\n{table}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--match", help="only properties Contract.function of this pattern; no report is written"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="write the results into docs/proof.md and docs/evidence",
    )
    parser.add_argument("--seconds", type=float, default=TOTAL_SECONDS, help="for the whole run")
    parser.add_argument(
        "--broken",
        action="store_true",
        help="try the proofs on broken code instead: build/prove-broken.json",
    )
    arguments = parser.parse_args()
    if arguments.update and (arguments.match or arguments.broken):
        parser.error("--update needs all properties: give neither --match nor --broken with it")
    try:
        matches = re.compile(arguments.match or "")
    except re.error as error:
        parser.error(f"--match {arguments.match!r} is no pattern: {error}")
    if arguments.broken:
        import prove_broken

        return prove_broken.main(matches)

    start = time.monotonic()
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    print("building the proofs …", flush=True)
    build()
    refuse_another_product()
    found = properties()
    missing = without_step(found)
    chosen = [p for p in found if matches.search(p.name)]
    for number, prop in enumerate(chosen, 1):
        left = arguments.seconds - (time.monotonic() - start)
        if left > 5:
            prove(prop, min(PROPERTY_SECONDS, left))
        else:
            prop.detail = "the run was over"
        note = f" ({prop.bound})" if prop.status == "bounded" else ""
        place = f"[{number}/{len(chosen)}]"
        print(f"{place} {prop.status:8} {prop.seconds:6.1f} s  {prop.name}{note}", flush=True)
        if prop.status == "failed":
            print(f"    {prop.counterexample or prop.detail}", flush=True)

    counts = Counter(prop.status for prop in chosen)
    summary = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    summary = f"{summary or 'nothing'} in {time.monotonic() - start:.0f} s"
    if not arguments.match:
        queries = sum((Counter(prop.queries) for prop in chosen), Counter())
        report: dict[str, Any] = {"commit": commit, "summary": summary, "queries": queries}
        report["properties"] = [asdict(prop) for prop in chosen]
        REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        if arguments.update:
            shutil.copyfile(REPORT, EVIDENCE)
            update_page(chosen, summary)
    wrong = faults(chosen, missing)
    for line in wrong:
        print(f"prove: ✗ {line.splitlines()[0][:200]}")
    print(f"prove: {summary}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
