"""Decide one SMT query: what halmos calls as its solver, ``solve_query.py FILE``.

bitwuzla and yices answer side by side; two answers that agree are the verdict. Where they differ or one is late, z3 is
asked too, and the two that agree stand. bitwuzla or z3 stand alone where nobody else answers; yices never does, because
its 2.6.4 calls satisfiable what is not (docs/proof.md). Prints what halmos reads, the verdict and for *sat* the model,
and adds a line to the file that ``KGST_PROVE_TALLY`` names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from prove_limits import confirm_seconds, query_seconds

TALLY = "KGST_PROVE_TALLY"

TRUSTED_ALONE = ("bitwuzla", "z3")

# A module without a command of its own.
BITWUZLA = (
    "import sys, bitwuzla as b; o = b.Options(); o.set(b.Option.PRODUCE_MODELS, True); "
    "b.Parser(b.TermManager(), o).parse(sys.argv[1], False, True)"
)


def main() -> int:
    query, here = sys.argv[1], Path(sys.executable).parent
    first = {
        "bitwuzla": [sys.executable, "-c", BITWUZLA, query],
        "yices": [str(here / "yices-smt2"), "--smt2-model-format", query],
    }
    answers = race(first)
    said = {verdict(answer) for answer in answers.values()}
    outcome = "disagreed" if len(said) == 2 else "single"
    if len(answers) < 2 or len(said) == 2:
        answers |= race({"z3": [str(here / "z3"), query]})
    result, agreeing = settle(answers)
    if result == "unknown":
        outcome = "undecided"
    elif len(agreeing) > 1 and outcome == "single":
        outcome = "confirmed"
    # One short line, appended in one write: halmos runs several solvers at once.
    with Path(os.environ[TALLY]).open("a") as tally:
        tally.write(f"{outcome} {result} {','.join(agreeing)}\n")
    print(answers[agreeing[-1]] if result == "sat" else result)
    return 0


def settle(answers: dict[str, str]) -> tuple[str, list[str]]:
    """The verdict and who gave it, the solver whose model is to be believed last."""
    counts = Counter(verdict(answer) for answer in answers.values())
    for result, count in counts.most_common():
        agreeing = [name for name in answers if verdict(answers[name]) == result]
        agreeing.sort(key=lambda name: name in TRUSTED_ALONE)
        if count > 1 or (len(counts) == 1 and agreeing[-1] in TRUSTED_ALONE):
            return result, agreeing
    return "unknown", []


def verdict(answer: str) -> str:
    return answer.split("\n", 1)[0]


def race(commands: dict[str, list[str]]) -> dict[str, str]:
    """The answers (sat or unsat first) of the commands that have one in time."""
    answers: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for name, command in commands.items():
            with (Path(folder) / name).open("w") as out:
                running[name] = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        end = time.monotonic() + query_seconds()
        while running and time.monotonic() < end:
            for name in [n for n, process in running.items() if process.poll() is not None]:
                del running[name]
                answer = (Path(folder) / name).read_text()
                if verdict(answer) in ("sat", "unsat"):
                    answers[name] = answer
                    end = min(end, time.monotonic() + confirm_seconds())
            time.sleep(0.005)
        for process in running.values():
            process.kill()
            process.wait()
    return answers


if __name__ == "__main__":
    sys.exit(main())
