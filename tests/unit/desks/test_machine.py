"""The state machine of the redemption desks on the in-process EVM."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from unit.desks.machine import DeskMachine
from unit.desks.situations import REACHED, SITUATIONS

EXAMPLES = {"quick": 40, "dev": 100, "ci": 200, "deep": 3_000}
STEPS = 100
ROUNDS = 5
"""A short run that has missed a situation goes on so often."""


def test_redemption_desks_behave_as_their_model() -> None:
    examples = EXAMPLES[os.environ.get("KGST_PROFILE", "dev")]
    for _ in range(ROUNDS):
        run_state_machine_as_test(
            DeskMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
        missing = [name for name in SITUATIONS if not REACHED[name]]
        if not missing:
            break
    print({name: REACHED[name] for name in SITUATIONS})
    assert missing == []
