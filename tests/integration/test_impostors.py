"""Deployments whose code is the genuine one and whose beginning is not: `deploy verify` names them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from eth_abi.abi import decode
from support import impostors
from support.bsc.deployed import Deployed, deployed_on_bsc

from kgst.chain import contract_at
from kgst.checks import State, failed
from kgst.deployment.applying import STEPS, apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.creations import CONTRACT_OF, configuration_of
from kgst.policy import Membership, Policy
from kgst.record import Record
from kgst.roles import Role
from kgst.verify.comparing import inspect

POLICY = Policy.load(Path(__file__).parents[1] / "support/policy.yaml")
CODE = "the creation of {}, code of this build"


@pytest.fixture
def fresh() -> Any:
    """Nobody in the policy."""
    return ape_accounts.test_accounts[25]


@pytest.fixture(scope="module")
def deployed() -> Deployment:
    return apply(POLICY, ape_accounts.test_accounts[24])


def drifts(record: Record, policy: Policy = POLICY) -> list[str]:
    return [check.item for check in failed(inspect(policy, record))]


def changed(record: Record, step: str, **changes: Any) -> Record:
    """`record` with other fields of the contract that `step` made; `transaction` takes fields of its own."""
    entry = getattr(record, step)
    if "transaction" in changes:
        changes["transaction"] = entry.transaction.model_copy(update=changes["transaction"])
    return record.model_copy(update={step: entry.model_copy(update=changes)})


# Storage that the genuine code did not write


def test_verify__token_born_with_a_balance__is_named(
    fresh: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    creation = impostors.of_token(POLICY, fresh.address, fresh.nonce, 1337, outsider.address)
    impostors.instead(monkeypatch, "KGST", creation, 1337)
    deployment = apply(POLICY, fresh)
    assert deployment.token.balanceOf(outsider) == impostors.FORTUNE
    assert deployment.token.totalSupply() == 0
    assert drifts(deployment.record) == [CODE.format("KGST")]


def test_verify__manager_born_with_a_second_admin__is_named(
    fresh: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    creation = impostors.of_manager(POLICY, fresh.address, fresh.nonce, 1337, outsider.address)
    impostors.instead(monkeypatch, "KGSTAccessManager", creation, 1337)
    deployment = apply(POLICY, fresh)
    assert deployment.manager.hasRole(0, outsider) == (True, 0)
    assert drifts(deployment.record) == [CODE.format("KGSTAccessManager")]


def test_verify__genuine_creation_that_was_not_mined__is_named(
    fresh: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the deployer's key signs two for one nonce, and shows the one that the chain does not have."""
    before, nonce = ape_chain.snapshot(), fresh.nonce
    genuine = apply(POLICY, fresh).record.token.transaction
    ape_chain.restore(before)
    creation = impostors.of_token(POLICY, fresh.address, nonce, 1337, outsider.address)
    impostors.instead(monkeypatch, "KGST", creation, 1337)
    record = apply(POLICY, fresh).record
    shown = {"raw": genuine.raw, "hash": genuine.hash}
    assert drifts(changed(record, "token", transaction=shown)) == [
        "the signed transactions, in their blocks"
    ]


# A record that says something else


def test_verify__another_manager_in_its_place__is_named(deployed: Deployment, fresh: Any) -> None:
    """A node that lies about where it put the AccessManager."""
    theirs = apply(POLICY, fresh).record
    record = changed(deployed.record, "manager", address=theirs.manager.address)
    assert "the creation of KGSTAccessManager, address by sender and nonce" in drifts(record)
    whole = deployed.record.model_copy(update={"manager": theirs.manager})
    assert "the creation of KGSTAccessManager, signed by" in drifts(whole)


@pytest.mark.parametrize(
    ("step", "what"),
    [(step, f"the creation of {name}") for step, name in sorted(CONTRACT_OF.items())],
)
def test_verify__transaction_of_another_step__is_named(
    deployed: Deployment, step: str, what: str
) -> None:
    other = deployed.record.feed if step != "feed" else deployed.record.token
    found = drifts(changed(deployed.record, step, transaction={"raw": other.transaction.raw}))
    for part in ("hash of its bytes", "address by sender and nonce", "code of this build"):
        assert f"{what}, {part}" in found


def test_verify__bytes_that_are_no_transaction__are_named(deployed: Deployment) -> None:
    record = changed(deployed.record, "revoker", transaction={"raw": "0xc0"})
    found = drifts(record)
    assert "the creation of Revoker, signed" in found
    assert "the signed transactions, executed here" in found


def test_verify__configuration_of_another_policy__is_named(fresh: Any) -> None:
    """Another PAUSER than the policy's, of whom the policy knows nothing."""
    people = POLICY.people | {
        "pauser": POLICY.people["issuer_b"],
        "issuer_b": POLICY.people["pauser"],
    }
    other = POLICY.model_copy(update={"people": people})
    record = apply(other, fresh).record
    claimed = record.model_copy(update={"policy_fingerprint": POLICY.fingerprint})
    assert "the configuration, roles and issuers by the policy" in drifts(claimed)


def test_verify__policy_changed_since__still_reads_what_the_configuration_gave(
    deployed: Deployment,
) -> None:
    terms = POLICY.token.model_copy(update={"max_age": POLICY.token.max_age // 2})
    checks = inspect(POLICY.model_copy(update={"token": terms}), deployed.record)
    [said] = [c for c in checks if c.item.startswith("the configuration, by the form")]
    assert said.state is State.OK
    assert f"ADMIN to {POLICY.named(POLICY.address('admin'))}" in said.found
    assert [c.item for c in failed(checks)] == ["max age"]


def test_verify__configuration_with_one_call_more__is_named(
    fresh: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second ADMIN, and a fingerprint in the record that is no policy's."""

    def with_one_more(policy: Policy, deployer: str, at: Any) -> bytes:
        manager = contract_at("KGSTAccessManager", at["manager"])
        (calls,) = decode(["bytes[]"], configuration_of(policy, deployer, at)[4:])
        label = manager.labelRole.encode_input(77, "OTHER")
        return bytes(manager.multicall.encode_input([bytes(label), *calls]))

    monkeypatch.setattr("kgst.deployment.applying.configuration_of", with_one_more)
    record = apply(POLICY, fresh).record
    configuration = "the configuration, roles and issuers by the policy"
    assert drifts(record) == [configuration]
    other = record.model_copy(update={"policy_fingerprint": "0" * 64})
    assert drifts(other) == ["the configuration, by the form that every policy's has"]

    roles = dict(POLICY.roles)
    roles[Role.ADMIN] = (*roles[Role.ADMIN], Membership.model_construct(member="issuer_b", delay=0))
    theirs = POLICY.model_copy(update={"roles": roles})
    monkeypatch.setattr("kgst.deployment.applying.configuration_of", configuration_of)
    record = apply(theirs, fresh).record
    [said] = [c for c in inspect(POLICY, record) if c.item.startswith("the configuration, by")]
    assert said.state is State.WARNING
    assert "issuer_b" in said.found


def test_verify__another_chain_in_the_signature__is_named(deployed: Deployment) -> None:
    from kgst.verify.creation import creation_checks

    record = deployed.record.model_copy(update={"chain_id": 31337})
    found = [check.item for check in failed(list(creation_checks(POLICY, record)))]
    assert found == [
        *(f"the creation of {name}, chain of its signature" for name in CONTRACT_OF.values()),
        "the configuration, chain of its signature",
    ]


# As an operator runs it


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Deployed]:
    with deployed_on_bsc(tmp_path, apply=False) as found:
        yield found


def test_deploy__impostor_on_a_node_with_proofs__exits_3_and_names_storage_and_code(
    empty: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, deployer = Policy.load(empty.policy), empty.address("deployer")
    rich = empty.address("outsider")
    creation = impostors.of_token(policy, deployer, 0, 97, rich)
    impostors.instead(monkeypatch, "KGST", creation, 97)
    applied = empty.run("deploy", "apply", account="deployer")
    monkeypatch.undo()
    assert applied.code == 3, applied.stderr
    assert applied.document is not None
    checks = applied.document["verification"]["checks"]
    assert [c["item"] for c in checks if c["state"] == "failed"] == [CODE.format("KGST")]

    # The bytes of a genuine transaction in its place: the chain itself tells, by block and by storage.
    from eth_account import Account

    from kgst.build import creation_code
    from kgst.sending.signed import read_signed

    record = empty.record
    token = record["token"]
    sent = read_signed(token["transaction"]["raw"]).content
    data = creation_code("KGST") + bytes.fromhex(token["constructor_args"][2:])
    fields = {
        "nonce": sent.nonce,
        "gas": sent.gas,
        "gasPrice": sent.price,
        "value": 0,
        "data": data,
        "chainId": 97,
    }
    signed = Account.sign_transaction(fields, empty.key("deployer").private_key)
    token["transaction"]["raw"] = "0x" + bytes(signed.raw_transaction).hex()
    token["transaction"]["hash"] = "0x" + bytes(signed.hash).hex()
    (empty.folder / "record.json").write_text(json.dumps(record))
    verified = empty.run("deploy", "verify")
    assert verified.code == 3, verified.stderr
    assert verified.document is not None
    found = {c["item"]: c for c in verified.document["checks"] if c["state"] == "failed"}
    block = record["configuration"]["block_number"]
    words = f"words that the creation of KGST and the configuration left, block {block}"
    assert list(found) == ["the signed transactions, in their blocks", words]


def test_deploy__genuine_on_a_node_with_proofs__compares_every_word(empty: Deployed) -> None:
    applied = empty.run("deploy", "apply", account="deployer")
    assert applied.document is not None
    checks = applied.document["verification"]["checks"]
    assert [c for c in checks if c["state"] != "ok"] == []
    assert applied.code == 0
    stored = [c for c in checks if c["area"] == "deployment" and c["item"].startswith("words")]
    assert len(stored) == len(STEPS) - 1


def elsewhere(request: Any, forward: Any) -> Any:
    """A receipt that names another contract than its transaction created."""
    answer = forward(request)
    if (answer.get("result") or {}).get("contractAddress"):
        answer["result"]["contractAddress"] = "0x" + "66" * 20
    return answer


@pytest.mark.parametrize("command", ["deploy", "upgrade"])
def test_deploy__node_that_names_another_contract__is_not_believed(
    empty: Deployed, command: str
) -> None:
    words: tuple[str, ...] = ("deploy", "apply")
    if command == "upgrade":
        assert empty.run("deploy", "apply", account="deployer").code == 0
        words = ("upgrade", "deploy", "KGSTLogicV2Mock")
    empty.node.faults["eth_getTransactionReceipt"] = elsewhere
    done = empty.run(*words, account="deployer")
    assert done.code == 1, done.stdout + done.stderr
    assert "can only have created" in done.error
    assert not list(empty.folder.glob("upgrades/*.json"))
    assert (empty.folder / "record.json").exists() is (command == "upgrade")
