"""`ape run deploy` on the in-process chain: one document, one message, the right exit code."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.drafts import require_schema
from support.forged import flipped
from support.in_process import invoke

from kgst.deployment.applying import STEPS
from kgst.files import Files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run deploy …` in this process, on a copy of the tests' policy."""
    monkeypatch.chdir(ROOT)
    shutil.copy(ROOT / "tests/support/policy.yaml", tmp_path)
    return partial(invoke, "deploy", policy=tmp_path / "policy.yaml")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The in-process chain taken for one that outlives the command."""
    monkeypatch.setattr("kgst.deploy.commands.is_short_lived", lambda _: False)


def test_plan__json__is_one_document(run: Any) -> None:
    result = run("plan", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [step["name"] for step in document["steps"]] == list(STEPS)
    assert document["gas_estimate"] > 9_000_000
    assert document["deployer"] == ape_accounts.test_accounts[0].address


def test_plan__for_people__shows_addresses_whole(run: Any) -> None:
    result = run("plan")
    assert result.exit_code == 0, result.output
    for index in (1, 10, 20):
        assert ape_accounts.test_accounts[index].address in result.stdout
    assert "1 000 000.00 som" in result.stdout
    assert "Estimate" in result.stdout


def test_apply__in_process__says_that_nothing_is_kept(run: Any, tmp_path: Path) -> None:
    result = run("apply", "--yes")
    assert result.exit_code == 0, result.output
    assert "is gone when it ends" in " ".join(result.stdout.split())
    assert [path.name for path in tmp_path.iterdir()] == ["policy.yaml"]


def test_apply__answer_is_no__sends_nothing(run: Any) -> None:
    before = ape_chain.blocks.height
    result = run("apply", input="n\n")
    assert result.exit_code == 1
    assert ape_chain.blocks.height == before


@pytest.mark.usefixtures("kept")
def test_apply__twice__deploys_once(run: Any, tmp_path: Path) -> None:
    first = run("apply", "--yes", "--json")
    assert first.exit_code == 0, first.output
    height = ape_chain.blocks.height
    second = run("apply", "--yes", "--json")
    assert second.exit_code == 0, second.output
    assert json.loads(second.stdout)["already_deployed"] is True
    assert ape_chain.blocks.height == height
    assert json.loads(second.stdout)["record"] == json.loads(first.stdout)["record"]

    verified = run("verify", "--json")
    assert verified.exit_code == 0
    assert json.loads(verified.stdout)["summary"]["failed"] == 0

    third = run("apply", "--yes", "--new", "--json")
    assert third.exit_code == 0, third.output
    assert ape_chain.blocks.height == height + len(STEPS)
    names = sorted(path.name.split(".")[0] for path in tmp_path.iterdir())
    assert names == ["journal", "journal", "layout", "layout", "policy", "record", "record"]


@pytest.mark.usefixtures("kept")
def test_verify__drift__exits_3_and_names_it(run: Any) -> None:
    document = json.loads(run("apply", "--yes", "--json").stdout)
    from kgst.chain import token_at

    token = token_at(document["record"]["token"]["address"])
    token.pause(1, sender=ape_accounts.test_accounts[5])
    result = run("verify", "--json")
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    require_schema(told, "deploy-verify")
    assert [check for check in told["checks"] if check["state"] != "ok"] == [
        {
            "area": "token",
            "item": "pause flags",
            "state": "failed",
            "expected": "none",
            "found": "transfers",
            "advice": None,
        }
    ]
    assert "pause flags" in run("verify").stdout


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("verify",), 2, "there is no record"),
        (("resume", "--yes"), 2, "nothing to resume"),
        (("apply", "--yes", "--account", "TEST::9"), 4, "is role GUARDIAN in the policy"),
    ],
)
def test_command__cannot_be_done__says_why(
    run: Any, command: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*command, "--json")
    assert result.exit_code == code
    error = json.loads(result.stdout)["error"]
    assert error["exit_code"] == code
    assert said in error["message"]
    assert "Traceback" not in result.stderr
    people = run(*command)
    assert people.exit_code == code
    assert people.stdout == ""
    assert said in people.stderr


@pytest.mark.usefixtures("kept")
def test_command__build_that_came_with_a_commit__is_refused_by_name(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.build.sources._seen", set())
    with flipped("Revoker"):
        result = run("apply", "--yes", "--json")
        assert result.exit_code == 4, result.output
        assert "Revoker: the build in .build has another creation code" in result.stdout
        assert [path.name for path in tmp_path.iterdir()] == ["policy.yaml"]
    assert run("apply", "--yes", "--json").exit_code == 0
    monkeypatch.setattr("kgst.build.sources._seen", set())
    with flipped("Revoker"):
        result = run("verify", "--json")
    assert result.exit_code == 3
    items = [c["item"] for c in json.loads(result.stdout)["checks"] if c["state"] == "failed"]
    assert items[:2] == [
        "the build, beside what the sources compile to",
        "the creation of Revoker, code of this build",
    ]


def test_verify__in_process__is_refused(run: Any) -> None:
    result = run("verify")
    assert result.exit_code == 2
    assert "nothing to verify" in result.stderr


def test_move_aside__nothing_there__moves_nothing(tmp_path: Path) -> None:
    assert Files(tmp_path).move_aside() == []
