"""A file of five payments, a deployment with a Safe, and how a run is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from eth_utils.address import to_checksum_address
from support.operators import operated, policy_file
from support.reserves import attest
from support.safe import deploy_safe

from kgst.deployment.system import System
from kgst.files import Files
from kgst.sending.delivery import Delivery

POLICY = Path(__file__).parent / "policy.yaml"
SOM = 1_000_000
RECEIVERS = [to_checksum_address(f"0x{0xC0FFEE << 100 | n:040x}") for n in range(1, 6)]


def with_treasury(folder: Path, safe: str, owners: Sequence[Any], deployer: Any) -> System:
    """The tests' policy, deployed, with `safe` as treasury: two of three owners."""
    people = "".join(f'  owner_{i}: "{o.address}"\n' for i, o in enumerate(owners))
    path = policy_file(
        folder,
        POLICY,
        ("\nauditors:\n", f'  treasury: "{safe}"\n{people}\nauditors:\n'),
        (
            "\nlimits:\n",
            "\nsafes:\n  treasury: {owners: [owner_0, owner_1, owner_2], threshold: 2}\n\nlimits:\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture(scope="module")
def safe(owners: list[Any]) -> str:
    return deploy_safe(ape_chain.provider.web3, [o.address for o in owners], 2)


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, safe: str, owners: list[Any], deployer: Any
) -> System:
    return with_treasury(tmp_path_factory.mktemp("kgst"), safe, owners, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path, issuer: Any, holder: Any, safe: str) -> System:
    """Deployed once; 100 som each with `holder` and the Safe; each test with files of its own."""
    system = replace(deployed, files=Files(tmp_path / "files"))
    attest(system, 10_000 * 100)
    system.token.mint(holder, 100 * SOM, sender=issuer)
    system.token.mint(safe, 100 * SOM, sender=issuer)
    return system


def write_salaries(folder: Path, rows: list[str] | None = None, name: str = "salaries.csv") -> Path:
    """Five payments of 1 to 5 som, in lines 2 to 6, or these rows."""
    rows = [f"{r},{n}.00" for n, r in enumerate(RECEIVERS, 1)] if rows is None else rows
    path = folder / name
    path.write_text("\n".join(("address,amount_som", *rows)) + "\n")
    return path


def som_of(system: System) -> list[int]:
    """What the receivers have."""
    return [system.token.balanceOf(r) // SOM for r in RECEIVERS]


def power_cut(monkeypatch: pytest.MonkeyPatch, at: int, *, landed: bool) -> None:
    """The process ends while its transaction number `at` is sent."""
    submit, calls = Delivery._submit, []

    def failing(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) < at:
            return submit(self)
        if landed:
            submit(self)
        raise RuntimeError("power cut")

    monkeypatch.setattr(Delivery, "_submit", failing)
