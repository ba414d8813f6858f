"""Every command that reads a file of others: nothing that stands in it, or is its name, acts on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.in_process import invoke
from support.isolation import policy_of

ROOT = Path(__file__).parents[3]
HOSTILE = "\x1b[2J\x1b]0;owned\x07 [red]ok[/red] [/docs] \u202e\u2066\u200b\u2028\x9b31m\r\u3164"
NAME = HOSTILE.replace("/", "")

COMMANDS: dict[str, tuple[Sequence[str], str]] = {
    "safe show": ((), "kgst-safe-transaction/1"),
    "safe sign": (("--account", "TEST::0", "--yes"), "kgst-safe-transaction/1"),
    "safe collect": (("FILE",), "kgst-safe-transaction/1"),
    "reserves sign": (("--account", "TEST::0", "--yes"), "kgst-attestation/3"),
    "reserves collect": (("FILE",), "kgst-attestation/3"),
    "auditors sign": (("--account", "TEST::0", "--yes"), "kgst-rotation/2"),
    "auditors collect": (("FILE",), "kgst-rotation/2"),
    "govern sign": (("--account", "TEST::0", "--yes"), "kgst-key-challenge/1"),
    "upgrade consent": (("--account", "TEST::0", "--yes"), "kgst-upgrade/2"),
    "upgrade collect": (("FILE",), "kgst-upgrade/2"),
}
"""Those that need no network; what they read the others read by the same functions."""

CONTENTS: dict[str, Callable[[str], str]] = {
    "another format": lambda _: json.dumps({"format": HOSTILE}),
    "a key too many": lambda format_: json.dumps({"format": format_, HOSTILE: HOSTILE}),
    "a key twice": lambda _: f"{{{json.dumps(HOSTILE)}: 1, {json.dumps(HOSTILE)}: 2}}",
    "values": lambda format_: json.dumps(
        {"format": format_, "chain_id": HOSTILE, "signatures": {HOSTILE: HOSTILE}, "domain": {HOSTILE: 1}}
    ),
    "no JSON": lambda _: f'{{"{HOSTILE}',
    "no object": lambda _: json.dumps([HOSTILE]),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with such a name, too."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KGST_POLICY", str(policy_of("rehearsal")))
    path = tmp_path / NAME
    path.mkdir()
    return path


def require_harmless(text: str) -> None:
    for line in text.split("\n"):
        assert line.isprintable(), ascii(line)
        assert "\u3164" not in line


@pytest.mark.parametrize("content", sorted(CONTENTS))
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_file_of_others__hostile__is_refused_in_harmless_words(
    folder: Path, command: str, content: str
) -> None:
    options, format_ = COMMANDS[command]
    path = folder / f"{NAME}.json"
    path.write_text(CONTENTS[content](format_))
    given = [str(path) if option == "FILE" else option for option in options]
    for form in ((), ("--json",)):
        done = invoke(*command.split(), str(path), *given, *form)
        assert done.exit_code == 2, done.output
        assert "Traceback" not in done.stderr
        assert "this should not have happened" not in done.stderr
        require_harmless(done.stdout)
        require_harmless(done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ("safe", "show", NAME), ("safe", "show", "a", HOSTILE), ("safe", "show", f"--{HOSTILE}"),
        ("safe", f"zz{HOSTILE}"),
        ("safe", "sign", "a", "--account", HOSTILE), ("safe", "show", "a", "--policy", NAME),
        ("safe", "sign", "a", "--for", HOSTILE, "--signature", HOSTILE),
        ("govern", "sign", NAME, "--account", "TEST::0"),
        ("upgrade", "consent", "a", "--contract", HOSTILE, "--account", "TEST::0"),
    ],
    ids=lambda words: ascii(" ".join(words)),
)  # fmt: skip
def test_command_line__with_names_of_files_of_others__is_told_in_harmless_words(
    folder: Path, words: Sequence[str]
) -> None:
    """What `safe show *` makes of a folder in which others may write."""
    done = invoke(*words, color=True)
    assert done.exit_code != 0
    shown = (done.stdout + done.stderr).replace("\x1b[31m\x1b[1mError: \x1b[0m", "Error: ")
    require_harmless(shown)


def test_policy__hostile_keys_and_values__are_told_in_harmless_words(folder: Path) -> None:
    path = folder / "policy.yaml"
    for text in (
        json.dumps({HOSTILE: HOSTILE}),
        json.dumps({"people": {HOSTILE: HOSTILE}, "chain_id": HOSTILE, "roles": {HOSTILE: [{HOSTILE: 1}]}}),
        f"people: &{NAME} [",
        f"{HOSTILE}: [",
    ):  # fmt: skip
        path.write_text(text)
        for command in (("status",), ("safe", "show", str(path))):
            done = invoke(*command, "--policy", str(path))
            assert done.exit_code == 2, done.output
            require_harmless(done.stdout + done.stderr)
