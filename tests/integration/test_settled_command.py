"""`reserves draft` over some banking days: settled follows from the banks' own debits, on the in-process chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.bank import payment
from support.desk import POLICY, Desk, lived
from support.drafts import auditor

from kgst.deployment.applying import apply
from kgst.policy import Policy
from kgst.reserves.annex import leaf, salt_of
from kgst.reserves.report import read_report
from kgst.settling.model import Category

SOM = 1_000_000


@pytest.fixture(scope="module")
def deployment(deployer: Any) -> Any:
    return apply(Policy.load(POLICY), deployer)


@pytest.fixture
def desk(
    deployment: Any, tmp_path: Path, issuer: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    yield from lived(deployment, tmp_path, issuer, monkeypatch)


def test_draft__what_the_bank_paid__is_settled_and_what_came_back_is_not(desk: Desk) -> None:
    one, two, three = desk.burn(1_000, "R-1"), desk.burn(500, "R-2"), desk.burn(500, "R-3")
    desk.bank.book(desk.day, 100_000, payment(one))
    desk.bank.book(desk.day, 12_000, code=("MDOP", "CHRG"))
    desk.bank.book(
        desk.day, 50_000, payment(None, text=f"pogashenie {two.lower()[:9]} {two.lower()[9:]}")
    )
    document = desk.attest()
    assert desk.settled() == 1_500 * SOM
    assert document["settled_from"]["kind"] == "entries"
    assert document["owed"]["settled_now"] == str(1_500 * SOM)
    assert [one["count"] for one in document["owed"]["ages"]] == [1, 0, 0, 0, 0]
    report = read_report(desk.report).report
    assert report.moved == {Category.FEE: "-12000"}
    assert desk.token.solvency().backing == (100_000 - 1_500 - 120 - 500) * SOM

    # The next day one comes back, and the third is paid in the right amount.
    desk.bank.book(
        desk.day,
        100_000,
        payment(one, reason="AC04", credit=True),
        credit=True,
        code=("RCDT", "RRTN"),
    )
    desk.bank.book(desk.day, 50_000, payment("R-3"))
    document = desk.attest()
    assert desk.settled() == 1_000 * SOM
    assert document["named"] == {"returned": 1}
    assert document["owed"]["reopened_now"] == str(1_000 * SOM)
    assert [two, three] == [desk.reference("R-2"), desk.reference("R-3")]
    assert [row.id for row in desk.annex().open] == [one]

    # A statement of both days, by which nothing counts twice.
    desk.bank.book(desk.day, 100_000, payment(one))
    folder = desk.folder / "all"
    folder.mkdir()
    desk.attest(statements=[desk.bank.write(folder, desk.first, desk.day)])
    assert desk.settled() == 2_000 * SOM
    assert desk.annex().open == ()


def test_draft__paid_twice__settles_once_and_stands_out_until_it_is_back(desk: Desk) -> None:
    one = desk.burn(1_000, "R-1")
    for _ in range(2):
        desk.bank.book(desk.day, 100_000, payment(one))
    document = desk.attest()
    assert desk.settled() == 1_000 * SOM
    assert document["named"] == {"paid_twice": 1}
    assert "unsettled" in [row["item"] for row in document["warnings"]]
    assert desk.attest()["named"] == {"paid_twice": 1}
    desk.bank.book(desk.day, 100_000, payment(one, reason="MD06", credit=True), credit=True)
    assert desk.attest()["named"] == {"returned": 1}
    assert desk.settled() == 1_000 * SOM
    assert desk.attest()["named"] == {}


def test_draft__amount_alone__settles_nothing_and_is_handed_on(desk: Desk) -> None:
    desk.burn(1_000, "R-1")
    desk.bank.book(desk.day, 100_000, payment(None, text="transfer"))
    assert desk.attest()["named"] == {"probable": 1}
    assert desk.settled() == 0
    assert [leg.tyiyn for leg in desk.annex().carried] == [100_000]


def test_draft__order__tells_one_sum_apart(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.burn(100 * number, f"R-{number}")
    order = desk.folder / "order.json"
    made = desk.run("order", "--out", order, "--previous", desk.previous, "--json")
    assert made.exit_code == 0, made.output
    written = json.loads(order.read_text())
    assert (written["count"], written["tyiyn"]) == (3, "60000")
    batch = f"<Btch><PmtInfId>{written['id']}</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
    desk.bank.book(desk.day, 60_000, batch)
    assert desk.attest()["named"] == {"no_order": 1}
    assert desk.settled() == 0
    assert desk.attest("--order", order)["named"] == {}
    assert desk.settled() == 600 * SOM


def test_draft__by_hand__needs_a_reason_that_every_signer_sees(desk: Desk) -> None:
    one = desk.burn(1_000, "R-1")
    table = desk.folder / "by-hand.csv"
    table.write_text("reference,amount\nR-1,1 000.00 som\n")
    refused = desk.draft("--settled", table)
    assert refused.exit_code == 2
    assert "--reason" in refused.stderr
    desk.day -= timedelta(days=1)
    document = desk.attest("--settled", table, "--reason", "forfeited by order AD-123/26")
    assert desk.settled() == 1_000 * SOM
    assert document["settled_from"]["reason"] == "forfeited by order AD-123/26"
    assert "by_hand" in [row["item"] for row in document["warnings"]]
    assert [(row.id, row.leg) for row in desk.annex().settled] == [(one, None)]
    shown = desk.run(
        "sign", document["draft_file"], "--account", auditor(0).alias, "--yes", "--force"
    )
    seen = " ".join(shown.output.split())
    assert "BY HAND" in seen
    assert "'forfeited by order AD-123/26'" in seen


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("R-9,1 000.00 som", "the reference is of no burn"),
        ("R-1,999.00 som", "1 000.00 som were burned, not 999.00 som"),
    ],
)
def test_draft__by_hand_and_wrong__is_refused(desk: Desk, row: str, said: str) -> None:
    desk.burn(1_000, "R-1")
    table = desk.folder / "by-hand.csv"
    table.write_text(f"reference,amount\n{row}\n")
    refused = desk.draft("--settled", table, "--reason", "x")
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_draft__without_the_last_annex__does_not_guess(desk: Desk) -> None:
    one = desk.burn(1_000, "R-1")
    desk.bank.book(desk.day, 100_000, payment(one))
    desk.attest()
    annex = desk.report.with_name("report-annex.json")
    annex.unlink()
    desk.bank.book(desk.day, 5)
    refused = desk.draft()
    assert refused.exit_code == 2
    assert "give the last report with --previous, its annex beside it" in " ".join(
        refused.stderr.split()
    )


def test_draft__another_annex_beside_the_last_report__is_refused(desk: Desk) -> None:
    annex = desk.report.with_name("report-annex.json")
    annex.write_text(annex.read_text().replace('"block": ', '"block": 1'))
    refused = desk.draft()
    assert refused.exit_code == 2
    assert "put that report's own annex beside it" in " ".join(refused.stderr.split())


def test_report__no_customer_is_in_it_and_each_finds_himself(desk: Desk) -> None:
    one, two = desk.burn(1_000, "R-1"), desk.burn(500, "R-2")
    desk.bank.book(desk.day, 100_000, payment(one, text="to Asan Usonov"))
    desk.attest()
    public = desk.report.read_text() + desk.report.with_suffix(".html").read_text()
    for secret in (one, two, "Asan", "R-1"):
        assert secret not in public
    salt, report = desk.annex().salt, read_report(desk.report).report
    assert leaf(salt_of(salt, one), one, 1_000 * SOM, "settled") in report.leaves
    assert leaf(salt_of(salt, two), two, 500 * SOM, "open") in report.leaves
    assert leaf(salt_of(salt, two), two, 500 * SOM, "settled") not in report.leaves
    assert len(report.leaves) == 2


def test_show__a_chain_of_reports__is_verified_from_the_first_to_the_last(desk: Desk) -> None:
    first = desk.report
    desk.burn(1_000, "R-1")
    desk.attest()
    second = desk.report
    desk.attest()
    third = desk.report

    def shown(*reports: Path) -> Any:
        return desk.run("show", *(part for one in reports for part in ("--report", one)), "--json")

    def states(result: Any) -> list[str]:
        return [one["state"] for one in json.loads(result.stdout)["reports"]]

    whole = shown(third, first, second)
    assert (whole.exit_code, states(whole)) == (0, ["ok"] * 4)
    gap = shown(first, third)
    assert (gap.exit_code, states(gap)) == (3, ["ok", "ok", "failed"])
    assert json.loads(gap.stdout)["reports"][-1]["found"] == "epochs 2 are not among the files"
    alone = shown(third)
    assert (alone.exit_code, json.loads(alone.stdout)["report"]["matches"]) == (0, True)
    other = read_report(second).report
    forged = other.model_copy(update={"previous_report": "0x" + "ab" * 32})
    path = desk.folder / "forged.json"
    path.write_bytes(forged.as_bytes())
    bad = shown(first, path, third)
    assert (bad.exit_code, states(bad)) == (3, ["ok", "failed", "ok", "ok"])
    assert shown(first, first).exit_code == 2


def signing(desk: Desk, document: dict[str, Any], *statements: Path) -> Any:
    given = [part for one in statements for part in ("--statement", one)]
    return desk.run(
        "sign", document["draft_file"], "--report", desk.report, *given, "--account", auditor(0).alias, "--yes",
        "--force", "--json",
    )  # fmt: skip


def test_sign__annex_beside_the_report__is_held_against_the_auditors_own_statements(
    desk: Desk,
) -> None:
    one = desk.burn(1_000, "R-1")
    desk.bank.book(desk.day, 100_000, payment(one))
    document = json.loads(desk.draft().stdout)
    own = desk.folder / "own"
    own.mkdir()
    day = desk.day - timedelta(days=1)
    signed = signing(desk, document, desk.bank.write(own, day))
    assert signed.exit_code == 0, signed.output
    checked = json.loads(signed.stdout)["checked"]
    assert "the payments that are counted stand in the statements as booked debits" in checked
    # The bank's own copy has the same balance, and another payment.
    desk.bank.lines[-1:] = [replace(desk.bank.lines[-1], day=desk.first)]
    desk.bank.book(day, 100_000, payment("wages"))
    desk.bank.opening += 100_000
    refused = signing(desk, document, desk.bank.write(own, day))
    assert refused.exit_code == 4
    assert "1 payments are counted that the statements do not have" in refused.stdout


def test_sign__another_annex__is_refused_and_none_is_said(desk: Desk) -> None:
    desk.burn(1_000, "R-1")
    document = json.loads(desk.draft().stdout)
    annex = desk.report.with_name("report-annex.json")
    whole = annex.read_text()
    annex.write_text(whole.replace('"block": ', '"block": 1'))
    refused = signing(desk, document)
    assert refused.exit_code == 4
    said = json.loads(refused.stdout)["error"]["message"]
    assert "it is not that report's. Do not sign" in said
    annex.unlink()
    alone = signing(desk, document)
    assert alone.exit_code == 0, alone.output
    unchecked = json.loads(alone.stdout)["not_checked"]
    assert any(one.startswith("annex: there is no") for one in unchecked)
