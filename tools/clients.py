"""The table in docs/integrate.md of what others have written and was tried, with the versions of the lock files.

python tools/clients.py [--check]      (--check: writes nothing; fails if the table is stale)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "integrate.md"
BEGIN: Final = "<!-- clients: written by `make clients` -->\n"
END: Final = "<!-- end of clients -->\n"

NPM: Final = ROOT / "package.json"
PYTHON: Final = ROOT / "requirements" / "project.txt"
SLITHER: Final = ROOT / "requirements" / "slither.txt"

TESTS: Final = "tests/integration/test_"
CLIENTS: Final = (
    ("web3", PYTHON, "reads, events, refusals, payments, permit, deposits, feeds", f"{TESTS}integrate.py"),
    ("eth-account", PYTHON, "EIP-712 of permit and EIP-3009, signed by a key", f"{TESTS}integrate.py"),
    ("viem", NPM, "types, reads, events, refusals, EIP-3009, redemption, the domain", f"{TESTS}packages.py"),
    ("@x402/core", NPM, "a shop, a facilitator, payers; refusals", f"{TESTS}examples.py"),
    ("@x402/evm", NPM, "scheme `exact` by EIP-3009: verified, settled, signed", f"{TESTS}examples.py"),
    ("@openzeppelin/upgrades-core", NPM, "validation; the proxy, live and paused", f"{TESTS}peers_eyes.py"),
    ("@uniswap/token-lists", NPM, "the schema of token lists", f"{TESTS}listing.py"),
    ("@safe-global/safe-contracts", NPM, "a Safe that holds roles, signed by its owners", f"{TESTS}safe_command.py"),
    ("@foundry-rs/forge-linux-amd64", NPM, "the contracts' package, in an empty project", f"{TESTS}packages.py"),
    ("slither-analyzer", SLITHER, "`slither-check-erc`: ERC-20, ERC-2612, ERC-165", "tools/run_slither.py"),
)  # fmt: skip
"""Name, where its version is, what was tried, and what tries it."""


def version(name: str, source: Path) -> str:
    """As it is locked.

    Raises:
        SystemExit: it is not.
    """
    text = source.read_text(encoding="utf8")
    if source == NPM:
        given = json.loads(text)
        kinds = ("dependencies", "devDependencies", "optionalDependencies")
        found = next((given[kind][name] for kind in kinds if name in given[kind]), None)
    else:
        line = re.search(rf"^{re.escape(name)}==(\S+)", text, re.MULTILINE)
        found = line[1] if line else None
    if found is None:
        raise SystemExit(f"{source}: no {name}; correct tools/clients.py.")
    return str(found)


def table() -> str:
    """Its rows.

    Raises:
        SystemExit: what is said to try a client is not there, or does not name it.
    """
    rows = ["| client | version | tried | by |\n|---|---|---|---|\n"]
    for name, source, tried, by in CLIENTS:
        if not (ROOT / by).is_file():
            raise SystemExit(f"{by}: is not there; correct tools/clients.py.")
        rows.append(
            f"| `{name}` | {version(name, source)} | {tried} | [{Path(by).name}](../{by}) |\n"
        )
    return "".join(rows)


def main() -> None:
    """Write the table, or compare it."""
    page = PAGE.read_text(encoding="utf8")
    before, rest = page.split(BEGIN)
    made = f"{before}{BEGIN}{table()}{END}{rest.split(END)[1]}"
    if "--check" in sys.argv:
        if made != page:
            raise SystemExit("docs/integrate.md: the table of clients is stale; run make clients.")
        return
    PAGE.write_text(made, encoding="utf8")


if __name__ == "__main__":
    main()
