"""`tools/check_docs.py`: what is said on one side only, or no longer true, is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.tools import tool

check_docs = tool("check_docs")


def changed(monkeypatch: pytest.MonkeyPatch, path: str, old: str, new: str) -> None:
    """As if `path` read otherwise."""
    read: Any = check_docs.text
    assert old in read(path)
    monkeypatch.setattr(
        check_docs,
        "text",
        lambda name: read(name).replace(old, new) if name == path else read(name),
    )


def test_checks__as_it_is__find_nothing() -> None:
    assert [line for check in check_docs.CHECKS for line in check()] == []


@pytest.mark.parametrize(
    ("check", "path", "old", "new", "said"),
    [
        ("commands", "docs/commands.md", "| `ape run guard send` |", "| |",
         "no line for the command guard send"),
        ("commands", "docs/commands.md", "`ape run drill`", "`ape run drill`, `hole`",
         "there is no command drill hole"),
        ("commands", "docs/commands.md", "all but `demo`, which has its own, and `index show`", "all but `index show`",
         "no line for the command that does not take --policy demo"),
        ("commands", "docs/commands.md", "| all but what neither signs nor sends: `auditors show`,", "| all but:",
         "no line for the command that does not take --account auditors show"),
        ("commands", "docs/commands.md", "but not `deploy plan`, which asks nothing", "",
         "no line for the command that does not take --yes deploy plan"),
        ("commands", "docs/commands.md", "| `--network` |", "| network |",
         "nothing says which commands take --network"),
        ("commands", "README.md", "| `drill` | the", "| | the", "no line for the script drill"),
        ("tried", "docs/runbooks/upgrade.md", "ape run upgrade submit-consent", "ape run upgrade submit",
         "no test in tests/ and no runbook gives `ape run upgrade submit-consent`"),
        ("given", "docs/listing.md", "--site https://som.example --network", "--url https://som.example --network",
         "docs/listing.md: `ape run publish listing` takes no --url"),
        ("given", "docs/listing.md", "ape run publish listing", "ape run safe sign",
         "docs/listing.md: `ape run safe sign` takes no --network"),
        ("headers", "docs/files.md", "`reference,amount`", "`reference`",
         "nothing says the header `reference,amount` (CSV_HEADER in kgst/reserves/by_hand.py)"),
        ("roles", "docs/roles.md", "| GUARDIAN | 8 |", "| GUARDIAN | 9 |", "GUARDIAN is 8, not 9"),
        ("roles", "docs/roles.md", "| ENFORCER | 7 | `forcedTransfer` and ", "| ENFORCER | 7 | ",
         "no line for the function of ENFORCER forcedTransfer"),
        ("roles", "docs/roles.md", "| PAUSER | 4 | `pause`", "| PAUSER | 4 | `halt`",
         "there is no function of PAUSER halt"),
        ("roles", "README.md", "| ENFORCER |", "| ENFORCERS |", "there is no role ENFORCERS"),
        ("storage", "docs/storage.md", "| +0 | `holders` |", "| +0 | `accounts` |", "'accounts'"),
        ("names", "docs/proof.md", "| 17 exactness | `Words`", "| 17 exactness | `RedemptionDeck`",
         "`RedemptionDeck` occurs nowhere"),
        ("links", "README.md", "(docs/gas.md)", "(docs/gasoline.md)", "docs/gasoline.md leads nowhere"),
        ("links", "README.md", "(docs/commands.md#exit-codes)", "(docs/commands.md#exits)",
         "docs/commands.md has no heading #exits"),
        ("layers", "docs/architecture.md", "doctor | guard | page |", "guard | page |", "the drawing is not"),
        ("layers", "docs/architecture.md", "| `decoding` |", "| `coding` |", "no line for the room decoding"),
        ("invariants", "docs/invariants.md", "| 17 | conversions", "| | conversions", "no row 17"),
        ("invariants", "docs/invariants.md", "[powers.py](../tests/property/invariants/powers.py); the layout",
         "the layout", "row 15 does not name its class"),
        ("quotes", "tests/mutation/judged.yaml", "function: account_key\n      before: 'return ",
         "function: account_key\n      before: 'give ", "no longer in it: give "),
        ("unmet", "tests/mutation/unmet.yaml", "tests/unit/kgst/guard/test_order.py: ",
         "tests/unit/kgst/test_odder.py: ",
         "tests/unit/kgst/guard/test_order.py: no mutant meets it"),
        ("unmet", "tests/mutation/unmet.yaml", "tests/unit/kgst/guard/test_order.py: ",
         "tests/unit/kgst/test_odder.py: ",
         "there is no tests/unit/kgst/test_odder.py"),
        ("unmet", "tests/mutation/unmet.yaml", "tests/unit/kgst/guard/test_order.py: ",
         "tests/unit/kgst/test_units.py: ",
         "mutants do meet tests/unit/kgst/test_units.py"),
        ("figures", "README.md", " steps, ", " strides, ", "README.md: by docs/evidence it should say: 1,"),
        ("figures", "docs/proof.md", "has two solvers behind it", "has one", "docs/proof.md: by docs/evidence"),
    ],
)  # fmt: skip
def test_check__changed__says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, check: str, path: str, old: str, new: str, said: str
) -> None:
    changed(monkeypatch, path, old, new)
    found = list(getattr(check_docs, f"check_{check}")())
    assert any(said in line for line in found), found


def test_check_commands__two_parameters_of_one_name__are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As an argument ACCOUNT beside --account, which then takes its value."""
    there = check_docs.commands()
    command = there["guard pause"]
    monkeypatch.setattr(command, "params", [*command.params, command.params[0]])
    monkeypatch.setattr(check_docs, "commands", lambda: there)
    assert "`ape run guard pause` has two parameters flags: click mixes them up" in list(
        check_docs.check_commands()
    )


def test_check_unmet__new_test_file__must_say_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One that is in no folder which mutants meet."""
    import shutil

    root = check_docs.ROOT
    for name in ("tests/unit", "tests/integration", "contracts"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    assert not list(check_docs.check_unmet())
    (tmp_path / "tests/unit/kgst/test_new.py").touch()
    (tmp_path / "tests/unit/pausing/test_met.py").touch()
    [line] = check_docs.check_unmet()
    assert line.startswith("tests/unit/kgst/test_new.py: no mutant meets it")
