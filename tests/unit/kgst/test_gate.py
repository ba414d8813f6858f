"""`kgst.gate`: the flags as the contract has them, as documents and pages name them, and what is made of a word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kgst import gate
from kgst.errors import InputError
from kgst.gate import DELEGATE_ALL, PAUSE_FLAGS, GateWord, PauseFlag, flags_in_words, parse_flags
from kgst.guard.presigning import Presigned

ROOT = Path(__file__).parents[3]
SOURCE = (ROOT / "contracts/ledger/Gate.sol").read_text()
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
NAMES = [str(flag.name) for flag in PauseFlag]


def constants() -> dict[str, int]:
    """Of GateLib, by name."""
    found = re.findall(r"(?:bytes32|uint256) \w+ constant (\w+) = (\w+);", SOURCE)
    return {name: int(value, 0) for name, value in found}


def schema(name: str) -> Any:
    return json.loads((ROOT / "docs/schemas" / f"{name}.json").read_text())


def test_gate__flags__are_the_contracts() -> None:
    assert constants() == {
        "SLOT": gate.SLOT,
        **{f"{flag.name}_PAUSED": int(flag) for flag in PauseFlag},
        "PAUSE_FLAGS": PAUSE_FLAGS,
        "DELEGATE_ALL": DELEGATE_ALL,
        "FLAGS_SHIFT": gate.FLAGS_SHIFT,
    }


def test_gate__drawing_and_layout__have_each_flag() -> None:
    drawing = SOURCE[: SOURCE.index("type Gate")]
    layout = (ROOT / "docs/storage.md").read_text()
    [row] = re.findall(r"^\| `Gate` \|(.*)$", layout, re.M)
    assert re.findall(r"(\w+)_PAUSED 1", row) == NAMES
    for name in NAMES:
        assert name in drawing


def test_gate__schemas__have_each_flag() -> None:
    words = [str(name).lower() for name in NAMES]
    assert schema("status")["$defs"]["pause_flag"]["enum"] == words
    assert schema("file-presigned")["properties"]["flags"]["maximum"] == PAUSE_FLAGS
    assert Presigned.model_json_schema()["properties"]["flags"]["maximum"] == PAUSE_FLAGS


@pytest.mark.parametrize("page", ["docs/runbooks/emergency-pause.md", "scripts/guard.py"])
def test_gate__pages__name_each_flag_in_order(page: str) -> None:
    assert ", ".join(map(str, NAMES)) in (ROOT / page).read_text()


def test_gate_word__parts__are_apart() -> None:
    word = GateWord((1 << 95 | PauseFlag.MINTING | DELEGATE_ALL) << 160 | int(ADDRESS, 16))
    assert word.implementation == ADDRESS
    assert (word.pause_flags, word.delegate_all) == (PauseFlag.MINTING, True)
    assert word.spare == 1 << 95
    assert word.without(DELEGATE_ALL).flags == 1 << 95 | PauseFlag.MINTING
    assert word.without(gate.EVERY_FLAG).word == int(ADDRESS, 16)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (0, "nothing"),
        (PauseFlag.TRANSFERS | PauseFlag.MINTING, "TRANSFERS, MINTING"),
        (PAUSE_FLAGS, ", ".join(map(str, NAMES))),
        (PauseFlag.BURNING | DELEGATE_ALL, "BURNING, unknown 0x10"),
    ],
)
def test_flags_in_words__flags__are_words(flags: int, said: str) -> None:
    assert flags_in_words(flags) == said


def test_parse_flags__names__in_any_case_and_all_by_default() -> None:
    assert parse_flags([]) == PAUSE_FLAGS
    assert parse_flags(["minting", "BURNING"]) == PauseFlag.MINTING | PauseFlag.BURNING
    with pytest.raises(InputError, match="there is no pause flag mints; flags: TRANSFERS, "):
        parse_flags(["mints"])
