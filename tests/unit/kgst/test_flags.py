"""`kgst.flags`: the flags as the contracts have them, as documents and pages name them, and what is made of words."""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import pytest
from support.model import ledger

from kgst.errors import InputError
from kgst.flags import (
    DELEGATE_ALL,
    PAUSE_FLAGS,
    SOLVENCY_SHIFT,
    STOPPED_BY,
    SUPPLY_FLAGS,
    FlagWords,
    PauseFlag,
    flags_in_words,
    parse_flags,
    pauses_of,
)
from kgst.guard.presigned import Presigned

ROOT = Path(__file__).parents[3]
SOURCE = (ROOT / "contracts/ledger/Flags.sol").read_text()
INTERFACE = (ROOT / "contracts/interfaces/IKGST.sol").read_text()
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


@pytest.mark.parametrize(
    "file", ["symbolic/TokenState.sol", "../contracts/periphery/BackingFeed.sol"]
)
def test_flags__second_drawings__are_the_contracts(file: str) -> None:
    """The proofs take words apart by constants of their own; the feed imports nothing of the token."""
    told = dict(re.findall(r"constant (\w+) = (.+);", (ROOT / "tests" / file).read_text()))
    of_flags = {name: value for name, value in told.items() if name.endswith("_PAUSED")}
    assert of_flags
    assert of_flags.items() <= constants().items()
    if "PAUSE_FLAGS" in told:
        assert {**of_flags, "PAUSE_FLAGS": told["PAUSE_FLAGS"]} == {
            name: value
            for name, value in constants().items()
            if name.endswith("_PAUSED") or name == "PAUSE_FLAGS"
        }
        both = f"{told['PAYMENT_FLAGS']} | {told['SUPPLY_FLAGS']}".split(" | ")
        assert sorted(both) == sorted(of_flags)


def test_flags__model_of_the_property_tests__has_each() -> None:
    assert {str(flag.name).lower(): int(flag) for flag in PauseFlag} == ledger.PAUSES
    assert ledger.OF_PAYMENTS == PAUSE_FLAGS & ~SUPPLY_FLAGS


def test_flags__words_of_the_interface__number_each() -> None:
    source = " ".join(line.strip(" /") for line in INTERFACE.splitlines())
    [listed] = re.findall(r"@notice Sets pause flags: (.*?)\. Restricted", source)
    told = re.findall(r"(\d+) (\w+)", re.sub(r"\(.*?\)", "", listed))
    assert told == [(str(int(flag)), str(flag.name).lower()) for flag in PauseFlag]


def test_flags__proof__says_of_how_many() -> None:
    number = {4: "four", 5: "five", 6: "six"}[len(PauseFlag)]
    assert f"of the {number}, each in its word" in (ROOT / "tests/symbolic/Flags.t.sol").read_text()


def test_stopped_by__every_flag__stops_something() -> None:
    assert reduce(or_, STOPPED_BY.values()) == PAUSE_FLAGS


@pytest.mark.parametrize("function", sorted(STOPPED_BY))
def test_pauses_of__all_paused__names_each_flag_and_how_it_ends(function: str) -> None:
    told = pauses_of(function, PAUSE_FLAGS)
    assert re.findall(r"unpause (\w+)", " ".join(told)) == [
        flag.name for flag in PauseFlag if flag & STOPPED_BY[function]
    ]
    assert pauses_of(function, PAUSE_FLAGS & ~STOPPED_BY[function]) == []


def test_readme__pauser__pauses_each_flag() -> None:
    named = ", ".join(str(name).lower() for name in NAMES)
    assert f"pause / resume {named} |" in (ROOT / "README.md").read_text()


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
