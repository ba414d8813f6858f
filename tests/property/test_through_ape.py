"""The state machine through ape on anvil, so that the in-process engine cannot drift from what operators use."""

from __future__ import annotations

import os
import time

from hypothesis.stateful import run_state_machine_as_test
from property.driver import Stage
from property.machine import TokenMachine
from property.plans import DELAYS, Plan
from property.profiles import THROUGH_APE, profile
from property.through_ape import anvil

DELAYED = Plan(auditors=7, threshold=4, margin=200, delays=DELAYS[-1], vault_audits=True)


def run(examples: int, steps: int) -> float:
    """Returns the seconds that it took, without the deployment."""
    with anvil() as engine:

        class OnAnvil(TokenMachine):
            _stage = Stage(engine, (Plan(), DELAYED))

        began = time.perf_counter()
        run_state_machine_as_test(OnAnvil, settings=profile("ci", examples, steps))
        return time.perf_counter() - began


def test_system_behaves_as_its_model_through_ape() -> None:
    run(*THROUGH_APE[os.environ.get("KGST_PROFILE", "dev")])
