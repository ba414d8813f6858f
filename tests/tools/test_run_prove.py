"""`tools/run_prove.py`: a run in which anything is undecided, refuted or left out is no proof."""

from __future__ import annotations

import pytest
from support.tools import tool

run_prove = tool("run_prove")


def made(status: str, name: str = "check_mint", **fields: object) -> object:
    return run_prove.Property("IssuanceProof", name, "", [1], None, status=status, **fields)


def test_faults__all_decided__none() -> None:
    chosen = [made("proven"), made("bounded"), made("reached", "witness_mint")]
    assert run_prove.faults(chosen, []) == []


@pytest.mark.parametrize("status", ["timeout", "failed", "of a kind that nobody knows"])
def test_faults__one_of_many__is_named(status: str) -> None:
    chosen = [made("proven"), made(status, "check_burn", detail="no answer in 600 s")]
    assert run_prove.faults(chosen, []) == [
        f"IssuanceProof.check_burn: {status} (no answer in 600 s)"
    ]


def test_faults__timeout_of_halmos_itself__is_named() -> None:
    found = made("proven")
    run_prove.judge(found, {"exitcode": 2, "num_bounded_loops": 0, "num_paths": None}, "")
    assert run_prove.faults([found], []) == [
        "IssuanceProof.check_mint: timeout (not decided in time)"
    ]


def test_faults__counterexample__is_shown() -> None:
    found = made("failed", counterexample={"value": "0x01"})
    [line] = run_prove.faults([found], [])
    assert "0x01" in line


def test_faults__function_without_a_step__is_named() -> None:
    [line] = run_prove.faults([made("proven")], ["payout"])
    assert line.startswith("payout: ")


def test_faults__nothing_to_prove__is_no_proof() -> None:
    assert run_prove.faults([], []) != []
