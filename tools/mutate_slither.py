"""Prints the mutants that slither's mutators find in the product's contracts, one JSON object a line.

Runs with the python of ``.venv-slither``. Only slither's operators are used: what becomes of the mutants is decided by
``mutate_solidity.py``, which never writes into the tree.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from run_slither import ROOT, compiled
from slither import Slither
from slither.tools.mutator.mutators import all_mutators
from slither.tools.mutator.mutators.abstract_mutator import AbstractMutator

LEFT_OUT = {
    "FHR": "`pure` made `view` is no change, and what implements an interface cannot change its visibility",
    "MVIE": "an initialization dropped: CR drops whole statements",
    "ROR": "gives up where one operator appears twice in a statement; CMP of mutate_operators is exact",
    "RR": "a statement made to revert: killed by whatever runs it; CR asks whether its effect is looked at",
}


def main() -> int:
    slither = Slither(compiled(), filter_paths=["node_modules"])
    members: list[tuple[str, Any]] = inspect.getmembers(all_mutators, inspect.isclass)
    kinds: list[Any] = sorted(
        (
            kind
            for _, kind in members
            if issubclass(kind, AbstractMutator) and kind.NAME not in LEFT_OUT
        ),
        key=lambda kind: kind.NAME,
    )
    for unit in slither.compilation_units:
        for contract in sorted(unit.contracts, key=lambda c: c.name):
            source = Path(contract.source_mapping.filename.absolute)
            parts = source.relative_to(ROOT).parts
            if parts[0] != "contracts" or "interfaces" in parts:
                continue
            for kind in kinds:
                found = kind(unit, 0, "", "", contract, None, False, Path(), [])._mutate()
                for patch in found.get("patches", {}).get(str(source), []):
                    mutant = {
                        "operator": kind.NAME,
                        "file": "/".join(parts),
                        "start": patch["start"],
                        "end": patch["end"],
                        "text": patch["new_string"],
                    }
                    print(json.dumps(mutant))
    return 0


if __name__ == "__main__":
    sys.exit(main())
