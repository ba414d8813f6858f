"""Who did what, when and why: kept in the journal before anything is signed."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, carry_out, operated, policy_file
from support.reserves import attest
from support.safe import deploy_safe

from kgst.chronicle.entry import State
from kgst.chronicle.filters import Filter
from kgst.chronicle.reading import read_chronicle
from kgst.deployment.system import System
from kgst.errors import InputError, RefusedError
from kgst.files import Files
from kgst.guard.accounts import block, unblock
from kgst.guard.batches import blocklist
from kgst.guard.pauses import pause, unpause
from kgst.guard.seizing import seize
from kgst.journal import Act, Journal, Outcome, Signed, read_lines
from kgst.pipeline.reason import sha256_of
from kgst.proposals.files import OwnersSignature
from kgst.sending.delivery import Delivery
from kgst.signing.own import Names
from kgst.storing import read_model

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
WHY = "asked by the FIU, letter 17-3/204"


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24)]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, owners: list[Any], deployer: Any) -> System:
    addresses = [owner.address for owner in owners]
    safe = deploy_safe(ape_chain.provider.web3, addresses, 2)
    people = "".join(f'  owner_{i}: "{one}"\n' for i, one in enumerate(addresses))
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f'  night: "{safe}"\n{people}\nauditors:\n'),
        ("{member: unpauser, delay: 0 seconds}", "{member: night, delay: 0 seconds}"),
        (
            "\nlimits:\n",
            "\nsafes:\n  night: {owners: [owner_0, owner_1], threshold: 2}\n\nlimits:\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    return replace(deployed, files=Files(tmp_path / "files"))


def journals(kgst: System) -> list[Path]:
    assert kgst.files is not None
    return sorted(kgst.files.operations.rglob("*.jsonl"))


def acts(kgst: System) -> list[Act]:
    lines = [line for path in journals(kgst) for line in read_lines(path)]
    return [line for line in lines if isinstance(line, Act)]


def test_act__is_kept_before_what_is_signed(kgst: System, compliance: Any, holder: Any) -> None:
    begun = int(time.time())
    run = as_(compliance, reason=WHY, document_sha256="ab" * 32)
    assert carry_out(kgst, block(kgst, [holder.address], allow_unknown=True), run)["done"]
    [path] = journals(kgst)
    _, act, signed, outcome = read_lines(path)
    assert isinstance(act, Act)
    assert begun <= act.at <= time.time()
    assert (act.by, act.account, act.caller) == ("compliance", *(2 * (compliance.address,)))
    assert (act.role, act.reason, act.document_sha256) == ("COMPLIANCE", WHY, "ab" * 32)
    assert act.titles == (f"block unknown {holder.address}",)
    assert isinstance(signed, Signed)
    assert isinstance(outcome, Outcome)
    assert act.at <= (signed.at or 0) <= (outcome.at or 0)
    assert WHY not in signed.raw
    assert WHY.encode().hex() not in signed.raw


def test_act__pause_without_a_reason__is_not_slowed(kgst: System, pauser: Any) -> None:
    assert carry_out(kgst, pause(kgst, []), as_(pauser))["done"]
    [act] = acts(kgst)
    assert (act.by, act.reason, act.role) == ("pauser", None, "PAUSER")


def test_act__order__keeps_court_case_and_date(
    kgst: System, enforcer: Any, compliance: Any, issuer: Any, holder: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("click.confirm", lambda *_, **__: None)
    attest(kgst, 10_000)
    kgst.token.mint(holder, 40 * 10**6, sender=issuer)
    document = tmp_path / "order.pdf"
    document.write_bytes(b"in the name of the law")
    path = tmp_path / "order.json"
    path.write_text(json.dumps({
        "format": "kgst-order/2", "kind": "transfer", "from": holder.address, "to": compliance.address,
        "amount": "40.00 som", "authority": "Imaginary Court", "case": "2-117", "date": "2026-03-02",
        "document_sha256": hashlib.sha256(document.read_bytes()).hexdigest(),
    }))  # fmt: skip
    operation = seize(kgst, path, sha256_of(document), allow_unknown=True)
    assert carry_out(kgst, operation, as_(enforcer))["done"]
    [act] = acts(kgst)
    assert act.order is not None
    assert act.order.model_dump() == {
        "authority": "Imaginary Court", "case": "2-117", "date": "2026-03-02",
    }  # fmt: skip
    assert act.document_sha256 == sha256_of(document)


def test_act__list__keeps_each_accounts_reason(
    kgst: System, compliance: Any, tmp_path: Path
) -> None:
    one, two = (ape_accounts.test_accounts[n].address for n in (17, 18))
    path = tmp_path / "list.csv"
    path.write_text(f"address,reason\n{one},OFAC\n{two},UN 1267\n")
    assert blocklist(kgst, path, 1, as_(compliance), exact=False).document["done"]
    [act] = acts(kgst)
    assert act.reasons == {one: "OFAC", two: "UN 1267"}
    assert act.document_sha256 == sha256_of(path)


@pytest.mark.parametrize("exact", [False, True])
def test_list__whose_rows_say_nothing__needs_a_reason(
    kgst: System, compliance: Any, tmp_path: Path, exact: bool
) -> None:
    one, two = (ape_accounts.test_accounts[n].address for n in (17, 18))
    path = tmp_path / "list.csv"
    path.write_text(f"address,reason\n{one},OFAC\n" + ("" if exact else f"{two},\n"))
    said = "which unblocks accounts that" if exact else "1 of 2 rows have no reason"
    with pytest.raises(InputError, match=said):
        blocklist(kgst, path, 1, as_(compliance), exact=exact)
    assert not kgst.token.isBlocked(one)
    run = as_(compliance, reason="our own list")
    assert blocklist(kgst, path, 1, run, exact=exact).document["done"]


def test_act__of_a_safe__lies_with_each_owners_signature(
    kgst: System, owners: list[Any], pauser: Any
) -> None:
    kgst.token.pause(4, sender=pauser)
    waits = carry_out(kgst, unpause(kgst, []), as_(owners[0], "night", reason="it is over"))
    assert waits["exit_code"] == 5
    assert journals(kgst) == [], "nothing was signed for the chain"
    folder = Path(waits["proposal"]["file"]).parent
    [path] = folder.glob("*.sig.json")
    act = read_model(path, OwnersSignature, "a signature").act
    assert act is not None
    assert (act.by, act.reason, act.role) == ("owner_0", "it is over", "UNPAUSER")
    assert act.caller == kgst.policy.address("night")

    sent = carry_out(kgst, unpause(kgst, []), as_(owners[1], "night", reason="I looked, too"))
    assert sent["done"]
    assert [(a.by, a.reason) for a in acts(kgst)] == [("owner_1", "I looked, too")]
    assert read_model(path, OwnersSignature, "a signature").act == act


def test_history__of_a_safe__has_each_owner_with_own_words(
    kgst: System, owners: list[Any], pauser: Any
) -> None:
    kgst.token.pause(4, sender=pauser)
    for owner, reason in zip(owners, ("it is over", "I looked, too"), strict=True):
        carry_out(kgst, unpause(kgst, ["MINTING"]), as_(owner, "night", reason=reason))
    kgst.token.pause(8, sender=pauser)
    carry_out(kgst, unpause(kgst, ["BURNING"]), as_(owners[0], "night", reason="by day"))
    assert kgst.files is not None
    contracts = {name: one.address for name, one in kgst.record.contracts.items()}
    found = read_chronicle(kgst.files, Names(kgst.policy, contracts))
    assert found.unreadable == ()
    sent, waiting = found.entries
    night = kgst.policy.address("night")
    assert [(w.person, w.reason) for w in sent.whys] == [
        ("owner_0", "it is over"), ("owner_1", "I looked, too"),
    ]  # fmt: skip
    assert (sent.state, sent.caller, sent.sender) == (State.DONE, night, owners[1].address)
    assert sent.roles == ("UNPAUSER",)
    assert (waiting.state, waiting.transaction) == (State.PROPOSED, None)
    assert [(w.person, w.reason) for w in waiting.whys] == [("owner_0", "by day")]
    assert waiting.nonce == (sent.nonce or 0) + 1
    by = Filter(by=owners[0].address).of(found.entries)
    assert by == [sent, waiting]
    assert Filter(by="owner_1").of(found.entries) == [sent]

    [path] = waiting.sources
    [signature] = path.parent.glob(path.name.removesuffix(".json") + ".*.sig.json")
    text = json.loads(signature.read_text())
    text["act"]["account"] = owners[1].address
    text["act"]["reason"] = "forged"
    signature.write_text(json.dumps(text))
    again = read_chronicle(kgst.files, Names(kgst.policy, contracts)).entries[1]
    assert [(w.account, w.reason) for w in again.whys] == [(owners[0].address, None)], (
        "a word that is said to be another's is nobody's"
    )


@pytest.mark.parametrize("old", [False, True])
def test_interrupted__goes_on_and_keeps_another_reason_beside_the_first(
    kgst: System, compliance: Any, holder: Any, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    """Also with a journal from before there were acts and times."""

    def power_cut(self: Delivery) -> None:
        raise RuntimeError("power cut")

    operation = block(kgst, [holder.address], allow_unknown=True)
    with monkeypatch.context() as broken:
        broken.setattr(Delivery, "_submit", power_cut)
        with pytest.raises(RuntimeError):
            carry_out(kgst, operation, as_(compliance, reason=WHY))
    [path] = journals(kgst)
    if old:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        kept = [
            {k: v for k, v in one.items() if k != "at"} for one in lines if one["kind"] != "act"
        ]
        path.write_text("".join(json.dumps(one) + "\n" for one in kept))
    done = carry_out(kgst, operation, as_(compliance, reason="the same, by telephone"))
    assert (done["done"], done["resumed"]) == (True, True)
    said = [act.reason for act in acts(kgst)]
    assert said == ([] if old else [WHY, "the same, by telephone"])
    assert kgst.token.isBlocked(holder)


def test_act__refused__leaves_nothing(kgst: System, outsider: Any, holder: Any) -> None:
    operation = unblock(kgst, [holder.address], allow_unknown=True)
    with pytest.raises(RefusedError):
        carry_out(kgst, replace(operation, already=False), as_(outsider, reason=WHY))
    assert journals(kgst) == []


def test_read_lines__locks_nothing(kgst: System, compliance: Any, holder: Any) -> None:
    run = as_(compliance, reason=WHY)
    carry_out(kgst, block(kgst, [holder.address], allow_unknown=True), run)
    [path] = journals(kgst)
    before = path.read_bytes()
    with Journal(path):
        assert len(read_lines(path)) == 4
    path.write_bytes(before + b'{"kind":"sig')
    assert len(read_lines(path)) == 4
    assert path.read_bytes().endswith(b'"sig'), "a torn line is left for whoever writes"
