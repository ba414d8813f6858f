"""A terminal without the letters, a reader who leaves, and words that would repaint the screen: commands go on."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.cli import ROOT, finish_ape, start_ape
from support.commands import looking
from support.in_process import invoke
from support.standing import keep_chain

from kgst.checks import Check, State
from kgst.deployment.applying import STEPS, apply
from kgst.journal import Outcome
from kgst.pipeline.documents import Transaction
from kgst.policy import Policy

POLICY = ROOT / "tests/support/policy.yaml"
HOSTILE = "[/docs] [red]x[/red] \x1b[2J\u202e\u200b" + "y" * 10_000


@pytest.fixture(scope="module")
def deployment(deployer: Any) -> Any:
    return apply(Policy.load(POLICY), deployer)


@pytest.fixture
def folder(deployment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The deployment's, on the chain of this process, taken for one that outlives the command."""
    keep_chain(monkeypatch)
    monkeypatch.setattr("kgst.deploy.commands.is_short_lived", lambda _: False)
    monkeypatch.chdir(ROOT)
    shutil.copy(POLICY, tmp_path)
    deployment.record.save(tmp_path / "record.json")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Any:
    return partial(invoke, policy=folder / "policy.yaml")


def is_harmless(text: str) -> bool:
    """Nothing in it but what is printed, and ends of lines."""
    return text.replace("\n", "").isprintable()


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of nodes and chain as an adversary would have them."""
    from kgst.verify import comparing

    found = comparing.inspect

    def inspect(*args: Any, **kwargs: Any) -> Any:
        drift = Check("token", HOSTILE, State.FAILED, HOSTILE, HOSTILE, HOSTILE)
        return [*found(*args, **kwargs), drift, Check.open("roles", HOSTILE, HOSTILE)]

    monkeypatch.setattr("kgst.deploy.commands.inspect", inspect)
    monkeypatch.setattr(Policy, "label", lambda _, __: HOSTILE[:600])


LOOKING: list[tuple[tuple[str, ...], set[int]]] = [
    (("deploy", "verify"), {3}),
    (("status",), {0}),
    (("doctor",), {0, 1, 3}),
    (("govern", "matrix"), {0}),
    (("govern", "plan"), {0, 3, 5}),
    (("govern", "pending"), {0}),
    (("auditors", "show"), {0}),
    (("reserves", "show"), {0}),
    (("supply", "limits"), {0}),
    (("supply", "proposals"), {0}),
    (("supply", "destinations"), {0}),
    (("guard", "show", "compliance"), {0}),
    (("safe", "list"), {0}),
    (("redemptions", "list"), {0}),
    (("page",), {0}),
]
NOT_HERE = {
    "auditors draft": "writes a file, of the policy's words",
    "demo": "has a policy and a chain of its own",
    "deploy publish": "speaks to an explorer",
    "drill": "speaks to a fork",
    "guard send": "shows a file, which its own tests lie in",
    "index sync": "shows numbers and hashes",
    "publish listing": "writes files, and shows figures, a folder and its own words",
    "reconcile": "shows statements, which their own tests lie in",
    "redemptions pay": "needs what is locked and a register; test_redemptions_pay has its screens",
    "redemptions show": "needs a request; shows what `redemptions list` shows",
    "reserves draft": "shows statements, which their own tests lie in",
    "reserves order": "writes a file, of figures and references",
    "upgrade check": "speaks to a fork",
    "watch": "keeps an index, which this chain has none of; test_watch has its screens",
}


def test_commands__that_look__are_told_hostile_words_or_say_why_not() -> None:
    told = {" ".join(words[:2]) for words, _ in LOOKING}
    assert told | NOT_HERE.keys() == looking()
    assert not told & NOT_HERE.keys()


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(
    ("arguments", "codes"),
    [*LOOKING, (("guard", "pause", "transfers", "--account", "TEST::5", "--yes"), {0})],
)
def test_command__told_hostile_words__shows_them_plainly(
    run: Any, arguments: tuple[str, ...], codes: set[int]
) -> None:
    result = run(*arguments)
    assert result.exit_code in codes, result.output
    assert is_harmless(result.stdout)
    assert is_harmless(result.stderr)
    assert "could not be shown" not in result.stderr
    # Shown as it is, not taken for markup.
    words = "".join((result.stdout + result.stderr).split())
    assert "[/docs][red]x[/red]?[2J??y" in words or "y" * 500 not in words
    assert len(result.stdout) < 60_000


def test_error__with_hostile_words__is_plain(run: Any) -> None:
    result = run("guard", "block", HOSTILE, "--reason", "a test", "--yes")
    assert result.exit_code == 2
    assert is_harmless(result.stderr)
    assert len(result.stderr) < 6_000


def test_pause__whose_reader_has_gone__is_carried_out(
    run: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As into `| head -1`: what is printed fails, what is done does not."""
    written = []

    def gone(_: Any, text: str) -> int:
        written.append(text)
        raise BrokenPipeError

    monkeypatch.setattr("click.testing._NamedTextIOWrapper.write", gone)
    result = run("guard", "pause", "transfers", "--account", "TEST::5", "--yes")
    assert result.exit_code == 0
    assert written
    assert deployment.token.pauseFlags() == 1


def test_deployment__on_an_ascii_terminal__reaches_its_end() -> None:
    process = start_ape(
        "deploy", "apply", "--yes", policy=POLICY,
        environment={"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    done = finish_ape(process)
    assert done.code == 0, done.stderr
    assert done.stdout.isascii()
    for number, step in enumerate(STEPS, 1):
        assert f"ok {number}/{len(STEPS)} {step}" in done.stdout
    assert "ok verified" in done.stdout


def test_deployment__into_a_closed_pipe__ends_without_a_noise() -> None:
    process = start_ape("deploy", "apply", "--yes", policy=POLICY)
    assert process.stdout is not None
    process.stdout.close()
    done = finish_ape(process)
    assert done.code == 0, done.stderr
    assert "BrokenPipe" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_document__broken_once_the_transaction_is_final__is_told_and_what_was_sent_too(
    run: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code and words are those of what was done: nobody must take it for a failure and do it again."""
    of, outcomes = Transaction.of, []

    def broken(outcome: Outcome) -> Transaction:
        outcomes.append(outcome)
        return of(outcome.model_copy(update={"gas_used": -1}))

    monkeypatch.setattr(Transaction, "of", broken)
    ended = run("guard", "pause", "transfers", "--account", "TEST::5", "--yes", "--json")
    [outcome] = outcomes
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert f"pause: sent {outcome.hash}" in ended.stderr
    assert "✓ done" in ended.stderr
    *_, line = ended.stderr.splitlines()
    assert line == (
        "Error: the document could not be made: transactions.0.gas_used: Input should be greater than or equal to 0; "
        "the command ended with exit code 0, as said above. Nothing has to be done again; report it."
    )
    assert "Traceback" not in ended.stderr
    assert int(deployment.token.pauseFlags()) == 1
