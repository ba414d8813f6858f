"""``deploy`` and ``verify`` on the in-process chain: what is deployed is the policy, and any difference is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from ape import project
from support.reverts import reverts

from kgst.checks import Check, State, failed, unchecked
from kgst.deploy.plan import plan
from kgst.deployment.applying import STEPS, apply, resume
from kgst.deployment.contracts import Deployment
from kgst.errors import InputError, RefusedError
from kgst.journal import Journal, JournalError
from kgst.node import ChainRevertError, NodeError
from kgst.policy import Policy
from kgst.roles import Role
from kgst.sending import Event, Stage
from kgst.sending.transactions import Content, sign
from kgst.verify.comparing import inspect

SOM = 1_000_000
POLICY = Policy.load(Path(__file__).parents[1] / "support/policy.yaml")
LOCAL = Policy.load(Path(__file__).parents[2] / "deployments/local/policy.yaml")
Change = Callable[[Deployment, Callable[[str], Any]], object]


class KilledError(BaseException):
    """Stands for SIGKILL: no `except Exception` sees it."""


def drift_items(policy: Policy, record: Any) -> list[str]:
    return [drift.item for drift in failed(inspect(policy, record))]


def person(label: str) -> Any:
    return ape_accounts.test_accounts[POLICY.address(label)]


@pytest.fixture
def fresh() -> Any:
    """An account that has never sent anything."""
    return ape_accounts.test_accounts[25]


@pytest.fixture(scope="module")
def deployed() -> Deployment:
    return apply(POLICY, ape_accounts.test_accounts[24])


# --------------------------------------------------------------------------------------------------- deploying


def test_apply__empty_chain__gives_what_the_policy_says(fresh: Any) -> None:
    deployment = apply(LOCAL, fresh)
    checks = inspect(LOCAL, deployment.record)
    assert {check.state for check in checks} == {State.OK}
    assert len(checks) > 80
    assert fresh.nonce == len(STEPS)


def test_apply__done__leaves_the_deployer_nothing(deployed: Deployment) -> None:
    deployer = deployed.record.deployer
    for role in (*Role, 2**64 - 2):
        assert tuple(deployed.manager.getAccess(int(role), deployer)) == (0, 0, 0, 0)
    assert deployed.token.issuerOf(deployer).capacity == 0
    assert deployed.token.isAuditor(deployer) is False
    with reverts(deployed.token.AccessManagedUnauthorized, caller=deployer):
        deployed.token.pause(1, sender=ape_accounts.test_accounts[deployer])


def test_apply__done__can_be_run(deployed: Deployment) -> None:
    token, issuer = deployed.token, person("issuer")
    with reverts(token.AttestationExpired, validUntil=0):
        token.mint(issuer, 1, sender=issuer)
    assert token.issuerOf(issuer).available == 1_000_000 * SOM
    assert deployed.feed.token() == token.address
    assert deployed.domain.token == token.address


def test_apply__journal_of_a_finished_run__sends_nothing(fresh: Any, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        first = apply(POLICY, fresh, journal)
    block = ape_chain.blocks.height
    with Journal(tmp_path / "journal.jsonl") as journal:
        second = resume(POLICY, fresh, journal)
    assert second.record == first.record
    assert ape_chain.blocks.height == block


def test_apply__deployer_with_a_power__is_refused() -> None:
    with pytest.raises(RefusedError, match=r"guardian .* is role GUARDIAN in the policy"):
        apply(POLICY, person("guardian"))


def test_apply__other_chain__is_refused(fresh: Any) -> None:
    with pytest.raises(RefusedError, match="on chain 1337, the policy is for chain 97"):
        apply(POLICY.model_copy(update={"chain_id": 97}), fresh)
    assert fresh.nonce == 0


def test_apply__public_keys_on_a_live_node__is_refused(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("deployment.preflight", "sending.public_keys"):
        monkeypatch.setattr(f"kgst.{room}.is_dev_node", lambda _: False)
    live = POLICY.model_copy(update={"chain_id": 1337})
    with pytest.raises(RefusedError, match=r"admin, .*the deployer are public") as caught:
        apply(live, fresh)
    assert caught.value.exit_code == 4
    assert fresh.nonce == 0


def test_verify__public_keys_on_a_live_node__are_named(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.sending.public_keys.is_dev_node", lambda _: False)
    found = drift_items(POLICY, deployed.record)
    assert found == [f"key of {POLICY.named(address)}" for address in POLICY.people.values()]


def test_sign__public_key_on_a_live_node__is_refused(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.sending.public_keys.is_dev_node", lambda _: False)
    content = Content(fresh.nonce, 10**9, 21_000, fresh.address, 0, b"")
    with pytest.raises(RefusedError, match=f"the key of {fresh.address} is public"):
        sign(ape_chain.provider, fresh, "a step", content)


def test_apply__gas_above_the_limit__is_refused(fresh: Any) -> None:
    limits = POLICY.limits.model_copy(update={"max_gas_price": 1})
    with pytest.raises(
        RefusedError, match=r"gas costs 1 gwei now, the policy allows 0.000000001 gwei"
    ):
        apply(POLICY.model_copy(update={"limits": limits}), fresh)
    assert fresh.nonce == 0


def test_apply__cost_above_the_limit__is_refused(fresh: Any) -> None:
    limits = POLICY.limits.model_copy(update={"max_cost": 1})
    with pytest.raises(RefusedError, match=r"the policy allows 0\.0{17}1 BNB"):
        apply(POLICY.model_copy(update={"limits": limits}), fresh)
    assert fresh.nonce == 0


def test_apply__terms_that_the_token_refuses__is_refused_unsent(fresh: Any) -> None:
    terms = POLICY.token.model_copy(update={"max_age": 59})
    with pytest.raises(ChainRevertError, match=r"MaxAgeOutOfRange\(maxAge=59\)"):
        apply(POLICY.model_copy(update={"token": terms}), fresh)
    assert fresh.nonce == STEPS.index("token")


def test_plan__policy__rehearses_and_changes_nothing(fresh: Any) -> None:
    block = ape_chain.blocks.height
    planned = plan(POLICY, fresh)
    assert ape_chain.blocks.height == block
    assert fresh.nonce == 0
    assert tuple(step.name for step in planned.steps) == STEPS
    deployment = apply(POLICY, fresh)
    predicted = [step.address for step in planned.steps]
    assert predicted == [*(c.address for c in deployment.record.contracts.values()), None]
    used = [c.transaction.gas_used for c in deployment.record.contracts.values()]
    assert sum(used) + deployment.record.configuration.gas_used == pytest.approx(
        planned.gas, rel=1e-3
    )


# ---------------------------------------------------------------------------------------------- killed, resumed


def test_resume__killed_at_every_point__sends_each_step_once(fresh: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    always = [stage for stage in Stage if stage not in (Stage.REPLACED, Stage.NOTICED)]
    points = [(step, stage) for step in STEPS for stage in always]
    reached: list[tuple[str, Stage]] = []

    def run(kill_at: tuple[str, Stage] | None) -> Deployment:
        def progress(event: Event) -> None:
            if (event.step, event.stage) == kill_at:
                reached.append(kill_at)
                raise KilledError

        with Journal(path) as journal:
            return apply(POLICY, fresh, journal, progress)

    start = ape_chain.blocks.height
    for point in points:
        with pytest.raises(KilledError):
            run(point)
    deployment = run(None)
    assert reached == points
    assert fresh.nonce == len(STEPS)
    assert ape_chain.blocks.height == start + len(STEPS)
    assert failed(inspect(POLICY, deployment.record)) == []


def test_resume__journal_lost_its_last_line__finds_the_receipt(fresh: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        apply(POLICY, fresh, journal)
    path.write_bytes(path.read_bytes()[:-20])
    with Journal(path) as journal:
        assert [signed.step for signed in journal.unresolved()] == ["configuration"]
        deployment = resume(POLICY, fresh, journal)
    assert fresh.nonce == len(STEPS)
    assert failed(inspect(POLICY, deployment.record)) == []


def test_resume__nonce_used_by_another_transaction__is_told(fresh: Any, tmp_path: Path) -> None:
    def progress(event: Event) -> None:
        if (event.step, event.stage) == ("logic", Stage.SIGNED):
            raise KilledError

    with Journal(tmp_path / "journal.jsonl") as journal:
        with pytest.raises(KilledError):
            apply(POLICY, fresh, journal, progress)
        fresh.transfer(person("admin"), 1)
        with pytest.raises(
            NodeError, match=r"logic: nonce 1 of .* was used by another transaction"
        ):
            resume(POLICY, fresh, journal)
    assert fresh.nonce == 2


def test_resume__other_policy__is_refused(fresh: Any) -> None:
    def progress(event: Event) -> None:
        if event.step == "logic":
            raise KilledError

    journal = Journal()
    with pytest.raises(KilledError):
        apply(POLICY, fresh, journal, progress)
    with pytest.raises(JournalError, match="another policy") as told:
        resume(LOCAL, fresh, journal)
    assert POLICY.fingerprint not in str(told.value)
    token = POLICY.token.model_copy(update={"max_age": 86_400})
    older = POLICY.model_copy(update={"token": token})
    with pytest.raises(JournalError, match=r"another policy: token\.max_age is not what it was"):
        resume(older, fresh, journal)
    with pytest.raises(JournalError, match="another account"):
        resume(POLICY, ape_accounts.test_accounts[26], journal)
    assert fresh.nonce == 1


def test_resume__empty_journal__is_refused(fresh: Any) -> None:
    with pytest.raises(InputError, match="nothing to resume"):
        resume(POLICY, fresh, Journal())


# ---------------------------------------------------------------------------------------------------- verifying

CHANGES: dict[str, tuple[Change, list[str]]] = {
    "paused": (lambda d, p: d.token.pause(5, sender=p("pauser")), ["pause flags"]),
    "member added": (
        lambda d, p: d.manager.grantRole(4, ape_accounts.test_accounts[16], 0, sender=p("admin")),
        ["role PAUSER, unknown 0x2546BcD3c84621e976D8185a91A922aE77ECEc30"],
    ),
    "member removed": (
        lambda d, p: d.manager.revokeRole(6, p("compliance"), sender=p("admin")),
        ["role COMPLIANCE, compliance (0x14dC…9955)"],
    ),
    "second admin": (
        lambda d, p: d.manager.grantRole(0, p("pauser"), 0, sender=p("admin")),
        ["role ADMIN, pauser (0x9965…A4dc)"],
    ),
    "deployer back": (
        lambda d, p: d.manager.grantRole(8, d.record.deployer, 0, sender=p("admin")),
        ["role GUARDIAN, unknown 0x61097BA76cD906d2ba4FD106E757f7Eb455fc295"],
    ),
    "unknown role": (
        lambda d, p: d.manager.grantRole(77, p("pauser"), 0, sender=p("admin")),
        ["role unknown role 77, pauser (0x9965…A4dc)"],
    ),
    "delay": (
        lambda d, p: d.manager.grantRole(7, p("enforcer"), 60, sender=p("admin")),
        ["role ENFORCER, enforcer (0x2361…1E8f)"],
    ),
    "guardian": (lambda d, p: d.manager.setRoleGuardian(1, 0, sender=p("admin")), ["guardian of role UPGRADER"]),
    "role admin": (lambda d, p: d.manager.setRoleAdmin(1, 5, sender=p("admin")), ["admin of role UPGRADER"]),
    "function": (
        lambda d, p: d.manager.setTargetFunctionRole(d.token, ["0x40c10f19"], 4, sender=p("admin")),
        ["role of 0x40c10f19"],
    ),
    "restricted function": (
        lambda d, p: d.manager.setTargetFunctionRole(
            d.token, [d.token.unpause.encode_input(0)[:4]], 4, sender=p("admin")
        ),
        ["role of unpause(uint256)"],
    ),
    "closed": (lambda d, p: d.manager.setTargetClosed(d.token, True, sender=p("admin")), ["token closed"]),
    "auditor suspended": (
        lambda d, p: d.token.suspendAuditor(p("auditor_b"), sender=p("guardian")),
        ["suspended auditors"],
    ),
    "recovery": (
        lambda d, p: d.token.proposeAuditors([p("pauser"), p("admin")][::-1], 2, sender=p("reserve_admin")),
        ["proposed auditors (recovery)"],
    ),
    "max age": (lambda d, p: d.token.setMaxAge(3_600, sender=p("reserve_admin")), ["max age"]),
    "max increase": (lambda d, p: d.token.setMaxIncrease(1, sender=p("reserve_admin")), ["max increase"]),
    "issuer added": (
        lambda d, p: d.token.setIssuer(p("issuer_b"), 1, 0, False, sender=p("issuance_admin")),
        ["issuer issuer_b (0x71bE…5788)"],
    ),
    "issuer cut": (
        lambda d, p: d.token.cutIssuer(p("issuer"), sender=p("guardian")),
        ["issuer issuer (0xBcd4…4096)"],
    ),
    "issuer refill": (
        lambda d, p: d.token.setIssuer(p("issuer"), 1_000_000 * SOM, 1, True, sender=p("issuance_admin")),
        ["issuer issuer (0xBcd4…4096)"],
    ),
    "delegate all": (lambda d, p: d.token.setDelegateAll(True, sender=p("upgrader")), ["DELEGATE_ALL"]),
    "authority": (
        lambda d, p: d.manager.updateAuthority(
            d.token, p("admin").deploy(project.KGSTAccessManager, p("admin")), sender=p("admin")
        ),
        ["authority"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_verify__one_thing_changed__names_it(deployed: Deployment, change: str) -> None:
    make, items = CHANGES[change]
    make(deployed, person)
    assert drift_items(POLICY, deployed.record) == items


def test_verify__nothing_changed__finds_nothing(deployed: Deployment) -> None:
    assert drift_items(POLICY, deployed.record) == []


def test_verify__use_of_the_token__is_no_drift(deployed: Deployment) -> None:
    deployed.token.approve(person("admin"), 1, sender=person("issuer"))
    assert drift_items(POLICY, deployed.record) == []


def test_verify__other_recovery_delay__is_in_the_code(deployed: Deployment) -> None:
    policy = POLICY.model_copy(
        update={"token": POLICY.token.model_copy(update={"recovery_delay": 31 * 86_400})}
    )
    assert drift_items(policy, deployed.record) == [
        "the creation of KGSTLogic, arguments by the policy",
        "code of KGSTLogic, chain against build",
        "recovery delay",
    ]


def test_verify__no_code_at_the_token__is_told(deployed: Deployment) -> None:
    nowhere = "0x0987654321098765432109876543210987654321"
    record = deployed.record
    moved = record.model_copy(
        update={"token": record.token.model_copy(update={"address": nowhere})}
    )
    item = f"code of KGST at {nowhere}"
    assert Check.same("code", item, "a contract", "no code") in inspect(POLICY, moved)


def test_verify__other_implementation__is_named(deployed: Deployment, fresh: Any) -> None:
    other = fresh.deploy(project.KGSTLogic, 30 * 86_400).address
    record = deployed.record
    moved = record.model_copy(update={"logic": record.logic.model_copy(update={"address": other})})
    assert drift_items(POLICY, moved) == [
        "the creation of KGSTLogic, address by sender and nonce",
        "the creation of KGST, arguments by the policy",
        "implementation (ERC-1967 slot)",
        "the signed transactions, executed here",
    ]


def test_verify__code_of_another_build__is_named(deployed: Deployment) -> None:
    record = deployed.record
    changed = record.token.model_copy(update={"code_hash": "0x" + "00" * 32})
    assert drift_items(POLICY, record.model_copy(update={"token": changed})) == [
        "code of KGST, chain against record",
        "code that the creation of KGST leaves, executed here",
    ]


def test_verify__other_chain__is_refused(deployed: Deployment) -> None:
    with pytest.raises(RefusedError, match="on chain 1337"):
        inspect(POLICY.model_copy(update={"chain_id": 97}), deployed.record)
    with pytest.raises(RefusedError, match="started anew"):
        inspect(POLICY, deployed.record.model_copy(update={"genesis": "0x" + "00" * 32}))


def test_inspect__node_without_logs__says_what_is_unchecked(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError("limit exceeded")

    monkeypatch.setattr(ape_chain.provider.web3.eth, "get_logs", refuse)
    checks = inspect(POLICY, deployed.record)
    assert failed(checks) == []
    gaps = unchecked(checks)
    assert [gap.area for gap in gaps] == ["issuers", "roles", "desks"]
    assert "limit exceeded" in gaps[0].found
    # A member whom the policy names elsewhere is found even so.
    deployed.manager.grantRole(0, person("pauser"), 0, sender=person("admin"))
    assert drift_items(POLICY, deployed.record) == ["role ADMIN, pauser (0x9965…A4dc)"]


def test_verify__node_that_answers_nonsense__is_an_error(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ape_chain.provider.web3.eth, "call", lambda *_, **__: b"\x01")
    with pytest.raises(NodeError, match="could not read the deployment"):
        inspect(POLICY, deployed.record)
