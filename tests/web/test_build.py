"""How the page is built: the same bytes anywhere, one file, small, with a policy that names what may run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from support.web.browser import ROOT, Browser, build

from kgst.abi import path_of
from kgst.index.known import known_events

SNAPSHOT = json.loads((ROOT / "tests/data/page/snapshot.json").read_text())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "kgst.html"
    build(SNAPSHOT, path)
    return path


def test_build__in_two_folders__makes_the_same_bytes(page: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another folder"
    shutil.copytree(ROOT / "web", elsewhere / "web")
    (elsewhere / "node_modules").symlink_to(ROOT / "node_modules")
    build(SNAPSHOT, tmp_path / "other.html", root=elsewhere)
    assert (tmp_path / "other.html").read_bytes() == page.read_bytes()


def test_build__hashes__are_those_that_are_published(page: Path) -> None:
    text = page.read_text()
    parts = {
        "script": re.findall(r"<script>(.*?)</script>", text, re.DOTALL),
        "style": re.findall(r"<style>(.*?)</style>", text, re.DOTALL),
    }
    lines = (ROOT / "web/sha256.txt").read_text().splitlines()
    said = {name: digest for digest, name in (line.split("  ") for line in lines)}
    for name, found in parts.items():
        [content] = found
        digest = hashlib.sha256(content.encode())
        assert digest.hexdigest() == said[name]
        assert f"{name}-src 'sha256-{base64.b64encode(digest.digest()).decode()}'" in text


def test_build__compressed__is_below_150_kb(tmp_path: Path) -> None:
    printed = build(SNAPSHOT, tmp_path / "kgst.html")
    [size] = re.findall(r"(\d+) bytes compressed", printed)
    assert int(size) < 150_000


def test_build__hostile_words_in_a_snapshot__stay_words(browser: Browser, tmp_path: Path) -> None:
    hostile = (
        "</script><script>document.title='taken'</script><img src=x onerror=document.title='taken'>"
    )
    snapshot = json.loads(json.dumps(SNAPSHOT))
    snapshot["auditors"]["members"][0]["label"] = hostile
    snapshot["roles"][0]["label"] = hostile + "\u202e"
    build(snapshot, tmp_path / "kgst.html")
    with browser.opened(tmp_path / "kgst.html") as opened:
        assert opened.do("title") == "KGST reserves, checked in your browser"
        assert hostile in opened.text("#signatures")
        assert "\u202e" not in opened.text()


def test_policy__what_is_not_of_the_page__does_not_run_and_is_not_asked(
    browser: Browser, page: Path
) -> None:
    with browser.opened(page) as opened:
        script = (
            "(() => { const it = document.createElement('script'); it.textContent = 'window.ran = 1';"
            " document.body.append(it); return window.ran ?? 0; })()"
        )
        assert opened.do("evaluate", script) == 0
        asked = "fetch('http://elsewhere.invalid/').then(() => 'asked', () => 'refused')"
        assert opened.do("evaluate", asked) == "refused"


def test_sources__types__hold() -> None:
    done = subprocess.run(
        [ROOT / "node_modules/.bin/tsc", "-p", ROOT / "web"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_sources__interfaces__are_those_of_the_contracts() -> None:
    source = (ROOT / "web/src/abi.ts").read_text()
    named = set(re.findall(r"function (\w+)\(", source))
    known = {
        entry["name"]
        for contract in ("IKGST", "RedemptionDesk")
        for entry in json.loads(path_of(contract).read_text())["abi"]
        if entry["type"] == "function"
    }
    assert len(named) > 15
    assert named <= known
    told = {
        f"{name}({','.join(one.split()[0] for one in parts.split(','))})"
        for name, parts in re.findall(r'"event (\w+)\((.*?)\)"', source)
    }
    assert len(told) == 5
    assert {keccak(text=one) for one in told} <= {event.topic for event in known_events()}
