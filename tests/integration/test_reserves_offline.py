"""`sign` and `collect` of reserves and auditors, in processes that have no network and would tell if they tried."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import drafts, rotations
from support.cli import ROOT, TIMEOUT
from support.isolation import policy_of

from kgst.reserves.report import hash_of_report

# Loaded by Python before anything else: whoever asks for a connection or a name leaves a trace, and gets none.
GUARD = """
import os, socket

def refuse(*args, **kwargs):
    with open(os.environ["KGST_TRACE"], "a") as trace:
        trace.write(repr(args[-1:]) + "\\n")
    raise OSError("no network")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


def _has_namespaces() -> bool:
    unshare = shutil.which("unshare")
    return bool(unshare) and not subprocess.call(
        ["unshare", "-rn", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


class Guarded:
    """Runs `ape` where a connection cannot be made, and a try is recorded."""

    def __init__(self, folder: Path) -> None:
        self.trace = folder / "trace"
        guard = folder / "guard"
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(GUARD)
        self.env = os.environ | {"PYTHONPATH": str(guard), "KGST_TRACE": str(self.trace)}
        # Where the system allows it, the process also gets a network of its own, with nothing in it.
        self.prefix = ["unshare", "-rn"] if _has_namespaces() else []

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """`ape run <arguments>`."""
        ape = str(Path(sys.executable).with_name("ape"))
        return subprocess.run(
            [*self.prefix, ape, "run", *map(str, arguments)],
            cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT,
            check=False,
        )  # fmt: skip


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path)


def test_sign_and_collect__no_network__work_and_never_ask_for_one(
    guarded: Guarded, tmp_path: Path
) -> None:
    data = drafts.report_of(drafts.total_of(tmp_path))
    report = tmp_path / "report.json"
    report.write_bytes(data)
    draft = drafts.make(report_hash=hash_of_report(data), read_at=int(time.time()))
    path = drafts.saved(draft, tmp_path / "attestation-5.json")
    for index in (0, 1):
        result = guarded.run(
            "reserves", "sign", path, "--account", drafts.auditor(index).alias, "--report", report,
            "--statement", tmp_path / "bank.csv", "--policy", policy_of("rehearsal"),
            "--yes", "--json",
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        document = json.loads(result.stdout)
        drafts.require_schema(document, "reserves-sign")
        assert document["signer"] == drafts.auditor(index).address
        assert document["digest"] == draft.digest
    result = guarded.run("reserves", "collect", path, *tmp_path.glob("*.sig.json"), "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    drafts.require_schema(json.loads(result.stdout), "reserves-collect")
    assert not guarded.trace.exists(), guarded.trace.read_text()


def test_auditors_sign_and_collect__no_network__work_and_never_ask_for_one(
    guarded: Guarded, tmp_path: Path
) -> None:
    path = drafts.saved(rotations.make(read_at=int(time.time())), tmp_path / "rotation-3.json")
    for index, signers in ((0, 1), (1, 2)):
        account = drafts.auditor(index).alias
        result = guarded.run("auditors", "sign", path, "--account", account, "--yes", "--json")
        assert result.returncode == 0, result.stdout + result.stderr
        assert len(list(tmp_path.glob("*.sig.json"))) == signers
    result = guarded.run("auditors", "collect", path, *tmp_path.glob("*.sig.json"), "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    drafts.require_schema(json.loads(result.stdout), "auditors-collect")
    assert not guarded.trace.exists(), guarded.trace.read_text()


def test_sign__network_option__there_is_none(guarded: Guarded, tmp_path: Path) -> None:
    path = drafts.saved(drafts.make(), tmp_path / "attestation-5.json")
    result = guarded.run("reserves", "sign", path, "--network", "bsc:testnet")
    assert result.returncode == 2
    assert "No such option" in result.stderr


def test_guard__a_command_with_a_network__is_caught_trying(guarded: Guarded) -> None:
    """The guard guards: else the test above would show nothing."""
    result = guarded.run("reserves", "show", "--network", "bsc:testnet:http://127.0.0.1:9")
    assert result.returncode != 0
    assert guarded.trace.exists()
