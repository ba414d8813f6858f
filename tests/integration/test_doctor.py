"""`doctor`: each drift is named, nothing is sent, and its batch undoes what governance can undo."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from rich.console import Console
from support.drafts import require_schema
from support.in_process import invoke
from support.safe import (
    deploy_safe,
    entry,
    look_alike,
    owners_do,
    owners_overwrite,
    safe_at,
)
from support.standing import POLICY, ROOT, keep_chain, kept_system, person

from kgst.checks import Check, State, failed
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.doctor.diagnosis import Diagnosis, diagnose
from kgst.doctor.views import doctor
from kgst.errors import DriftError, ExitCode, InputError
from kgst.govern import plan as govern_plan
from kgst.govern.changes import Change
from kgst.govern.todo import what_differs
from kgst.multicall import MULTICALL3, ensure_multicall
from kgst.node import NodeError, connected
from kgst.pipeline.actor import safe_of
from kgst.policy import Policy
from kgst.roles import Role
from kgst.safe.txbuilder import checksum
from kgst.verify.comparing import inspect

ACCOUNTS = 'reserve_accounts: [{account: "1", bank: TLPRKG22}]\n'
SOM = 10**6
TREASURY = "0x1234567890AbcdEF1234567890aBcdef12345678"


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    deployed = apply(Policy.load(POLICY), ape_accounts.test_accounts[24])
    ensure_multicall(connected())
    return deployed


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_chain(monkeypatch)
    monkeypatch.setattr("kgst.multicall.reads._PAUSE", 0)


@pytest.fixture
def operated(deployment: Deployment, tmp_path: Path) -> System:
    return kept_system(tmp_path, deployment)


def examined(system: System) -> Diagnosis:
    return diagnose(system.policy_path)


def found(diagnosis: Diagnosis, *states: State) -> list[tuple[str, str]]:
    """State and item of the checks that are not in order, or of those in `states`."""
    wanted = states or (State.FAILED, State.WARNING, State.NOT_CHECKED)
    return [(check.state.value, check.item) for check in diagnosis.checks if check.state in wanted]


def row(diagnosis: Diagnosis, item: str) -> Check:
    [only] = [check for check in diagnosis.checks if check.item == item]
    return only


def changes(system: System) -> list[Change]:
    """What governance would change."""
    return [todo.change for todo in what_differs(system).todos]


def document(system: System, fix_plan: Path | None = None) -> dict[str, Any]:
    """As `--json` prints it; checked against its schema."""
    answer = doctor(system.policy_path, fix_plan, every=False, quiet=True)
    whole = {"schema": "kgst/doctor/3", **answer.document}
    require_schema(whole, "doctor")
    return json.loads(json.dumps({**whole, "exit_code": int(answer.exit_code)}))


def screen(system: System, fix_plan: Path | None = None, *, every: bool = False) -> str:
    out = io.StringIO()
    answer = doctor(system.policy_path, fix_plan, every=every, quiet=False)
    answer.show(Console(file=out, width=200, highlight=False))
    return out.getvalue()


def send(by: str, to: str, data: str) -> None:
    """What an operator does with a transaction of a batch; `by` is the address of a test account."""
    eth = connected().web3.eth
    hash_ = eth.send_transaction({"from": by, "to": to, "data": data, "gas": 2_000_000})
    assert eth.get_transaction_receipt(hash_)["status"] == 1


# ---------------------------------------------------------------------------------------------------- in order


def test_doctor__as_deployed__finds_everything_in_order(operated: System) -> None:
    height = ape_chain.blocks.height
    diagnosis = examined(operated)
    assert found(diagnosis) == []
    assert diagnosis.exit_code is ExitCode.DONE
    assert ape_chain.blocks.height == height
    assert {check.area for check in diagnosis.checks} == {
        "node", "chain", "creation", "code", "token", "issuers", "roles", "desks", "operators",
    }  # fmt: skip
    told = document(operated)
    assert told["exit_code"] == 0
    assert told["block"]["number"] == height
    assert told["token"] == operated.token.address
    assert told["summary"]["ok"] == len(told["checks"]) > 100
    assert "fix_plan" not in told
    names = [check["item"] for check in told["checks"]]
    for item in (
        "answers", "latest block", "finalized block", "events (eth_getLogs)", "chain id", "genesis",
        "code of KGST, chain against build", "implementation (ERC-1967 slot)", "EIP-712 domain separator",
        "max age", "auditors", "role PAUSER, pauser (0x9965…A4dc)", "issuer issuer (0xBcd4…4096)",
    ):  # fmt: skip
        assert item in names


def test_doctor__for_people__is_a_line_an_area_or_every_check(operated: System) -> None:
    short, long = screen(operated), screen(operated, every=True)
    assert "roles: " in short
    assert "role PAUSER, pauser" not in short
    assert "(--all shows each)" in short
    assert "roles: role PAUSER, pauser (0x9965…A4dc)" in long
    assert "EthereumTester" in short


def test_doctor__all_reads__are_one_call_of_one_block(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    eth, asked = operated.provider.web3.eth, []
    ask = eth.call

    def call(request: Any, block: Any) -> Any:
        asked.append((request["to"], block))
        return ask(request, block)

    monkeypatch.setattr(eth, "call", call)
    examined(operated)
    assert asked == [(MULTICALL3, ape_chain.blocks.height)]


# ------------------------------------------------------------------------------------------------------- drift

DRIFTS: dict[str, tuple[Callable[[System], object], list[str]]] = {
    "role granted behind the policy's back": (
        lambda s: s.manager.grantRole(4, ape_accounts.test_accounts[16], 0, sender=person("admin")),
        ["role PAUSER, unknown 0x2546BcD3c84621e976D8185a91A922aE77ECEc30"],
    ),
    "function for everyone": (
        lambda s: s.manager.setTargetFunctionRole(
            s.token, [s.token.unpause.encode_input(0)[:4]], 2**64 - 1, sender=person("admin")
        ),
        ["role of unpause(uint256)"],
    ),
    "auditor suspended": (
        lambda s: s.token.suspendAuditor(person("auditor_b"), sender=person("guardian")),
        ["suspended auditors"],
    ),
    "quota": (
        lambda s: s.token.setIssuer(person("issuer"), 9 * SOM, 0, True, sender=person("issuance_admin")),
        ["issuer issuer (0xBcd4…4096)"],
    ),
    "paused": (lambda s: s.token.pause(4, sender=person("pauser")), ["pause flags"]),
    "limit": (lambda s: s.token.setMaxAge(3_600, sender=person("reserve_admin")), ["max age"]),
    "closed": (
        lambda s: s.manager.setTargetClosed(s.token, True, sender=person("admin")),
        ["token closed"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("drift", DRIFTS)
def test_doctor__drift__is_named_and_exits_3(operated: System, drift: str) -> None:
    make, items = DRIFTS[drift]
    make(operated)
    diagnosis = examined(operated)
    assert found(diagnosis) == [("failed", item) for item in items]
    assert diagnosis.exit_code is ExitCode.DRIFT
    told = document(operated)
    assert told["exit_code"] == 3
    assert told["summary"]["failed"] == len(items)
    assert all(item in screen(operated) for item in items)


def test_doctor__drift__says_what_is_expected_and_what_is_there(operated: System) -> None:
    DRIFTS["function for everyone"][0](operated)
    DRIFTS["quota"][0](operated)
    diagnosis = examined(operated)
    function = row(diagnosis, "role of unpause(uint256)")
    assert (function.area, function.expected, function.found) == ("roles", "UNPAUSER", "PUBLIC")
    quota = row(diagnosis, "issuer issuer (0xBcd4…4096)")
    assert quota.expected == "capacity 1 000 000.00 som, refill none, may burn"
    assert quota.found == "capacity 9.00 som, refill none, may burn"


def test_doctor__wrong_chain__is_drift_and_nothing_else_is_compared(
    deployment: Deployment, tmp_path: Path
) -> None:
    system = kept_system(tmp_path, deployment, [("chain_id: local", ACCOUNTS + "chain_id: 97")])
    diagnosis = examined(system)
    assert found(diagnosis) == [("failed", "chain id"), ("not checked", "the deployment")]
    wrong = row(diagnosis, "chain id")
    assert (wrong.expected, wrong.found) == ("97, by the policy", "1337")
    assert diagnosis.exit_code is ExitCode.DRIFT
    assert document(system)["token"] is None


@pytest.mark.parametrize(
    ("part", "changed", "item"),
    [
        ("genesis", "0x" + "00" * 32, "genesis"),
        ("chain_id", 31337, "chain id of the record"),
    ],
)
def test_doctor__record_of_another_chain__is_drift(
    operated: System, part: str, changed: Any, item: str
) -> None:
    record = operated.record.model_copy(update={part: changed})
    record.save(operated.policy_path.with_name("record.json"))
    diagnosis = examined(operated)
    assert found(diagnosis) == [("failed", item), ("not checked", "the deployment")]


@pytest.mark.parametrize("change", [{"block_hash": "0x" + "11" * 32}, {"block_number": 10**6}])
def test_doctor__other_fork__is_drift(operated: System, change: dict[str, Any]) -> None:
    last = operated.record.configuration.model_copy(update=change)
    record = operated.record.model_copy(update={"configuration": last})
    record.save(operated.policy_path.with_name("record.json"))
    diagnosis = examined(operated)
    item = f"block {last.block_number}, in which the deployment ended"
    assert found(diagnosis) == [("failed", item), ("not checked", "the deployment")]
    assert row(diagnosis, item).expected == last.block_hash


def test_doctor__nothing_deployed__checks_the_node_alone(operated: System) -> None:
    operated.policy_path.with_name("record.json").unlink()
    diagnosis = examined(operated)
    assert found(diagnosis) == [("not checked", "the deployment")]
    assert "there is no record" in row(diagnosis, "the deployment").found
    assert row(diagnosis, "events (eth_getLogs)").state is State.OK
    assert diagnosis.exit_code is ExitCode.ERROR


@pytest.mark.parametrize("name", ["KGST", "KGSTAccessManager"])
def test_doctor__code_changed__is_named_even_if_it_answers_nothing(
    operated: System, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    eth = operated.provider.web3.eth
    get_code = eth.get_code
    address = operated.record.contracts[name].address

    def other(asked: str, *block: Any) -> Any:
        return b"\xfe" if asked == address else get_code(asked, *block)

    monkeypatch.setattr(eth, "get_code", other)
    assert found(examined(operated)) == [
        ("failed", f"code of {name}, chain against build"),
        ("failed", f"code of {name}, chain against record"),
    ]


# -------------------------------------------------------------------------------------------- nodes that lie


def test_doctor__node_without_events__says_what_is_unchecked(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> Any:
        raise OSError("limit exceeded")

    monkeypatch.setattr(operated.provider.web3.eth, "get_logs", refuse)
    diagnosis = examined(operated)
    assert found(diagnosis) == [
        ("not checked", "events (eth_getLogs)"),
        ("not checked", "issuers that the policy does not name"),
        ("not checked", "role members that nobody names"),
        ("not checked", "destinations that the policy does not name"),
    ]
    assert diagnosis.exit_code is ExitCode.ERROR
    assert document(operated)["exit_code"] == 1
    with pytest.raises(NodeError, match="Use a node that serves eth_getLogs"):
        changes(operated)


@pytest.mark.parametrize("answer", [b"\x01", b"\xff" * 320, b"", encode(["(bool,bytes)[]"], [[]])])
def test_doctor__multicall_answers_garbage__checks_what_it_can(
    operated: System, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operated.provider.web3.eth, "call", lambda *_: answer)
    diagnosis = examined(operated)
    assert found(diagnosis) == [("not checked", "the deployment")]
    assert row(diagnosis, "the deployment").found.startswith("could not read the deployment: ")
    assert row(diagnosis, "code of KGST, chain against build").state is State.OK
    assert diagnosis.exit_code is ExitCode.ERROR


def test_doctor__live_node_that_stands_still_without_finality__is_told(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.doctor.node.is_dev_node", lambda _: False)
    monkeypatch.setattr("kgst.doctor.node.final_block", lambda _: None)
    monkeypatch.setattr("kgst.doctor.node.time.time", lambda: 10.0**10)
    diagnosis = examined(operated)
    assert found(diagnosis) == [("failed", "latest block"), ("warning", "finalized block")]
    assert row(diagnosis, "latest block").expected == "not older than 60 seconds"


def test_doctor__live_node_whose_finality_lags__warns(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.doctor.node.is_dev_node", lambda _: False)
    monkeypatch.setattr("kgst.doctor.node.final_block", lambda _: 1)
    monkeypatch.setattr("kgst.doctor.node.MAX_FINALITY_LAG", 0)
    monkeypatch.setattr("kgst.doctor.node.MAX_HEAD_AGE", 10**9)
    assert found(examined(operated)) == [("warning", "finalized block")]


# ------------------------------------------------------------------------------------------------- Safes, keys


def with_safe(
    folder: Path, deployment: Deployment, address: str, owners: str, threshold: int = 2
) -> System:
    return kept_system(
        folder,
        deployment,
        [
            ("  auditor_a:      ", f'  treasury: "{address}"\n  auditor_a:      '),
            ("limits:\n", f"safes:\n  treasury: {{owners: [{owners}], threshold: {threshold}}}\n\nlimits:\n"),
        ],
    )  # fmt: skip


@pytest.fixture
def safe() -> str:
    """A Safe of three, two of whom must sign."""
    owners = [person(label).address for label in ("admin", "guardian", "issuer")]
    return deploy_safe(connected().web3, owners, 2)


SIGNING = ("admin", "guardian")


def owner_call(safe: str, method: str, *arguments: Any) -> None:
    """A call of the Safe to itself, approved by two of its owners."""
    web3 = connected().web3
    data = bytes.fromhex(safe_at(web3, safe).encode_abi(method, list(arguments))[2:])
    owners_do(web3, safe, [person(label).address for label in SIGNING], safe, data)


def overwrite(safe: str, slot: int, word: int | str) -> None:
    owners = [person(label).address for label in SIGNING]
    owners_overwrite(connected().web3, safe, owners, slot, word)


def test_doctor__safe_as_the_policy_says__is_in_order(
    deployment: Deployment, tmp_path: Path, safe: str
) -> None:
    diagnosis = examined(with_safe(tmp_path, deployment, safe, "guardian, admin, issuer"))
    assert found(diagnosis) == []
    assert row(diagnosis, "owners of Safe treasury").found == (
        "admin (0x7099…79C8), guardian (0xa0Ee…9720), issuer (0xBcd4…4096)"
    )
    assert row(diagnosis, "nonce of Safe treasury").found == "version 1.4.1, 0 transactions so far"
    assert row(diagnosis, "guard of Safe treasury").found == "none"
    assert row(diagnosis, "fallback handler of Safe treasury").found.startswith("0x")


def test_doctor__safe_changed__names_owners_threshold_modules_guard(
    deployment: Deployment, tmp_path: Path, safe: str
) -> None:
    system = with_safe(tmp_path, deployment, safe, "guardian, admin, issuer")
    owner_call(safe, "addOwnerWithThreshold", person("pauser").address, 1)
    diagnosis = examined(system)
    assert found(diagnosis) == [
        ("failed", "owners of Safe treasury"),
        ("failed", "threshold of Safe treasury"),
    ]
    assert "pauser (0x9965…A4dc)" in row(diagnosis, "owners of Safe treasury").found
    threshold = row(diagnosis, "threshold of Safe treasury")
    assert (threshold.expected, threshold.found) == ("2", "1")
    owner_call(safe, "enableModule", TREASURY)
    diagnosis = examined(system)
    assert found(diagnosis) == [
        ("failed", "modules of Safe treasury"),
        ("failed", "owners of Safe treasury"),
        ("failed", "threshold of Safe treasury"),
    ]
    assert row(diagnosis, "modules of Safe treasury").found == TREASURY
    assert row(diagnosis, "nonce of Safe treasury").found == "version 1.4.1, 2 transactions so far"


MODULES, OWNERS = 1, 2
GUARD = int.from_bytes(keccak(text="guard_manager.guard.address"))
HANDLER = int.from_bytes(keccak(text="fallback_manager.handler.address"))
HELD: dict[str, tuple[Callable[[str, System], object], str]] = {
    "the theft of Bybit: another implementation": (
        lambda safe, _: overwrite(safe, 0, look_alike(connected().web3)),
        "implementation of Safe treasury",
    ),
    "the AccessManager answers": (
        lambda safe, s: owner_call(safe, "setFallbackHandler", s.manager.address),
        "fallback handler of Safe treasury",
    ),
    "the token answers": (
        lambda safe, s: owner_call(safe, "setFallbackHandler", s.token.address),
        "fallback handler of Safe treasury",
    ),
    "an account answers": (
        lambda safe, _: owner_call(safe, "setFallbackHandler", TREASURY),
        "fallback handler of Safe treasury",
    ),
    "a module": (
        lambda safe, _: owner_call(safe, "enableModule", TREASURY),
        "modules of Safe treasury",
    ),
    "a guard": (
        lambda safe, _: overwrite(safe, GUARD, TREASURY),
        "guard of Safe treasury",
    ),
    "a list of modules that does not end": (
        lambda safe, _: overwrite(safe, entry(MODULES, 1), 0),
        "storage of Safe treasury",
    ),
    "more owners than it counts": (
        lambda safe, _: overwrite(safe, 3, 2),
        "storage of Safe treasury",
    ),
}  # fmt: skip


@pytest.mark.parametrize("held", sorted(HELD))
def test_doctor__safe_on_which_others_act__is_drift_for_everyone_who_trusts_it(
    deployment: Deployment, tmp_path: Path, safe: str, held: str
) -> None:
    system = with_safe(tmp_path, deployment, safe, "guardian, admin, issuer")
    make, item = HELD[held]
    make(safe, system)
    # A list that does not end cannot be asked for either.
    items = [item, "own word of Safe treasury"] if item.startswith("storage") else [item]
    diagnosis = examined(system)
    assert found(diagnosis) == [("failed", one) for one in items]
    assert diagnosis.exit_code is ExitCode.DRIFT
    advice = row(diagnosis, item).advice
    assert advice is not None
    assert " ".join(advice.split()) in " ".join(screen(system).split())
    assert [check.item for check in failed(inspect(system.policy, system.record))] == items
    with pytest.raises(DriftError, match="is no Safe on which nobody acts but its owners") as no:
        safe_of(system, "treasury")
    assert item.replace("Safe treasury", "the Safe") in str(no.value)


def test_doctor__the_access_manager_as_handler__gives_everyone_the_safes_roles(
    deployment: Deployment, tmp_path: Path, safe: str
) -> None:
    """Why a handler that is not known is drift: a stranger grants roles by calling the Safe."""
    system = with_safe(tmp_path, deployment, safe, "guardian, admin, issuer")
    stranger = ape_accounts.test_accounts[17]
    system.manager.grantRole(0, safe, 0, sender=person("admin"))
    owner_call(safe, "setFallbackHandler", system.manager.address)
    data = system.manager.grantRole.encode_input(4, stranger, 0)
    send(stranger.address, safe, "0x" + bytes(data).hex())
    assert system.manager.hasRole(4, stranger)[0]


def test_doctor__safe_whose_implementation_lies__is_read_from_its_storage(
    deployment: Deployment, tmp_path: Path, safe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard, an owner and a threshold that the Safe denies: every word of it is the one from before."""
    system = with_safe(tmp_path, deployment, safe, "guardian, admin, issuer")
    overwrite(safe, 4, 1)
    eth, calls = system.provider.web3.eth, []
    ask = eth.call

    def call(request: Any, block: Any) -> Any:
        # The Safe's own word, in the answer of Multicall3: two must sign.
        answer = bytes(ask(request, block))
        calls.append(request["to"])
        old, new = ((1).to_bytes(32), (2).to_bytes(32))
        place = answer.find(encode(["bool", "bytes"], [True, old]))
        assert place >= 0
        lied = encode(["bool", "bytes"], [True, new])
        return answer[:place] + lied + answer[place + len(lied) :]

    monkeypatch.setattr(eth, "call", call)
    diagnosis = examined(system)
    assert calls
    assert row(diagnosis, "threshold of Safe treasury").found == "1"
    assert row(diagnosis, "threshold of Safe treasury").state is State.FAILED


def test_doctor__no_safe_at_its_address__is_drift(deployment: Deployment, tmp_path: Path) -> None:
    system = with_safe(tmp_path, deployment, TREASURY, "guardian, admin")
    diagnosis = examined(system)
    assert found(diagnosis) == [("failed", "Safe treasury")]
    assert row(diagnosis, "Safe treasury").found == "no Safe: there is no code at its address"


def test_doctor__person_at_an_address_of_the_deployment__is_drift(
    deployment: Deployment, tmp_path: Path
) -> None:
    token = deployment.token.address
    system = kept_system(
        tmp_path,
        deployment,
        [("  auditor_a:      ", f'  bystander: "{token}"\n  auditor_a:      ')],
    )
    diagnosis = examined(system)
    assert found(diagnosis) == [("failed", "address of bystander")]
    advice = row(diagnosis, "address of bystander").advice
    assert advice is not None
    assert advice.startswith("Correct people.bystander")
    assert advice in screen(system)


def test_doctor__every_check_of_verify__is_among_its_own(operated: System) -> None:
    DRIFTS["quota"][0](operated)
    compared = inspect(operated.policy, operated.record)
    assert failed(compared)
    # What the deployment left is compared with a block that most nodes have dropped when doctor is asked.
    now = {check for check in compared if check.area != "deployment"}
    assert now < set(compared)
    assert now <= set(examined(operated).checks)


def test_doctor__operator_without_bnb__warns(deployment: Deployment, tmp_path: Path) -> None:
    changes_ = [("timeout: 3 minutes", "timeout: 3 minutes\n  min_balance: 10001 BNB")]
    diagnosis = examined(kept_system(tmp_path, deployment, changes_))
    assert ("warning", "BNB of pauser (0x9965…A4dc), PAUSER") in found(diagnosis)
    assert diagnosis.exit_code is ExitCode.DONE


def test_doctor__plain_keys_on_mainnet__are_told(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.doctor.diagnosis.MAINNET", operated.policy.chain_id)
    warned = [item for _, item in found(examined(operated), State.WARNING)]
    assert warned.count("limits.mint_alone") == 1, "nothing says what one person may mint"
    keys = [item for item in warned if item.startswith("key of ")]
    assert len(keys) == len(Role)
    assert "key of pauser (0x9965…A4dc), PAUSER" in keys


# ---------------------------------------------------------------------------------------------------- fix plan


def drift_everywhere(system: System) -> None:
    """What governance can undo, all at once."""
    token, manager, admin = system.token, system.manager, person("admin")
    stranger = ape_accounts.test_accounts[16]
    manager.grantRole(4, stranger, 0, sender=admin)
    manager.grantRole(77, stranger, 0, sender=admin)
    manager.revokeRole(6, person("compliance"), sender=admin)
    manager.grantRole(7, person("enforcer"), 0, sender=admin)
    token.setIssuer(stranger, 5 * SOM, 0, False, sender=person("issuance_admin"))
    token.setIssuer(person("issuer"), 5 * SOM, 1, False, sender=person("issuance_admin"))
    token.setMaxAge(3_600, sender=person("reserve_admin"))
    token.setMaxIncrease(10_000, sender=person("reserve_admin"))
    token.setDelegateAll(True, sender=person("upgrader"))
    selector = keccak(text="unpause(uint256)")[:4]
    manager.setTargetFunctionRole(token, [selector], 2**64 - 1, sender=admin)
    manager.setTargetFunctionRole(
        token, [keccak(text="mint(address,uint256)")[:4]], 4, sender=admin
    )
    manager.setTargetFunctionRole(manager, [b"\x01\x02\x03\x04"], 4, sender=admin)
    manager.setRoleGuardian(1, 0, sender=admin)
    manager.setRoleAdmin(1, 5, sender=admin)
    manager.setTargetClosed(token, True, sender=admin)


def test_fix_plan__every_kind_of_drift__is_undone_by_its_batches(
    operated: System, tmp_path: Path
) -> None:
    drift_everywhere(operated)
    height = ape_chain.blocks.height
    told = document(operated, tmp_path / "fix.json")
    assert ape_chain.blocks.height == height
    assert told["exit_code"] == 3
    plan = told["fix_plan"]
    shared = plan["plan"]
    assert shared["by_hand"] == []
    assert shared == {
        "schema": "kgst/govern-plan/1",
        **json.loads(json.dumps(govern_plan.answer(operated).document)),
    }
    places = sorted(place for batch in plan["batches"] for place in batch["changes"])
    assert places == list(range(len(shared["changes"])))
    roles = [batch["role"] for batch in plan["batches"]]
    assert sorted(roles) == ["ADMIN", "GUARDIAN", "ISSUANCE_ADMIN", "RESERVE_ADMIN", "UPGRADER"]
    # ADMIN first: it opens the token, which nobody can administer while it is closed.
    for batch in sorted(plan["batches"], key=lambda b: b["role"]):
        assert batch["file"] == str(tmp_path / f"fix-{batch['role']}.json")
        assert batch["is_member"] is True
        assert batch["delay"] == 0
        written = json.loads(Path(batch["file"]).read_text())
        assert written["version"] == "1.0"
        assert written["chainId"] == "1337"
        assert written["meta"]["checksum"] == checksum(written)
        of_batch = [shared["changes"][place] for place in batch["changes"]]
        assert [t["data"] for t in written["transactions"]] == [c["data"] for c in of_batch]
        for number, change in enumerate(of_batch, 1):
            assert f"{number}. {change['summary']}" in written["meta"]["description"]
        for transaction in written["transactions"]:
            assert transaction["value"] == "0"
            send(batch["by"]["address"], transaction["to"], transaction["data"])
    assert failed(inspect(operated.policy, operated.record)) == []
    assert changes(operated) == []


def test_changes__drift__tightens_first_and_says_what_loosens(operated: System) -> None:
    drift_everywhere(operated)
    loosens = [change.loosens for change in changes(operated)]
    assert loosens == sorted(loosens)
    by_summary = {change.summary: change for change in changes(operated)}
    for summary, role, loose in [
        ("take PAUSER from unknown 0x2546BcD3c84621e976D8185a91A922aE77ECEc30", Role.ADMIN, False),
        ("take unknown role 77 from unknown 0x2546BcD3c84621e976D8185a91A922aE77ECEc30", Role.ADMIN, False),
        ("grant COMPLIANCE to compliance (0x14dC…9955), delay 0 seconds", Role.ADMIN, True),
        ("cut the issuer unknown 0x2546BcD3c84621e976D8185a91A922aE77ECEc30", Role.GUARDIAN, False),
        ("let attestations last 7 days, not 1 hour", Role.RESERVE_ADMIN, True),
        ("let backing rise by 10 % without every auditor, not 100 %", Role.RESERVE_ADMIN, False),
        ("give UNPAUSER the functions unpause(uint256) (now PUBLIC)", Role.ADMIN, False),
        ("give ADMIN the functions mint(address,uint256) (now PAUSER)", Role.ADMIN, False),
        ("open the token, which is closed", Role.ADMIN, True),
        ("make ADMIN the admin of UPGRADER, not UNPAUSER", Role.ADMIN, False),
        ("make GUARDIAN the guardian of UPGRADER, not ADMIN", Role.ADMIN, False),
    ]:  # fmt: skip
        assert (by_summary[summary].role, by_summary[summary].loosens) == (role, loose), summary


def test_changes__delay_on_its_way_to_the_policy__is_left_alone(operated: System) -> None:
    manager, admin, enforcer = operated.manager, person("admin"), person("enforcer")
    manager.grantRole(7, enforcer, 3_600, sender=admin)
    [change] = changes(operated)
    assert (
        change.summary == "give enforcer (0x2361…1E8f) a delay of 0 seconds in ENFORCER, not 1 hour"
    )
    assert change.loosens is True
    send(admin.address, change.target, "0x" + change.data.hex())
    assert changes(operated) == []
    assert [drift.item for drift in failed(inspect(operated.policy, operated.record))] == [
        "role ENFORCER, enforcer (0x2361…1E8f)"
    ]


def test_fix_plan__member_with_a_delay__schedules(operated: System, tmp_path: Path) -> None:
    admin, manager = person("admin"), operated.manager
    manager.grantRole(4, ape_accounts.test_accounts[16], 0, sender=admin)
    manager.grantRole(0, admin, 300, sender=admin)
    told = document(operated, tmp_path / "fix.json")
    [batch] = told["fix_plan"]["batches"]
    assert batch["delay"] == 300
    written = json.loads((tmp_path / "fix.json").read_text())
    assert written["meta"]["description"].startswith("Schedules; 5 minutes later")
    of_plan = told["fix_plan"]["plan"]["changes"]
    for transaction, place in zip(written["transactions"], batch["changes"], strict=True):
        call = bytes.fromhex(of_plan[place]["data"][2:])
        expected = manager.schedule.encode_input(of_plan[place]["to"], call, 0)
        assert transaction["to"] == manager.address
        assert transaction["data"] == "0x" + bytes(expected).hex()
    assert "to be executed 5 minutes later; nothing was sent" in screen(
        operated, tmp_path / "b.json"
    )


def test_fix_plan__pause_suspension_recovery__are_for_people(
    operated: System, tmp_path: Path
) -> None:
    operated.token.pause(5, sender=person("pauser"))
    operated.token.suspendAuditor(person("auditor_b"), sender=person("guardian"))
    new = sorted((person("pauser"), person("unpauser")), key=lambda a: int(a.address, 16))
    operated.token.proposeAuditors(new, 2, sender=person("reserve_admin"))
    told = document(operated, tmp_path / "fix.json")
    assert told["fix_plan"]["batches"] == []
    paused, suspended, recovery = told["fix_plan"]["plan"]["by_hand"]
    assert "paused: transfers, minting" in paused
    assert "UNPAUSER calls unpause" in paused
    assert "rotateAuditors" in suspended
    assert "cancelAuditorsProposal" in recovery
    assert not (tmp_path / "fix.json").exists()
    assert "By hand: paused" in screen(operated, tmp_path / "fix.json")


def test_fix_plan__what_settles_later__is_planned_and_in_no_batch(
    operated: System, tmp_path: Path
) -> None:
    admin, path = person("admin"), tmp_path / "fix.json"
    operated.manager.setGrantDelay(4, 60, sender=admin)
    ape_chain.mine(deltatime=5 * 86_400)
    operated.manager.setGrantDelay(4, 0, sender=admin)
    [change] = document(operated, path)["fix_plan"]["plan"]["changes"]
    assert change["settles_at"] > ape_chain.blocks.head.timestamp
    assert not path.exists()
    assert "No batch was written" in screen(operated, path)


def test_fix_plan__node_without_events__is_refused_and_told(
    operated: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> Any:
        raise OSError("limit exceeded")

    DRIFTS["limit"][0](operated)
    monkeypatch.setattr(operated.provider.web3.eth, "get_logs", refuse)
    path = tmp_path / "fix.json"
    assert document(operated, path)["fix_plan"] is None
    assert "No batch was written: members whom the policy does not name" in screen(operated, path)
    assert not path.exists()


def test_fix_plan__nobody_left_who_may__is_told(operated: System, tmp_path: Path) -> None:
    thief = ape_accounts.test_accounts[16]
    operated.manager.grantRole(0, thief, 0, sender=person("admin"))
    operated.manager.revokeRole(0, person("admin"), sender=thief)
    [batch] = document(operated, tmp_path / "fix.json")["fix_plan"]["batches"]
    assert batch["is_member"] is False
    assert batch["by"]["label"] == "admin"
    assert "is no member of ADMIN on the chain now" in screen(operated, tmp_path / "b.json")


def test_fix_plan__file_is_there__is_refused_and_kept(operated: System, tmp_path: Path) -> None:
    DRIFTS["limit"][0](operated)
    path = tmp_path / "fix.json"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        document(operated, path)
    assert path.read_text() == "mine"
    with pytest.raises(InputError, match="cannot be written"):
        document(operated, tmp_path / "nowhere" / "fix.json")


def test_fix_plan__safe_as_member__is_named_in_the_batch(
    deployment: Deployment, tmp_path: Path, safe: str
) -> None:
    deployment.manager.grantRole(3, safe, 0, sender=person("admin"))
    system = with_safe(tmp_path, deployment, safe, "guardian, admin, issuer")
    text = system.policy_path.read_text()
    system.policy_path.write_text(
        text.replace("{member: reserve_admin, delay", "{member: treasury, delay")
    )
    deployment.token.setMaxAge(3_600, sender=person("reserve_admin"))
    told = document(system, tmp_path / "fix.json")
    batches = {batch["role"]: batch for batch in told["fix_plan"]["batches"]}
    assert batches["RESERVE_ADMIN"]["by"] == {"label": "treasury", "address": safe}
    written = json.loads((tmp_path / "fix-RESERVE_ADMIN.json").read_text())
    assert written["meta"]["createdFromSafeAddress"] == safe


# ----------------------------------------------------------------------------------------------------- command


def test_command__chain_in_process__is_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(ROOT)
    result = invoke("doctor", "--json", policy=POLICY)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["summary"]["failed"] == 0
    assert told["chain_id"] == 1337


def test_diagnosis__not_checked_alone__is_an_error(operated: System) -> None:
    diagnosis = examined(operated)
    gap = Check.open("node", "x", "why")
    assert replace(diagnosis, checks=[gap]).exit_code is ExitCode.ERROR
    drift = Check.same("node", "x", 1, 2)
    assert replace(diagnosis, checks=[gap, drift]).exit_code is ExitCode.DRIFT
    warning = Check("node", "x", State.WARNING, "why")
    assert replace(diagnosis, checks=[warning]).exit_code is ExitCode.DONE
