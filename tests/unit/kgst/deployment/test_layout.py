"""`kgst.deployment.layout`: what an edit of the ledger's sources would lose, field by field."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgst.deployment.layout import LayoutProblem, Snapshot, compare, read_layout
from kgst.errors import InputError, KgstError

ROOT = Path(__file__).parents[4]
SOURCE = "contracts/KGSTLogic.sol"
FLAGS = "contracts/ledger/Flags.sol"
LEDGER = "contracts/ledger/Ledger.sol"

LAST_FIELD = "mapping(bytes32 orderHash => mapping(address account => Order)) orders;\n"
Edit = Callable[..., list[LayoutProblem]]


@pytest.fixture(scope="module")
def present() -> dict[str, Any]:
    return read_layout("KGSTLogic", SOURCE, ROOT)


@pytest.fixture
def edited(tmp_path: Path, present: dict[str, Any]) -> Edit:
    """Problems of a copy of the ledger in which each first text was replaced by the second.

    Of `Ledger` alone, which has all of the storage: the modules would not compile with most edits.
    """
    shutil.copytree(
        ROOT / "contracts", tmp_path / "contracts", ignore=shutil.ignore_patterns(".cache")
    )

    def edit(*edits: tuple[str, str], file: str = LEDGER) -> list[LayoutProblem]:
        path = tmp_path / file
        text = path.read_text()
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text)
        return compare("Ledger", LEDGER, tmp_path, present)[1]

    return edit


def test_compare__appended_field__is_fine(edited: Edit) -> None:
    assert edited((LAST_FIELD, f"{LAST_FIELD}        uint256 later;\n")) == []


def test_compare__field_appended_to_a_mapped_struct__is_fine(edited: Edit) -> None:
    assert edited(("Account account;\n", "Account account;\n        uint256 later;\n")) == []


def test_compare__reordered_fields__names_them(edited: Edit) -> None:
    problems = edited(
        ("        bytes32 reportHash;\n", ""),
        ("address[] auditors;", "address[] auditors;\n        bytes32 reportHash;"),
    )
    assert {p.field for p in problems} & {"reportHash", "settings", "auditors"}
    assert any("reportHash" in (p.old or "") for p in problems)


def test_compare__removed_field__names_it(edited: Edit) -> None:
    problems = edited(("        Consent consent;\n", ""))
    assert ("removed", "consent", "consent: struct Ledger.Consent", None) in [
        (p.kind, p.field, p.old, p.new) for p in problems
    ]


def test_compare__last_field_removed__names_it(edited: Edit) -> None:
    was = "orders: mapping(bytes32 => mapping(address => struct Ledger.Order))"
    assert edited((LAST_FIELD, "")) == [LayoutProblem("removed", "orders", was, None)]


def test_compare__renamed_field__names_it(edited: Edit) -> None:
    assert edited(("Consent consent;", "Consent assent;")) == [
        LayoutProblem(
            "renamed", "consent", "consent: struct Ledger.Consent", "assent: struct Ledger.Consent"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "field", "was", "would_be"),
    [
        ("uint72 settled;", "uint64 settled;", "attestation.settled", "uint72", "uint64"),
        ("uint72 settled;", "uint80 settled;", "attestation.settled", "uint72", "uint80"),
        ("uint256 value;", "uint128 value;", "allowances[][].value", "uint256", "uint128"),
        # Words over one uint256, which only their names tell apart.
        ("Solvency solvency;", "Account solvency;", "solvency", "Solvency", "Account"),
        ("Bucket bucket;", "Solvency bucket;", "issuers[].bucket", "Bucket", "Solvency"),
    ],
)
def test_compare__retyped_field__names_field_old_and_new(
    edited: Edit, old: str, new: str, field: str, was: str, would_be: str
) -> None:
    problem = next(p for p in edited((old, new)) if p.field == field)
    assert problem.kind in ("retyped", "replaced")
    assert was in (problem.old or "")
    assert would_be in (problem.new or "")
    assert field in str(problem)


def test_compare__another_namespace__is_a_removal(edited: Edit) -> None:
    problems = edited(("erc7201:kgst.storage.Ledger", "erc7201:kgst.storage.Other"))
    assert [(p.kind, p.field) for p in problems] == [("removed", "erc7201:kgst.storage.Ledger")]


def test_compare__packed_word_with_another_shift__names_the_constant(edited: Edit) -> None:
    problems = edited(
        ("FROZEN_SHIFT = 72;", "FROZEN_SHIFT = 80;"), file="contracts/ledger/Account.sol"
    )
    assert problems == [LayoutProblem("changed", "AccountLib.FROZEN_SHIFT", "72", "80")]


def test_compare__packed_word_with_a_field_more__is_fine(edited: Edit) -> None:
    more = "uint256 private constant BLOCKED = 1 << 208;\n    uint256 private constant SEALED = 1 << 209;"
    edit = ("uint256 private constant BLOCKED = 1 << 208;", more)
    assert edited(edit, file="contracts/ledger/Account.sol") == []


@pytest.mark.parametrize(
    ("mask", "problem"), [("31", False), ("47", False), ("15", False), ("7", True), ("16", True)]
)
def test_compare__mask_of_flags__may_grow_and_lose_nothing(
    edited: Edit, mask: str, problem: bool
) -> None:
    found = edited(("PAUSE_FLAGS = 15;", f"PAUSE_FLAGS = {mask};"), file=FLAGS)
    assert [p.field for p in found] == ["FlagsLib.PAUSE_FLAGS"] * problem


def test_compare__another_slot_constant__names_it(edited: Edit) -> None:
    [problem] = edited(("0x595d9353f392e405", "0x695d9353f392e405"))
    assert (problem.kind, problem.field) == ("changed", "Ledger.LAYOUT_SLOT")


def test_compare__sources_that_do_not_compile__says_where(edited: Edit) -> None:
    with pytest.raises(KgstError, match=r"contracts/ledger/Ledger\.sol"):
        edited(("uint72 settled;", "uint73 settled;"))


def test_compare__second_generation_mock__keeps_the_layout(present: dict[str, Any]) -> None:
    source = "contracts/mocks/KGSTLogicV2Mock.sol"
    assert compare("KGSTLogicV2Mock", source, ROOT, present)[1] == []


def test_snapshot__saved_and_loaded__is_the_same(tmp_path: Path, present: dict[str, Any]) -> None:
    path = tmp_path / "layout.json"
    snapshot = Snapshot(contract="KGSTLogic", code_hash="0x" + "ab" * 32, layout=present)
    snapshot.save(path)
    assert Snapshot.load(path) == snapshot
    path.write_text("{}")
    with pytest.raises(InputError, match=r"layout\.json"):
        Snapshot.load(path)
