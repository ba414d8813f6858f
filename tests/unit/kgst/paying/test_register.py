"""The register of payees: what is read, what is refused and where, and the hash that a request carries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from eth_utils.crypto import keccak
from support.redemptions import HOLDER, payee

from kgst.paying.register import MAX_REGISTER_BYTES, PAYEE_TYPE, read_register
from kgst.storing import FileError

SALT = "0x4b1d6a0f2c93e8575d17b6c4a9f03e62d8c15a7b90e4f3261c8d7a5b4e9f0132"
FIELDS: dict[str, Any] = {
    "name": "Асанова Айгүл",
    "account": "1030120000123456",
    "bank": "103001",
    "inn": "12307199400123",
    "salt": SALT,
    "requester": HOLDER,
    "purpose": "Погашение",
}


def written(tmp_path: Path, *payees: dict[str, Any], **more: Any) -> Path:
    path = tmp_path / "register.json"
    document = {"format": "kgst-register/1", "payees": payees or [FIELDS], **more}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1))
    path.chmod(0o600)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as refused:
        read_register(path)
    return str(refused.value)


def test_reference__is_that_of_the_documentation() -> None:
    # docs/files.md has these two, for whoever writes a wallet.
    assert payee(1, **FIELDS).reference == (
        "0xaffd7cadf7d6e9fe0153865ea31bc454e66a5613fa27d47d52056f6b41cb4c6d"
    )
    assert payee(1, **FIELDS | {"inn": None}).reference == (
        "0xc6c2fc07d3b81133f002091c3fa3bf81255fef6452022e17e50648400fdb2a90"
    )


def test_reference__is_what_a_wallet_computes() -> None:
    """`hashStruct` by eth-account: what it signs is keccak256(0x19 01, the domain's hash, the struct's hash)."""
    one = payee(1, **FIELDS)
    message = {key: FIELDS[key] for key in ("name", "account", "bank", "inn", "salt")}
    fields = [
        {"name": part.split()[1], "type": part.split()[0]}
        for part in PAYEE_TYPE.partition("(")[2].removesuffix(")").split(",")
    ]
    signable = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": [{"name": "name", "type": "string"}],
                "RedemptionPayee": fields,
            },
            "primaryType": "RedemptionPayee",
            "domain": {"name": "any"},
            "message": message | {"salt": bytes.fromhex(SALT[2:])},
        }
    )
    assert "0x" + signable.body.hex() == one.reference
    whole = keccak(b"\x19\x01" + signable.header + bytes.fromhex(one.reference[2:]))
    assert _hash_eip191_message(signable) == whole


@pytest.mark.parametrize("field", ["account", "bank", "inn", "name", "salt"])
def test_reference__another_field__is_another(field: str) -> None:
    others = payee(2, inn="22307199400123", name="Асанов", bank="TLPRKG22")
    changed = payee(1, **FIELDS | {field: getattr(others, field)})
    assert changed.reference != payee(1, **FIELDS).reference


def test_reference__purpose_and_requester__are_not_in_it() -> None:
    without = payee(1, **FIELDS | {"purpose": None, "requester": None})
    assert without.reference == payee(1, **FIELDS).reference


def test_read_register__yaml_and_json__are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "register.yaml"
    lines = [f'    {key}: "{value}"' for key, value in FIELDS.items()]
    text = "format: kgst-register/1\npayees:\n  -" + "\n".join(lines)[3:] + "\n"
    path.write_text(text)
    path.chmod(0o600)
    found = read_register(path)
    assert found.payees == {payee(1, **FIELDS).reference: payee(1, **FIELDS)}
    assert found == read_register(written(tmp_path))
    assert found.cautions == ()


def test_read_register__others_can_read_it__is_said(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.chmod(0o640)
    [caution] = read_register(path).cautions
    assert "chmod 600" in caution


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account": "103012000012345"}, "neither 16 digits nor an IBAN"),
        ({"account": "1О30120000123456"}, "neither 16 digits nor an IBAN"),
        ({"account": "GB82WEST12345698765433"}, "check digits are wrong"),
        ({"account": 1030120000123456}, "neither 16 digits nor an IBAN"),
        ({"bank": "TLPRKG2"}, "neither a BIC"),
        ({"bank": "tlprkg22"}, "neither a BIC"),
        ({"bank": "ТLPRKG22"}, "neither a BIC"),
        ({"inn": "1230719940012"}, "not 14 digits"),
        ({"name": "Acaнова Айгул"}, "Latin and Cyrillic letters in one word"),
        ({"name": "Асанова  Айгул"}, "two in a row"),
        ({"name": " Асанова"}, "spaces at an end"),
        ({"name": ""}, "it is empty"),
        ({"name": "А" * 141}, "has 141 characters, and banks take 140"),
        ({"name": "Асанова\u202eлугйА"}, "U+202E"),
        ({"name": "Асанова\nАйгул"}, "U+000A"),
        ({"name": "Й".encode().decode() + "И\u0306"}, "U+0306"),
        ({"name": "<Асанова>"}, "U+003C"),
        ({"purpose": "П" * 101}, "banks take 100"),
        ({"salt": SALT.upper()}, "small hexadecimal"),
        ({"salt": SALT[:-1]}, "64 small hexadecimal"),
        ({"salt": "0x" + "00" * 31 + "01"}, "not random"),
        ({"requester": HOLDER.lower()}, "checksum"),
        ({"phone": "0555"}, "nothing reads this key"),
    ],
)  # fmt: skip
def test_read_register__a_field_that_no_bank_takes__is_refused_with_its_line(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    path = written(tmp_path, payee(2).model_dump(exclude_none=True), FIELDS | changed)
    found = refusal(path)
    [key] = changed
    lines = path.read_text().split("\n")
    line = max(number for number, text in enumerate(lines, 1) if f'"{key}"' in text)
    assert f"{path}: line {line}: payees.1.{key}: " in found
    assert said in found


def test_read_register__yaml__names_the_line_too(tmp_path: Path) -> None:
    path = tmp_path / "register.yaml"
    path.write_text(
        "format: kgst-register/1\npayees:\n  - name: Асанова\n"
        f'    account: "12"\n    bank: "103001"\n    salt: "{SALT}"\n'
    )
    assert f"{path}: line 4: payees.0.account: found '12'" in refusal(path)


def test_read_register__a_salt_twice__is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, FIELDS, FIELDS | {"name": "Асанов"})
    assert "payees.1.salt: it is also that of payees.0" in refusal(path)


def test_read_register__a_key_twice__is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace('"bank"', '"name": "Асанов", "bank"'))
    assert "appears twice" in refusal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": "kgst-register/2", "payees": []}', "line 1: format"),
        ('{"format": "kgst-register/1"}', "payees: it is missing"),
        ('{"format": "kgst-register/1", "payees": []}', "line 1: payees"),
        ('{"format": "kgst-register/1", "pay', "not whole JSON"),
        ("- a\n- b\n", "must be a mapping"),
        ("a: &x 1\n", "anchors"),
        (" ", "empty"),
    ],
    ids=["version", "no payees", "none", "cut off", "a list", "anchor", "empty"],
)
def test_read_register__another_file__is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "register"
    path.write_text(text)
    assert said in refusal(path)


def test_read_register__large_yaml__is_to_be_json(tmp_path: Path) -> None:
    path = tmp_path / "register.yaml"
    path.write_text("a: b\n" * 60_000)
    assert "write a larger one as JSON" in refusal(path)
    path.write_text("{" + " " * MAX_REGISTER_BYTES)
    assert "larger than 8192 KiB" in refusal(path)
