"""The deployment as an operator runs it: `ape run deploy` against anvil with the testnet's id, killed and resumed."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from support.cli import finish_ape, kill, start_ape, wait_for
from web3 import HTTPProvider, Web3

DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def start(command: str, anvil: str, folder: Path) -> subprocess.Popen[str]:
    options = ["--json"] if command == "verify" else ["--json", "--yes"]
    return start_ape("deploy", command, *options, network=anvil, policy=folder / "policy.yaml")


def finish(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """The exit code, and the one document on stdout."""
    result = finish_ape(process)
    assert result.document is not None
    return result.code, result.document


def journaled(folder: Path, kind: str) -> list[str]:
    path = folder / "journal.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [line["step"] for line in map(json.loads, lines) if line["kind"] == kind]


def test_deploy__killed_on_a_rehearsal_chain__is_resumed_and_verified(
    anvil: str, folder: Path
) -> None:
    eth = Web3(HTTPProvider(anvil)).eth

    process = start("apply", anvil, folder)
    wait_for(lambda: "logic" in journaled(folder, "signed") or process.poll() is not None, 90)
    kill(process)
    assert process.returncode == -signal.SIGKILL
    assert journaled(folder, "signed") == ["manager", "logic"]
    assert journaled(folder, "outcome") == ["manager"]
    assert not (folder / "record.json").exists()

    code, refusal = finish(start("apply", anvil, folder))
    assert code == 4
    assert "was not finished" in refusal["error"]["message"]

    code, document = finish(start("resume", anvil, folder))
    assert code == 0
    assert document["verification"] == {
        "checks": document["verification"]["checks"],
        "drifts": [],
        "not_checked": [],
    }
    assert json.loads((folder / "record.json").read_text()) == document["record"]
    assert document["record"]["chain_id"] == 97
    assert eth.get_transaction_count(Web3.to_checksum_address(DEPLOYER)) == 5

    code, again = finish(start("apply", anvil, folder))
    assert code == 0
    assert again["already_deployed"] is True
    assert eth.get_transaction_count(Web3.to_checksum_address(DEPLOYER)) == 5
