"""Hypothesis profiles: `quick` and `dev` while one works, `ci` for every change, `deep` before a release."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings

STEPS = 150
EXAMPLES = {"quick": 60, "dev": 250, "ci": 600, "deep": 8_000}
BRIEF = ("quick", "dev")
"""Longer only while an essential situation is missing, not any."""
SEEDS = (14, 61, 57, 2, 9)
SEEDED = 8
"""Where the engine is a hundred times slower than revm: so many examples from each of these seeds, which were sought on
revm because together they reach every situation. What is missing all the same is sought in further ones.
"""
SLOW = {"quick": 0, "dev": 0, "ci": 24, "deep": 1_200}
"""Further examples on the slow engine."""
THROUGH_APE = {"dev": (2, 15), "ci": (6, 25), "deep": (40, 50)}
"""Examples and steps of the run through ape; `quick` has none."""


def profile(name: str, examples: int | None = None, steps: int = STEPS) -> settings:
    """Settings of ``name``; the shared database only in `dev`, where a failure should come back first."""
    kept: dict[str, Any] = {"database": None} if name != "dev" else {}
    return settings(
        max_examples=examples or EXAMPLES[name],
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        print_blob=True,
        report_multiple_bugs=False,
        **kept,
    )
