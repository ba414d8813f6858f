"""The proof of payments: what the chain is given, and the file that is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from support.entries import detail, entry
from support.redemptions import DAY, DEBTOR, made

from kgst.paying.answers import answers
from kgst.paying.confirming import (
    PAYMENT_TYPE,
    ConfirmationFile,
    PaidRequest,
    confirm,
    read_confirmations,
)
from kgst.storing import FileError, as_bytes

SALT = sha256(b"of a confirmation").digest()
BATCH = made(700, 500).batch
ENTRIES = [
    entry(
        one.tyiyn,
        detail(one.end_to_end_id),
        account=DEBTOR.account,
        booking_day=DAY,
        servicer_reference=f"B-{one.request}",
        number=one.request,
    )
    for one in BATCH.payments
]


def confirmed(salt: bytes = SALT, count: int = 2) -> ConfirmationFile:
    return confirm(BATCH, answers(BATCH, ENTRIES)[:count], salt)


def test_payment_hash__is_of_the_leaves_that_a_wallet_computes() -> None:
    fields = [
        {"name": part.split()[1], "type": part.split()[0]}
        for part in PAYMENT_TYPE.partition("(")[2].removesuffix(")").split(",")
    ]
    leaves = []
    for one in confirmed().paid:
        message = {
            "request": one.request,
            "endToEndId": one.end_to_end_id,
            "tyiyn": one.tyiyn,
            "account": one.account,
            "day": "2026-11-30",
            "bankReference": f"B-{one.request}",
            "file": bytes.fromhex(one.file_sha256),
            "statement": "ST-331",
            "entry": one.request,
            "salt": keccak(SALT + one.request.to_bytes(32, "big")),
        }
        signable = encode_typed_data(
            full_message={
                "types": {"EIP712Domain": [{"name": "name", "type": "string"}], "BookedPayment": fields},
                "primaryType": "BookedPayment",
                "domain": {"name": "any"},
                "message": message,
            }
        )  # fmt: skip
        leaves.append(signable.body)
    assert [one.request for one in confirmed().paid] == [1, 2]
    assert confirmed().payment_hash == "0x" + keccak(b"".join(leaves)).hex()
    assert confirmed(count=1).payment_hash == "0x" + keccak(leaves[0]).hex()


def test_payment_hash__is_that_of_the_documentation() -> None:
    # docs/files.md has it.
    one = PaidRequest(
        request=1,
        end_to_end_id="RF17FGN9F0DV41JFNV8V0V8NG",
        tyiyn=15_000_000,
        account="1990010000123456",
        day=DAY,
        bank_reference="B-7",
        file_sha256="aa" * 32,
        statement="S-331",
        entry=3,
    )
    assert one.leaf(bytes(range(32))).hex() == (
        "472f8bffcc37ae03fc03104568c88b792e7071d9a3717873fe727256bccc6a47"
    )


def test_payment_hash__another_salt_or_field__is_another() -> None:
    hashes = {confirmed().payment_hash, confirmed(bytes(range(32))).payment_hash}
    for changed in (
        {"tyiyn": 701}, {"account": "1"}, {"servicer_reference": "B-9"}, {"statement_id": "S"}, {"number": 9},
        {"file_sha256": "bb" * 32}, {"servicer_reference": None},
    ):  # fmt: skip
        found = answers(BATCH, ENTRIES)[0]
        assert found.leg is not None
        leg = replace(found.leg, **changed)  # type: ignore[arg-type]
        hashes.add(confirm(BATCH, [replace(found, leg=leg)], SALT).payment_hash)
    assert len(hashes) == 9


def test_confirm__nothing_paid__is_no_hash() -> None:
    assert confirm(BATCH, answers(BATCH, []), SALT).payment_hash == "0x" + "00" * 32


def test_read_confirmations__what_was_written__is_read(tmp_path: Path) -> None:
    path = tmp_path / "confirmation.json"
    path.write_bytes(as_bytes(confirmed()))
    assert read_confirmations([path]) == [confirmed()]


_PAID = [json.loads(one.model_dump_json()) for one in confirmed().paid]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"payment_hash": "0x" + "11" * 32}, "something was changed"),
        ({"salt": "0x" + bytes(range(32)).hex()}, "something was changed"),
        ({"salt": "0x" + "00" * 32}, "not random"),
        ({"paid": _PAID[:1]}, "something was changed"),
        ({"paid": _PAID[::-1]}, "not in the order"),
        ({"paid": [_PAID[0] | {"tyiyn": "701"}, _PAID[1]]}, "something was changed"),
        ({"note": 1}, "note"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_read_confirmations__changed__is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = tmp_path / "confirmation.json"
    path.write_text(json.dumps(json.loads(as_bytes(confirmed())) | changed))
    with pytest.raises(FileError) as refused:
        read_confirmations([path])
    assert said in str(refused.value)
