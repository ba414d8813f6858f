"""Governance as on a testnet: ADMIN is a Safe of two in three, and waits five minutes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, operated, pass_time, policy_file
from support.safe import deploy_safe

from kgst.console import Answer
from kgst.deployment.system import System
from kgst.files import Files
from kgst.govern import plan, scheduled
from kgst.govern.apply import apply
from kgst.govern.rotate import rotate
from kgst.roles import Role

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
DELAY = 300


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture(scope="module")
def successor() -> Any:
    return ape_accounts.test_accounts[17]


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, deployer: Any, successor: Any, owners: list[Any]
) -> System:
    addresses = [o.address for o in owners]
    safe = deploy_safe(ape_chain.provider.web3, addresses, 2)
    people = "".join(f'  owner_{i}: "{a}"\n' for i, a in enumerate(addresses))
    people += f'  successor: "{successor.address}"\n  governance: "{safe}"\n'
    terms = "{owners: [owner_0, owner_1, owner_2], threshold: 2}"
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f"{people}\nauditors:\n"),
        ("\nlimits:\n", f"\nsafes:\n  governance: {terms}\n\nlimits:\n"),
        ("{member: admin, delay: 0 seconds}", "{member: governance, delay: 5 minutes}"),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    path = tmp_path / "policy.yaml"
    path.write_text(deployed.policy_path.read_text())
    return replace(deployed, files=Files(tmp_path), policy_path=path)


def said(answer: Answer[Any]) -> tuple[int, str, int]:
    """Exit code, what is next, and how many signatures are missing."""
    proposal = answer.document["proposal"]
    rotation = answer.document.get("rotation") or {"next": ""}
    return int(answer.exit_code), rotation["next"], proposal["missing"] if proposal else 0


def test_rotate__owner_by_owner_through_both_delays(
    kgst: System, owners: list[Any], successor: Any, pauser: Any
) -> None:
    def go_on(owner: int, **options: Any) -> tuple[int, str, int]:
        run = as_(owners[owner], "governance")
        return said(rotate(kgst, "pauser", "successor", run, new_account=successor, **options))

    def holds(account: Any) -> bool:
        return bool(kgst.manager.hasRole(Role.PAUSER, account)[0])

    assert go_on(0) == (5, "grant", 1)
    assert go_on(1) == (5, "grant", 0)
    [waiting] = scheduled.answer(kgst).document["operations"]
    assert waiting["caller_label"] == "governance"
    pass_time(DELAY)
    assert go_on(0) == (5, "grant", 1)
    assert go_on(1) == (5, "revoke", 1), "granted, proved, and the first signature for the revoke"
    assert (holds(pauser), holds(successor)) == (True, True)
    assert go_on(0) == (5, "revoke", 0)
    assert go_on(1) == (5, "revoke", 0), "it waits"
    pass_time(DELAY)
    assert go_on(2) == (5, "revoke", 1)
    assert go_on(1, write_policy=True) == (0, "done", 0)
    assert (holds(pauser), holds(successor)) == (False, True)
    assert "{member: successor, delay: 0 seconds}" in kgst.policy_path.read_text()


def test_apply__leftovers_through_the_safe_with_a_delay(
    kgst: System, owners: list[Any], guardian: Any, issuer_b: Any
) -> None:
    """A quota that nobody granted by the policy is cut by GUARDIAN; ADMIN's part goes through the Safe."""
    kgst.token.setIssuer(issuer_b, 5, 0, False, sender=ape_accounts.test_accounts[3])
    assert said(apply(kgst, as_(guardian)))[0] == 0
    assert plan.answer(kgst).exit_code == 0


def test_execute_and_cancel__through_the_safe(
    kgst: System, owners: list[Any], successor: Any, pauser: Any
) -> None:
    def via(owner: int) -> Any:
        return as_(owners[owner], "governance")

    for owner in (0, 1):
        rotate(kgst, "pauser", "successor", via(owner))
    [waiting] = scheduled.answer(kgst).document["operations"]
    assert said(scheduled.execute(kgst, waiting["id"][:10], via(0)))[0] == 5
    assert said(scheduled.cancel(kgst, waiting["id"], via(0))) == (5, "", 1)
    assert said(scheduled.cancel(kgst, waiting["id"], via(2))) == (0, "", 0)
    assert scheduled.answer(kgst).document["operations"] == []

    for owner in (0, 1):
        rotate(kgst, "pauser", "successor", via(owner))
    pass_time(DELAY)
    assert said(scheduled.execute(kgst, None, via(0))) == (5, "", 1)
    assert said(scheduled.execute(kgst, None, via(1))) == (0, "", 0)
    assert kgst.manager.hasRole(Role.PAUSER, successor)[0]
