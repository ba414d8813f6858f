"""docs/integrate.md: its blocks of Python run, in order, against a deployment made by commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from support.bsc.deployed import Deployed
from support.bsc.reserves import funded
from support.cli import ROOT
from support.life import Life

PAGE = ROOT / "docs/integrate.md"
README = ROOT / "README.md"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with funded(tmp_path_factory.mktemp("deployment"), 100) as found:
        yield found


def blocks() -> list[tuple[int, str]]:
    """Each block of Python, with the line on which it begins."""
    page = PAGE.read_text(encoding="utf8")
    found = re.finditer(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [(page.count("\n", 0, one.start()) + 2, one[1]) for one in found]


def test_integrate__each_block__runs_as_it_says(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("RPC", deployed.node.address)
    monkeypatch.setenv("TOKEN", deployed.token)
    for name, key in (("RESERVE_FEED", "feed"), ("BACKING_FEED", "backing_feed")):
        monkeypatch.setenv(name, deployed.record[key]["address"])
    monkeypatch.setenv("KEY", deployed.key("issuer").private_key)
    names: dict[str, Any] = {}
    found = blocks()
    assert len(found) == PAGE.read_text(encoding="utf8").count("```python")
    for line, code in found:
        # Padded, so that a traceback names the page's own line.
        exec(compile("\n" * (line - 1) + code, str(PAGE), "exec"), names)
    shop, issuer = names["shop"].address, deployed.address("issuer")
    assert shop != issuer
    # What its functions say once something has been done to an account.
    life = Life(deployed)
    assert names["spendable"](shop) > 0
    block = life.act(deployed.address("compliance"), life.token.functions.blockAccount(shop))
    deployed.node.mine(5)
    assert names["touched"]([shop, issuer], block, block) == [(block, "Blocked", shop)]
    assert names["spendable"](shop) == 0
    assert not names["routable"](issuer, shop, issuer, 1)


def test_readme__both_snippets__say_what_the_token_has(deployed: Deployed) -> None:
    page = README.read_text(encoding="utf8")
    given = {**os.environ, "RPC": deployed.node.address, "TOKEN": deployed.token}
    # So that a figure has a fraction, as most have.
    life, issuer = Life(deployed), deployed.address("issuer")
    life.act(issuer, life.token.functions["burn(uint256)"](250_001))
    supply, backing, _, _ = life.token.functions.solvency().call()
    expected = f"{Decimal(supply).scaleb(-6)} som of {Decimal(backing).scaleb(-6)}"
    for language, words in (
        ("python", [sys.executable, "-c"]),
        ("js", ["node", "--input-type=module", "-e"]),
    ):
        [code] = re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        done = subprocess.run(
            [*words, code], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
        )
        assert done.stdout.strip() == expected, done.stderr
