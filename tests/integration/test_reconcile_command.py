"""`ape run reconcile` over banking days of a desk: clean when they are, and each planted break found."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.bank import payment
from support.desk import POLICY, Desk, lived
from support.in_process import invoke
from support.schemas import require_schema

from kgst.deployment.applying import apply
from kgst.policy import Policy

SOM = 1_000_000
OTHER = "1970030000999999"


@pytest.fixture(scope="module")
def deployment(deployer: Any) -> Any:
    return apply(Policy.load(POLICY), deployer)


@pytest.fixture
def desk(
    deployment: Any, tmp_path: Path, issuer: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Its first deposit is booked on the day after the first attestation, when it was minted."""
    for found in lived(deployment, tmp_path, issuer, monkeypatch):
        found.deposit(5_000, "PO-1")
        yield found


def reconciled(desk: Desk, *arguments: object, code: int = 0) -> dict[str, Any]:
    """Everything from the first day to the last, or what `arguments` say."""
    folder = desk.folder / "all"
    folder.mkdir(exist_ok=True)
    file = desk.bank.write(folder, desk.first, desk.day)
    policy = desk.folder / "policy.yaml"
    result = invoke("reconcile", file, *arguments, "--json", policy=policy)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    require_schema("reconcile", document)
    return document


def breaks(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["base_units"]) for one in document["breaks"]]


def three_days(desk: Desk) -> list[str]:
    """Redemptions paid singly, in a batch and back, a deposit that waits for its mint, fees."""
    refs = [desk.burn(100 * number, f"R-{number}") for number in (1, 2, 3, 4)]
    desk.bank.book(desk.day, 10_000, payment(refs[0]))
    parts = payment(refs[1], amount=20_000) + payment(refs[2], amount=30_000)
    desk.bank.book(desk.day, 50_000, parts)
    desk.bank.book(desk.day, 12_000, code=("MDOP", "CHRG"))
    desk.attest()
    back = payment(refs[1], reason="AC04", credit=True)
    desk.bank.book(desk.day, 20_000, back, credit=True, code=("RCDT", "RRTN"))
    desk.deposit(700, "PO-2")
    desk.attest()
    desk.bank.book(desk.day, 20_000, payment(refs[1]))
    desk.mint(700, "PO-2")
    desk.deposit(50, "PO-3")
    desk.attest()
    return refs


def test_reconcile__days_in_order__are_clean(desk: Desk) -> None:
    refs = three_days(desk)
    desk.day -= timedelta(days=1)
    found = reconciled(desk)
    assert found["breaks"] == []
    assert (found["settled"], found["settled_tyiyn"]) == (3, "60000")
    assert (found["minted"], found["moved"]) == (2, {"fee": "-12000"})
    waits = [(one["side"], one["reference"], one["base_units"]) for one in found["open"]]
    assert waits == [
        ("redemption", refs[3], str(400 * SOM)),
        ("deposit", "PO-3", str(50 * SOM)),
    ]
    assert [one["age_days"] for one in found["open"]] == [2, 0]


def test_reconcile__at_each_past_attestation__says_what_it_said(desk: Desk) -> None:
    three_days(desk)
    desk.day -= timedelta(days=1)
    first = desk.folder / str(desk.first) / "report.json"
    settled = [reconciled(desk, "--epoch", epoch, "--previous", first) for epoch in (2, 3, 4)]
    assert [one["attested_settled"] for one in settled] == [
        str(som * SOM) for som in (600, 400, 600)
    ]
    assert [one["derived_settled"] for one in settled] == [
        one["attested_settled"] for one in settled
    ]
    assert [one["breaks"] for one in settled] == [[], [], []]


def paid_twice(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 10_000, payment(ref))


def too_little(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 9_900, payment(desk.burn(100, "R-9")))


def no_reference(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 1_234, payment(None, text="transfer"))


def to_another_account(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 77_700, payment(None, other=OTHER))


def minted_without_money(desk: Desk, ref: str) -> None:
    desk.mint(30, "PO-9")


def minted_too_much(desk: Desk, ref: str) -> None:
    desk.deposit(30, "PO-9")
    desk.mint(31, "PO-9")


def minted_without_reference(desk: Desk, ref: str) -> None:
    desk.token.mint(desk.issuer, 8 * SOM, sender=desk.issuer)


def taken_back(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 500_000, payment("PO-1"), reversal=True)


def returned_unnamed(desk: Desk, ref: str) -> None:
    desk.bank.book(desk.day, 10_000, credit=True, code=("RCDT", "RRTN"))


PLANTED: dict[Callable[[Desk, str], None], tuple[str, int]] = {
    paid_twice: ("paid_twice", 100 * SOM),
    too_little: ("wrong_amount", -SOM),
    no_reference: ("unmatched", 12_340_000),
    to_another_account: ("unmatched", 777 * SOM),
    minted_without_money: ("mint_without_deposit", 30 * SOM),
    minted_too_much: ("mint_differs", -SOM),
    minted_without_reference: ("mint_without_deposit", 8 * SOM),
    taken_back: ("mint_differs", -5_000 * SOM),
    returned_unnamed: ("return_unassigned", 100 * SOM),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda one: one.__name__)
def test_reconcile__planted_break__is_found(desk: Desk, plant: Callable[[Desk, str], None]) -> None:
    ref = desk.burn(100, "R-1")
    desk.bank.book(desk.day, 10_000, payment(ref))
    plant(desk, ref)
    kind, amount = PLANTED[plant]
    path = desk.folder / "breaks.csv"
    found = reconciled(desk, "--csv", path, code=3)
    assert breaks(found) == [(kind, str(amount))]
    [row] = csv.DictReader(path.read_text().splitlines())
    assert (row["kind"], row["amount_som"]) == (kind, f"{amount / SOM:.2f}")
    statement = next((desk.folder / "all").glob("*.xml"))
    shown = invoke("reconcile", statement, policy=desk.folder / "policy.yaml")
    assert shown.exit_code == 3
    assert "1 break" in shown.output


def test_reconcile__day_that_is_missing__is_found(desk: Desk) -> None:
    """On that day money went that nobody would see: nothing else disagrees."""
    days = [desk.day + timedelta(days=number) for number in range(3)]
    desk.bank.book(days[1], 4_000_000)
    desk.bank.book(days[2], 12_000, code=("MDOP", "CHRG"))
    files = [desk.bank.write(desk.folder, day) for day in days]
    policy = desk.folder / "policy.yaml"
    arguments = (*files[::2], "--json")
    result = invoke("reconcile", *arguments, policy=policy)
    found = json.loads(result.stdout)
    assert result.exit_code == 3, result.output
    assert breaks(found) == [("discontinuous", None)]
    [broken] = found["breaks"]
    assert broken["where"] == "account 1990010000123456"
    assert "a statement between them is missing: add it" in broken["says"]
    since = ("--previous", desk.report)
    told = json.loads(invoke("reconcile", files[2], *since, "--json", policy=policy).stdout)
    assert [one["kind"] for one in told["breaks"]] == ["mint_without_deposit", "discontinuous"]
    assert "the statements since then are not all here" in told["breaks"][1]["says"]


def test_reconcile__figure_by_hand__is_a_break_of_the_attestation(desk: Desk) -> None:
    desk.burn(100, "R-1")
    desk.attest("--settled", "40 som", "--reason", "an order")
    first = desk.folder / str(desk.first) / "report.json"
    desk.day -= timedelta(days=1)
    found = reconciled(desk, "--epoch", 2, "--previous", first, code=3)
    assert breaks(found) == [("settled_differs", str(40 * SOM))]


def test_reconcile__no_such_attestation__is_named(desk: Desk) -> None:
    folder = desk.folder / "all"
    folder.mkdir()
    file = desk.bank.write(folder, desk.first, desk.day)
    result = invoke("reconcile", file, "--epoch", 7, policy=desk.folder / "policy.yaml")
    assert result.exit_code == 2
    assert "the chain has attestations 1 to 1; give one of these" in " ".join(result.stderr.split())


def test_reconcile__balances_alone__are_refused(desk: Desk) -> None:
    file = desk.folder / "bank.csv"
    file.write_text(
        f"account,currency,date,closing_balance,indicator\n1990010000123456,KGS,{desk.day},1.00,CRDT\n"
    )
    result = invoke("reconcile", file, policy=desk.folder / "policy.yaml")
    assert result.exit_code == 2
    assert "have no entries of the reserve accounts" in " ".join(result.stderr.split())
