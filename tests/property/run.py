"""A campaign of the state machine on both engines: one line at the end, the figures in `build/property.json`.

.venv/bin/python tests/property/run.py --profile quick|ci|deep
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from property.campaign import CAMPAIGN  # noqa: E402
from property.machine import campaign  # noqa: E402
from property.profiles import EXAMPLES, THROUGH_APE  # noqa: E402
from support.engine import engine_name  # noqa: E402

from kgst.record import source_commit  # noqa: E402

REPORT = ROOT / "build" / "property.json"
TURNS = 40
"""A deep campaign runs in so many parts, with a line of progress after each."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", choices=sorted(EXAMPLES), default="ci")
    parser.add_argument("--skip-ape", action="store_true", help="leave the run through ape out")
    options = parser.parse_args()
    os.chdir(ROOT)
    source = source_commit(ROOT)
    engine = engine_name()
    if engine != "revm":
        said = (
            "pyrevm has no wheel for this Python"
            if find_spec("pyrevm") is None
            else "as KGST_ENGINE says"
        )
        print(f"property: on {engine}, fewer examples: {said}", flush=True)
    report: dict[str, Any] = {
        "engine": engine,
        "profile": options.profile,
        "commit": source.commit if source else None,
        "failures": [],
    }
    report |= _in_process(options.profile, report["failures"])
    if options.profile in THROUGH_APE and not options.skip_ape and not report["failures"]:
        report |= _through_ape(options.profile, report["failures"])
        report["ratio"] = round(
            report["steps_per_second"] / max(report["ape_steps_per_second"], 1e-9)
        )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    said = f"{report['steps']} steps, {report['steps_per_second']}/s, {len(report['reached'])} situations"
    if "ratio" in report:
        said += f", {report['ratio']} times as fast as through ape"
    missing = len(report["missing"])
    state = (
        "failed" if report["failures"] else f"missed {missing} situations" if missing else "passed"
    )
    print(f"property {options.profile} on {engine}: {state}: {said}; {REPORT.relative_to(ROOT)}")
    if report["unmet_by_seeds"]:
        unmet = "; ".join(report["unmet_by_seeds"])
        print(f"property: the seeds of slower engines no longer meet {unmet}: seek.py finds others")
    for line in [*report["failures"], *report["missing"]]:
        print(f"  {line}", file=sys.stderr)
    return 1 if report["failures"] or report["missing"] else 0


def _in_process(name: str, failures: list[str]) -> dict[str, Any]:
    from property.test_state_machine import ESSENTIAL, InProcess

    began, busy = time.perf_counter(), time.process_time()
    turns = TURNS if name == "deep" else 1
    for turn in range(turns):
        try:
            campaign(InProcess, name, turns, ESSENTIAL)
        except Exception as failure:
            failures.append(_story(failure))
            break
        if turns > 1:
            rate = CAMPAIGN.rules / (time.perf_counter() - began)
            left = len(CAMPAIGN.missing())
            print(
                f"{turn + 1}/{turns}: {CAMPAIGN.rules} steps, {rate:.0f}/s, {left} to reach",
                flush=True,
            )
    took = time.perf_counter() - began
    return {
        "steps": CAMPAIGN.rules,
        "steps_per_second": round(CAMPAIGN.rules / took),
        "steps_per_core_second": round(CAMPAIGN.rules / (time.process_time() - busy)),
        "transactions": CAMPAIGN.steps,
        "calls": InProcess.stage().engine.calls,
        "examples": CAMPAIGN.examples,
        "seconds": round(took, 1),
        "reached": dict(sorted(CAMPAIGN.reached.items())),
        "succeeded": dict(CAMPAIGN.succeeded.most_common()),
        "refused": dict(CAMPAIGN.errors.most_common()),
        "invariants": {
            str(number): CAMPAIGN.checked[number] for number in sorted(CAMPAIGN.checked)
        },
        "parameters": CAMPAIGN.parameters.report(),
        "unmet_by_seeds": CAMPAIGN.unmet_by_seeds,
        # A quick one is too short for the rarest.
        "missing": [s for s in ESSENTIAL if not CAMPAIGN.reached[s]]
        if name == "quick"
        else CAMPAIGN.missing(),
    }


def _through_ape(name: str, failures: list[str]) -> dict[str, Any]:
    from property.test_through_ape import run

    before = CAMPAIGN.rules, CAMPAIGN.steps
    try:
        took = run(*THROUGH_APE[name])
    except Exception as failure:
        failures.append("through ape: " + _story(failure))
        took = 1.0
    rules, transactions = CAMPAIGN.rules - before[0], CAMPAIGN.steps - before[1]
    return {
        "ape_steps": rules,
        "ape_transactions": transactions,
        "ape_steps_per_second": round(rules / took, 2),
    }


def _story(failure: BaseException) -> str:
    """The error and the example that Hypothesis reduced it to."""
    return "\n".join([f"{type(failure).__name__}: {failure}", *getattr(failure, "__notes__", [])])


if __name__ == "__main__":
    sys.exit(main())
