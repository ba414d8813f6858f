"""Seeds for engines too slow to meet everything by chance: sought on revm, a few that together miss nothing.

.venv/bin/python tests/property/seek.py [--seeds 120]

Prints a line for `SEEDS` in `profiles.py`. To be run again when rules or situations change: `run.py` says so when the
seeds no longer suffice.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from property.campaign import CAMPAIGN, Campaign  # noqa: E402
from property.machine import play  # noqa: E402
from property.test_state_machine import InProcess  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=120, help="how many are tried")
    options = parser.parse_args()
    os.chdir(ROOT)
    InProcess.stage()
    runs: dict[int, Campaign] = {}
    for chosen in range(1, options.seeds + 1):
        runs[chosen] = alone(chosen)
        print(f"{chosen}: {len(runs[chosen].missing())} not met", flush=True)
    chosen_ones, met = best_of(runs)
    print(f"SEEDS = {chosen_ones}")
    for line in met.missing():
        print(f"  no seed meets {line}; try more", file=sys.stderr)
    return 1 if met.missing() else 0


def alone(chosen: int) -> Campaign:
    """What the examples of one seed meet."""
    CAMPAIGN.__dict__.update(Campaign().__dict__)
    play(InProcess, chosen, "ci")
    return copy.deepcopy(CAMPAIGN)


def best_of(runs: dict[int, Campaign]) -> tuple[tuple[int, ...], Campaign]:
    """Greedily: each time the seed after which the least is missing."""
    met, left, taken = Campaign(), dict(runs), []
    while left and met.missing():
        chosen = min(left, key=lambda one: len(merged(met, left[one]).missing()))
        better = merged(met, left.pop(chosen))
        if len(better.missing()) == len(met.missing()):
            break
        met = better
        taken.append(chosen)
    return tuple(taken), met


def merged(one: Campaign, other: Campaign) -> Campaign:
    """What both have met."""
    both = copy.deepcopy(one)
    for name in ("reached", "errors", "succeeded"):
        counted: Counter[str] = getattr(both, name)
        counted.update(getattr(other, name))
    both.parameters.add(other.parameters)
    return both


if __name__ == "__main__":
    sys.exit(main())
