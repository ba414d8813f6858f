"""``deploy`` looks at those whom the policy names before it sends anything; and ends with what really stands there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from jsonschema import Draft202012Validator
from support import safe as safes
from support.safe import deploy_safe

from kgst.checks import Check, failed
from kgst.console import Answer
from kgst.deploy import commands
from kgst.deploy.plan import Plan, PlannedStep, _refusals, plan
from kgst.deployment.applying import STEPS, apply, resume
from kgst.deployment.contracts import Deployment
from kgst.errors import DriftError, ExitCode, InputError, RefusedError
from kgst.files import Files
from kgst.journal import Header, Journal, JournalError
from kgst.multicall import Head, ensure_multicall, latest
from kgst.node import NodeError, connected
from kgst.policy import Policy
from kgst.record import Record, RecordError
from kgst.safe.safes import Safe
from kgst.sending import Event, Stage
from kgst.sending.transactions import created_by
from kgst.verify.comparing import inspect

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "tests/support/policy.yaml").read_text()
OWNERS = ("issuer", "issuer_b", "unpauser")
STEPS_AS_PLANNED = tuple(
    PlannedStep(step, step, None, gas)
    for step, gas in zip(
        STEPS,
        (1_000_000, 5_000_000, *6 * (500_000,), 1_000_000),
        strict=True,
    )
)
NOWHERE = "0x1234567890AbcdEF1234567890aBcdef12345678"


def write(
    folder: Path, safe: str, owners: str = "issuer, issuer_b, unpauser", **people: str
) -> Path:
    """The tests' policy with the Safe `vault`, 2 of `owners`, as ADMIN; and `people` besides or instead."""
    text = TEXT.replace("    - {member: admin, delay", "    - {member: vault, delay")
    for label, address in people.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"  {label}: ")]
        text = (
            "\n".join(lines).replace("\npeople:\n", f'\npeople:\n  {label}: "{address}"\n') + "\n"
        )
    text = text.replace("\npeople:\n", f'\npeople:\n  vault: "{safe}"\n')
    text += f"\nsafes:\n  vault: {{owners: [{owners}], threshold: 2}}\n"
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def person(label: str) -> str:
    return Policy.load(ROOT / "tests/support/policy.yaml").address(label)


def verify(policy: Policy, record: Any) -> list[Check]:
    """What differs."""
    return failed(inspect(policy, record))


@pytest.fixture
def fresh() -> Any:
    """An account that has never sent anything."""
    return ape_accounts.test_accounts[25]


@pytest.fixture
def vault() -> str:
    ensure_multicall(connected())
    return deploy_safe(ape_chain.provider.web3, [person(label) for label in OWNERS], 2)


@pytest.fixture
def policy(tmp_path: Path, vault: str) -> Policy:
    return Policy.load(write(tmp_path, vault))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The in-process chain taken for one that outlives the command."""
    monkeypatch.setattr(commands, "is_short_lived", lambda _: False)


def versioned(monkeypatch: pytest.MonkeyPatch, version: str) -> str:
    """A Safe whose implementation was changed in one word: the version that it says."""
    artifact = safes._artifact("SafeL2")
    code = artifact["bytecode"].replace(b"1.4.1".hex(), version.encode().hex())
    changed = {"SafeL2": {**artifact, "bytecode": code}}
    original = safes._artifact
    with monkeypatch.context() as patch:
        patch.setattr(safes, "_artifact", lambda name: changed.get(name) or original(name))
        return deploy_safe(ape_chain.provider.web3, [person(label) for label in OWNERS], 2, salt=9)


# ------------------------------------------------------------------------------------------------ before sending


def test_apply__safe_as_the_policy_says__deploys(policy: Policy, fresh: Any) -> None:
    deployment = apply(policy, fresh, Journal())
    assert verify(policy, deployment.record) == []
    assert deployment.manager.getAccess(0, policy.address("vault"))[0] > 0


def refused(policy: Policy, account: Any) -> str:
    """What `apply` says, which sends nothing; `plan` says the same."""
    nonce = account.nonce
    with pytest.raises(RefusedError, match="nothing was sent") as caught:
        apply(policy, account, Journal())
    with pytest.raises(RefusedError) as again:
        plan(policy, account)
    assert str(again.value) == str(caught.value)
    assert account.nonce == nonce
    return str(caught.value)


def test_apply__no_code_at_the_safe__sends_nothing(tmp_path: Path, fresh: Any) -> None:
    said = refused(Policy.load(write(tmp_path, NOWHERE)), fresh)
    assert f"- Safe vault ({NOWHERE}): expected a Safe, 2 of " in said
    assert "found no Safe: there is no code at its address. Create it on this chain first" in said
    assert "- holders of ADMIN" in said


def test_apply__contract_that_is_no_safe__sends_nothing(tmp_path: Path, fresh: Any) -> None:
    ensure_multicall(connected())
    said = refused(
        Policy.load(write(tmp_path, "0xcA11bde05977b3631167028862bE2a173976CA11")), fresh
    )
    assert "found no Safe: could not read getOwners()" in said


def test_apply__safe_with_other_owners_and_threshold__names_both(
    tmp_path: Path, fresh: Any, vault: str
) -> None:
    other = deploy_safe(
        ape_chain.provider.web3, [person("issuer"), person("admin"), person("unpauser")], 1, salt=3
    )
    said = refused(Policy.load(write(tmp_path, other)), fresh)
    assert f"- owners of Safe vault ({other}): expected " in said
    assert "admin (0x7099…79C8)" in said.partition("found")[2]
    assert f"- threshold of Safe vault ({other}): expected 2; found 1." in said


@pytest.mark.parametrize("version", ["1.2.9", "9.9.9"])
def test_apply__safe_with_another_implementation__sends_nothing(
    tmp_path: Path, fresh: Any, vault: str, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    other = versioned(monkeypatch, version)
    said = refused(Policy.load(write(tmp_path, other)), fresh)
    assert f"- implementation of Safe vault ({other}): expected safe-global's; found 0x" in said
    assert f"- version of Safe vault ({other}): expected 1.3.0 or later; found {version}." in said
    with pytest.raises(
        DriftError, match="implementation of the Safe: expected safe-global's, found 0x"
    ):
        Safe.at(connected(), other)


def test_apply__safe_that_owns_itself__sends_nothing(
    tmp_path: Path, fresh: Any, vault: str
) -> None:
    said = refused(Policy.load(write(tmp_path, vault, "issuer, issuer_b, vault")), fresh)
    assert f"found the Safe's own: {vault}. It can never sign" in said


@pytest.mark.parametrize("label", ["auditor_a", "issuer", "guardian", "bystander"])
@pytest.mark.parametrize("step", ["manager", "token"])
def test_apply__future_contract_among_the_people__sends_nothing(
    tmp_path: Path, fresh: Any, vault: str, label: str, step: str
) -> None:
    future = created_by(fresh.address, fresh.nonce + STEPS.index(step))
    said = refused(Policy.load(write(tmp_path, vault, **{label: future})), fresh)
    what = {"manager": "the AccessManager", "token": "the token"}[step]
    assert (
        f"- address of {label} ({future}): expected a person's or a Safe's; found {what}'s" in said
    )


def test_apply__future_contract_as_owner__is_named_with_the_safe(
    tmp_path: Path, fresh: Any, vault: str
) -> None:
    future = created_by(
        fresh.address, fresh.nonce + len(STEPS)
    )  # should steps revert and be signed anew
    said = refused(Policy.load(write(tmp_path, vault, issuer_b=future)), fresh)
    assert f"- an owner of Safe vault ({vault})" in said
    assert f"found a contract of the deployer: {future}" in said


def test_apply__node_that_does_not_answer__is_not_taken_for_fine(
    policy: Policy, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> Any:
        raise ConnectionError("reset")

    monkeypatch.setattr(ape_chain.provider.web3.eth, "get_storage_at", cut)
    nonce = fresh.nonce
    with pytest.raises(NodeError, match="read the code and the storage of the Safes"):
        apply(policy, fresh, Journal())
    assert fresh.nonce == nonce


def test_resume__safe_gone_wrong_before_the_roles_are_given__stops(
    policy: Policy, tmp_path: Path, fresh: Any
) -> None:
    class KilledError(BaseException):
        pass

    def kill(event: Event) -> None:
        if (event.step, event.stage) == ("feed", Stage.SIGNED):
            raise KilledError

    journal, nonce = Journal(), fresh.nonce
    with pytest.raises(KilledError):
        apply(policy, fresh, journal, kill)
    bad = policy.model_copy(update={"people": {**policy.people, "vault": NOWHERE}})
    with pytest.raises(RefusedError, match="no Safe: there is no code"):
        resume(bad, fresh, journal)
    # What the token has by now is found again by the nonces of the journal.
    token = created_by(fresh.address, nonce + 2)
    bad = policy.model_copy(update={"people": {**policy.people, "bystander": token}})
    with pytest.raises(RefusedError, match="found the token's"):
        resume(bad, fresh, journal)
    assert fresh.nonce == nonce + 3
    assert verify(policy, resume(policy, fresh, journal).record) == []


def test_verify__safes_not_as_the_policy_says__is_drift(
    policy: Policy, fresh: Any, tmp_path: Path, vault: str
) -> None:
    record = apply(policy, fresh).record
    others = Policy.load(write(tmp_path, vault, "issuer, issuer_b, admin"))
    assert [d.item for d in verify(others, record)] == ["owners of Safe vault", "holders of ADMIN"]
    token = Policy.load(write(tmp_path, vault, bystander=record.token.address))
    [drift] = verify(token, record)
    assert (drift.item, drift.found) == (
        "address of bystander",
        f"the token's: {record.token.address}",
    )
    nowhere = policy.model_copy(update={"people": {**policy.people, "elsewhere": NOWHERE}})
    nowhere = nowhere.model_copy(update={"safes": {"elsewhere": policy.safes["vault"]}})
    [drift] = verify(nowhere, record)
    assert (drift.item, drift.found) == (
        "Safe elsewhere",
        "no Safe: there is no code at its address",
    )


# ----------------------------------------------------------------------------------------------- what it costs


@pytest.mark.usefixtures("kept")
def test_plan_and_apply__balance_below_the_estimate__is_refused(tmp_path: Path, fresh: Any) -> None:
    (tmp_path / "policy.yaml").write_text(TEXT)
    fresh.transfer(person("admin"), fresh.balance - 5 * 10**15, gas_limit=21_000, gas_price=10**9)
    nonce = fresh.nonce
    planned = commands.plan(tmp_path / "policy.yaml", fresh)
    assert planned.exit_code is ExitCode.REFUSED
    [said] = planned.document["refused"]
    assert "the deployer 0xDf37" in said
    assert "and needs" in said
    assert "Send it 0.0" in said
    schema = json.loads((ROOT / "docs/schemas/deploy-plan.json").read_text())
    Draft202012Validator(schema).validate({"schema": "kgst/deploy-plan/1", **planned.document})
    with pytest.raises(RefusedError) as caught:
        commands.apply(tmp_path / "policy.yaml", fresh, yes=True, new=False, quiet=True)
    assert said in str(caught.value)
    assert fresh.nonce == nonce
    assert [p.name for p in tmp_path.iterdir()] == ["policy.yaml"]


def test_plan__limits_that_sending_would_meet__are_told(fresh: Any) -> None:
    base = Policy.load(ROOT / "tests/support/policy.yaml")

    def refusals(gwei: int, **limits: int) -> list[str]:
        terms = base.limits.model_copy(update=limits)
        planned = Plan(1337, fresh.address, STEPS_AS_PLANNED, gwei * 10**9, 10**18)
        return list(_refusals(planned, base.model_copy(update={"limits": terms})))

    assert refusals(1) == []
    [said] = refusals(2, max_gas_price=10**9, max_cost=10**18)
    assert "gas costs 2 gwei now, the policy allows 1 gwei" in said
    [said] = refusals(1, max_cost=6 * 10**15)
    assert "logic may cost 0.00625 BNB, the policy allows 0.006 BNB" in said


def test_plan__need__is_what_the_dearest_moment_holds_ready(fresh: Any) -> None:
    planned = Plan(1337, fresh.address, STEPS_AS_PLANNED, 10**9, 0)
    assert planned.cost == 10_000_000 * 10**9
    assert planned.need == (9_000_000 + 1_250_000) * 10**9
    [said] = _refusals(planned, Policy.load(ROOT / "tests/support/policy.yaml"))
    assert "has 0 BNB and needs 0.01025 BNB: the estimate is 0.01 BNB" in said


# -------------------------------------------------------------------------------- journals and records as found


def begun(files: Files, subject: str, sender: str) -> None:
    """A journal as it is left when a run ends before its first signature."""
    with Journal(files.journal) as journal:
        journal.begin(
            Header(chain_id=1337, genesis="0x" + "77" * 32, subject=subject, sender=sender)
        )


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("command", ["apply", "resume"])
def test_deploy__journal_with_nothing_signed__binds_nobody(
    tmp_path: Path, fresh: Any, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Another chain's, another policy's and another account's, in one."""
    planned = Plan(1337, fresh.address, STEPS_AS_PLANNED, 10**9, 10**18)
    monkeypatch.setattr(commands, "make_plan", lambda *_: planned)
    monkeypatch.setattr(commands, "_keep_layout", lambda *_: None)
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT)
    files = Files(tmp_path)
    begun(files, "f" * 64, person("admin"))
    answer: Answer[Any]
    if command == "apply":
        answer = commands.apply(path, fresh, yes=True, new=False, quiet=True)
    else:
        answer = commands.resume(path, fresh, yes=True, quiet=True)
    assert answer.exit_code is ExitCode.DONE
    assert Record.load(files.record).deployer == fresh.address
    with Journal(files.journal) as journal:
        assert journal.header is not None
        assert journal.header.sender == fresh.address


def test_forget_unsigned__journal_in_use__is_left_alone(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.forget_unsigned()
    assert list(tmp_path.iterdir()) == []
    begun(files, "f" * 64, person("admin"))
    with Journal(files.journal), pytest.raises(RefusedError, match="in use by another process"):
        files.forget_unsigned()
    assert files.journal.read_bytes() != b""
    files.forget_unsigned()
    assert files.journal.read_bytes() == b""
    with Journal(files.journal) as journal:
        assert journal.header is None


@pytest.fixture
def deployed(tmp_path: Path, fresh: Any, kept: None) -> Files:
    """A deployment with its files, made without the plan's rehearsal."""
    (tmp_path / "policy.yaml").write_text(TEXT)
    files = Files(tmp_path)
    policy = Policy.load(tmp_path / "policy.yaml")
    with Journal(files.journal) as journal:
        apply(policy, fresh, journal).record.save(files.record)
    return files


def test_resume__record_deleted__is_written_again_without_sending(
    deployed: Files, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, journal = deployed.record.read_bytes(), deployed.journal.read_bytes()
    path = deployed.folder / "policy.yaml"
    deployed.record.unlink()
    for act in (
        lambda: commands.apply(path, fresh, yes=True, new=False, quiet=True),
        lambda: commands.verify(path),
        lambda: Record.load(deployed.record),
    ):
        with pytest.raises((RefusedError, RecordError), match="was deleted, or never written"):
            act()
    assert not deployed.record.exists()
    ensure_multicall(connected())  # it is put into the in-process chain once, in blocks of its own
    height = ape_chain.blocks.height
    answer = commands.resume(
        path, None, yes=False, quiet=True
    )  # nothing to sign, so nobody is asked
    assert answer.exit_code is ExitCode.DONE
    assert deployed.record.read_bytes() == before
    assert deployed.journal.read_bytes() == journal
    assert ape_chain.blocks.height == height
    # With a record there is nothing to resume: what came later in it stays.
    os.utime(deployed.record, (1, 1))
    again = commands.resume(path, None, yes=False, quiet=True)
    assert again.document["already_deployed"] is True
    assert deployed.record.stat().st_mtime == 1


def test_resume__record_deleted_and_contracts_gone__writes_none(
    deployed: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.record.unlink()
    monkeypatch.setattr("kgst.deployment.concluding.LAG", 0)
    monkeypatch.setattr(ape_chain.provider.web3.eth, "get_code", lambda *_: b"")
    with pytest.raises(DriftError, match="KGSTAccessManager: there is no code at 0x"):
        commands.resume(deployed.folder / "policy.yaml", None, yes=True, quiet=True)
    assert not deployed.record.exists()


def test_resume__no_journal__makes_none(tmp_path: Path, kept: None, fresh: Any) -> None:
    (tmp_path / "policy.yaml").write_text(TEXT)
    for _ in range(2):
        with pytest.raises(InputError, match="nothing to resume"):
            commands.resume(tmp_path / "policy.yaml", fresh, yes=True, quiet=True)
    assert [p.name for p in tmp_path.iterdir()] == ["policy.yaml"]


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"[1]\n", b'"x"\n', b"\xff\n", b'{"kind":"outcome"}\n']
)
def test_finished__anything_else__is_not(tmp_path: Path, content: bytes) -> None:
    files = Files(tmp_path)
    assert not files.finished()
    files.journal.write_bytes(content)
    assert not files.finished()


# ---------------------------------------------------------------------------------------- what a node may answer


def test_apply__receipt_with_another_address__is_not_believed_nor_kept(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.node import get_receipt
    from kgst.sending import vantage

    base = Policy.load(ROOT / "tests/support/policy.yaml")
    nonce, journal, told = fresh.nonce, Journal(), get_receipt
    expected = created_by(fresh.address, nonce)
    with monkeypatch.context() as lying:
        lying.setattr(
            vantage,
            "get_receipt",
            lambda *args: (r := told(*args)) and {**r, "contractAddress": NOWHERE},
        )
        with pytest.raises(NodeError, match=f"created {NOWHERE}.*only have created {expected}"):
            apply(base, fresh, journal)
    assert fresh.nonce == nonce + 1
    # Another node tells the truth, and the same journal goes on.
    assert apply(base, fresh, journal).record.manager.address == expected


def lagging(answer: Callable[..., Any], times: int, stale: Any) -> Callable[..., Any]:
    """`answer`, but `stale` the first few times."""
    left = [times]

    def late(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        return stale(*args) if left[0] >= 0 else answer(*args, **kwargs)

    return late


def test_apply__node_that_lags_behind_finality__is_asked_again(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.deployment import concluding

    eth = ape_chain.provider.web3.eth
    monkeypatch.setattr(concluding, "_PAUSE", 0)
    monkeypatch.setattr(eth, "get_code", lagging(eth.get_code, 3, lambda *_: b""))
    powers = lagging(concluding._powers_of, 2, lambda *_: ["role ADMIN"])
    monkeypatch.setattr(concluding, "_powers_of", powers)
    base = Policy.load(ROOT / "tests/support/policy.yaml")
    deployment: Deployment = apply(base, fresh)
    monkeypatch.undo()
    assert verify(base, deployment.record) == []


def test_verify__node_before_the_deployment__is_asked_again_and_named(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgst.deployment import concluding
    from kgst.verify import comparing

    base = Policy.load(ROOT / "tests/support/policy.yaml")
    record = apply(base, fresh).record
    old = Head(number=1, time=1, hash="0x" + "11" * 32, parent="0x" + "22" * 32)
    monkeypatch.setattr(concluding, "_PAUSE", 0)
    monkeypatch.setattr(comparing, "latest", lagging(latest, 2, lambda *_: old))
    assert verify(base, record) == []
    monkeypatch.setattr(concluding, "LAG", 0)
    monkeypatch.setattr(comparing, "latest", lambda *_: old)
    with pytest.raises(NodeError, match=r"the node is at block 1, .* it lags"):
        verify(base, record)


def test_journal__of_another_account_with_something_signed__still_binds(
    deployed: Files, fresh: Any
) -> None:
    policy = Policy.load(deployed.folder / "policy.yaml")
    deployed.forget_unsigned()
    with Journal(deployed.journal) as journal, pytest.raises(JournalError, match="another account"):
        apply(policy, ape_accounts.test_accounts[26], journal)
