"""`ape run redemptions confirm`: what a bank's files say is paid, confirmed once; all else is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.redeeming import BY, SECRET, SOM, Redeeming
from support.schemas import require_schema

from kgst.errors import ExitCode
from kgst.moments import both_times
from kgst.paying.confirming import read_confirmations
from kgst.snapshot.requests import Stage

LOCKED, PAID, RETURNED, WITHDRAWN = Stage.LOCKED, Stage.PAID, Stage.RETURNED, Stage.WITHDRAWN


@pytest.fixture
def world(redeeming: Redeeming, monkeypatch: pytest.MonkeyPatch) -> Redeeming:
    """Requests 1 to 3 of 150, 250 and 350 som, locked by one transaction and ordered."""
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    redeeming.request(150, 250, 350)
    redeeming.lock(1, 2, 3)
    redeeming.paid()
    return redeeming


def batch_of(world: Redeeming) -> str:
    return str(world.paid()["batches"][0]["id"])


def hash_on_chain(world: Redeeming, request: int) -> str:
    [log] = [one for one in world.contract.Paid.range(0, 10**9) if one.id == request]
    return "0x" + bytes(log.paymentHash).hex()


def said(document: dict[str, Any]) -> dict[int, tuple[str, bool]]:
    return {one["request"]: (one["bank"], one["trouble"]) for one in document["answers"]}


def test_confirm__booked_debits__burn_what_was_paid_and_no_more(world: Redeeming) -> None:
    world.book(1, 3)
    code, document = world.confirm(world.notification())
    require_schema("redemptions-confirm", document)
    assert code == 0
    assert world.stages() == [PAID, LOCKED, PAID]
    assert world.desk.token.solvency().burned == 500 * SOM
    assert said(document) == {
        1: ("paid", False),
        2: ("pending", False),
        3: ("paid", False),
    }
    [proof] = read_confirmations([Path(one) for one in document["proofs"]])
    assert [one.request for one in proof.paid] == [1, 3]
    assert hash_on_chain(world, 1) == hash_on_chain(world, 3) == proof.payment_hash
    assert world.desk.token.balanceOf(world.contract) == 250 * SOM


def test_confirm__given_again_with_the_statement_of_the_day__confirms_only_what_is_new(
    world: Redeeming,
) -> None:
    world.book(1)
    notified = world.notification()
    assert world.confirm(notified)[0] == 0
    first = hash_on_chain(world, 1)
    code, document = world.confirm(notified)
    assert (code, document["writes"], document["proofs"]) == (0, [], [])
    world.book(2)
    statement = world.desk.bank.write(world.folder, world.desk.day)
    code, document = world.confirm(statement, notified)
    assert code == 0
    assert world.stages() == [PAID, PAID, LOCKED]
    assert hash_on_chain(world, 1) == first
    [proof] = read_confirmations([Path(one) for one in document["proofs"]])
    assert [one.request for one in proof.paid] == [2]


def test_confirm__from_two_checkouts__the_chain_takes_it_once(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins before the first is done: it read that all is locked."""
    folder = world.folder / "elsewhere"
    folder.mkdir()
    for name in ("policy.yaml", "record.json"):
        shutil.copy(world.folder / name, folder)
    world.book(1, 2)
    files = world.notification()
    from kgst.redemptions import confirming

    real: Any = vars(confirming)["perform"]
    begun: list[bool] = []

    def other_first(*arguments: Any) -> Any:
        if not begun:
            begun.append(True)
            with monkeypatch.context():
                result = world.run("confirm", files, *BY, policy=folder / "policy.yaml")
            assert result.exit_code == 0, result.output
        return real(*arguments)

    monkeypatch.setattr(confirming, "perform", other_first)
    result = world.run("confirm", files, *BY, "--json")
    assert begun
    assert result.exit_code == 0, result.output
    assert world.stages() == [PAID, PAID, LOCKED]
    assert world.desk.token.solvency().burned == 400 * SOM
    logs = list(world.contract.Paid.range(0, 10**9))
    assert sorted(one.id for one in logs) == [1, 2]
    kept = [sorted(path.glob("payments/*-paid-*")) for path in (world.folder, folder)]
    assert [one.read_bytes() for one in kept[0]] == [one.read_bytes() for one in kept[1]]


def test_confirm__killed_before_it_sends__the_proof_is_kept_and_the_command_goes_on(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.book(1)
    files = world.notification()

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kgst.redemptions.confirming.perform", killed)
        assert world.run("confirm", files, *BY).exit_code != 0
    assert world.stages() == [LOCKED] * 3
    [kept] = (world.folder / "payments").glob("*-paid-*")
    before = kept.read_bytes()
    assert world.confirm(files)[0] == 0
    assert kept.read_bytes() == before
    assert hash_on_chain(world, 1) == json.loads(before)["payment_hash"]


def test_confirm__nothing_of_this_checkout_is_left__it_follows_from_the_chain(
    world: Redeeming,
) -> None:
    world.book(1, 2, 3)
    files = world.notification()
    shutil.rmtree(world.folder / "payments")
    assert world.confirm(files)[0] == 0
    assert world.stages() == [PAID] * 3


def test_confirm__reports__pay_nothing_and_a_rejection_is_named(world: Redeeming) -> None:
    accepted = world.report(batch_of(world), {1: "ACSP", 2: "ACCP", 3: "ACSC"})
    code, document = world.confirm(accepted)
    assert (code, world.stages()) == (0, [LOCKED] * 3)
    assert {state for state, _ in said(document).values()} == {"pending"}
    rejected = world.report(batch_of(world), {2: "RJCT"}, "pain002-b.xml")
    world.book(1)
    code, document = world.confirm(rejected, world.notification())
    assert code == ExitCode.DRIFT
    assert said(document)[2] == ("rejected", True)
    text = document["answers"][1]["text"]
    assert "AC04 (ClosedAccountNumber)" in text
    assert "pay it by other means and confirm it by hand, or its holder withdraws" in text
    assert world.stages() == [PAID, LOCKED, LOCKED]


def test_confirm__what_came_back__is_never_confirmed_or_is_to_be_noted(world: Redeeming) -> None:
    world.book(1, 2)
    early = world.notification("early.xml")
    world.book(2, credit=True, reason="AC04", code=("RCDT", "RRTN"))
    code, document = world.confirm(world.notification())
    assert code == ExitCode.DRIFT
    assert world.stages() == [PAID, LOCKED, LOCKED]
    assert "was never confirmed" in document["answers"][1]["text"]
    world.book(1, credit=True, reason="AC04", code=("RCDT", "RRTN"))
    code, document = world.confirm(world.notification())
    assert code == ExitCode.DRIFT
    assert document["answers"][0]["text"].endswith("ape run redemptions returned 1")
    assert world.run("returned", 1, *BY).exit_code == 0
    # Files of before, once more: what came back does not become paid by them.
    code, document = world.confirm(early)
    assert world.stages() == [RETURNED, PAID, LOCKED] or world.stages()[0] is RETURNED
    assert world.stages()[0] == RETURNED


@pytest.mark.parametrize(
    ("booked", "why"),
    [
        ({"tyiyn": 14_999}, "149.99 som was debited, of 150.00 som"),
        ({"other": "1030000000000777"}, "another account than the payee's"),
        ({"code": ("MDOP", "CHRG")}, "calls the debit a charge"),
        ({"reason": "AC04"}, "says that it was returned"),
    ],
    ids=["amount", "account", "charge", "returned"],
)
def test_confirm__a_debit_that_does_not_fit__is_doubtful_and_burns_nothing(
    world: Redeeming, booked: dict[str, Any], why: str
) -> None:
    world.book(1, **booked)
    code, document = world.confirm(world.notification(), "--register", world.register)
    assert code == ExitCode.DRIFT
    assert world.stages() == [LOCKED] * 3
    assert said(document)[1] == ("doubtful", True)
    assert why in document["answers"][0]["text"]


def test_confirm__twice_or_without_a_name__is_doubtful(world: Redeeming) -> None:
    world.book(1)
    world.book(1)
    world.desk.bank.book(world.desk.day, 25_000)
    code, document = world.confirm(world.notification())
    assert code == ExitCode.DRIFT
    assert world.stages() == [LOCKED] * 3
    assert said(document) == {
        1: ("doubtful", True),
        2: ("doubtful", True),
        3: ("pending", False),
    }


def test_confirm__paid_too_late__is_told_loudly(world: Redeeming) -> None:
    world.pass_days(2.1)
    world.contract.withdraw(1, sender=world.holder)
    world.book(1)
    code, document = world.confirm(world.notification())
    assert code == ExitCode.DRIFT
    assert "PAID, and its tokens are not there any more" in document["answers"][0]["text"]
    assert "overdue since" in document["answers"][1]["text"]
    assert world.stages() == [WITHDRAWN, LOCKED, LOCKED]


def test_confirm__a_later_lock__is_confirmed_with_a_hash_of_its_own(world: Redeeming) -> None:
    world.request(400)
    world.lock(4)
    world.paid()
    world.book(1, 2, 3, 4)
    code, document = world.confirm(world.notification())
    assert code == 0
    assert world.stages() == [PAID] * 4
    assert len(document["writes"]) == len(document["proofs"]) == 2
    assert hash_on_chain(world, 4) != hash_on_chain(world, 1)


def test_confirm__another_secret__confirms_nothing(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.book(1)
    files = world.notification()
    monkeypatch.setenv("KGST_REDEMPTION_SECRET", SECRET[1:] + "7")
    world.confirm(files)
    assert world.stages() == [LOCKED] * 3


def test_confirm__by_hand__needs_a_hash_and_a_reason(world: Redeeming) -> None:
    payment = ("--payment-hash", "0x" + "5e" * 32)
    refused = world.run("confirm", "--by-hand", 1, *payment, *BY)
    assert refused.exit_code == ExitCode.USAGE
    assert "on your word alone" in refused.stderr
    assert world.run("confirm", *BY).exit_code == ExitCode.USAGE
    both = world.run("confirm", world.register, "--by-hand", 1, *payment, *BY)
    assert both.exit_code == ExitCode.USAGE
    assert world.run("confirm", world.register, *payment, *BY).exit_code == ExitCode.USAGE
    done = world.run("confirm", "--by-hand", 1, *payment, "--reason", "cash, receipt 7", *BY)
    assert done.exit_code == 0, done.output
    assert world.stages() == [PAID, LOCKED, LOCKED]


@pytest.mark.parametrize("kind", ["garbage", "bomb", "currency", "other account"])
def test_confirm__hostile_files__are_refused_or_say_nothing(world: Redeeming, kind: str) -> None:
    world.book(1)
    path = world.notification()
    text = path.read_text()
    if kind == "garbage":
        path.write_text("<Document>")
    elif kind == "bomb":
        path.write_text(text.replace("<Document", '<!DOCTYPE a [<!ENTITY b "c">]><Document', 1))
    elif kind == "currency":
        path.write_text(text.replace("KGS", "RUB"))
    else:
        path.write_text(text.replace("<Id>1990010000123456</Id>", "<Id>1990010000123457</Id>"))
    result = world.run("confirm", path, *BY)
    assert result.exit_code == (0 if kind == "other account" else ExitCode.USAGE), result.output
    assert world.stages() == [LOCKED] * 3


def test_confirm__a_tyiyn_sent_back_by_its_id__is_told_with_the_moment(world: Redeeming) -> None:
    """Whoever was paid knows the id by now, and would like to have the tokens, too."""
    world.book(1)
    world.book(1, tyiyn=1, credit=True)
    code, document = world.confirm(world.notification())
    assert code == ExitCode.DRIFT
    assert world.stages() == [LOCKED] * 3
    text = document["answers"][0]["text"]
    assert text.startswith("doubtful: 0.01 som came back, of 150.00 som")
    assert f"before {both_times(world.contract.requestOf(1).time)}" in text
