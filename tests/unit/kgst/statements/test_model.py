"""The exact total of statements, and the report whose hash is attested."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from support.camt053 import (
    OTHER_ACCOUNT,
    Write,
    message,
    statement,
)

from kgst.statements import (
    ReserveTotal,
    read_reserves,
)


def test_report__same_files_in_another_order_and_folder__is_the_same(tmp_path: Path) -> None:
    reports = set()
    for folder, step in (("one", 1), ("two", -1)):
        (tmp_path / folder).mkdir()
        first, second = tmp_path / folder / "a.xml", tmp_path / folder / "b.xml"
        first.write_text(message())
        second.write_text(message(statement(account=OTHER_ACCOUNT)))
        reports.add(read_reserves([first, second][::step]).report())
    assert len(reports) == 1


def test_report__exact_bytes__are_canonical_json(write: Write) -> None:
    owner = '<Ownr><Nm>\u041e\u0441\u041e\u041e "\u0422\u04af\u043d\u0434\u04af\u043a"</Nm></Ownr>'
    path = write(message(statement(owner=owner)))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_reserves([path]).report().decode() == (
        '{"accounts":[{"account":"1290010000456781","bank":null,"closing_balance_tyiyn":"10000",'
        '"closing_date":"2026-03-04","file":"bank.xml",'
        f'"file_sha256":"{digest}",'
        '"layout":"camt.053.001.08","owner":"\u041e\u0441\u041e\u041e \\"\u0422\u04af\u043d\u0434\u04af\u043a\\"",'
        '"statement_id":"S-1","transcribed":false}],"closing_day":"2026-03-04","currency":"KGS",'
        '"deductions":[],"files":[{"file":"bank.xml",'
        f'"file_sha256":"{digest}","signed_by":null}}],'
        '"format":"kgst-reserves/3","total_tyiyn":"10000"}'
    )


def test_report__any_byte_of_a_file_changes__changes_too(write: Write) -> None:
    before = read_reserves([write(message())]).report()
    after = read_reserves([write(message() + "\n")]).report()
    assert before != after


@pytest.mark.parametrize(
    "change",
    [
        {"total_tyiyn": 9_999},
        {"closing_day": date(2026, 3, 3)},
        {"accounts": ()},
        {"files": ()},
        {"unknown": 1},
        {"total_tyiyn": 10_000.0},
    ],
)
def test_reserve_total__does_not_add_up__is_refused(
    write: Write, change: dict[str, object]
) -> None:
    total = read_reserves([write(message())])
    fields = {name: getattr(total, name) for name in ReserveTotal.model_fields}
    assert ReserveTotal(**fields) == total
    with pytest.raises(ValueError, match="validation error"):
        ReserveTotal(**{**fields, **change})
