"""Prove the properties in tests/symbolic/ with halmos; write build/prove.json; fail on any counterexample.

A property is a ``check_`` function; its NatSpec says what it states (``@notice``), which invariants of the design it
serves (``@custom:proves``) and how far it is bounded (``@custom:bound``). A ``witness_`` function asserts that no call
succeeds, and must fail: its counterexample is a call that the check beside it speaks of. Runs with the python of
``.venv-halmos``. ``--solve FILE`` is the other face of this file: the solver that halmos calls for each query.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "prove" / "out"
REPORT = ROOT / "build" / "prove.json"
TALLY = "KGST_PROVE_TALLY"

# Seconds. A query that two solvers cannot decide in the first is a timeout; the last bounds the whole run.
QUERY_SECONDS = 60
CONFIRM_SECONDS = 10
PROPERTY_SECONDS = 240
TOTAL_SECONDS = 1500

# halmos's exit codes of a test: 0 pass, 1 counterexample, 2 timeout; 3 stuck, 4 all paths revert, 5 exception.
PASSED, COUNTEREXAMPLE, TIMED_OUT = 0, 1, 2


# ------------------------------------------------------------------------------------------------ one query


def solve(query: str) -> int:
    """Decide one SMT query by bitwuzla and yices side by side, z3 where they disagree.

    Prints what halmos reads: the verdict, and bitwuzla's model if there is one. Unsat by one solver stands when the
    other has no answer within CONFIRM_SECONDS, and is counted as unconfirmed.
    """
    here = Path(sys.executable).parent
    bitwuzla = (
        "import sys, bitwuzla as b; o = b.Options(); o.set(b.Option.PRODUCE_MODELS, True); "
        "b.Parser(b.TermManager(), o).parse(sys.argv[1], False, True)"
    )
    commands = {
        "bitwuzla": [sys.executable, "-c", bitwuzla, query],
        "yices": [str(here / "yices-smt2"), "--smt2-model-format", "--bvconst-in-decimal", query],
    }
    answers = _race(commands, QUERY_SECONDS)
    verdicts = {name: answer.split("\n", 1)[0] for name, answer in answers.items()}
    said = set(verdicts.values())
    if said == {"sat", "unsat"}:
        third = _race({"z3": [str(here / "z3"), query]}, QUERY_SECONDS)
        verdicts |= {name: answer.split("\n", 1)[0] for name, answer in third.items()}
        answers |= third
        outcome = "disagreed"
        verdict = verdicts.get("z3", "unknown")
    elif not said:
        outcome, verdict = "undecided", "unknown"
    else:
        outcome = "confirmed" if len(verdicts) == 2 else "single"
        verdict = said.pop()
    # One short line, appended in one write: halmos runs several solvers at once.
    with Path(os.environ[TALLY]).open("a") as tally:
        tally.write(f"{outcome} {verdict} {','.join(sorted(verdicts))}\n")
    model = next((a for n, a in answers.items() if verdicts[n] == verdict), verdict)
    print(model if verdict == "sat" else verdict)
    return 0


def _race(commands: dict[str, list[str]], seconds: float) -> dict[str, str]:
    """The answers (sat or unsat first) of the commands that have one in time."""
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for name, command in commands.items():
            out = (Path(folder) / name).open("w+")
            running[name] = (
                subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL),
                out,
            )
        answers: dict[str, str] = {}
        end = time.monotonic() + seconds
        while running and time.monotonic() < end:
            for name, (process, out) in list(running.items()):
                if process.poll() is None:
                    continue
                del running[name]
                out.seek(0)
                text = out.read()
                out.close()
                if text.split("\n", 1)[0] in ("sat", "unsat"):
                    answers[name] = text
                    end = min(end, time.monotonic() + CONFIRM_SECONDS)
            time.sleep(0.005)
        for process, out in running.values():
            process.kill()
            process.wait()
            out.close()
        return answers


# ---------------------------------------------------------------------------------------------- the campaign


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
    queries: dict[str, int] | None = None
    counterexample: dict[str, str] | None = None
    detail: str | None = None


def build() -> None:
    """Compile; the npm wrapper of forge exits 0 on errors, so its binary is asked for by its own path."""
    shutil.rmtree(OUT, ignore_errors=True)
    forge = forge_binary()
    command = [
        str(forge),
        "build",
        "--ast",
        "--root",
        str(ROOT),
        "--extra-output",
        "storageLayout",
        "metadata",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"prove: the proofs do not compile\n{done.stdout}{done.stderr}")


def forge_binary() -> Path:
    found = sorted((ROOT / "node_modules/@foundry-rs").glob("forge-*/bin/forge*"))
    if not found:
        sys.exit("prove: no forge below node_modules; run `make setup`")
    return found[0]


def environment() -> dict[str, str]:
    path = f"{forge_binary().parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "FOUNDRY_PROFILE": "prove", "PATH": path}


def properties() -> list[Property]:
    """Every property that the compiled proofs declare, in the order of contracts and functions."""
    found = []
    for artifact in sorted(OUT.glob("*.t.sol/*Proof.json")):
        compiled = json.loads(artifact.read_text())
        doc = compiled["metadata"]["output"]
        for signature in sorted(compiled["methodIdentifiers"]):
            function = signature.split("(")[0]
            if not function.startswith(("check_", "witness_")):
                continue
            dev = doc["devdoc"].get("methods", {}).get(signature, {})
            user = doc["userdoc"].get("methods", {}).get(signature, {})
            found.append(
                Property(
                    contract=artifact.stem,
                    function=function,
                    states=user.get("notice", ""),
                    invariants=[int(n) for n in dev.get("custom:proves", "").split()],
                    bound=dev.get("custom:bound"),
                )
            )
    return found


def uncovered(found: list[Property]) -> list[str]:
    """Functions of the token that may write and that no step of ``EveryCallProof`` names."""
    steps = {p.function.removeprefix("check_") for p in found if p.contract == "EveryCallProof"}
    abi = json.loads((OUT / "KGSTLogic.sol" / "KGSTLogic.json").read_text())["abi"]
    wanted = []
    seen: Counter[str] = Counter()
    for entry in abi:
        if entry["type"] != "function" or entry["stateMutability"] in ("view", "pure"):
            continue
        name = entry["name"]
        seen[name] += 1
        types = [part["type"] for part in entry["inputs"]]
        # Overloads: the second form has a suffix of its own.
        suffix = "ByOrder" if name == "forcedTransfer" and len(types) == 4 else ""
        if types[-1:] == ["bytes"] and seen[name] + sum(e.get("name") == name for e in abi) > 2:
            suffix = "Bytes"
        wanted.append(name + suffix)
    return sorted(set(wanted) - steps)


def prove(prop: Property, seconds: float) -> None:
    """Run halmos on one property and note its outcome in ``prop``."""
    witness = prop.function.startswith("witness_")
    with tempfile.TemporaryDirectory() as folder:
        result, tally = Path(folder) / "result.json", Path(folder) / "tally"
        command = [
            str(Path(sys.executable).parent / "halmos"),
            *("--root", str(ROOT), "--forge-build-out", str(OUT.relative_to(ROOT))),
            *("--contract", prop.contract, "--match-test", rf"^{prop.function}\("),
            *("--function", "(check|witness)_", "--panic-error-codes", "*"),
            *("--loop", "20", "--default-bytes-lengths", "65", "--no-status"),
            *("--solver-command", f"{sys.executable} {Path(__file__).resolve()} --solve"),
            *("--solver-timeout-assertion", f"{3 * QUERY_SECONDS}s", "--json-output", str(result)),
            *(["--early-exit"] if witness else []),
        ]
        start = time.monotonic()
        # A session of its own, so that what halmos leaves running can be ended with it.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment(), TALLY: str(tally)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            output, _ = process.communicate()
        prop.seconds = round(time.monotonic() - start, 1)
        if tally.exists():
            prop.queries = dict(Counter(line.split()[0] for line in tally.read_text().splitlines()))
        if not result.exists():
            prop.detail = (
                f"no answer in {seconds:.0f} s" if process.returncode < 0 else output[-2000:]
            )
            prop.status = "timeout" if process.returncode < 0 else "failed"
            return
        tests = [t for ts in json.loads(result.read_text())["test_results"].values() for t in ts]
    if len(tests) != 1:
        prop.status, prop.detail = "failed", f"halmos ran {len(tests)} tests"
        return
    judge(prop, tests[0], output, witness)


def judge(prop: Property, test: dict[str, Any], output: str, witness: bool) -> None:
    """Turn halmos's result into a status. Anything that is not a clean pass is a failure or a timeout."""
    prop.paths = (test["num_paths"] or [0])[0]
    code, cut = test["exitcode"], test["num_bounded_loops"] or 0
    model = re.findall(r"^ {4}(\S+) = (\S+)", re.sub(r"\x1b\[\d+m", "", output), re.M)
    if code == COUNTEREXAMPLE and model:
        prop.counterexample = dict(model)
    if witness:
        # A model that halmos calls possibly invalid is no witness.
        reached = code == COUNTEREXAMPLE and "Counterexample (potentially invalid)" not in output
        prop.status = "reached" if reached else ("timeout" if code == TIMED_OUT else "failed")
        if prop.status == "failed":
            prop.detail = "no successful call was found: the checks may hold for want of one"
    elif code == PASSED and (prop.queries or {}).get("disagreed"):
        # Two of three solvers agreed that there is no counterexample.
        prop.status = "bounded" if prop.bound or cut else "proven"
    elif code == PASSED:
        prop.status = "bounded" if prop.bound or cut else "proven"
        if cut and not prop.bound:
            prop.bound = "loops of 20 rounds"
    elif code == TIMED_OUT:
        prop.status = "timeout"
    else:
        prop.status = "failed"
        if code != COUNTEREXAMPLE:
            prop.detail = f"halmos exit code {code}: {output[-1500:]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--solve", metavar="FILE", help="decide one SMT query (halmos calls this)")
    parser.add_argument(
        "--match", default="", help="only properties whose Contract.function matches this pattern"
    )
    parser.add_argument("--seconds", type=float, default=TOTAL_SECONDS, help="for the whole run")
    arguments = parser.parse_args()
    if arguments.solve:
        return solve(arguments.solve)

    start = time.monotonic()
    build()
    everything = properties()
    missing = uncovered(everything)
    chosen = [p for p in everything if re.search(arguments.match, f"{p.contract}.{p.function}")]
    for number, prop in enumerate(chosen, 1):
        left = arguments.seconds - (time.monotonic() - start)
        if left > 5:
            prove(prop, min(PROPERTY_SECONDS, left))
        else:
            prop.detail = "the run was over"
        note = f" ({prop.bound})" if prop.status == "bounded" else ""
        name = f"{prop.contract}.{prop.function}"
        print(
            f"[{number}/{len(chosen)}] {prop.status:8} {prop.seconds:6.1f} s  {name}{note}",
            flush=True,
        )
        if prop.status == "failed":
            print(f"    {prop.counterexample or prop.detail}", flush=True)

    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([asdict(p) for p in chosen], indent=1, ensure_ascii=False) + "\n")
    counts = Counter(p.status for p in chosen)
    order = ("proven", "bounded", "reached", "timeout", "failed")
    summary = ", ".join(f"{counts[s]} {s}" for s in order if counts[s])
    gap = f"; without a step: {', '.join(missing)}" if missing else ""
    print(f"prove: {summary or 'nothing'} in {time.monotonic() - start:.0f} s{gap}")
    return 1 if counts["failed"] or missing or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
