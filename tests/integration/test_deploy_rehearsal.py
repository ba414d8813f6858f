"""The deployment as an operator runs it: `ape run deploy` on a node of BNB Smart Chain, killed and resumed."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.cli import kill, wait_for

from kgst.deployment.applying import STEPS


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Deployed]:
    """A chain on which nothing is deployed yet."""
    with deployed_on_bsc(tmp_path, apply=False) as found:
        yield found


def run(command: str, where: Deployed) -> tuple[int, dict[str, Any]]:
    """The exit code, and the one document on stdout."""
    result = where.run("deploy", command, account="deployer")
    assert result.document is not None
    return result.code, result.document


def journaled(folder: Path, kind: str) -> list[str]:
    path = folder / "journal.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [line["step"] for line in map(json.loads, lines) if line["kind"] == kind]


def test_deploy__killed_on_a_rehearsal_chain__is_resumed_and_verified(empty: Deployed) -> None:
    folder = empty.folder
    process = empty.start("deploy", "apply", account="deployer")
    wait_for(lambda: "logic" in journaled(folder, "signed") or process.poll() is not None, 90)
    kill(process)
    assert process.returncode == -signal.SIGKILL
    assert journaled(folder, "signed") == ["manager", "logic"]
    assert journaled(folder, "outcome") == ["manager"]
    assert not (folder / "record.json").exists()

    code, refusal = run("apply", empty)
    assert code == 4
    assert "was not finished" in refusal["error"]["message"]

    code, document = run("resume", empty)
    assert code == 0
    verification = document["verification"]
    assert verification["summary"]["ok"] == len(verification["checks"]) > 0
    assert json.loads((folder / "record.json").read_text()) == document["record"]
    assert document["record"]["chain_id"] == 97
    assert empty.nonce("deployer") == len(STEPS)

    code, again = run("apply", empty)
    assert code == 0
    assert again["already_deployed"] is True
    assert empty.nonce("deployer") == len(STEPS)
