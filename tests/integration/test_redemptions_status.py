"""`status` and the redemption desk: what is due and overdue, with its moments, and the exit code that cron sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.in_process import invoke
from support.redeeming import BY, SOM, Redeeming
from support.schemas import require_schema

from kgst.errors import ExitCode
from kgst.moments import format_time


@pytest.fixture
def world(redeeming: Redeeming, monkeypatch: pytest.MonkeyPatch) -> Redeeming:
    """Who looks needs no secret."""
    monkeypatch.delenv("KGST_REDEMPTION_SECRET")
    return redeeming


def status(world: Redeeming, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = invoke("status", *arguments, "--json", policy=world.folder / "policy.yaml")
    document = json.loads(result.stdout)
    require_schema("status", document)
    return result.exit_code, document["redemptions"]


def test_status__nothing_asked__says_nothing_of_it(world: Redeeming) -> None:
    code, found = status(world)
    assert code == 0
    assert [found[one] for one in ("due", "locked", "late", "unpaid", "returned")] == [[]] * 5
    shown = invoke("status", policy=world.folder / "policy.yaml")
    assert "redemptions" not in shown.stdout


def test_status__each_step__is_told_with_its_moment(world: Redeeming) -> None:
    world.request(150, 250)
    until = world.contract.requestOf(1).time
    code, found = status(world)
    assert code == ExitCode.DRIFT, "due"
    assert (found["due"], found["due_amount"]) == ([1, 2], str(400 * SOM))
    shown = invoke("status", policy=world.folder / "policy.yaml")
    assert f"to be locked, the first until {format_time(until)}" in shown.stdout.replace("\n", " ")
    assert "`ape run redemptions lock`, then `pay`" in shown.stdout
    assert status(world, "--alert")[0] == 0, "somebody has days for it"

    world.lock(1, 2)
    code, found = status(world)
    assert code == 0
    pay_by = world.contract.requestOf(1).time
    assert (found["locked"], found["locked_amount"]) == ([1, 2], str(400 * SOM))

    world.contract.confirmPaid([1], b"\x01" * 32, sender=world.redeemer)
    world.pass_days(2)
    code, found = status(world)
    assert code == ExitCode.DRIFT
    assert (found["unpaid"], found["locked"]) == ([2], [])
    shown = invoke("status", policy=world.folder / "policy.yaml")
    assert f"the first was due before {format_time(pay_by)}" in shown.stdout
    assert "the holder may withdraw at any moment" in shown.stdout
    assert status(world, "--alert")[0] == ExitCode.DUE

    world.contract.withdraw(2, sender=world.holder)
    assert status(world)[0] == 0
    assert world.run("returned", 1, *BY).exit_code == 0
    code, found = status(world)
    assert (code, found["returned"]) == (ExitCode.DRIFT, [1])


def test_status__not_locked_in_time__is_overdue(world: Redeeming) -> None:
    world.request(150)
    world.pass_days(3.1)
    code, found = status(world)
    assert (code, found["late"], found["due"]) == (ExitCode.DRIFT, [1], [])
    assert status(world, "--alert")[0] == ExitCode.DUE
