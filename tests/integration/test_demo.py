"""The demonstration: every act is played, and one that goes otherwise ends it by name."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from ape import networks
from support.bsc import Terms, running_bsc
from support.cli import ROOT
from support.in_process import invoke
from support.standing import keep_chain

from kgst.demo import days
from kgst.demo import run as demo
from kgst.demo.acts import ACTS, Act, mint_within
from kgst.demo.office import Office
from kgst.demo.stage import Stage
from kgst.errors import ExitCode
from kgst.node import pin_node
from kgst.units import TYIYN


def test_run__in_process__plays_every_act(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.run(as_json=True) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [step["title"] for step in told["steps"][1:]] == [act.title for act in ACTS]
    assert told["status"]["supply"] == "9 845 000.00 som"
    assert told["status"]["shortfall"] == "3 098 620.00 som"
    assert told["status"]["headroom"] == "0.00 som"
    shown = words_of(ROOT / "docs/pictures/demo.svg")
    lines = [
        line for step in told["steps"] for line in (step["title"], *step["outcome"].split("\n"))
    ]
    # Addresses and the bank's order follow from what the chain held before.
    stale = [line for line in lines if not re.search("0x|KGST[0-9]", line) and line not in shown]
    assert not stale, "run `make pictures`"


def words_of(picture: Path) -> str:
    """What the picture's lines say, one after the other."""
    found = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf8"))
    return html.unescape("".join(found)).replace("\xa0", " ")


def test_command__in_process__is_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_chain(monkeypatch)
    result = invoke("demo", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["ok"] is True


def test_run__over_rpc__plays_every_act_on_a_bsc_chain(capsys: pytest.CaptureFixture[str]) -> None:
    """It moves the chain's clock, so the node owns up to being a development node; its headers are BSC's."""
    terms = Terms(developer=True, block_time=0.1)
    pin_node()
    with running_bsc(terms) as node, networks.parse_network_choice(f"bsc:testnet:{node.address}"):
        assert demo.run(as_json=True) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["status"]["supply"] == "9 845 000.00 som"
    assert node.asked["evm_increaseTime"] >= 3


def test_run__on_a_node_like_the_testnet_s__is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    pin_node()
    with (
        running_bsc(Terms(block_time=0.2)) as node,
        networks.parse_network_choice(f"bsc:testnet:{node.address}"),
    ):
        assert demo.run(as_json=True) == ExitCode.REFUSED
    assert "is not a development node" in json.loads(capsys.readouterr().out)["error"]
    assert not node.asked["eth_sendRawTransaction"]


def test_run__statement_in_another_currency__ends_naming_the_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = "1290010000456781,USD,2026-03-04,100.00,CRDT"
    statement = tmp_path / "bank.csv"
    statement.write_text(f"account,currency,date,closing_balance,indicator\n{row}\n", "utf8")
    monkeypatch.setattr(demo, "STATEMENTS", tmp_path)
    assert demo.run(as_json=True) == ExitCode.USAGE
    told = json.loads(capsys.readouterr().out)
    assert told["failed"] == ACTS[0].title
    assert "bank.csv" in told["error"]
    assert "USD" in told["error"]


def test_run__planted_break_is_not_found__ends_naming_the_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = days._planted

    def nothing(office: Office, reference: str) -> tuple[object, ...]:
        return (replace(planted(office, reference)[1], change=lambda _: None),)

    monkeypatch.setattr(days, "_planted", nothing)
    assert demo.run(as_json=True) == ExitCode.ERROR
    told = json.loads(capsys.readouterr().out)
    assert told["failed"] == "The same days, had one thing been otherwise"
    assert "a debit without a redemption: found are []" in told["error"]


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
