"""`ape run guard`: blocks, freezes, orders, cuts and lists on the in-process chain."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, carry_out, operated, pass_time, policy_file
from support.reserves import attest
from support.safe import deploy_safe
from support.schemas import require_schema

from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.files import Files
from kgst.guard.accounts import block, freeze, unblock
from kgst.guard.batches import blocked_on_chain, blocklist, freezes
from kgst.guard.cuts import cut_issuer, suspend_auditor
from kgst.guard.orders import Order, OrderError
from kgst.guard.revoking import revoke_role
from kgst.guard.seizing import seize
from kgst.roles import Role
from kgst.sending.delivery import Delivery

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
SOM = 1_000_000


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    """The tests' policy; ENFORCER's second member waits five minutes."""
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        (
            "    - {member: enforcer, delay: 0 seconds}\n",
            "    - {member: enforcer, delay: 0 seconds}\n    - {member: issuer_b, delay: 5 minutes}\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path, issuer: Any, holder: Any) -> System:
    """Deployed once; 100 som with `holder`; each test with files of its own."""
    system = replace(deployed, files=Files(tmp_path / "files"))
    attest(system, 10_000 * 100)
    system.token.mint(holder, 100 * SOM, sender=issuer)
    return system


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Questions that were asked, and answered with yes."""
    questions: list[str] = []
    monkeypatch.setattr("click.confirm", lambda question, **_: questions.append(question))
    return questions


def people(*numbers: int) -> list[str]:
    return [ape_accounts.test_accounts[n].address for n in numbers]


# Accounts


def test_block__several__in_one_transaction(kgst: System, compliance: Any) -> None:
    one, two = people(17, 18)
    kgst.token.blockAccount(one, sender=compliance)
    operation = block(kgst, [one, two, two, "admin"], allow_unknown=True)
    assert operation.lines[0] == ("", f"{one}\nholds 0.00 som, blocked already: left out")
    found = carry_out(kgst, operation, as_(compliance))
    assert found["exit_code"] == 0
    assert len(found["transactions"]) == 1
    assert found["operations"][0]["title"] == "block 2 accounts"
    assert all(kgst.token.isBlocked(a) for a in (one, two, kgst.policy.address("admin")))
    again = block(kgst, [one, two], allow_unknown=True)
    assert carry_out(kgst, again, as_(compliance))["already"] is True


def test_block__stranger__needs_a_word(kgst: System) -> None:
    with pytest.raises(InputError, match="--allow-unknown"):
        block(kgst, people(17), allow_unknown=False)


def test_block__not_compliance__is_refused(kgst: System, outsider: Any) -> None:
    operation = block(kgst, ["admin"], allow_unknown=False)
    with pytest.raises(RefusedError, match="is no member of COMPLIANCE"):
        carry_out(kgst, operation, as_(outsider))


def test_unblock__undoes_it__and_leaves_the_freeze(
    kgst: System, compliance: Any, holder: Any
) -> None:
    kgst.token.setFrozenTokens(holder, 5, sender=compliance)
    kgst.token.blockAccount(holder, sender=compliance)
    operation = unblock(kgst, [holder.address], allow_unknown=True)
    assert carry_out(kgst, operation, as_(compliance))["exit_code"] == 0
    assert not kgst.token.isBlocked(holder)
    assert kgst.token.getFrozenTokens(holder) == 5


def test_unblock__token__is_refused(kgst: System) -> None:
    with pytest.raises(RefusedError, match="KGST is blocked for ever"):
        unblock(kgst, [kgst.token.address], allow_unknown=True)


def test_freeze__is_absolute__and_says_what_is_left(
    kgst: System, compliance: Any, holder: Any
) -> None:
    kgst.token.setFrozenTokens(holder, 90 * SOM, sender=compliance)
    operation = freeze(kgst, holder.address, "30 som", allow_unknown=True)
    lines = dict(operation.lines)
    assert lines["frozen"] == "90.00 som → 30.00 som"
    assert lines["can send"] == "10.00 som → 70.00 som"
    assert carry_out(kgst, operation, as_(compliance))["exit_code"] == 0
    assert kgst.token.getFrozenTokens(holder) == 30 * SOM
    again = freeze(kgst, holder.address, "30 som", allow_unknown=True)
    assert carry_out(kgst, again, as_(compliance))["already"] is True


def test_freeze__more_than_held__says_so(kgst: System, holder: Any) -> None:
    lines = dict(freeze(kgst, holder.address, "150 som", allow_unknown=True).lines)
    assert lines["can send"] == "100.00 som → 0.00 som"
    assert lines["more than it holds"].startswith("the next 50.00 som")


# Orders


@pytest.fixture
def order(tmp_path: Path, holder: Any) -> Callable[..., Path]:
    """Writes an order against `holder`."""

    def write(**changes: Any) -> Path:
        fields = {
            "format": "kgst-order/2",
            "kind": "transfer",
            "from": holder.address,
            "to": ape_accounts.test_accounts[1].address,
            "amount": "40.00 som",
            "authority": "Pervomaisky District Court of Bishkek",
            "case": "AD-123/26",
            "date": "2026-03-02",
            "document_sha256": "ab" * 32,
            **changes,
        }
        path = tmp_path / "order.json"
        path.write_text(json.dumps({k: v for k, v in fields.items() if v is not None}))
        return path

    return write


def test_seize__transfer__asks_and_is_done_once(
    kgst: System, enforcer: Any, holder: Any, order: Any, asked: list[str]
) -> None:
    path = order()
    operation = seize(kgst, path, allow_unknown=False)
    assert dict(operation.lines)["order hash"] == "0x" + Order.load(path).hash.hex()
    assert dict(operation.lines)["its balance"] == "100.00 som → 60.00 som"
    found = carry_out(kgst, operation, as_(enforcer))
    assert found["exit_code"] == 0
    assert asked == ["Do it?"]
    assert kgst.token.balanceOf(holder) == 60 * SOM
    done = kgst.token.orderOf(Order.load(path).hash, holder)
    assert tuple(done) == (40 * SOM, 40 * SOM)

    with pytest.raises(RefusedError) as caught:
        carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))
    assert "carried out before" in str(caught.value)
    assert kgst.token.balanceOf(holder) == 60 * SOM


def test_seize__a_part_was_executed__takes_the_rest(
    kgst: System, enforcer: Any, holder: Any, order: Any, asked: list[str]
) -> None:
    path = order()
    found = Order.load(path)
    kgst.token.forcedTransfer(holder, found.to, 15 * SOM, found.hash, found.amount, sender=enforcer)
    operation = seize(kgst, path, allow_unknown=False)
    assert dict(operation.lines)["executed before"] == "15.00 som"
    carry_out(kgst, operation, as_(enforcer))
    assert kgst.token.balanceOf(holder) == 60 * SOM
    assert tuple(kgst.token.orderOf(found.hash, holder)) == (40 * SOM, 40 * SOM)
    with pytest.raises(RefusedError, match="carried out before"):
        carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))


def test_seize__the_token_has_the_order_with_another_amount__is_refused(
    kgst: System, enforcer: Any, holder: Any, order: Any
) -> None:
    path = order()
    found = Order.load(path)
    for_more = found.amount + 20 * SOM
    kgst.token.forcedTransfer(holder, found.to, for_more, found.hash, for_more, sender=enforcer)
    with pytest.raises(RefusedError, match=r"one for 60\.00 som from .*the file says 40\.00 som"):
        seize(kgst, path, allow_unknown=False)


def test_seize__same_order_in_another_layout__is_refused(
    kgst: System, enforcer: Any, order: Any, asked: list[str]
) -> None:
    carry_out(kgst, seize(kgst, order(), allow_unknown=False), as_(enforcer))
    path = order(amount="4000 tyiyn")
    with pytest.raises(RefusedError, match="carried out before"):
        carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))


def test_seize__carried_out_and_the_amount_changed__is_refused(
    kgst: System, enforcer: Any, holder: Any, order: Any, asked: list[str]
) -> None:
    carry_out(kgst, seize(kgst, order(), allow_unknown=False), as_(enforcer))
    for changes in (
        {"amount": "50.00 som"},
        {"amount": "10.00 som"},
        {"amount": "50.00 som", "to": ape_accounts.test_accounts[2].address},
        {"amount": "50.00 som", "kind": "burn", "to": None},
    ):
        with pytest.raises(RefusedError, match=r"case AD-123/26 of 2026-03-02, is with the token"):
            seize(kgst, order(**changes), allow_unknown=False)
    moved = order(to=ape_accounts.test_accounts[2].address)
    with pytest.raises(RefusedError, match="carried out before"):
        carry_out(kgst, seize(kgst, moved, allow_unknown=True), as_(enforcer))
    assert kgst.token.balanceOf(holder) == 60 * SOM
    other = seize(kgst, order(case="AD-124/26", amount="50.00 som"), allow_unknown=False)
    assert carry_out(kgst, other, as_(enforcer))["exit_code"] == 0


def test_seize__another_document_than_the_orders__is_refused(kgst: System, order: Any) -> None:
    with pytest.raises(OrderError, match=f"has the SHA-256 {'cd' * 32}, and .* {'ab' * 32}"):
        seize(kgst, order(), "cd" * 32, allow_unknown=False)
    assert seize(kgst, order(), "ab" * 32, allow_unknown=False).document_sha256 == "ab" * 32


def test_seize__interrupted_and_landed__is_finished(
    kgst: System, enforcer: Any, holder: Any, order: Any, asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def interrupted(*_: Any) -> Any:
        raise RuntimeError("power cut")

    path = order()
    with monkeypatch.context() as broken:
        broken.setattr("kgst.sending.delivery.outcome_of", interrupted)
        with pytest.raises(RuntimeError):
            carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))
    found = carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))
    assert (found["exit_code"], found["resumed"]) == (0, True)
    assert kgst.token.balanceOf(holder) == 60 * SOM


def test_seize__burn__needs_a_block(
    kgst: System, enforcer: Any, compliance: Any, holder: Any, order: Any, asked: list[str]
) -> None:
    path = order(kind="burn", to=None)
    with pytest.raises(RefusedError, match="is not blocked; only a blocked account's tokens"):
        carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))
    kgst.token.blockAccount(holder, sender=compliance)
    found = carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(enforcer))
    assert found["exit_code"] == 0
    assert kgst.token.totalSupply() == 60 * SOM


def test_seize__too_much__says_how_much(
    kgst: System, enforcer: Any, order: Any, asked: list[str]
) -> None:
    operation = seize(kgst, order(amount="100.01 som"), allow_unknown=False)
    with pytest.raises(RefusedError, match=r"holds 100\.00 som, 0\.01 som less than the order"):
        carry_out(kgst, operation, as_(enforcer))
    assert asked == []


def test_seize__unknown_or_blocked_receiver__is_refused(
    kgst: System, enforcer: Any, compliance: Any, order: Any, asked: list[str]
) -> None:
    [stranger] = people(17)
    with pytest.raises(InputError, match="--allow-unknown"):
        seize(kgst, order(to=stranger), allow_unknown=False)
    kgst.token.blockAccount(stranger, sender=compliance)
    operation = seize(kgst, order(to=stranger), allow_unknown=True)
    with pytest.raises(RefusedError, match="is blocked and can receive nothing"):
        carry_out(kgst, operation, as_(enforcer))


def test_seize__with_a_delay__is_scheduled_then_executed(
    kgst: System, issuer_b: Any, holder: Any, order: Any, asked: list[str]
) -> None:
    path = order()
    first = carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(issuer_b))
    assert first["exit_code"] == ExitCode.WAITING
    assert kgst.token.balanceOf(holder) == 100 * SOM
    early = carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(issuer_b))
    assert early["exit_code"] == ExitCode.WAITING
    pass_time(300)
    last = carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(issuer_b))
    assert last["exit_code"] == 0
    assert kgst.token.balanceOf(holder) == 60 * SOM
    with pytest.raises(RefusedError, match="carried out before"):
        carry_out(kgst, seize(kgst, path, allow_unknown=False), as_(issuer_b))


# Cuts


def test_cut_issuer__stops_it__and_says_what_undoes_it(
    kgst: System, guardian: Any, issuer: Any
) -> None:
    operation = cut_issuer(kgst, "issuer", allow_unknown=False)
    lines = dict(operation.lines)
    assert lines["may mint until now"] == "999 900.00 som of 1 000 000.00 som, refill none"
    assert "issuance_admin after 0 seconds" in lines["undone by"]
    assert carry_out(kgst, operation, as_(guardian))["exit_code"] == 0
    record = kgst.token.issuerOf(issuer)
    assert (record.capacity, record.mayBurn) == (0, False)
    again = cut_issuer(kgst, "issuer", allow_unknown=False)
    assert carry_out(kgst, again, as_(guardian))["already"] is True


def test_revoke_role__takes_it_at_once__and_says_what_undoes_it(
    kgst: System, guardian: Any, pauser: Any
) -> None:
    operation = revoke_role(kgst, "pauser", "pauser", allow_unknown=False)
    lines = dict(operation.lines)
    assert lines["others in the role, by the policy"] == "nobody"
    assert "from an ADMIN: admin after 0 seconds" in lines["undone by"]
    assert carry_out(kgst, operation, as_(guardian))["exit_code"] == 0
    assert not kgst.manager.hasRole(Role.PAUSER, pauser)[0]
    again = revoke_role(kgst, "PAUSER", "pauser", allow_unknown=False)
    assert carry_out(kgst, again, as_(guardian))["already"] is True


@pytest.mark.parametrize("role", ["ADMIN", "GUARDIAN", "UNPAUSER"])
def test_revoke_role__that_only_admin_takes__is_refused_before_anything_is_sent(
    kgst: System, guardian: Any, role: str
) -> None:
    member = kgst.policy.roles[Role[role]][0].member
    operation = revoke_role(kgst, role, member, allow_unknown=False)
    with pytest.raises(RefusedError, match=f"{role} is ADMIN's to take away"):
        carry_out(kgst, operation, as_(guardian))


def test_revoke_role__no_such_role__says_which_there_are(kgst: System) -> None:
    with pytest.raises(InputError, match="there is no role TELLER; roles: ADMIN, UPGRADER"):
        revoke_role(kgst, "TELLER", "pauser", allow_unknown=False)


def test_revoke_role__by_a_pauser__is_refused(kgst: System, pauser: Any) -> None:
    operation = revoke_role(kgst, "UPGRADER", "upgrader", allow_unknown=False)
    with pytest.raises(RefusedError, match="is no member of GUARDIAN on the chain"):
        carry_out(kgst, operation, as_(pauser))


def test_suspend_auditor__down_to_the_threshold__and_no_further(
    kgst: System, guardian: Any
) -> None:
    operation = suspend_auditor(kgst, "auditor_a", allow_unknown=False)
    assert "nobody mints until a new one" in dict(operation.lines)["it stops"]
    assert carry_out(kgst, operation, as_(guardian))["exit_code"] == 0
    assert not kgst.token.isAuditor(kgst.policy.address("auditor_a"))
    again = suspend_auditor(kgst, "auditor_a", allow_unknown=False)
    assert carry_out(kgst, again, as_(guardian))["already"] is True
    second = suspend_auditor(kgst, "auditor_b", allow_unknown=False)
    with pytest.raises(RefusedError, match="1 auditors would be left and 2 have to sign"):
        carry_out(kgst, second, as_(guardian))


def test_suspend_auditor__somebody_else__is_refused(kgst: System) -> None:
    with pytest.raises(RefusedError, match="is no auditor on the chain; auditors: auditor_a"):
        suspend_auditor(kgst, "issuer", allow_unknown=False)


# Lists


@pytest.fixture
def listing(tmp_path: Path) -> Callable[..., Path]:
    def write(header: str, *rows: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_text("\n".join((header, *rows)) + "\n")
        return path

    return write


def test_blocklist__sends_only_what_differs(kgst: System, compliance: Any, listing: Any) -> None:
    strangers = people(12, 13, 14, 17, 18)
    kgst.token.blockAccount(strangers[1], sender=compliance)
    path = listing("address", *strangers)
    answer = blocklist(kgst, path, 2, as_(compliance, reason="list of today"), exact=False)
    assert answer.exit_code == 0
    assert answer.schema == "kgst/operation/1"
    assert len(answer.document["transactions"]) == 2
    assert all(kgst.token.isBlocked(one) for one in strangers)
    again = blocklist(kgst, path, 2, as_(compliance, reason="list of today"), exact=False)
    assert again.document["already"] is True
    assert again.document["transactions"] == []
    for document in (answer.document, again.document):
        require_schema("operation", {"schema": "kgst/operation/1", **document})


def test_blocklist__exact__unblocks_the_others(kgst: System, compliance: Any, listing: Any) -> None:
    one, two, three = people(12, 13, 14)
    for account in (one, two, three):
        kgst.token.blockAccount(account, sender=compliance)
    kgst.token.unblockAccount(three, sender=compliance)
    path = listing("address,reason", f"{two},UN list", f"{three},court")
    answer = blocklist(kgst, path, 100, as_(compliance), exact=False)
    assert [o["title"] for o in answer.document["operations"]] == [f"block unknown {three}"]
    answer = blocklist(kgst, path, 100, as_(compliance, reason="list of today"), exact=True)
    assert [o["title"] for o in answer.document["operations"]] == [f"unblock unknown {one}"]
    assert sorted(blocked_on_chain(kgst)) == sorted([two, three])


def test_freezes__sends_only_what_differs(kgst: System, compliance: Any, listing: Any) -> None:
    one, two, three = people(12, 13, 14)
    kgst.token.setFrozenTokens(one, 5 * SOM, sender=compliance)
    kgst.token.setFrozenTokens(two, 5 * SOM, sender=compliance)
    path = listing("address,amount_som", f"{one},5", f"{two},0", f"{three},2.50")
    answer = freezes(kgst, path, 100, as_(compliance, reason="list of today"))
    assert [o["title"] for o in answer.document["operations"]] == [
        "set what is frozen of 2 accounts"
    ]
    assert [kgst.token.getFrozenTokens(a) for a in (one, two, three)] == [5 * SOM, 0, 5 * SOM // 2]
    assert (
        freezes(kgst, path, 100, as_(compliance, reason="list of today")).document["already"]
        is True
    )


@pytest.mark.parametrize("landed", [False, True])
def test_blocklist__interrupted__goes_on(
    kgst: System, compliance: Any, listing: Any, monkeypatch: pytest.MonkeyPatch, landed: bool
) -> None:
    strangers = people(12, 13, 14, 17, 18)
    path = listing("address", *strangers)
    submit, calls = Delivery._submit, []

    def power_cut(self: Delivery) -> None:
        calls.append(self.signed)
        if len(calls) < 2:
            return submit(self)
        if landed:
            submit(self)
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(Delivery, "_submit", power_cut)
        with pytest.raises(RuntimeError):
            blocklist(kgst, path, 2, as_(compliance, reason="list of today"), exact=False)
    nonce = compliance.nonce
    answer = blocklist(kgst, path, 2, as_(compliance, reason="list of today"), exact=False)
    assert answer.document["resumed"] is True
    assert all(kgst.token.isBlocked(one) for one in strangers)
    assert compliance.nonce == nonce + (1 if landed else 2)
    assert kgst.files is not None
    assert list(kgst.files.operations.glob("*.jsonl")) == []


def test_blocklist__not_compliance__is_refused(kgst: System, outsider: Any, listing: Any) -> None:
    path = listing("address", *people(12))
    height = ape_chain.blocks.height
    with pytest.raises(RefusedError, match="is no member of COMPLIANCE"):
        blocklist(kgst, path, 2, as_(outsider, reason="list of today"), exact=False)
    assert ape_chain.blocks.height - height in (0, 2)


def test_blocklist__by_a_safe__each_owner_signs_once(
    tmp_path: Path, deployer: Any, listing: Any
) -> None:
    owners = [ape_accounts.test_accounts[i] for i in (23, 24, 25)]
    safe = deploy_safe(ape_chain.provider.web3, [o.address for o in owners], 2, salt=7)
    people_lines = "".join(f'  owner_{i}: "{o.address}"\n' for i, o in enumerate(owners))
    folder = tmp_path / "kgst"
    folder.mkdir()
    path = policy_file(
        folder,
        POLICY,
        ("\nauditors:\n", f'  office: "{safe}"\n{people_lines}\nauditors:\n'),
        ("{member: compliance, delay: 0 seconds}", "{member: office, delay: 0 seconds}"),
        (
            "\nlimits:\n",
            "\nsafes:\n  office: {owners: [owner_0, owner_1, owner_2], threshold: 2}\n\nlimits:\n",
        ),
    )
    kgst = operated(path, deployer)
    strangers = people(12, 13, 14, 17, 18)
    file = listing("address", *strangers)
    first = blocklist(kgst, file, 2, as_(owners[0], "office", reason="list of today"), exact=False)
    assert first.exit_code == ExitCode.WAITING
    second = blocklist(kgst, file, 2, as_(owners[1], "office", reason="list of today"), exact=False)
    assert second.exit_code == 0
    assert len(second.document["transactions"]) == 3
    assert all(kgst.token.isBlocked(one) for one in strangers)
    third = blocklist(kgst, file, 2, as_(owners[2], "office", reason="list of today"), exact=False)
    assert third.document["already"] is True
