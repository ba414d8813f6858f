"""An order's file: what is read, what is refused, and the hash that tells orders apart."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from jsonschema import Draft202012Validator, FormatChecker

from kgst.errors import ExitCode
from kgst.guard.orders import Order, OrderError
from kgst.units import SOM

ONE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TWO = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
SCHEMA = Path(__file__).parents[4] / "docs/schemas/file-order.json"

ORDER: dict[str, Any] = {
    "format": "kgst-order/2",
    "kind": "transfer",
    "from": ONE,
    "to": TWO,
    "amount": "1 234.00 som",
    "authority": "Первомайский районный суд г. Бишкек",
    "case": "АД-123/26",
    "date": "2026-03-02",
    "document_sha256": "ab" * 32,
}


def load(tmp_path: Path, **changes: Any) -> Order:
    fields = {**ORDER, **changes}
    path = tmp_path / "order.json"
    text = json.dumps({k: v for k, v in fields.items() if v is not None}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return Order.load(path)


def test_load__json_or_yaml__is_the_same_order(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(
        "\n".join(f"{key}: '{value}'" for key, value in reversed(ORDER.items())), encoding="utf-8"
    )
    order = Order.load(path)
    assert order == load(tmp_path)
    assert order.hash == load(tmp_path).hash
    assert (order.amount, order.source, order.to) == (1_234 * SOM, ONE, TWO)


def test_canonical__is_rfc_8785(tmp_path: Path) -> None:
    order = load(tmp_path)
    assert order.canonical == (
        '{"authority":"Первомайский районный суд г. Бишкек","case":"АД-123/26",'
        f'"date":"2026-03-02","document_sha256":"{"ab" * 32}","format":"kgst-order/2"}}'
    )
    assert order.hash == keccak(text=order.canonical)


def test_hash__other_spelling__is_the_same(tmp_path: Path) -> None:
    order = load(tmp_path)
    assert load(tmp_path, amount="123400 tyiyn").hash == order.hash
    decomposed = "Первомаи\u0306скии\u0306 раи\u0306онныи\u0306 суд г. Бишкек"
    assert load(tmp_path, authority=decomposed).hash == order.hash


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("authority", "Свердловский районный суд"),
        ("case", "АД-124/26"),
        ("date", "2026-03-03"),
        ("document_sha256", "ac" * 32),
    ],
)
def test_hash__another_order__is_another(tmp_path: Path, key: str, value: str) -> None:
    assert load(tmp_path, **{key: value}).hash != load(tmp_path).hash


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("from", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
        ("to", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
        ("amount", "1 234.01 som"),
    ],
)
def test_hash__what_is_ordered__is_not_in_it(tmp_path: Path, key: str, value: str) -> None:
    assert load(tmp_path, **{key: value}).hash == load(tmp_path).hash


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Bishkek", "Pacific/Auckland"])
def test_load__today__is_bishkeks_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """At 22:01 UTC on the fourth it is the fifth in Bishkek, whatever the machine thinks."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        monkeypatch.setattr("kgst.moments.time.time", lambda: 1_772_661_660.0)
        assert load(tmp_path, date="2026-03-05").date == date(2026, 3, 5)
        with pytest.raises(OrderError, match="a day to come"):
            load(tmp_path, date="2026-03-06")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "kgst-order/1"}, "format: found 'kgst-order/1'"),
        ({"kind": "gift"}, "kind: found 'gift'"),
        ({"kind": "burn"}, "to: burned tokens go to nobody"),
        ({"to": None}, "to: it is missing"),
        ({"to": ONE}, "to: it is the same account as from"),
        ({"from": ONE.lower()}, "from: found"),
        ({"from": "0x" + 40 * "0"}, "nobody holds the key"),
        ({"amount": "1234"}, "the unit is missing"),
        ({"amount": 1234}, "the unit is missing"),
        ({"amount": "0 som"}, "more than zero"),
        ({"amount": "-5 som"}, "a sign is not part"),
        ({"authority": ""}, "1 to 200 printable characters"),
        ({"authority": "Court\nof law"}, "1 to 200 printable characters"),
        ({"case": " 1"}, "1 to 200 printable characters"),
        ({"date": "2026-02-30"}, "a day of the calendar"),
        ({"date": "02.03.2026"}, "a day of the calendar"),
        ({"date": "20260302"}, "a day of the calendar"),
        ({"date": "9999-01-01"}, "a day to come"),
        ({"document_sha256": "AB" * 32}, "document_sha256: found"),
        ({"document_sha256": "0x" + "ab" * 31}, "document_sha256: found"),
        ({"judge": "B. Asanov"}, "judge: nothing reads this key"),
        ({"case": None}, "case: it is missing"),
    ],
)
def test_load__wrong__names_file_and_key(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(OrderError) as caught:
        load(tmp_path, **changes)
    assert caught.value.exit_code == ExitCode.USAGE
    assert str(tmp_path / "order.json") in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"a: &x 1", b"case: 1\ncase: 2"])
def test_load__no_order__is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "order.yaml"
    path.write_bytes(content)
    with pytest.raises(OrderError):
        Order.load(path)


def test_schema__takes_what_the_command_takes() -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    validator.validate(ORDER)
    validator.validate({k: v for k, v in ORDER.items() if k != "to"} | {"kind": "burn"})
    wrong: list[dict[str, Any]] = [
        {"kind": "burn"}, {"amount": 5}, {"judge": "x"}, {"date": "2026-3-2"}, {"from": "me"},
    ]  # fmt: skip
    for changes in wrong:
        assert not validator.is_valid(ORDER | changes), changes
    assert not validator.is_valid({k: v for k, v in ORDER.items() if k != "to"})
