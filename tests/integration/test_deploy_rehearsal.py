"""The deployment as an operator runs it: `ape run deploy` against anvil with the testnet's id, killed and resumed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web3 import HTTPProvider, Web3

ROOT = Path(__file__).parents[2]
DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.fixture
def anvil() -> Iterator[str]:
    """A node like the testnet's: chain id 97, a block each second."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "node_modules/.bin/anvil",
        "--chain-id",
        "97",
        "--block-time",
        "1",
        "--port",
        str(port),
    ]
    node = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: Web3(HTTPProvider(address)).is_connected(), 10)
        yield address
    finally:
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "deployments/rehearsal/policy.yaml", tmp_path)
    return tmp_path


def wait_for(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def start(command: str, anvil: str, folder: Path) -> subprocess.Popen[str]:
    arguments = ["run", "deploy", command, "--network", f"bsc:testnet:{anvil}", "--json"]
    arguments += ["--policy", str(folder / "policy.yaml")]
    if command != "verify":
        arguments.append("--yes")
    return subprocess.Popen(
        [Path(sys.executable).with_name("ape"), *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """The exit code, and the one document on stdout."""
    out, err = process.communicate(timeout=120)
    try:
        return process.returncode, json.loads(out)
    except json.JSONDecodeError:
        pytest.fail(f"stdout is not one document: {out!r}\n{err}")


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
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
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
