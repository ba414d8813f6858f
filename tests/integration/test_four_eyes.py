"""A mint above the policy's limit takes a second person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, operated, policy_file
from support.reserves import attest
from support.safe import deploy_safe

from kgst.deployment.system import System
from kgst.doctor.diagnosis import diagnose
from kgst.errors import RefusedError
from kgst.files import Files
from kgst.supply.issuing import burn, mint

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
SOM = 1_000_000


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24)]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, owners: list[Any], deployer: Any) -> System:
    """100 som by one key; the Safe `vault` is an issuer, too."""
    addresses = [owner.address for owner in owners]
    safe = deploy_safe(ape_chain.provider.web3, addresses, 2, salt=9)
    people = "".join(f'  owner_{i}: "{one}"\n' for i, one in enumerate(addresses))
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f'  vault: "{safe}"\n{people}\nauditors:\n'),
        (
            "refill: none, may_burn: true}\n",
            "refill: none, may_burn: true}\n"
            "  - {member: vault, capacity: 5 000.00 som, refill: none, may_burn: true}\n",
        ),
        (
            "\nlimits:\n",
            "\nsafes:\n  vault: {owners: [owner_0, owner_1], threshold: 2}\n\nlimits:\n"
            "  mint_alone: 100.00 som\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    system = replace(deployed, files=Files(tmp_path))
    attest(system, 10_000 * 100)
    return system


def test_mint__above_the_limit_by_one_key__is_refused_and_names_the_safe(
    kgst: System, issuer: Any
) -> None:
    with pytest.raises(RefusedError) as caught:
        mint(kgst, "admin", "100.01 som", "D-1", as_(issuer))
    said = str(caught.value)
    assert "one key mints 100.00 som at most at a time (limits.mint_alone of " in said
    assert "(--via safe:vault)" in said
    assert kgst.token.totalSupply() == 0


def test_mint__up_to_the_limit_by_one_key__is_done(kgst: System, issuer: Any) -> None:
    assert mint(kgst, "admin", "100.00 som", "D-1", as_(issuer)).exit_code == 0
    assert kgst.token.totalSupply() == 100 * SOM


def test_mint__above_the_limit__takes_two_owners(kgst: System, owners: list[Any]) -> None:
    first = mint(kgst, "admin", "1 000.00 som", "D-1", as_(owners[0], "vault"))
    assert first.exit_code == 5
    assert kgst.token.totalSupply() == 0
    second = mint(kgst, "admin", "1 000.00 som", "D-1", as_(owners[1], "vault"))
    assert second.exit_code == 0
    assert kgst.token.totalSupply() == 1_000 * SOM


def test_burn__above_the_limit__needs_no_second_person(kgst: System, issuer: Any) -> None:
    for number in (1, 2):
        mint(kgst, "issuer", "100.00 som", f"D-{number}", as_(issuer))
    assert burn(kgst, "150.00 som", "R-1", as_(issuer)).exit_code == 0


def test_doctor__quota_of_one_key_above_the_limit__is_named(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.doctor.diagnosis.open_system", lambda *_, **__: kgst)
    found = {check.item: check for check in diagnose(kgst.policy_path).checks}
    named = [item for item in found if item.startswith("quota of ")]
    assert [item.split()[2] for item in named] == ["issuer"], "a Safe is not one key"
    assert found[named[0]].expected == "at most 100.00 som (limits.mint_alone), or a Safe"
