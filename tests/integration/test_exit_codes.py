"""The table of exit codes in docs/commands.md: each row is brought about, by the command that it names."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from support.bsc import faults
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.reserves import attest_on
from support.bsc.safes import paused_by_a_safe
from support.cli import ROOT, Result
from support.life import Life
from support.schemas import require_schema

from kgst.errors import ExitCode

SIGNALS = {130: signal.SIGINT, 143: signal.SIGTERM, 129: signal.SIGHUP}
WHY = ("--reason", "a test of exit codes")


def rows() -> dict[int, list[str]]:
    """Each code of the table, and the words of the command that it gives as an example."""
    text = (ROOT / "docs/commands.md").read_text()
    section = text.split("\n## Exit codes\n")[1].split("\n## ")[0]
    found: dict[int, list[str]] = {}
    for codes, example in re.findall(r"^\| ([0-9, ]+) \| [^|]* \| `([^`]*)`", section, re.M):
        found |= {int(code): example.split() for code in codes.split(",")}
    return found


@pytest.fixture(scope="module")
def kgst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """PAUSER is a Safe; a stranger was made one as well, behind the policy's back."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=paused_by_a_safe) as found:
        life = Life(found)
        life.as_admin(life.manager.functions.grantRole(6, life.holder, 0))
        found.node.mine(5)
        yield found


@pytest.fixture(autouse=True)
def _quiet(kgst: Deployed) -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored under `nohup`
    yield
    signal.signal(signal.SIGHUP, before)
    kgst.node.faults.clear()


def interrupted(kgst: Deployed, method: str, signum: int, words: list[str]) -> Result:
    def fault(request: Any, forward: Any) -> Any:
        os.kill(os.getpid(), signum)
        return faults.hangs(2)(request, forward)

    kgst.node.faults[method] = faults.once(fault)
    who = Life(kgst).other
    return kgst.run(*words, who, "--allow-unknown", *WHY, account="compliance")


def _at_the_price(signum: int, kgst: Deployed, words: list[str]) -> Result:
    return interrupted(kgst, "eth_gasPrice", signum, words)


Scenario = Callable[[Deployed, list[str]], Result]
SCENARIOS: dict[int, Scenario] = {
    0: lambda kgst, words: kgst.run(*words),
    1: lambda kgst, words: kgst.run(*words, node="http://127.0.0.1:9"),
    2: lambda kgst, words: kgst.run(*words, "nobody", *WHY, account="compliance"),
    3: lambda kgst, words: kgst.run(*words),
    4: lambda kgst, words: kgst.run(*words, "issuer_b", "5 som", "--ref", "D-1", account="issuer"),
    5: lambda kgst, words: kgst.run(*words[:-1], "safe:governance", account="owner_a"),
    6: lambda kgst, words: interrupted(kgst, "eth_getTransactionReceipt", signal.SIGTERM, words),
    7: lambda kgst, words: kgst.run(*words),
    **{code: partial(_at_the_price, signum) for code, signum in SIGNALS.items()},
}


def test_table__has_every_code() -> None:
    assert set(rows()) == {int(code) for code in ExitCode} | set(SIGNALS)
    assert set(rows()) == set(SCENARIOS)


@pytest.mark.parametrize("code", sorted(SCENARIOS))
def test_row__is_brought_about_by_its_example(kgst: Deployed, code: int) -> None:
    result = SCENARIOS[code](kgst, rows()[code])
    assert result.code == code, result.stderr
    if code == 6:
        kgst.node.faults.clear()
        words = (*rows()[code], Life(kgst).other, "--allow-unknown", *WHY)
        assert kgst.run(*words, account="compliance").code == 0, "the same command goes on"


def test_alert__nothing_is_due__is_0(kgst: Deployed) -> None:
    due = kgst.run("status", "--alert").document
    assert due is not None
    require_schema("status", due)
    assert [one["kind"] for one in due["alerts"]] == ["attestation"]
    attest_on(kgst, 10_000)
    kgst.node.mine(5)
    done = kgst.run("status", "--alert")
    assert done.code == 0, done.stdout
    assert done.document is not None
    assert done.document["alerts"] == []

    kgst.node.anvil.ask("anvil_setBalance", kgst.address("issuer"), hex(10**12))
    low = kgst.run("status", "--alert")
    assert low.code == 7
    assert low.document is not None
    assert [one["kind"] for one in low.document["alerts"]] == ["balance"]
    assert kgst.run("status").code == 0, "only --alert says it by the exit code"

    kgst.node.anvil.ask("evm_increaseTime", 8 * 86_400)
    kgst.node.mine(5)
    late = kgst.run("status", "--alert")
    assert late.document is not None
    kinds = [one["kind"] for one in late.document["alerts"]]
    assert "attestation" in kinds
    told = kgst.run("doctor").document
    assert told is not None
    [check] = [one for one in told["checks"] if one["item"] == "attestation"]
    assert check["state"] == "warning"
    assert "minting ended at" in check["found"]
