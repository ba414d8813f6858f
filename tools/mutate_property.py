"""The property machine against one mutant, in a process forked from one that has everything loaded."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from mutate_build import SNAPSHOT
from mutate_fork import forked

SECONDS = 1_800
"""Far more than a run takes; a mutant that gets no further is killed by that."""


def load() -> None:
    """Imports what the forked processes share; the artifacts they read themselves."""
    sys.path[:0] = [str(SNAPSHOT / "tests"), str(SNAPSHOT)]
    import property.test_state_machine  # noqa: F401


def survives(artifacts: Path, examples: int, seed: int) -> str:
    """Empty when no example failed, else what did.

    Args:
        artifacts: File of artifacts of the mutant.
        examples: How many, of 150 steps each.
        seed: Of Hypothesis; the same for every mutant.
    """
    return forked(lambda: _run(artifacts, examples, seed), SECONDS)


def _run(artifacts: Path, examples: int, seed: int) -> str:
    os.environ["KGST_ARTIFACTS"] = str(artifacts)
    from hypothesis import HealthCheck, Phase, Verbosity, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test
    from property.profiles import STEPS
    from property.test_state_machine import InProcess

    # Only whether an example fails is asked, so none is made smaller and none is kept.
    options: dict[str, Any] = {
        "max_examples": examples,
        "stateful_step_count": STEPS,
        "phases": [Phase.generate],
        "suppress_health_check": list(HealthCheck),
        "deadline": None,
        "database": None,
        "report_multiple_bugs": False,
        "verbosity": Verbosity.quiet,
    }
    try:
        InProcess.stage()
        run_state_machine_as_test(seeded(seed)(InProcess), settings=settings(**options))
    except BaseException as failure:
        return " ".join(f"{type(failure).__name__}: {failure}".split())[:240]
    return ""
