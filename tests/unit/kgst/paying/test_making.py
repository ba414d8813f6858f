"""From requests to a batch: what cannot be paid is named; a batch is written once, and nothing else by its id."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.redemptions import (
    CREATED,
    DAY,
    DEBTOR,
    DESK,
    NEEDED_BY,
    OTHER,
    SECRET,
    TERMS,
    made,
    payee,
    register,
    request,
)

from kgst.errors import InputError, RefusedError
from kgst.paying.answers import Answer, State
from kgst.paying.batch import BatchFile, read_batches
from kgst.paying.confirming import confirm, taken_requests
from kgst.paying.making import Made, Request, bank_file_of, make_batch, sort_out, write_batch
from kgst.statements.model import account_key
from kgst.storing import FileError, as_bytes

PEOPLE = register(*(payee(number) for number in range(1, 5)))
SALT = sha256(b"of a confirmation").digest()


def refused(one: Request, **more: Any) -> str:
    payable, refusals = sort_out([one], PEOPLE, TERMS, **{"taken": {}, **more})
    assert payable == []
    [refusal] = refusals
    assert refusal.request == one.id
    return refusal.why


def test_sort_out__what_can_be_paid__in_the_order_of_ids() -> None:
    asked = [request(2, 500), request(1, 700), request(4, 1, pay_by=None)]
    payable, refusals = sort_out(asked, PEOPLE, TERMS, taken={})
    assert [one.id for one in payable] == [1, 2]
    assert [one.request for one in refusals] == [4]


def test_sort_out__details_that_do_not_hash_to_the_reference__are_refused() -> None:
    asked = request(1, 700)
    changed = register(payee(1).model_copy(update={"account": "1030120000123450"}))
    assert sort_out([asked], PEOPLE, TERMS, taken={})[1] == []
    _, [refusal] = sort_out([asked], changed, TERMS, taken={})
    assert asked.reference in refusal.why
    assert "no payee in the register hashes to its reference" in refusal.why


def test_sort_out__whoever_else_asks_by_the_details__is_refused() -> None:
    own = payee(1, requester=OTHER)
    _, [refusal] = sort_out([request(1, 5, of=own)], register(own), TERMS, taken={})
    assert refusal.why.endswith(f"asks by the details of {OTHER}")
    asked = request(1, 5, of=own, requester=OTHER.lower())
    assert sort_out([asked], register(own), TERMS, taken={})[1] == []


def test_sort_out__a_lock_that_ends_before_the_bank_has_paid__is_refused() -> None:
    assert sort_out([request(1, 5, pay_by=NEEDED_BY)], PEOPLE, TERMS, taken={})[1] == []
    assert "can be taken back" in refused(request(1, 5, pay_by=NEEDED_BY - 1))
    assert "not locked" in refused(request(1, 5, pay_by=None))


def test_sort_out__what_no_bank_pays__is_refused() -> None:
    assert "not of whole tyiyn" in refused(request(1, 5, value=50_001))
    assert "not of whole tyiyn" in refused(request(1, 0))
    own = {account_key(payee(1).account)}
    assert "issuer's own" in refused(request(1, 5), own=own)
    itself = payee(1, account=DEBTOR.account)
    _, [refusal] = sort_out([request(1, 5, of=itself)], register(itself), TERMS, taken={})
    assert "issuer's own" in refusal.why


def test_sort_out__a_request_in_an_open_batch__is_refused_until_its_bank_is_done_with_it() -> None:
    first = made(700, 500, 300).batch
    taken = taken_requests([first], [], DESK, 97)
    assert taken == dict.fromkeys((1, 2, 3), f"batch {first.id}")
    assert refused(request(2, 500), taken=taken) == f"it is in batch {first.id}"
    found = [
        Answer(request=1, state=State.REJECTED, why="RJCT"),
        Answer(request=2, state=State.PENDING),
        Answer(request=3, state=State.RETURNED, why="it came back"),
    ]
    freed = confirm(first, found, SALT)
    assert taken_requests([first], [freed], DESK, 97) == {2: f"batch {first.id}"}
    assert taken_requests([first], [], DESK, 56) == {}
    assert taken_requests([first], [], OTHER, 97) == {}
    # Another batch is not freed by the first one's answers.
    second = make_batch(
        [request(1, 700)], PEOPLE, replace(TERMS, created=CREATED + 1), SECRET
    ).batch
    later = taken_requests([second, first], [freed], DESK, 97)
    assert later == {1: f"batch {second.id}", 2: f"batch {first.id}"}
    with pytest.raises(FileError, match=r"request 1 is in batch .* paid twice"):
        taken_requests([second, first], [], DESK, 97)


def test_sort_out__a_request_twice__is_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        sort_out([request(1, 5), request(1, 5)], PEOPLE, TERMS, taken={})


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
        make_batch([], PEOPLE, TERMS, SECRET)
    many = [request(number, 5, of=payee(1)) for number in range(1, 4_002)]
    with pytest.raises(RefusedError, match="4001 requests"):
        make_batch(many, PEOPLE, TERMS, SECRET)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"needed_by": CREATED}, "needed_by is not after created"),
        ({"day": date(2026, 11, 29)}, "day is not between"),
        ({"day": date(2026, 12, 3)}, "day is not between"),
    ],
    ids=["no time", "yesterday", "too late"],
)
def test_make_batch__terms_that_contradict_one_another__are_refused(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        make_batch([request(1, 5)], PEOPLE, replace(TERMS, **changed), SECRET)


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
    assert read_batches([batch_path]) == [one.batch]
    # Once more: nothing to do. Another batch: nothing is written.
    write_batch(batch_path, bank_path, one)
    assert len(written) == 2
    with pytest.raises(FileError, match="already with other content"):
        write_batch(batch_path, tmp_path / "other.xml", made(701))
    assert not (tmp_path / "other.xml").exists()


@pytest.mark.parametrize("layout", ["1CClientBankExchange", "pain.001.001.03", "pain.001.001.09"])
def test_bank_file_of__a_batch_that_was_made__is_the_same_file(layout: Any) -> None:
    one = made(700, 500, terms=replace(TERMS, layout=layout))
    assert bank_file_of(one.batch, PEOPLE) == one.bank_file
    other = {key: who.model_copy(update={"purpose": "other words"}) for key, who in PEOPLE.payees.items()}  # fmt: skip
    with pytest.raises(RefusedError, match="another file"):
        bank_file_of(one.batch, replace(PEOPLE, payees=other))
    with pytest.raises(RefusedError, match=r"no payee for the requests \[2\]"):
        bank_file_of(one.batch, register(payee(1)))


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
        ({"payments": [{**_PAYMENTS[0], "request": 9}, _PAYMENTS[1]]}, "something in it was changed"),
        ({"desk": OTHER}, "something in it was changed"),
        ({"chain_id": 56}, "something in it was changed"),
        ({"needed_by": NEEDED_BY + 1}, "something in it was changed"),
        ({"layout": "pain.001.001.03"}, "something in it was changed"),
        ({"layout": "pain.001.001.10"}, "layout"),
        ({"debtor": DEBTOR.model_dump() | {"account": "1990010000123457"}}, "something in it was changed"),
        ({"format": "kgst-payment-order/1"}, "not a batch of redemptions"),
        ({"note": "x"}, "note"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)  # fmt: skip
def test_read_batches__changed__is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = _file(tmp_path, made(700, 500), changed)
    with pytest.raises(FileError) as refusal:
        read_batches([path])
    assert said in str(refusal.value)


def test_read_batches__one_twice__is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in paths:
        path.write_bytes(as_bytes(made(700).batch))
    with pytest.raises(FileError, match="give it once"):
        read_batches(paths)


def test_batch__as_an_order__is_the_matching_of_a_sum() -> None:
    batch: BatchFile = made(700, 500).batch
    assert batch.day == DAY
    assert (batch.order.id, batch.order.tyiyn) == (batch.id, 1_200)
    assert dict(batch.order.payments) == {
        SECRET.end_to_end_id(DESK, 97, 1): 700,
        SECRET.end_to_end_id(DESK, 97, 2): 500,
    }
