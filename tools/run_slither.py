"""Run Slither on the product's contracts (mocks and dependencies left out); fail on any high or medium finding.

And the checks of `slither-check-erc` on the two contracts that are the token, together and apart.

A finding that is meant is switched off beside the code, by a ``slither-disable`` comment with its reason. Runs with the
python of ``.venv-slither``; compiles with the project's solc and settings.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification
from slither.tools.erc_conformance.erc.ercs import generic_erc_checks
from slither.utils.erc import ERCS

ROOT = Path(__file__).resolve().parent.parent
BLOCKING = (DetectorClassification.HIGH, DetectorClassification.MEDIUM)
SETTINGS = {
    "remappings": ["@openzeppelin=node_modules/@openzeppelin"],
    "viaIR": True,
    "evmVersion": "prague",
    "outputSelection": {
        "*": {
            "*": ["abi", "metadata", "userdoc", "devdoc", "evm.bytecode", "evm.deployedBytecode"],
            "": ["ast"],
        }
    },
}
STANDARDS = ("ERC20", "ERC2612", "ERC165")
DELEGATED = {
    "name()", "symbol()", "decimals()", "nonces(address)", "DOMAIN_SEPARATOR()", "supportsInterface(bytes4)",
}  # fmt: skip
"""What the token's address has from its implementation: the token's own code is seen without them."""


def compiled() -> CryticCompile:
    """The product's contracts as Slither reads them."""
    sources = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "contracts").rglob("*.sol")
        if "mocks" not in path.parts
    )
    job = {
        "language": "Solidity",
        "sources": {source: {"urls": [source]} for source in sources},
        "settings": SETTINGS,
    }
    solc = Path(os.environ.get("SOLCX_BINARY_PATH", ROOT / ".venv" / "solcx")) / "solc-v0.8.37"
    os.chdir(ROOT)
    return CryticCompile(SolcStandardJson(job), solc=str(solc), solc_working_dir=str(ROOT))


def departures(slither: Slither) -> Iterator[str]:
    """Where the token is not what a standard says, by the names and types of functions, events and their indexes."""
    for name, elsewhere in (("KGST", DELEGATED), ("KGSTLogic", set())):
        [contract] = slither.get_contract_from_name(name)
        for standard in STANDARDS:
            found: dict[str, list[Any]] = defaultdict(list)
            generic_erc_checks(contract, *ERCS[standard], found)
            for one in (one for kind in found.values() for one in kind):
                if one.get("additional_fields", {}).get("function") not in elsewhere:
                    yield f"{name}, {standard}: {one['description'].strip()}"


def main() -> int:
    slither = Slither(compiled(), filter_paths=["node_modules"])
    found: list[tuple[str, Any]] = inspect.getmembers(all_detectors, inspect.isclass)
    detectors = [
        detector
        for _, detector in found
        if issubclass(detector, AbstractDetector) and detector.IMPACT in BLOCKING
    ]
    for detector in detectors:
        slither.register_detector(detector)
    findings = [finding for found in slither.run_detectors() for finding in found]
    for finding in findings:
        print(f"{finding['impact']}: {finding['check']}\n{finding['description']}")
    departed = list(departures(slither))
    print(*departed, sep="\n", end="\n" if departed else "")
    contracts = sum(1 for c in slither.contracts if not c.is_from_dependency())
    print(f"slither: {len(detectors)} detectors, {contracts} contracts, {len(findings)} findings")
    print(f"slither-check-erc: {', '.join(STANDARDS)}, {len(departed)} departures")
    return 1 if findings or departed or not contracts else 0


if __name__ == "__main__":
    sys.exit(main())
