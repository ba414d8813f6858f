"""`ape run govern sign`: what a new holder sees and signs, without a network."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support import drafts
from support.in_process import invoke
from support.isolation import policy_of

from kgst.govern.challenge import Challenge
from kgst.signing.reading import read_signature, signature_path
from kgst.storing import MAX_BYTES

ROOT = Path(__file__).parents[4]
NEW = ape_accounts.test_accounts[17]


def make(**changes: Any) -> Challenge:
    fields = {
        "chain_id": 97,
        "manager": drafts.OTHER,
        "account": NEW.address,
        "replaces": drafts.auditor(0).address,
        "roles": "PAUSER, UNPAUSER",
        "granted_at": drafts.NOW,
    }
    return Challenge.model_validate(fields | changes)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run govern sign …` in this process."""
    monkeypatch.chdir(ROOT)
    return partial(invoke, "govern", "sign")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return drafts.saved(make(), tmp_path / "challenge.json")


def test_sign__for_people__shows_what_is_proved(run: Any, file: Path) -> None:
    policy = policy_of("rehearsal")
    result = run(file, "--account", NEW.alias, "--policy", policy, input="y\n")
    assert result.exit_code == 0, result.output
    said = " ".join((result.stdout + result.stderr).split())
    for text in (
        f"account no label {NEW.address}",
        f"replaces auditor_a {drafts.auditor(0).address}",
        "in roles PAUSER, UNPAUSER",
        "granted 2026-03-04 12:00:00 UTC",
        "the chain is the policy's (97)",
        "manager: there is no record.json beside the policy",
        "DOMAIN HASH",
        make().hashes.message,
        "Prove the key as no label",
        "Send to whoever rotates, for --proof: ",
    ):
        assert text in said, text
    found = read_signature(make(), make().signers, signature_path(file, NEW.address))
    assert found.signer == NEW.address
    again = run(file, "--account", NEW.alias, "--yes", "--json")
    document = json.loads(again.stdout)
    drafts.require_schema(document, "govern-sign")
    assert (document["signer"], document["label"]) == (NEW.address, None)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "name the new holder's with --account"),
        (("--account", "TEST::16"), 4, "is not the new holder"),
        (("--for", drafts.OTHER, "--signature", "0x"), 4, "is not the new holder"),
    ],
)
def test_sign__who_may_not__is_refused(
    run: Any, file: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run(file, *arguments, "--yes")
    assert result.exit_code == code, result.output
    assert said in " ".join(result.stderr.split())
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("make_it", "said"),
    [
        (os.mkfifo, "a device, pipe or socket"),
        (lambda path: path.write_bytes(b" " * (MAX_BYTES + 1)), "larger than 1024 KiB"),
        (lambda path: path.write_text('{"format": 1, "format": 1}'), "appears twice"),
        (
            lambda path: path.write_text('{"format": "x"}'),
            "this is not the challenge of a rotation",
        ),
        (lambda path: drafts.edited(drafts.saved(make(), path), roles="A\u202eB"), "roles: "),
        (lambda path: drafts.edited(drafts.saved(make(), path), account="0x0"), "account: "),
        (lambda path: drafts.edited(drafts.saved(make(), path), more=1), "more: nothing reads"),
    ],
)
def test_sign__hostile_challenge__is_refused(
    run: Any, tmp_path: Path, make_it: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "c.json"
    make_it(path)
    result = run(path, "--account", NEW.alias, "--yes")
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
