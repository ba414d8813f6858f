"""`kgst.flags`: the flags as the contracts have them, as documents and pages name them, and what is made of words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kgst.errors import InputError
from kgst.flags import (
    DELEGATE_ALL,
    PAUSE_FLAGS,
    SOLVENCY_SHIFT,
    SUPPLY_FLAGS,
    FlagWords,
    PauseFlag,
    flags_in_words,
    parse_flags,
)
from kgst.guard.presigned import Presigned

ROOT = Path(__file__).parents[3]
SOURCE = (ROOT / "contracts/ledger/Flags.sol").read_text()
SOLVENCY = (ROOT / "contracts/ledger/Solvency.sol").read_text()
NAMES = [str(flag.name) for flag in PauseFlag]


def constants() -> dict[str, str]:
    """Of FlagsLib, by name."""
    return dict(re.findall(r"uint256 \w+ constant (\w+) = (.+);", SOURCE))


def schema(name: str) -> Any:
    return json.loads((ROOT / "docs/schemas" / f"{name}.json").read_text())


def test_flags__values__are_the_contracts() -> None:
    assert constants() == {
        **{f"{flag.name}_PAUSED": str(int(flag)) for flag in PauseFlag},
        "PAUSE_FLAGS": str(PAUSE_FLAGS),
        "SUPPLY_FLAGS": "MINTING_PAUSED | BURNING_PAUSED",
        "DELEGATE_ALL": "1 << 255",
    }
    assert SUPPLY_FLAGS == PauseFlag.MINTING | PauseFlag.BURNING
    assert DELEGATE_ALL == 1 << 255
    assert f"FLAGS_SHIFT = {SOLVENCY_SHIFT};" in SOLVENCY


def test_flags__drawings_and_layout__have_each_flag() -> None:
    layout = (ROOT / "docs/storage.md").read_text()
    rows = re.findall(r"^\| `(?:Flags|Solvency)` \|(.*)$", layout, re.M)
    assert sorted(re.findall(r"(\w+)_PAUSED 1", " ".join(rows))) == sorted(NAMES)
    drawings = SOURCE[: SOURCE.index("type Flags")] + SOLVENCY[: SOLVENCY.index("type Solvency")]
    for name in NAMES:
        assert name in drawings


def test_flags__schemas__have_each_flag() -> None:
    words = [str(name).lower() for name in NAMES]
    assert schema("status")["$defs"]["pause_flag"]["enum"] == words
    assert schema("file-presigned")["properties"]["flags"]["maximum"] == PAUSE_FLAGS
    assert Presigned.model_json_schema()["properties"]["flags"]["maximum"] == PAUSE_FLAGS


@pytest.mark.parametrize("page", ["docs/runbooks/emergency-pause.md", "kgst/cli/guard.py"])
def test_flags__pages__name_each_flag_in_order(page: str) -> None:
    assert ", ".join(map(str, NAMES)) in (ROOT / page).read_text()


def test_flag_words__parts__are_apart() -> None:
    words = FlagWords(PauseFlag.TRANSFERS | DELEGATE_ALL, 1 << 254 | 1 << 252 | 7)
    assert words.pause_flags == PauseFlag.TRANSFERS | PauseFlag.MINTING
    assert (words.delegate_all, words.spare) == (True, 1)
    assert words.without_pauses() == FlagWords(DELEGATE_ALL, 1 << 254 | 7)


def test_flag_words__flag_that_nobody_knows__is_told() -> None:
    assert FlagWords(1 << 4, 0).pause_flags == 16


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (0, "nothing"),
        (PauseFlag.TRANSFERS | PauseFlag.MINTING, "TRANSFERS, MINTING"),
        (PAUSE_FLAGS, ", ".join(map(str, NAMES))),
        (PauseFlag.BURNING | DELEGATE_ALL, f"BURNING, unknown {DELEGATE_ALL:#x}"),
    ],
)
def test_flags_in_words__flags__are_words(flags: int, said: str) -> None:
    assert flags_in_words(flags) == said


def test_parse_flags__names__in_any_case_and_all_by_default() -> None:
    assert parse_flags([]) == PAUSE_FLAGS
    assert parse_flags(["minting", "BURNING"]) == PauseFlag.MINTING | PauseFlag.BURNING
    with pytest.raises(InputError, match="there is no pause flag mints; flags: TRANSFERS, "):
        parse_flags(["mints"])
