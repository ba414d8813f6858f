"""The issuer's secret, and the end-to-end ids that follow from it."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from support.redemptions import DESK, OTHER, SECRET

from kgst.errors import InputError
from kgst.paying.secret import VARIABLE, Secret, read_secret
from kgst.settling.references import is_reference, references_in

HEX = bytes(range(32)).hex()


def test_end_to_end_id__is_hmac_of_desk_chain_and_request() -> None:
    of = bytes.fromhex(DESK[2:]) + (97).to_bytes(32, "big") + (7).to_bytes(32, "big")
    digits = hmac.new(bytes(range(32)), of, hashlib.sha256).hexdigest()[:21]
    found = SECRET.end_to_end_id(DESK, 97, 7)
    assert [f"{'0123456789DFGJNV'.index(one):x}" for one in found[4:]] == list(digits)
    assert is_reference(found)
    assert len(found) <= 35


def test_end_to_end_id__of_anything_else__is_another() -> None:
    other = Secret(bytes(range(1, 33)))
    ids = [
        SECRET.end_to_end_id(DESK, 97, 7),
        SECRET.end_to_end_id(DESK, 97, 8),
        SECRET.end_to_end_id(DESK, 56, 7),
        SECRET.end_to_end_id(OTHER, 97, 7),
        other.end_to_end_id(DESK, 97, 7),
    ]
    assert len(set(ids)) == len(ids)
    assert SECRET.mark != other.mark


def test_end_to_end_id__is_found_whatever_a_bank_does_to_it() -> None:
    found = SECRET.end_to_end_id(DESK, 97, 7)
    spaced = " ".join(found[at : at + 4] for at in range(0, len(found), 4)).lower()
    assert references_in(f"погашение {spaced}.") == (found,)
    for at in range(4, len(found)):
        wrong = found[:at] + ("0" if found[at] != "0" else "1") + found[at + 1 :]
        assert references_in(wrong) == ()


@pytest.mark.parametrize("given", [HEX, f"0x{HEX}", f"  {HEX.upper()}\n"])
def test_read_secret__from_the_environment(given: str) -> None:
    assert read_secret({VARIABLE: given}).mark == SECRET.mark


def test_read_secret__from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{HEX}\n")
    assert read_secret({VARIABLE: str(path)}).mark == SECRET.mark


@pytest.mark.parametrize("given", [HEX[:-1], "00" * 32, "ab" * 32, HEX + "00", "/no/such/file"])
def test_read_secret__none__is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(InputError) as refused:
        read_secret({VARIABLE: given})
    assert VARIABLE in str(refused.value)
    assert given not in str(refused.value)


def test_read_secret__not_set__is_said() -> None:
    with pytest.raises(InputError, match="is not set"):
        read_secret({})


def test_secret__is_not_shown() -> None:
    assert repr(SECRET) == str(SECRET) == f"{SECRET}" == "Secret(…)"
    assert not hasattr(SECRET, "__dict__")
