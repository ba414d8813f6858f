"""`govern`: matrix, plan, apply, pending, execute, cancel, on the in-process chain."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from support.operators import as_, operated, pass_time, policy_file

from kgst.console import Answer
from kgst.deployment.system import System
from kgst.errors import InputError, RefusedError
from kgst.files import Files
from kgst.govern import matrix, plan, scheduled
from kgst.govern.apply import apply
from kgst.guard.pauses import pause
from kgst.node import NodeError
from kgst.pipeline.pipeline import perform
from kgst.policy import IssuerGrant, Membership
from kgst.roles import Role

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
DELAY = 300


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    """The tests' policy; UPGRADER and ADMIN's second member wait five minutes."""
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("{member: upgrader, delay: 0 seconds}", "{member: upgrader, delay: 5 minutes}"),
        (
            "    - {member: admin, delay: 0 seconds}\n",
            "    - {member: admin, delay: 0 seconds}\n    - {member: issuer_b, delay: 5 minutes}\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    return replace(deployed, files=Files(tmp_path))


def shown(answer: Answer[Any], capsys: pytest.CaptureFixture[str]) -> str:
    from rich.console import Console

    capsys.readouterr()
    answer.show(Console(width=200))
    return capsys.readouterr().out


def flags(system: System) -> dict[tuple[str, str | None], list[str]]:
    document = matrix.answer(system).document
    return {
        (role["name"], member["label"]): member["flags"]
        for role in document["roles"]
        for member in role["members"]
    }


def signs(system: System) -> list[tuple[str, str]]:
    return [
        (c["sign"], c["summary"].split(",")[0]) for c in plan.answer(system).document["changes"]
    ]


# matrix


def test_matrix__as_the_policy_says__flags_keys_and_single_holders(kgst: System) -> None:
    found = flags(kgst)
    assert found["PAUSER", "pauser"] == ["plain key", "single"]
    assert found["ADMIN", "admin"] == ["plain key"], "two can act"
    assert found["ADMIN", None] == [], "the Revoker"
    assert len(found) == len(Role) + 2


def test_matrix__leftover_missing_changing__are_flagged(
    kgst: System, admin: Any, outsider: Any, unpauser: Any, upgrader: Any
) -> None:
    manager = kgst.manager
    manager.grantRole(Role.PAUSER, outsider, 60, sender=admin)
    manager.revokeRole(Role.UNPAUSER, unpauser, sender=admin)
    manager.grantRole(Role.UPGRADER, upgrader, 0, sender=admin)
    granted_at = kgst.now()
    found = flags(kgst)
    assert found["PAUSER", None] == ["leftover", "plain key"]
    assert found["PAUSER", "pauser"] == ["plain key"]
    assert found["UNPAUSER", "unpauser"] == ["missing"]
    assert found["UPGRADER", "upgrader"] == ["delay", "changing", "plain key", "single"]
    [member] = next(
        r["members"] for r in matrix.answer(kgst).document["roles"] if r["name"] == "UPGRADER"
    )
    assert (member["delay_seconds"], member["pending_delay_seconds"]) == (DELAY, 0)
    assert member["pending_from"] == granted_at + DELAY


def test_matrix__contract_as_member__is_no_plain_key(kgst: System, admin: Any) -> None:
    kgst.manager.grantRole(Role.PAUSER, kgst.token, 0, sender=admin)
    [member] = [
        m
        for r in matrix.answer(kgst).document["roles"]
        for m in r["members"]
        if m["address"] == kgst.token.address
    ]
    assert member["kind"] == "contract"
    assert member["flags"] == ["leftover"]


def test_matrix__node_without_events__states_the_gap(
    kgst: System, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NodeError("the node said: method not allowed.")

    monkeypatch.setattr("kgst.snapshot.traces.read_logs", refuse)
    answer = matrix.answer(kgst)
    assert "method not allowed" in answer.document["not_checked"][0]
    assert "Not looked at" in shown(answer, capsys)
    with pytest.raises(NodeError, match="cannot be found without events"):
        plan.answer(kgst)


# plan


def test_plan__nothing_differs__exits_0(kgst: System, capsys: Any) -> None:
    answer = plan.answer(kgst)
    assert answer.exit_code == 0
    assert answer.document["differs"] is False
    assert "nothing differs" in shown(answer, capsys)


def test_plan__differences__have_sign_effect_and_who(
    kgst: System, admin: Any, outsider: Any, unpauser: Any, pauser: Any, capsys: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    kgst.manager.revokeRole(Role.UNPAUSER, unpauser, sender=admin)
    kgst.manager.grantRole(Role.PAUSER, pauser, 60, sender=admin)
    answer = plan.answer(kgst)
    assert answer.exit_code == 3
    found = {c["sign"]: c for c in answer.document["changes"]}
    assert set(found) == {"+", "-", "~"}
    assert found["-"]["summary"] == f"take PAUSER from unknown {outsider.address}"
    assert found["-"]["loosens"] is False
    assert found["+"]["loosens"] is True
    assert [(b["label"], b["delay_seconds"]) for b in found["+"]["by"]] == [
        ("admin", 0),
        ("issuer_b", DELAY),
    ]
    text = shown(answer, capsys)
    assert "after 5 minutes" in text
    assert "1 to give, 1 to change, 1 to take" in text


# apply


def test_apply__differences__are_undone_in_one_transaction_and_once(
    kgst: System, admin: Any, outsider: Any, unpauser: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    kgst.manager.revokeRole(Role.UNPAUSER, unpauser, sender=admin)
    answer = apply(kgst, as_(admin))
    assert answer.exit_code == 0
    assert len(answer.document["transactions"]) == 1
    assert [o["title"].split()[0] for o in answer.document["operations"]] == ["grant", "take"]
    assert plan.answer(kgst).exit_code == 0
    nonce = admin.nonce
    again = apply(kgst, as_(admin))
    assert (again.exit_code, again.document["already"], admin.nonce) == (0, True, nonce)


def test_apply__several_roles_needed__says_what_is_left_and_for_whom(
    kgst: System, admin: Any, outsider: Any, reserve_admin: Any, capsys: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    kgst.token.setMaxAge(7_200, sender=reserve_admin)
    answer = apply(kgst, as_(admin))
    assert answer.exit_code == 5
    [left] = answer.document["left"]
    assert left["what"].startswith("let attestations last 7 days")
    assert "RESERVE_ADMIN: reserve_admin" in left["why"]
    assert "Left:" in shown(answer, capsys)
    assert apply(kgst, as_(reserve_admin)).exit_code == 0


def test_apply__nothing_that_the_caller_may__is_refused_and_names_who_may(
    kgst: System, admin: Any, outsider: Any, pauser: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    with pytest.raises(RefusedError, match=r"ADMIN: admin .* at once; issuer_b .* after 5 minutes"):
        apply(kgst, as_(pauser))


def test_apply__with_a_delay__is_scheduled_then_executed(
    kgst: System, admin: Any, issuer_b: Any, outsider: Any, unpauser: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    kgst.manager.revokeRole(Role.UNPAUSER, unpauser, sender=admin)
    first = apply(kgst, as_(issuer_b))
    assert first.exit_code == 5
    assert first.document["waits_until"] == kgst.now() + DELAY
    early = apply(kgst, as_(issuer_b))
    assert (early.exit_code, early.document["transactions"]) == (5, [])
    pass_time(DELAY)
    assert apply(kgst, as_(issuer_b)).exit_code == 0
    assert plan.answer(kgst).exit_code == 0


def test_apply__only_holder_is_a_stranger_and_the_grant_waits__keeps_him(
    kgst: System, admin: Any, issuer_b: Any, outsider: Any, pauser: Any
) -> None:
    """The revoke is due, the grant was cancelled: to execute what is due would leave PAUSER with nobody."""
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    kgst.manager.revokeRole(Role.PAUSER, pauser, sender=admin)
    assert apply(kgst, as_(issuer_b)).exit_code == 5
    pass_time(DELAY)
    grant = kgst.manager.grantRole.encode_input(Role.PAUSER, pauser, 0)
    kgst.manager.cancel(issuer_b, kgst.manager, grant, sender=admin)

    answer = apply(kgst, as_(issuer_b))
    assert answer.exit_code == 5
    [left] = answer.document["left"]
    assert left["why"] == "would leave PAUSER with nobody; grant it first"
    assert kgst.manager.hasRole(Role.PAUSER, outsider)[0]
    pass_time(DELAY)
    assert apply(kgst, as_(issuer_b)).exit_code == 0
    assert kgst.manager.hasRole(Role.PAUSER, pauser)[0]
    assert not kgst.manager.hasRole(Role.PAUSER, outsider)[0]


@pytest.fixture
def kept(kgst: System, guardian: Any, upgrader: Any) -> bytes:
    """What UPGRADER scheduled before its role was taken: the AccessManager keeps it."""
    call = bytes(kgst.token.setDelegateAll.encode_input(True))
    kgst.manager.schedule(kgst.token, call, 0, sender=upgrader)
    kgst.deployment.revoker.revokeRole(Role.UPGRADER, upgrader, sender=guardian)
    return call


@pytest.mark.usefixtures("kept")
def test_apply__returning_member_has_something_scheduled__it_is_cancelled_first(
    kgst: System, admin: Any, guardian: Any, upgrader: Any
) -> None:
    [cancel, grant] = plan.answer(kgst).document["changes"]
    assert (cancel["sign"], cancel["role"]) == ("-", "GUARDIAN")
    assert "before it lost UPGRADER: token.setDelegateAll(enabled=true)" in cancel["summary"]
    assert (grant["sign"], grant["role"]) == ("+", "ADMIN")

    with pytest.raises(RefusedError, match="waits until what it had scheduled is cancelled"):
        apply(kgst, as_(admin))
    assert not kgst.manager.hasRole(Role.UPGRADER, upgrader)[0]
    answer = apply(kgst, as_(guardian))
    assert [left["why"].split(":")[0] for left in answer.document["left"]] == ["ADMIN"]
    assert apply(kgst, as_(admin)).exit_code == 0
    assert plan.answer(kgst).exit_code == 0
    assert scheduled.answer(kgst).document["operations"] == []


def test_execute__grant_that_would_revive_something__is_refused(
    kgst: System, guardian: Any, issuer_b: Any, upgrader: Any, kept: bytes
) -> None:
    """The grant was scheduled, and is due, while the member's own operation was not cancelled."""
    grant = kgst.manager.grantRole.encode_input(Role.UPGRADER, upgrader, DELAY)
    kgst.manager.schedule(kgst.manager, grant, 0, sender=issuer_b)
    pass_time(DELAY)
    with pytest.raises(
        RefusedError, match="what it scheduled before it lost that would be possible"
    ):
        scheduled.execute(kgst, None, as_(issuer_b))
    kgst.manager.cancel(upgrader, kgst.token, kept, sender=guardian)
    assert scheduled.execute(kgst, None, as_(issuer_b)).exit_code == 0


def test_plan__member_of_another_role_has_something_scheduled__it_stays(
    kgst: System, admin: Any, guardian: Any, upgrader: Any
) -> None:
    """UPGRADER lacks PAUSER, which the policy gives it; what it scheduled as UPGRADER has nothing to do with that."""
    call = kgst.token.setDelegateAll.encode_input(True)
    kgst.manager.schedule(kgst.token, call, 0, sender=upgrader)
    given = Membership(member="upgrader", delay="0 seconds")
    roles = {**kgst.policy.roles, Role.PAUSER: (*kgst.policy.roles[Role.PAUSER], given)}
    more = wanting(kgst, roles=roles)
    assert [sign for sign, _ in signs(more)] == ["+"]
    assert apply(more, as_(admin)).exit_code == 0
    assert len(scheduled.answer(more).document["operations"]) == 1


def test_execute__grant_of_another_role__leaves_what_is_scheduled(
    kgst: System, issuer_b: Any, upgrader: Any
) -> None:
    call = kgst.token.setDelegateAll.encode_input(True)
    kgst.manager.schedule(kgst.token, call, 0, sender=upgrader)
    grant = kgst.manager.grantRole.encode_input(Role.PAUSER, upgrader, 0)
    kgst.manager.schedule(kgst.manager, grant, 0, sender=issuer_b)
    pass_time(DELAY)
    assert scheduled.execute(kgst, None, as_(issuer_b)).exit_code == 0
    assert kgst.manager.hasRole(Role.PAUSER, upgrader)[0]


def test_execute__member_of_another_role_lost_this_one__is_refused_all_the_same(
    kgst: System, admin: Any, issuer_b: Any, upgrader: Any, kept: bytes
) -> None:
    """It still has a power; what it scheduled with the one that it lost would come back with that."""
    kgst.manager.grantRole(Role.PAUSER, upgrader, 0, sender=admin)
    grant = kgst.manager.grantRole.encode_input(Role.UPGRADER, upgrader, DELAY)
    kgst.manager.schedule(kgst.manager, grant, 0, sender=issuer_b)
    pass_time(DELAY)
    assert kept
    with pytest.raises(RefusedError, match="would be given UPGRADER"):
        scheduled.execute(kgst, None, as_(issuer_b))


def wanting(system: System, **changes: Any) -> System:
    """The same chain under a policy with these `changes`."""
    policy = system.policy.model_copy(update=changes)
    return replace(system, deployment=replace(system.deployment, policy=policy))


def test_apply__margin__is_raised_by_a_guardian_and_lowered_by_reserve_admin(
    kgst: System, guardian: Any, reserve_admin: Any
) -> None:
    wider = wanting(kgst, token=kgst.policy.token.model_copy(update={"margin_bps": 200}))
    [change] = plan.answer(wider).document["changes"]
    assert (change["role"], change["loosens"]) == ("GUARDIAN", False)
    assert change["summary"] == "ask for a margin of 2 %, not 0 %"
    assert apply(wider, as_(guardian)).exit_code == 0
    assert kgst.token.reserveLimits().marginBps == 200
    assert plan.answer(wider).exit_code == 0

    [change] = plan.answer(kgst).document["changes"]
    assert (change["role"], change["loosens"]) == ("RESERVE_ADMIN", True)
    assert apply(kgst, as_(reserve_admin)).exit_code == 0
    assert plan.answer(kgst).exit_code == 0


def test_apply__desk__is_declared_after_its_quota_and_is_one_for_ever(
    kgst: System, issuance_admin: Any
) -> None:
    desk = kgst.deployment.feed.address
    terms = {"member": "desk", "capacity": "5.00 som", "refill": "none", "may_burn": "true"}
    people = {**kgst.policy.people, "desk": desk}

    def under(**more: str) -> System:
        grant = IssuerGrant.model_validate({**terms, **more})
        return wanting(kgst, people=people, issuers=(*kgst.policy.issuers, grant))

    declared, plain = under(desk="true"), under()
    assert apply(declared, as_(issuance_admin)).exit_code == 0
    assert tuple(kgst.token.issuerOf(desk))[1:] == (5_000_000, 0, True, True)
    assert plan.answer(declared).exit_code == 0

    told = plan.answer(plain)
    assert told.exit_code == 3
    assert told.document["changes"] == []
    [by_hand] = told.document["by_hand"]
    assert "is a desk, which no order reaches, and stays one" in by_hand


def test_apply__caller_is_a_leftover_admin__goes_last(
    kgst: System, admin: Any, outsider: Any, receiver: Any
) -> None:
    kgst.manager.grantRole(Role.ADMIN, outsider, 0, sender=admin)
    kgst.manager.grantRole(Role.PAUSER, receiver, 0, sender=admin)
    kgst.manager.revokeRole(Role.ADMIN, admin, sender=admin)
    answer = apply(kgst, as_(outsider))
    assert answer.exit_code == 0
    titles = [o["title"] for o in answer.document["operations"]]
    assert titles[0].startswith("grant ADMIN to admin")
    assert titles[-1] == f"take ADMIN from unknown {outsider.address}"
    assert plan.answer(kgst).exit_code == 0


def test_apply__callers_own_delay__rises_after_all_else(
    kgst: System, admin: Any, issuer_b: Any, outsider: Any
) -> None:
    """Once it has a delay, its next call at once would fail."""
    kgst.manager.revokeRole(Role.ADMIN, issuer_b, sender=admin)
    kgst.manager.grantRole(Role.ADMIN, issuer_b, 0, sender=admin)
    kgst.manager.grantRole(Role.ADMIN, outsider, 0, sender=admin)
    answer = apply(kgst, as_(issuer_b))
    assert answer.exit_code == 0
    assert "delay of 5 minutes in ADMIN" in answer.document["operations"][-1]["title"]
    assert plan.answer(kgst).exit_code == 0


def test_apply__what_settles_later__is_not_started_anew(kgst: System, admin: Any) -> None:
    """A grant delay comes down five days after it was asked for; to ask again would start the days anew."""
    kgst.manager.setGrantDelay(Role.PAUSER, 60, sender=admin)
    pass_time(6 * 86_400)
    assert apply(kgst, as_(admin)).exit_code == 0
    nonce = admin.nonce
    answer = apply(kgst, as_(admin))
    assert answer.exit_code == 5
    assert "takes effect at" in answer.document["left"][0]["why"]
    assert admin.nonce == nonce
    pass_time(6 * 86_400)
    assert plan.answer(kgst).exit_code == 0


# pending, execute, cancel


@pytest.fixture
def waiting(kgst: System, issuer_b: Any, admin: Any, outsider: Any) -> dict[str, Any]:
    """The removal of a stranger from PAUSER, scheduled by `issuer_b`."""
    kgst.manager.grantRole(Role.PAUSER, outsider, 0, sender=admin)
    apply(kgst, as_(issuer_b))
    [operation] = scheduled.answer(kgst).document["operations"]
    return operation


def test_pending__scheduled__is_told_with_times_and_who(
    kgst: System, waiting: dict[str, Any], outsider: Any, issuer_b: Any, capsys: Any
) -> None:
    assert waiting["caller_label"] == "issuer_b"
    assert waiting["what"] == (
        f"manager.revokeRole(roleId=PAUSER, account=unknown {outsider.address})"
    )
    assert waiting["ready_at"] == kgst.now() + DELAY
    assert waiting["expires_at"] == waiting["ready_at"] + 7 * 86_400
    assert waiting["ready"] is False
    text = shown(scheduled.answer(kgst), capsys)
    assert "in 5 minutes" in text
    assert "issuer_b" in text


def test_pending__nothing__says_so(kgst: System, capsys: Any) -> None:
    assert scheduled.answer(kgst).document["operations"] == []
    assert "nothing is scheduled" in shown(scheduled.answer(kgst), capsys)


def test_execute__before_and_when_due(
    kgst: System, waiting: dict[str, Any], issuer_b: Any, outsider: Any
) -> None:
    early = scheduled.execute(kgst, waiting["id"][:8], as_(issuer_b))
    assert (early.exit_code, early.document["waits_until"]) == (5, waiting["ready_at"])
    pass_time(DELAY)
    assert scheduled.execute(kgst, None, as_(issuer_b)).exit_code == 0
    assert not kgst.manager.hasRole(Role.PAUSER, outsider)[0]
    again = scheduled.execute(kgst, waiting["id"], as_(issuer_b))
    assert (again.exit_code, again.document["already"]) == (0, True)


def test_execute__expired__says_when_and_is_refused(
    kgst: System, waiting: dict[str, Any], issuer_b: Any
) -> None:
    pass_time(DELAY + 7 * 86_400)
    with pytest.raises(RefusedError, match=r"expired on .*schedule it again"):
        scheduled.execute(kgst, waiting["id"], as_(issuer_b))


def test_execute__cancelled__says_so_and_is_refused(
    kgst: System, waiting: dict[str, Any], issuer_b: Any
) -> None:
    scheduled.cancel(kgst, waiting["id"], as_(issuer_b))
    with pytest.raises(RefusedError, match=r"was cancelled in block \d+"):
        scheduled.execute(kgst, waiting["id"], as_(issuer_b))


def test_execute__scheduled_by_another__is_refused(
    kgst: System, waiting: dict[str, Any], admin: Any
) -> None:
    with pytest.raises(RefusedError, match="was scheduled by issuer_b"):
        scheduled.execute(kgst, waiting["id"], as_(admin))
    answer = scheduled.execute(kgst, None, as_(admin))
    assert (answer.exit_code, answer.document["transactions"]) == (0, [])


def test_execute__would_leave_a_role_with_nobody__is_refused(
    kgst: System, waiting: dict[str, Any], admin: Any, issuer_b: Any, pauser: Any
) -> None:
    kgst.manager.revokeRole(Role.PAUSER, pauser, sender=admin)
    pass_time(DELAY)
    with pytest.raises(RefusedError, match="leave PAUSER with nobody"):
        scheduled.execute(kgst, waiting["id"], as_(issuer_b))


@pytest.mark.parametrize("index", [1, 11])  # admin, issuer_b
def test_cancel__by_admin_or_who_scheduled__is_gone(
    kgst: System, waiting: dict[str, Any], index: int
) -> None:
    from ape import accounts

    account = accounts.test_accounts[index]
    answer = scheduled.cancel(kgst, waiting["id"][2:10], as_(account))
    assert answer.exit_code == 0
    assert scheduled.answer(kgst).document["operations"] == []
    again = scheduled.cancel(kgst, waiting["id"], as_(account))
    assert (again.exit_code, again.document["already"]) == (0, True)


def test_cancel__guardian__may_of_guarded_roles_only(
    kgst: System, waiting: dict[str, Any], guardian: Any, upgrader: Any
) -> None:
    with pytest.raises(RefusedError, match=r"may not cancel it; these may: issuer_b"):
        scheduled.cancel(kgst, waiting["id"], as_(guardian))
    call = kgst.token.setDelegateAll.encode_input(True)
    kgst.manager.schedule(kgst.token, call, 0, sender=upgrader)
    [mine] = [
        o for o in scheduled.answer(kgst).document["operations"] if o["caller_label"] == "upgrader"
    ]
    assert scheduled.cancel(kgst, mine["id"], as_(guardian)).exit_code == 0


@pytest.mark.parametrize(
    ("prefix", "said"),
    [("0x12", "is no id"), ("zzzzzz", "is no id"), ("0xffffffff", "nothing was ever scheduled")],
)
def test_cancel__no_such_id__says_so(
    kgst: System, waiting: dict[str, Any], admin: Any, prefix: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        scheduled.cancel(kgst, prefix, as_(admin))


def test_cancel__prefix_of_two__asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="begins 2 ids"):
        scheduled._one("0xabcd", ["0xabcd1" + 59 * "0", "0xabcd2" + 59 * "0"])


def test_perform__repeatable_and_finished_meanwhile__goes_by_the_chain(
    kgst: System, pauser: Any
) -> None:
    """What ended while another command was carried out says nothing about what is to be done now."""
    operation = replace(pause(kgst, ["MINTING"]), repeatable=True)
    perform(kgst, [operation], as_(pauser))
    assert kgst.files is not None
    [done] = (kgst.files.operations / "done").glob("*.jsonl")
    done.rename(kgst.files.operations / done.name)  # as `OtherRuns.finish` leaves it
    kgst.token.unpause(4, sender=ape_chain.provider.account_manager.test_accounts[6])
    answer = perform(kgst, [operation], as_(pauser))
    assert answer.document["resumed"] is False
    assert kgst.token.pauseFlags() == 4


def test_apply__give_up__makes_no_change(kgst: System, admin: Any) -> None:
    answer = apply(kgst, as_(admin, give_up=True))
    assert answer.document == {"account": admin.address, "given_up": []}
    assert answer.schema == "kgst/give-up/1"
