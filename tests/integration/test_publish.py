"""`ape run deploy publish`: the input is what was compiled; what an explorer says ends up in the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.explorer_api import explorer_api, says
from support.operators import operated
from support.schemas import require_schema

from kgst.deploy.explorer import Compiled, Match, compare, compiled, submission_of
from kgst.deploy.publish import publish
from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError
from kgst.files import Files
from kgst.node import connected

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
KEY = "the-secret-key-of-the-explorer"
HASH = "0x" + "ab" * 32


@pytest.fixture
def kgst(tmp_path: Path, deployer: Any, monkeypatch: pytest.MonkeyPatch) -> System:
    """A deployment whose chain is taken for one that outlives the command."""
    (tmp_path / "policy.yaml").write_bytes(POLICY.read_bytes())
    system = operated(tmp_path / "policy.yaml", deployer)
    system.record.save(Files(tmp_path).record)
    monkeypatch.setattr("kgst.deploy.publish.is_short_lived", lambda _: False)
    return system


def run(system: System, url: str, **options: Any) -> Any:
    folder = system.policy_path.parent / "verification"
    arguments = {"only_files": False, "folder": folder, "quiet": True, **options}
    return publish(system.policy_path, ["ReserveFeed"], url, **arguments)


def test_publish__feed__compiles_to_what_was_sent_and_is_verified(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGST_EXPLORER_KEY", KEY)
    with explorer_api(says("1", "ticket-1"), says("1", "Pass - Verified")) as (url, asked):
        answer = run(kgst, url)
    assert answer.exit_code is ExitCode.DONE
    require_schema("deploy-publish", {"schema": "kgst/deploy-publish/1", **answer.document})
    [found] = answer.document["contracts"]
    assert (found["explorer"], found["creation_code_matches"]) == ("verified", True)
    posted = json.loads(asked[0]["sourceCode"])
    assert posted == json.loads(Path(found["standard_json"]).read_text())
    assert posted["settings"]["viaIR"] is True
    assert asked[0]["constructorArguements"] == Path(found["constructor_args"]).read_text().strip()
    assert KEY not in json.dumps(answer.document)


def test_publish__api_blocked__exits_1_and_keeps_the_files(
    kgst: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    monkeypatch.setenv("KGST_EXPLORER_KEY", KEY)
    monkeypatch.setattr("kgst.deploy.publish.compare", lambda *_: Match(True, True))
    answer = run(kgst, "http://127.0.0.1:9/v2/api")
    assert answer.exit_code is ExitCode.ERROR
    [found] = answer.document["contracts"]
    assert found["explorer"] == "failed"
    assert "down, or blocked" in found["message"]
    assert Path(found["standard_json"]).is_file()
    answer.show(Console(width=200))
    assert f"upload {found['standard_json']}" in capsys.readouterr().out


def test_publish__no_key__keeps_the_files_and_says_which_variable(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGST_EXPLORER_KEY", raising=False)
    monkeypatch.setattr("kgst.deploy.publish.compare", lambda *_: Match(True, True))
    answer = run(kgst, "http://127.0.0.1:9/v2/api")
    assert answer.exit_code is ExitCode.ERROR
    assert "KGST_EXPLORER_KEY" in answer.document["contracts"][0]["message"]


def test_publish__only_files__asks_nobody(kgst: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgst.deploy.publish.compare", lambda *_: Match(True, True))
    answer = run(kgst, "https://api.etherscan.io/v2/api", only_files=True)
    assert answer.exit_code is ExitCode.DONE
    assert answer.document["api_url"] is None


def test_publish__development_node__no_explorer_knows_it(kgst: System) -> None:
    with pytest.raises(InputError, match="--only-files"):
        run(kgst, "https://api.etherscan.io/v2/api")


def test_compare__other_sources__are_told(kgst: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "kgst.deploy.explorer.compiled", lambda _: Compiled(b"\x60\x00", b"\x00", ())
    )
    match = compare(submission_of("ReserveFeed", kgst.record.feed), connected())
    assert (match.creation, match.runtime) == (False, False)
    assert "compiles to other code" in match.problems[0]


def test_compare__the_chain__is_looked_at_for_both(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Creation and runtime code each have their own answer, and the immutables theirs."""
    submission = submission_of("ReserveFeed", kgst.record.feed)
    made = compiled(submission)
    assert made.immutables, "the feed keeps the token's address"
    monkeypatch.setattr("kgst.deploy.explorer.compiled", lambda _: made)
    assert compare(submission, connected()) == Match(True, True)

    eth = connected().web3.eth
    with monkeypatch.context() as patch:
        other = bytes(eth.get_code(kgst.record.token.address))
        patch.setattr(eth, "get_code", lambda *_: other)
        match = compare(submission, connected())
    assert (match.creation, match.runtime) == (True, False)
    assert "other code stands at" in match.problems[1]

    monkeypatch.setattr("kgst.deploy.explorer.compiled", lambda _: replace(made, immutables=()))
    match = compare(submission, connected())
    assert (match.creation, match.runtime) == (True, False)


def test_compare__node_that_has_forgotten_the_transaction__is_asked_for_the_code_alone(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web3.exceptions import TransactionNotFound

    def forgotten(*_: Any) -> Any:
        raise TransactionNotFound("pruned")

    submission = submission_of("ReserveFeed", kgst.record.feed)
    made = compiled(submission)
    monkeypatch.setattr("kgst.deploy.explorer.compiled", lambda _: made)
    monkeypatch.setattr(type(connected().web3.eth), "get_transaction", forgotten)
    assert compare(submission, connected()) == Match(True, True)


def test_compare__transaction_of_another_contract__is_refused(kgst: System) -> None:
    moved = kgst.record.feed.model_copy(update={"address": kgst.record.token.address})
    other = kgst.record.feed.model_copy(update={"transaction": kgst.record.token.transaction})
    for contract in (moved, other):
        with pytest.raises(InputError, match=r"the record says .* Look at `ape run deploy verify`"):
            compare(submission_of("ReserveFeed", contract), connected())


def test_compare__other_code_on_the_chain_than_recorded__is_told(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = kgst.record.feed.model_copy(update={"code_hash": HASH})
    submission = submission_of("ReserveFeed", contract)
    made = compiled(submission)
    monkeypatch.setattr("kgst.deploy.explorer.compiled", lambda _: made)
    match = compare(submission, connected())
    assert (match.creation, match.runtime) == (True, True)
    assert "the record says" in match.problems[0]


def test_publish__other_code_on_the_chain__exits_1_and_asks_nobody(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGST_EXPLORER_KEY", KEY)
    monkeypatch.setattr(
        "kgst.deploy.publish.compare", lambda *_: Match(True, False, ("other code stands there",))
    )
    answer = run(kgst, "http://127.0.0.1:9/v2/api")
    assert answer.exit_code is ExitCode.ERROR
    [found] = answer.document["contracts"]
    assert (found["creation_code_matches"], found["runtime_code_matches"]) == (True, False)
    assert (found["explorer"], found["message"]) == ("not asked", "other code stands there")
