"""Payment orders as files: whole, and never another one by the same id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.entries import DAY

from kgst.settling.orders import OrderFile, read_orders
from kgst.storing import FileError, as_bytes

MADE = OrderFile.of(DAY, [("RF1", 15_000_000), ("RF2", 8_000_000)])


def test_of__has_an_id_of_its_payments() -> None:
    assert (MADE.count, MADE.tyiyn) == (2, 23_000_000)
    assert MADE.id == "KGST20261127C2D54A160958525B2EF7C0"
    assert len(MADE.id) <= 35
    others = [
        OrderFile.of(DAY, [("RF1", 8_000_000), ("RF2", 15_000_000)]),
        OrderFile.of(DAY, [("RF2", 8_000_000), ("RF1", 15_000_000)]),
        OrderFile.of(DAY.replace(day=28), [("RF1", 15_000_000), ("RF2", 8_000_000)]),
    ]
    assert len({MADE.id, *(one.id for one in others)}) == 4


def test_read_orders__what_was_written__is_read(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(as_bytes(MADE))
    [order] = read_orders([path])
    assert (order.id, order.tyiyn) == (MADE.id, 23_000_000)
    assert order.payments == (("RF1", 15_000_000), ("RF2", 8_000_000))


def test_read_orders__one_twice__is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        path.write_bytes(as_bytes(MADE))
    with pytest.raises(FileError, match="give it once"):
        read_orders(paths)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"count": 3}, "count is not that of its payments"),
        ({"tyiyn": "1"}, "tyiyn is not the sum"),
        ({"day": "2026-11-28"}, "id is not that of its payments"),
        ({"id": "KGST-2026-11-27-01"}, "id is not that of its payments"),
        ({"payments": [{"reference": "RF1", "tyiyn": "11500000"}] * 2}, "each once"),
        (
            {"payments": [{"reference": "RF1", "tyiyn": "8000000"}, {"reference": "RF2", "tyiyn": "15000000"}]},
            "something in it was changed",
        ),
        ({"payments": [{"reference": "RF1", "tyiyn": 15_000_000}]}, "payments.0.tyiyn"),
        ({"payments": []}, "payments"),
        ({"note": "x"}, "note"),
    ],
)  # fmt: skip
def test_read_orders__changed__is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = tmp_path / "order.json"
    path.write_text(json.dumps(json.loads(as_bytes(MADE)) | changed))
    with pytest.raises(FileError) as refused:
        read_orders([path])
    assert said in str(refused.value)
