"""From requests to a batch: what cannot be paid is named; a batch is written once, and nothing else by its id."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.redemptions import (
    CREATED,
    DAY,
    DESK,
    OTHER,
    SECRET,
    TERMS,
    made,
    payee,
    register,
    request,
)

from kgst.errors import InputError, RefusedError
from kgst.paying.batch import BatchFile, Debtor, read_batch
from kgst.paying.making import Made, Request, batch_of, sort_out, write_batch
from kgst.paying.secret import Secret
from kgst.statements.model import account_key
from kgst.storing import FileError, as_bytes

PEOPLE = register(*(payee(number) for number in range(1, 5)))
OTHER_DEBTOR = Debtor(name="Your Issuer LLC", account="1980020000654321", bank="NOWHKG22")


def refused(one: Request, own: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    payable, refusals = sort_out([one], PEOPLE, own)
    assert payable == []
    [refusal] = refusals
    assert refusal.request == one.id
    return refusal.why


def test_sort_out__what_can_be_paid__in_the_order_of_ids() -> None:
    asked = [request(2, 500), request(1, 700), request(4, 0)]
    payable, refusals = sort_out(asked, PEOPLE)
    assert [one.id for one in payable] == [1, 2]
    assert [one.request for one in refusals] == [4]


def test_sort_out__details_that_do_not_hash_to_the_reference__are_refused() -> None:
    asked = request(1, 700)
    changed = register(payee(1).model_copy(update={"account": "1030120000123450"}))
    assert sort_out([asked], PEOPLE)[1] == []
    _, [refusal] = sort_out([asked], changed)
    assert asked.reference in refusal.why
    assert "no payee in the register hashes to its reference" in refusal.why


def test_sort_out__whoever_else_asks_by_the_details__is_refused() -> None:
    own = payee(1, requester=OTHER)
    _, [refusal] = sort_out([request(1, 5, of=own)], register(own))
    assert refusal.why.endswith(f"asks by the details of {OTHER}")
    asked = request(1, 5, of=own, requester=OTHER.lower())
    assert sort_out([asked], register(own))[1] == []


def test_sort_out__what_no_bank_pays__is_refused() -> None:
    assert "not of whole tyiyn" in refused(request(1, 5, value=50_001))
    assert "not of whole tyiyn" in refused(request(1, 0))
    assert "no bank's file carries" in refused(request(1, 10**16))
    assert sort_out([request(1, 10**16 - 1)], PEOPLE)[1] == []
    assert "issuer's own" in refused(request(1, 5), {account_key(payee(1).account)})


def test_batch_of__a_request_twice__is_a_mistake() -> None:
    with pytest.raises(InputError, match="each request once"):
        batch_of([request(1, 5), request(1, 5)], TERMS, SECRET)


def test_make_batch__is_the_same_for_the_same_arguments() -> None:
    one, other = made(700, 500), made(700, 500)
    assert one == other
    assert as_bytes(one.batch) == as_bytes(other.batch)
    assert one.batch.bank_file_sha256 == sha256(one.bank_file).hexdigest()
    assert (one.batch.count, one.batch.tyiyn) == (2, 1_200)
    assert len(one.batch.id) == 34
    assert one.batch.id.isalnum()
    assert one.bank_file.decode().count(f">{one.batch.id}<") == 2


def test_make_batch__the_order_of_payments_says_nothing_of_requests() -> None:
    batch = made(*range(1, 40)).batch
    names = [one.end_to_end_id for one in batch.payments]
    assert names == sorted(names)
    assert [one.request for one in batch.payments] != list(range(1, 40))
    assert names[:2] != [SECRET.end_to_end_id(DESK, 97, 1), SECRET.end_to_end_id(DESK, 97, 2)]


def test_make_batch__none_or_too_many__is_refused() -> None:
    with pytest.raises(RefusedError, match="0 requests can be paid"):
        batch_of([], TERMS, SECRET)
    many = [request(number, 5, of=payee(1)) for number in range(1, 4_002)]
    with pytest.raises(RefusedError, match="4001 requests"):
        batch_of(many, TERMS, SECRET)


def test_batch_of__a_lock_that_has_ended_when_it_begins__is_refused() -> None:
    with pytest.raises(InputError, match="needed_by is not after created"):
        batch_of([request(1, 5)], replace(TERMS, needed_by=CREATED), SECRET)


def test_batch_of__its_id__is_of_chain_desk_and_lock_alone() -> None:
    first = made(700, 500).batch.id
    assert made(700).batch.id == first, "whatever of the lock is paid"
    assert made(700, terms=replace(TERMS, debtor=OTHER_DEBTOR)).batch.id == first
    assert made(700, layout="1CClientBankExchange").batch.id == first
    others = [{"chain_id": 56}, {"desk": OTHER}, {"lock": "0x" + "2c" * 32}]
    assert len({first, *(made(700, terms=replace(TERMS, **one)).batch.id for one in others)}) == 4  # type: ignore[arg-type]


def test_write_batch__the_batch_before_the_bank_file__for_nobody_else_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def write(path: Path, data: bytes, real: Any = Path.write_bytes) -> None:
        written.append(path.name)
        path.touch()
        real(path, data)

    monkeypatch.setattr("kgst.storing.write_regular", write)
    batch_path, bank_path = tmp_path / "batch.json", tmp_path / "bank.xml"
    one = made(700)
    write_batch(batch_path, bank_path, one)
    assert written == ["batch.json", "bank.xml"]
    for path in (batch_path, bank_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_batch(batch_path) == one.batch
    # Once more: nothing to do. Another batch: nothing is written.
    write_batch(batch_path, bank_path, one)
    assert len(written) == 2
    with pytest.raises(FileError, match="another file of this lock was written: tyiyn was 700"):
        write_batch(batch_path, tmp_path / "other.xml", made(701))
    assert not (tmp_path / "other.xml").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (made(701), r"tyiyn was 700, and would be 701"),
        (made(700, layout="pain.001.001.03"), r"layout was pain.001.001.09, and would be pain.001.001.03"),
        (made(700, terms=replace(TERMS, debtor=OTHER_DEBTOR)), r"debtor.account was 1990010000123456, and would be"),
        (made(700, 500), r"requests was \[1\], and would be \[1, 2\]"),
        (made(700, secret=Secret(bytes(range(1, 33)))), "secret_mark was"),
    ],
    ids=["amount", "layout", "account", "requests", "secret"],
)  # fmt: skip
def test_write_batch__another_of_the_same_lock__is_refused_with_what_differs(
    tmp_path: Path, other: Made, said: str
) -> None:
    write_batch(tmp_path / "a.json", tmp_path / "a.xml", made(700))
    with pytest.raises(FileError, match=said):
        write_batch(tmp_path / "a.json", tmp_path / "other.xml", other)
    assert not (tmp_path / "other.xml").exists()


def test_write_batch__killed_between_the_two__goes_on(tmp_path: Path) -> None:
    one, paths = made(700), (tmp_path / "a.json", tmp_path / "a.xml")
    assert write_batch(*paths, one) is False
    paths[1].unlink()
    assert write_batch(*paths, one) is False
    assert paths[1].read_bytes() == one.bank_file
    assert write_batch(*paths, one) is True


def _file(tmp_path: Path, one: Made, changed: dict[str, Any]) -> Path:
    path = tmp_path / "batch.json"
    path.write_text(json.dumps(json.loads(as_bytes(one.batch)) | changed))
    return path


_PAYMENTS = [json.loads(one.model_dump_json()) for one in made(700, 500).batch.payments]
_WRONG_NAME = {**_PAYMENTS[0], "end_to_end_id": _PAYMENTS[0]["end_to_end_id"][:-1] + "x"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"count": 3}, "count is not that"),
        ({"tyiyn": "1201"}, "tyiyn is not the sum"),
        ({"tyiyn": 1200}, "tyiyn"),
        ({"payments": _PAYMENTS[::-1]}, "not in the order"),
        ({"payments": [_PAYMENTS[0]] * 2}, "each request once"),
        ({"payments": [_WRONG_NAME, _PAYMENTS[1]]}, "is no reference"),
        ({"desk": OTHER}, "something in it was changed"),
        ({"chain_id": 56}, "something in it was changed"),
        ({"lock": "0x" + "2c" * 32}, "something in it was changed"),
        ({"day": "2026-12-01"}, "day is not that of the lock"),
        ({"needed_by": CREATED}, "needed_by is not after created"),
        ({"layout": "pain.001.001.10"}, "layout"),
        ({"format": "kgst-payment-order/1"}, "not a batch of redemptions"),
        ({"note": "x"}, "note"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)  # fmt: skip
def test_read_batch__changed__is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = _file(tmp_path, made(700, 500), changed)
    with pytest.raises(FileError) as refusal:
        read_batch(path)
    assert said in str(refusal.value)


def test_batch__as_an_order__is_the_matching_of_a_sum() -> None:
    batch: BatchFile = made(700, 500).batch
    assert batch.day == DAY
    assert (batch.order.id, batch.order.tyiyn) == (batch.id, 1_200)
    assert dict(batch.order.payments) == {
        SECRET.end_to_end_id(DESK, 97, 1): 700,
        SECRET.end_to_end_id(DESK, 97, 2): 500,
    }
