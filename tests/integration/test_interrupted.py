"""Ctrl-C, `kill` and a closed terminal while a transaction may be on its way: exit 6, and the same command goes on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc import faults
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.cli import finish_ape, wait_for

SENT = "eth_sendRawTransaction"
AWAITED = "eth_getTransactionReceipt"
SAID = "interrupted while pause may have been sent; give the same command again"


@pytest.fixture(scope="module")
def kgst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as deployed:
        yield deployed


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """SIGHUP is ignored where the tests run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(autouse=True)
def _not_paused(kgst: Deployed) -> Iterator[None]:
    """Each test begins with a token that is not paused, and no run left open."""
    yield
    kgst.node.faults.clear()
    done = kgst.run("guard", "unpause", "transfers", account="unpauser")
    assert done.code == 0, done.stderr
    assert kgst.open_runs() == []


def receives(signum: int) -> faults.Fault:
    """This process gets the signal while it waits for the answer, which is late."""

    def fault(request: Any, forward: Any) -> Any:
        os.kill(os.getpid(), signum)
        return faults.hangs(2)(request, forward)

    return fault


def finished(kgst: Deployed, changed: int) -> None:
    """The same command again finds what was sent, and sends nothing."""
    kgst.node.faults.clear()
    done = kgst.run("guard", "pause", "transfers", account="pauser")
    assert done.code == 0, done.stderr
    assert done.document is not None
    assert done.document["resumed"] is True
    assert kgst.flags_changed() == changed + 1


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal__after_the_send__may_have_been_sent(kgst: Deployed, signum: signal.Signals) -> None:
    changed = kgst.flags_changed()
    kgst.node.faults[AWAITED] = faults.once(receives(signum))
    broken = kgst.run("guard", "pause", "transfers", account="pauser")
    assert broken.code == 6, broken.stderr
    assert SAID in broken.error
    finished(kgst, changed)


def test_signal__before_anything_is_signed__says_so_and_sends_nothing(kgst: Deployed) -> None:
    changed, nonce = kgst.flags_changed(), kgst.nonce("pauser")
    kgst.node.faults["eth_gasPrice"] = faults.once(receives(signal.SIGTERM))
    broken = kgst.run("guard", "pause", "transfers", account="pauser")
    assert broken.code == 143, broken.stderr
    assert broken.document is not None
    assert broken.document["error"]["kind"] == "INTERRUPTED"
    assert kgst.nonce("pauser") == nonce
    assert kgst.flags_changed() == changed


def test_ctrl_c__in_a_process_of_its_own__is_told(kgst: Deployed) -> None:
    """Where ape has a handler of its own, which says nothing."""
    changed = kgst.flags_changed()
    kgst.node.faults[AWAITED] = faults.hangs(3)
    asked = kgst.node.asked[AWAITED]
    process = kgst.start("guard", "pause", "transfers", account="pauser")
    wait_for(lambda: kgst.node.asked[AWAITED] > asked, 90)
    # Stopped meanwhile: however busy the machine is, both are there when it goes on.
    for signum in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
        process.send_signal(signum)
    broken = finish_ape(process)
    assert broken.code == 6, broken.stderr
    assert SAID in broken.error
    assert "Traceback" not in broken.stderr
    finished(kgst, changed)


def test_ctrl_c__during_a_deployment__says_how_to_go_on(kgst: Deployed, tmp_path: Path) -> None:
    shutil.copy(kgst.policy, tmp_path)
    another = Deployed(kgst.node, tmp_path, kgst.data)
    kgst.node.faults[AWAITED] = faults.once(receives(signal.SIGINT))
    broken = another.run("deploy", "apply", account="deployer")
    assert broken.code == 6, broken.stderr
    assert "interrupted while manager may have been sent" in broken.error
    assert "ape run deploy resume" in broken.error
    kgst.node.faults.clear()
    done = another.run("deploy", "resume", account="deployer")
    assert done.code == 0, done.stderr
