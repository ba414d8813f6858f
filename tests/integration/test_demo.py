"""The demonstration: every act is played, and one that goes otherwise ends it by name."""

import json
from pathlib import Path

import pytest

from kgst.demo import run as demo
from kgst.demo.acts import ACTS, Act, mint_within
from kgst.demo.stage import Stage
from kgst.errors import ExitCode
from kgst.units import TYIYN


def test_run__in_process__plays_every_act(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.run(as_json=True) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [step["title"] for step in told["steps"][1:]] == [act.title for act in ACTS]
    assert told["status"]["supply"] == "9 600 000.00 som"
    assert told["status"]["shortfall"] == "3 100 000.00 som"
    assert told["status"]["headroom"] == "0.00 som"


def test_run__statement_in_another_currency__ends_naming_the_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = "1290010000456781,USD,2026-03-04,100.00,CRDT"
    statement = tmp_path / "bank.csv"
    statement.write_text(f"account,currency,date,closing_balance,indicator\n{row}\n", "utf8")
    monkeypatch.setattr(demo, "STATEMENTS", tmp_path)
    assert demo.run(as_json=True) == ExitCode.ERROR
    told = json.loads(capsys.readouterr().out)
    assert told["failed"] == ACTS[0].title
    assert "bank.csv" in told["error"]
    assert "USD" in told["error"]


def test_run__one_tyiyn_more_is_not_refused__ends_naming_the_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some headroom is left, so the mint that should be refused is not: the story must not go on."""

    def mint_less(stage: Stage) -> str:
        stage.token.mint(stage.citizen(0), stage.headroom() - TYIYN, sender=stage.issuer)
        return ""

    acts = tuple(Act(a.title, mint_less) if a.play is mint_within else a for a in ACTS)
    monkeypatch.setattr(demo, "ACTS", acts)
    assert demo.run(as_json=True) == ExitCode.ERROR
    told = json.loads(capsys.readouterr().out)
    assert told["failed"] == "Mint one tyiyn more"
    assert "was not refused" in told["error"]
