"""docs/integrate.md: its blocks of Python run, in order, against a deployment made by commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.reserves import attest_on
from support.cli import ROOT

PAGE = ROOT / "docs/integrate.md"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as found:
        attest_on(found, 1_000 * 100)
        minted = found.run("supply", "mint", "issuer", "100 som", "--ref", "I-1", account="issuer")
        assert minted.code == 0, minted.stderr
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
    monkeypatch.setenv("KEY", deployed.key("issuer").private_key)
    names: dict[str, Any] = {}
    found = blocks()
    assert len(found) == PAGE.read_text(encoding="utf8").count("```python")
    for line, code in found:
        # Padded, so that a traceback names the page's own line.
        exec(compile("\n" * (line - 1) + code, str(PAGE), "exec"), names)
    assert names["shop"].address != deployed.address("issuer")
