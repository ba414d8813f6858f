"""Checks: what a list of them means, and how it is shown on a terminal of 80 columns and in a document."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kgst.checks import (
    Check,
    CheckPart,
    State,
    Summary,
    drift_code,
    failed,
    in_words,
    passed,
    print_checks,
    summarized,
)
from kgst.errors import ExitCode

OK = Check.same("token", "authority", "0x12", "0x12")
WRONG = Check.that("roles", "admin", False, "PAUSER", "ADMIN", "Ask who did it.")
DOUBT = Check("draft", "unchanged", State.WARNING, "reserves are the same")
GAP = Check.open("chain", "the deployment", "no answer")


def shown(*checks: Check, title: str | None = None) -> str:
    out = io.StringIO()
    print_checks(Console(file=out, width=80, color_system=None), checks, title)
    return out.getvalue()


@pytest.mark.parametrize(
    ("checks", "code", "good"),
    [
        ([], ExitCode.DONE, False),
        ([OK], ExitCode.DONE, True),
        ([OK, DOUBT], ExitCode.DONE, True),
        ([OK, GAP], ExitCode.ERROR, False),
        ([GAP, WRONG], ExitCode.DRIFT, False),
    ],
)
def test_checks__states__decide(checks: list[Check], code: ExitCode, good: bool) -> None:
    assert drift_code(checks) is code
    assert passed(checks) is good


def test_checks__counted__in_words_and_numbers() -> None:
    checks = [OK, OK, WRONG, GAP]
    assert in_words(checks) == "2 ok, 1 failed, 1 not checked"
    assert Summary.of(checks).model_dump() == {"ok": 2, "failed": 1, "warning": 0, "not_checked": 1}
    assert failed(checks) == [WRONG]


def test_advice__in_order__is_none() -> None:
    assert Check.that("roles", "admin", True, "ADMIN", "ADMIN", "Ask.").advice is None
    assert str(WRONG) == "admin: expected ADMIN, found PAUSER"
    assert str(GAP) == "the deployment: no answer"


def test_document__every_check__has_one_shape() -> None:
    assert [one.model_dump() for one in CheckPart.all_of([WRONG, GAP])] == [
        {"area": "roles", "item": "admin", "state": "failed", "expected": "ADMIN", "found": "PAUSER",
         "advice": "Ask who did it."},
        {"area": "chain", "item": "the deployment", "state": "not_checked", "expected": None,
         "found": "no answer", "advice": None},
    ]  # fmt: skip


def test_table__80_columns__says_what_differs_and_what_to_do() -> None:
    lines = shown(OK, WRONG, GAP, title="[red]Chain").splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].rstrip() == "[red]Chain"
    [ok] = [line.split() for line in lines if "authority" in line]
    assert ok == ["ok", "token:", "authority", "0x12"], "what was expected is not said twice"
    [wrong] = [line.split() for line in lines if "roles: admin" in line]
    assert wrong == ["failed", "roles:", "admin", "PAUSER", "ADMIN"]
    assert lines[-1] == "admin: Ask who did it."
    assert "expected" not in shown(DOUBT)


def test_table__without_items__has_room_for_a_hash() -> None:
    digits = "0x" + 64 * "a"
    out = io.StringIO()
    caution = Check(
        "draft", "consent", State.WARNING, f"it ends the consent to {digits}: sign anew."
    )
    print_checks(Console(file=out, width=80, color_system=None), [caution], items=False)
    assert digits in out.getvalue()
    assert "draft" not in out.getvalue()


def test_table__foreign_words__are_shown_plainly() -> None:
    hostile = "[/x] \x1b[2J\u202e"
    told = shown(Check("token", hostile, State.FAILED, hostile, hostile, hostile))
    assert told.replace("\n", "").isprintable()
    assert told.count("[/x] ?[2J?") == 5


def test_summary__areas_in_order__are_a_line_each() -> None:
    short = summarized([OK, OK, OK, WRONG, DOUBT, DOUBT], whole=("draft",))
    assert [str(check) for check in short] == [
        "3 checks: as policy and record say", str(WRONG), str(DOUBT), str(DOUBT),
    ]  # fmt: skip
