"""`tools/prove_results.py`: a run in which anything is undecided, refuted, left out or out of date is no proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.tools import tool

prove_property = tool("prove_property")
prove_results = tool("prove_results")


def made(status: str, name: str = "check_mint", **fields: object) -> Any:
    return prove_property.Property("IssuanceProof", name, "", [1], None, status=status, **fields)


def test_faults__all_decided__none() -> None:
    chosen = [made("proven"), made("bounded"), made("reached", "witness_mint")]
    assert prove_results.faults(chosen, []) == []


@pytest.mark.parametrize("status", ["timeout", "failed", "of a kind that nobody knows"])
def test_faults__one_of_many__is_named(status: str) -> None:
    chosen = [made("proven"), made(status, "check_burn", detail="no answer in 600 s")]
    assert prove_results.faults(chosen, []) == [
        f"IssuanceProof.check_burn: {status} (no answer in 600 s)"
    ]


def test_faults__timeout_of_halmos_itself__is_named() -> None:
    found = made("proven")
    prove_property.judge(found, {"exitcode": 2, "num_bounded_loops": 0, "num_paths": None}, "")
    assert prove_results.faults([found], []) == [
        "IssuanceProof.check_mint: timeout (not decided in time)"
    ]


def test_faults__counterexample__is_shown() -> None:
    found = made("failed", counterexample={"value": "0x01"})
    [line] = prove_results.faults([found], [])
    assert "0x01" in line


def test_faults__function_without_a_step__is_named() -> None:
    [line] = prove_results.faults([made("proven")], ["payout"])
    assert line.startswith("payout: ")


def test_faults__nothing_to_prove__is_no_proof() -> None:
    assert prove_results.faults([], []) != []


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prove_results, "KEPT", tmp_path / "results")
    monkeypatch.setattr(prove_results, "subject", lambda contract: f"code of {contract}")
    return tmp_path / "results"


@pytest.mark.parametrize("status", ["proven", "bounded", "reached"])
def test_recall__decided_about_this_code__is_taken_over(kept: Path, status: str) -> None:
    prove_results.keep(made(status, seconds=7.5))
    again = made("timeout")
    assert prove_results.recall(again, {})
    assert (again.status, again.seconds) == (status, 7.5)


@pytest.mark.parametrize("status", ["timeout", "failed"])
def test_recall__not_decided__is_tried_again(kept: Path, status: str) -> None:
    prove_results.keep(made(status))
    assert not prove_results.recall(made("timeout"), {})


def test_recall__other_code__is_tried_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove_results.keep(made("proven"))
    monkeypatch.setattr(prove_results, "subject", lambda contract: "other code")
    again = made("timeout")
    assert not prove_results.recall(again, {})
    assert again.status == "timeout"


def test_recall__recorded_run_of_this_code__stands_for_what_is_not_here(kept: Path) -> None:
    row: dict[str, Any] = {
        "status": "proven",
        "bound": None,
        "seconds": 1.0,
        "paths": 1,
        "queries": {},
    }
    row |= {"detail": None, "subject": "code of IssuanceProof"}
    name = "IssuanceProof.check_mint"
    assert prove_results.recall(made("timeout"), {name: row})
    assert not prove_results.recall(made("timeout"), {name: {**row, "subject": "older"}})
    assert not prove_results.recall(made("timeout"), {name: {**row, "status": "timeout"}})
