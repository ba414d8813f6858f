"""Redemptions of the desk and `reserves draft`, `order` and `reconcile`: from the bank's debit to what is settled."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from support.in_process import invoke
from support.redeeming import BY, SOM, Redeeming

from kgst.demo.bank import batch
from kgst.errors import ExitCode


@pytest.fixture
def world(redeeming: Redeeming, monkeypatch: pytest.MonkeyPatch) -> Redeeming:
    """Requests 1 and 2 of 150 and 250 som, locked by one transaction and ordered."""
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    redeeming.request(150, 250)
    redeeming.lock(1, 2)
    redeeming.paid()
    return redeeming


def drafted_again(world: Redeeming, *arguments: object) -> Any:
    """The day that was just refused, once more."""
    world.desk.day -= timedelta(days=1)
    return world.desk.draft(*arguments)


def reconciled(world: Redeeming) -> Any:
    folder = world.folder / "all"
    folder.mkdir(exist_ok=True)
    last = world.desk.day - timedelta(days=1)
    statement = world.desk.bank.write(folder, world.desk.first, last)
    policy = world.folder / "policy.yaml"
    return invoke("reconcile", statement, "--json", policy=policy)


def test_draft__paid_and_not_confirmed__is_refused_until_it_is(world: Redeeming) -> None:
    world.book(1)
    day = world.desk.day
    refused = world.desk.draft()
    assert refused.exit_code == ExitCode.REFUSED
    assert "the payment of request 1," in refused.stderr
    assert "ape run redemptions confirm FILE" in refused.stderr
    assert not world.desk.report.exists()
    statement = world.folder / str(day) / f"1990010000123456-{day}.xml"
    assert world.confirm(statement)[0] == 0
    world.desk.day -= timedelta(days=1)
    document = world.desk.attest()
    assert world.desk.settled() == 150 * SOM
    assert document["named"] == {}
    assert document["settled_from"]["kind"] == "entries"
    found = reconciled(world)
    assert [one["side"] for one in json.loads(found.stdout)["breaks"]] == ["deposit"]


def test_draft__booked_as_one_sum__is_settled_by_the_lock(world: Redeeming) -> None:
    order = world.paid()["batches"][0]["id"]
    world.desk.bank.book(world.desk.day, 40_000, batch(order, 2, 40_000))
    refused = world.desk.draft()
    assert "the payment of request 1, 2," in refused.stderr
    world.desk.day -= timedelta(days=1)
    assert world.confirm(world.notification())[0] == 0
    assert world.desk.attest()["named"] == {}
    assert world.desk.settled() == 400 * SOM


def test_draft__a_word__lets_it_pass_and_every_signer_is_told(world: Redeeming) -> None:
    world.book(2)
    assert world.desk.draft().exit_code == ExitCode.REFUSED
    passed = drafted_again(world, "--because", "the desk's key was taken away tonight")
    assert passed.exit_code == 0, passed.output
    assert passed.stdout.startswith("{"), (passed.stdout, passed.stderr)
    warnings = json.loads(passed.stdout)["warnings"]
    assert "unconfirmed" in [one["item"] for one in warnings]


def test_draft__not_paid_or_back_again__is_no_reason_to_refuse(world: Redeeming) -> None:
    world.book(1)
    world.book(1, credit=True, reason="AC04", code=("RCDT", "RRTN"))
    world.book(2, tyiyn=24_999)
    assert world.desk.attest()["owed"]["settled_now"] == "0"


def test_draft__without_the_secret__is_refused(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGST_REDEMPTION_SECRET")
    refused = world.desk.draft()
    assert refused.exit_code == ExitCode.USAGE
    assert "KGST_REDEMPTION_SECRET is not set" in refused.stderr


def test_order__what_the_desk_burned__is_paid_already_unless_it_came_back(
    world: Redeeming,
) -> None:
    world.book(1, 2)
    assert world.confirm(world.notification())[0] == 0
    path = world.folder / "order.json"
    refused = world.desk.run("order", "--out", path, "--previous", world.desk.previous)
    assert refused.exit_code == ExitCode.REFUSED, "it would be paid twice"
    assert not path.exists()
    world.book(2, credit=True, reason="AC04", code=("RCDT", "RRTN"))
    assert world.run("returned", 2, *BY).exit_code == 0
    world.desk.attest()
    assert world.desk.settled() == 150 * SOM
    made = world.desk.run("order", "--out", path, "--previous", world.desk.previous)
    assert made.exit_code == 0, made.output
    assert [one["tyiyn"] for one in json.loads(path.read_text())["payments"]] == ["25000"]
