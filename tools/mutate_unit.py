"""The unit tests that belong to a file, against one mutant of it: through ape, in a copy of the project whose build
holds the mutant's code. ape does not compile again, as the sources there are unchanged.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys

from mutate_build import SNAPSHOT, WORK, Bytecode, put
from mutate_fork import forked

MANIFEST = SNAPSHOT / ".build" / "__local__.json"
ORIGINAL = SNAPSHOT / ".build" / "original.json"
OUTPUT = WORK / "unit.log"
LEFT_OUT = ("tests/unit/layout/test_size.py", "tests/unit/token/test_chain_split.py")
"""One measures the code, which is no behaviour; one deploys it where code of mutants is too large."""
SECONDS = 3_600

LOADED = (
    "ape._cli ape.pytest.plugin ape_test ape_test.provider ape_bsc ape_solidity ape_ethereum.ecosystem ape_node "
    "ape_foundry ape_pm ape.managers.project IPython web3 eth_tester eth_tester.backends.pyevm.main "
    "eth.vm.forks.prague ethpm_types evm_trace aiohttp hypothesis pytest _hypothesis_pytestplugin "
    "kgst.deployment.applying"
)
"""What takes seconds to import, and knows nothing of the project."""

AREAS = {
    "KGST": "token upgrades layout",
    "KGSTLogic": "token layout governance",
    "Account": "compliance token layout",
    "Bucket": "issuance layout",
    "Flags": "pausing layout upgrades",
    "Ledger": "token compliance layout",
    "Solvency": "issuance reserves layout",
    "Auditors": "auditors reserves",
    "Authorizations": "token",
    "Compliance": "compliance",
    "Domain": "token",
    "Issuance": "issuance",
    "Managed": "governance rescue",
    "Pausing": "pausing",
    "Payouts": "token",
    "Permits": "token",
    "Rescue": "rescue",
    "Reserves": "reserves",
    "Signatures": "token reserves",
    "SignedAuthorizations": "token",
    "SignedPermits": "token",
    "Transfers": "token",
    "Upgrades": "upgrades",
    "BackingFeed": "feed",
    "Feed": "feed",
    "ReserveFeed": "feed",
    "KGSTAccessManager": "governance",
    "Revoker": "governance",
    "MintDesk": "desks",
    "Redemption": "desks",
    "RedemptionDesk": "desks",
}


def areas(file: str) -> list[str]:
    """Folders of unit tests for a contract's file."""
    name = file.rpartition("/")[2].removesuffix(".sol")
    return [f"tests/unit/{area}" for area in AREAS[name].split()]


def ordered(folders: list[str], words: str) -> list[str]:
    """The folders' test files; first those that share rare names with `words`, the code around a mutant."""
    texts = {
        file.relative_to(SNAPSHOT).as_posix(): f"{file.stem} {file.read_text()}".lower().replace(
            "_", ""
        )
        for folder in folders
        for file in sorted((SNAPSHOT / folder).glob("test_*.py"))
    }
    names = {name.lower().replace("_", "") for name in re.findall(r"[A-Za-z_]{4,}", words)}
    scores = dict.fromkeys(texts, 0.0)
    for name in names:
        found = [file for file, text in texts.items() if name in text]
        for file in found:
            scores[file] += 1 / len(found)
    files = sorted(texts, key=lambda file: -scores[file])
    return [file for file in files if file not in LEFT_OUT]


def load() -> None:
    """Imports ape and its plugins, once for all mutants; the project is read by the forked processes."""
    os.chdir(SNAPSHOT)
    for name in LOADED.split():
        importlib.import_module(name)


def survives(code: Bytecode, files: list[str]) -> str:
    """Empty when the tests in `files` pass, else the first that failed."""
    manifest = json.loads(ORIGINAL.read_text())
    put(manifest["contractTypes"], code)
    MANIFEST.write_text(json.dumps(manifest))
    try:
        return forked(lambda: _run(files), SECONDS, OUTPUT)
    finally:
        MANIFEST.write_bytes(ORIGINAL.read_bytes())


def _run(files: list[str]) -> str:
    from ape._cli import cli

    options = ["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
    try:
        cli(["test", *files, *options])
    except SystemExit as end:
        if not end.code:
            return ""
    sys.stdout.flush()
    said = OUTPUT.read_text(errors="replace")
    # Without its parameters, which may hold spaces.
    failed = re.search(r"^(?:FAILED|ERROR) (tests/\S+::\w+)", said, re.M)
    return failed[1] if failed else f"no test ran: {said[-300:]}"
