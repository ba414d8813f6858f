"""A campaign of the operators' machine: `run.py --profile ci`; writes build/operators.json, docs/evidence by --update.

Fails when an example does, or when something that can go wrong did not while each act was wanted.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from hypothesis import seed as seeded  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402
from support.isolation import forget_settings  # noqa: E402

PROFILES = {"quick": 5, "ci": 25, "deep": 3_000}
"""Examples."""
STEPS = 40
LEAST = {"quick": 0, "ci": 0, "deep": 20}
"""How often each thing that can go wrong must have done so, for each act."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=sorted(PROFILES), default="ci")
    parser.add_argument("--examples", type=int, help="in place of the profile's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick-to-fail", action="store_true", help="as found, not the shortest")
    parser.add_argument("--update", action="store_true", help="record it in docs/evidence")
    given = parser.parse_args()
    if find_spec("pyrevm") is None:
        print("operators: not run: pyrevm has no wheel for this Python")
        return 0
    found = campaign(
        given.examples or PROFILES[given.profile], given.seed, shrink=not given.quick_to_fail
    )
    least = LEAST[given.profile]
    missed = [one for one, count in found["situations"].items() if count < least]
    text = json.dumps(found, indent=2, sort_keys=True) + "\n"
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/operators.json").write_text(text)
    if given.update:
        (ROOT / "docs/evidence/operators.json").write_text(text)
    print(
        f"operators: {found['steps']:,} steps, {found['commands']:,} commands, "
        f"{sum(count > 0 for count in found['situations'].values())} of {len(found['situations'])} situations, "
        f"{found['seconds']} s, {found['steps_per_second']} steps/s"
    )
    for one in missed:
        print(f"not reached {least} times: {one}")
    return 1 if missed else 0


def campaign(
    examples: int, seed: int, *, shrink: bool = True, after: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Steps, commands, situations, how commands ended.

    Args:
        after: Called once all is set up.

    Raises:
        BrokenError: an example does not hold; Hypothesis has printed the shortest that it found.
    """
    from ape.logging import logger
    from operators.machine import OperatorsMachine, situations
    from operators.making import a_world

    forget_settings()
    logger.set_level("ERROR")
    folder = Path(tempfile.mkdtemp(prefix="kgst-operators-"))
    try:
        with a_world(folder) as OperatorsMachine.world:
            begun = time.monotonic()
            if after is not None:
                after()
            seeded(seed)(OperatorsMachine)
            run_state_machine_as_test(OperatorsMachine, settings=_settings(examples, shrink))
            seconds = time.monotonic() - begun
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = OperatorsMachine
    return {
        "commit": subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip(),
        "python": platform.python_version(),
        "seed": seed,
        "examples": examples,
        "steps": machine.steps,
        "commands": sum(machine.reached.values()),
        "seconds": round(seconds),
        "steps_per_second": round(machine.steps / max(seconds, 0.001)),
        "situations": {
            f"{trouble}: {name}": machine.reached[trouble, name] for trouble, name in situations()
        },
        "ended": {f"{name}: {how}": n for (name, how), n in sorted(machine.ended.items())},
    }


def _settings(examples: int, shrink: bool) -> settings:
    # Examples take a second each: that is what they are, and nothing to be warned of.
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, *([Phase.shrink] if shrink else [])),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


if __name__ == "__main__":
    sys.exit(main())
