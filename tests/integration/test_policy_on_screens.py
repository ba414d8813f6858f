"""Wherever something is signed, the policy by which it is shown has its path and sha256 on the screen; and how long it
is good for stands there in words.
"""

from __future__ import annotations

import ast
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.operators import as_, operated, policy_file

from kgst.deployment.system import System
from kgst.files import Files
from kgst.guard.pauses import pause
from kgst.pipeline.pipeline import perform
from kgst.signing.deadlines import in_words, until
from kgst.signing.own import print_read

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"
SHOWS = {"print_own", "print_read", "print_preview"}
"""What puts the policy on the screen."""
BY_A_CALLER = {"kgst/pipeline/work.py"}
"""Whose callers have shown it: `preview`, before `carry_out`."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    return operated(policy_file(tmp_path_factory.mktemp("kgst"), POLICY), deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    return replace(deployed, files=Files(tmp_path))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_write__before_it_is_agreed_to__shows_the_policy_s_hash(
    kgst: System, pauser: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("kgst.console._require_readers", lambda: None)
    monkeypatch.setattr("click.confirm", lambda *_, **__: seen.append(capsys.readouterr().err))
    run = replace(as_(pauser), yes=False)
    perform(kgst, [pause(kgst, ["transfers"])], run)
    [before] = seen
    digest = hashlib.sha256(kgst.policy_path.read_bytes()).hexdigest()
    assert digest in before
    assert str(kgst.policy_path) in before.replace("\n", "")


def test_print_read__file_that_changed_or_went__is_told_and_stops_nothing(
    kgst: System, tmp_path: Path
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(kgst.policy_path.read_text())

    def screen() -> str:
        out = io.StringIO()
        print_read(Console(file=out, width=200), kgst.policy, path)
        return flat(out.getvalue())

    assert hashlib.sha256(path.read_bytes()).hexdigest() in screen()
    path.write_text(path.read_text() + "# a comment\n")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in screen()
    path.write_text(path.read_text().replace("max_age: 7 days", "max_age: 6 days"))
    assert "it has been changed since" in screen()
    assert "sha256" not in screen()
    path.write_text("nonsense")
    assert "a file that is gone" in screen()
    path.unlink()
    assert "a file that is gone" in screen()


def test_each_question__stands_below_the_policy() -> None:
    """Whoever asks an account to sign has shown it in the same function, or is one of those whose callers have."""
    asking = 0
    for path in sorted((ROOT / "kgst").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef) or name == "kgst/console.py":
                continue
            called = [
                (node.lineno, node.func.id)
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            for line, what in called:
                if what != "confirm":
                    continue
                asking += 1
                shown = any(before < line and show in SHOWS for before, show in called)
                assert shown or name in BY_A_CALLER, f"{name}, line {line}"
    assert asking >= 7


class _Draft:
    """Of whatever kind."""

    def __init__(self, closes: int | None) -> None:
        self.closes = closes


@pytest.mark.parametrize(
    ("closes", "words"),
    [
        (1_772_625_600 + 43_200, "12 hours from now by this computer's clock"),
        (1_772_625_600 + 3 * 86_400 - 61, "2 days 23 hours from now"),
        (1_772_625_600, "0 seconds from now"),
        (1_772_625_600 - 90, "1 minute 30 seconds ago"),
        (None, "none; what is signed here stays good until it is carried out"),
    ],
)
def test_deadline__in_words__says_how_long_it_is(closes: int | None, words: str) -> None:
    said = in_words(_Draft(closes), 1_772_625_600)  # type: ignore[arg-type]
    assert words in said
    if closes is not None:
        assert until(closes, 1_772_625_600) in said
        assert "Asia/Bishkek" in said
