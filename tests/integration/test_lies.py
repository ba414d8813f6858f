"""A node that tells one lie: the same command on an honest node then ends with the effect there exactly once.

A sample of the lies is told here, and those that once found a fault; all of them by `make lies`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import deployed_in_memory, deployed_on_bsc
from support.bsc.timeless import connected_once, timeless
from support.lies import Lie, lies_of
from support.lies_commands import CHANGES, NAMES, commands, made_ready
from support.lies_world import World

WHICH = os.environ.get("KGST_LIES", "")
"""`all`, or a regular expression of `command: lie`; empty for a sample."""
SHARDS = 6
SAMPLE = 5
REPORTS = Path(__file__).parents[2] / "build/lies"

FOUND = (
    ("mint", "eth_getTransactionReceipt null always"),
    ("mint", "eth_getTransactionReceipt.status zero always"),
    ("mint", "eth_getTransactionReceipt.status plus always"),
    ("burn", "eth_getTransactionReceipt null always"),
    ("grant", "eth_getTransactionReceipt.status zero always"),
    ("grant", "eth_getTransactionReceipt.blockHash other always"),
    ("grant", "eth_getTransactionCount latest minus always"),
    ("pause", "eth_getTransactionCount latest minus always"),
    ("grant", "eth_getLogs of 8 kinds.0.topics dropped always"),
    ("grant", "eth_getLogs of 8 kinds.0.topics.1 other always"),
    ("payout", "eth_getBlockByNumber latest.gasLimit absent always"),
    ("submit", "eth_call lastAttestation.words null always"),
    ("submit", "eth_call lastAttestation.words.2 minus always"),
    ("submit", "eth_call 8 at once: solvency to halts.calls.4.words.2 minus always"),
    ("submit", "eth_call 8 at once: solvency to halts.calls.6.words.6 other always"),
)
"""Lies that once did harm: done twice, told as failed though it stood, an account locked, a traceback."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("deployment")
    with pytest.MonkeyPatch.context() as patch:
        if find_spec("pyrevm"):
            with deployed_in_memory(folder, patch, CHANGES) as (found, clock):
                made_ready(found)
                with connected_once(found.node.address, patch):
                    yield World(found, clock)
        else:
            with deployed_on_bsc(folder, changes=CHANGES) as found:
                made_ready(found)
                yield World(found, timeless(found.node, patch))


def sampled(lies: Sequence[Lie], size: int) -> list[Lie]:
    """As many, the same each time, of questions and kinds in turn."""
    order = sorted(lies, key=lambda lie: hashlib.sha256(str(lie).encode()).digest())
    chosen: list[Lie] = []
    while len(chosen) < min(size, len(order)):
        seen = [(lie.question, lie.kind) for lie in chosen]
        rarest = min(
            (lie for lie in order if lie not in chosen),
            key=lambda lie: sum((q == lie.question) + (k == lie.kind) for q, k in seen),
        )
        chosen.append(rarest)
    return chosen


def asked_for(name: str, lies: Sequence[Lie]) -> list[Lie]:
    """Those that KGST_LIES names."""
    pattern = re.compile("" if WHICH == "all" else WHICH)
    return [lie for lie in lies if pattern.search(f"{name}: {lie}")]


@pytest.mark.skipif(bool(WHICH), reason="all of them are told instead")
@pytest.mark.parametrize("name", NAMES)
def test_lie__one_of_a_sample__is_caught_or_harmless(world: World, name: str) -> None:
    command = commands(world.deployed)[name]
    recording = world.recorded(command)
    told = 0
    for lie in sampled(lies_of(recording), SAMPLE):
        met, wrong = world.faults_of(command, lie, recording.others())
        told += met != "not told"
        assert wrong == [], f"{lie}: {met}"
    assert told


@pytest.mark.skipif(bool(WHICH), reason="all of them are told instead")
@pytest.mark.parametrize(("name", "words"), FOUND)
def test_lie__that_once_did_harm__does_none(world: World, name: str, words: str) -> None:
    command = commands(world.deployed)[name]
    recording = world.recorded(command)
    [lie] = [lie for lie in lies_of(recording) if str(lie) == words]
    met, wrong = world.faults_of(command, lie, recording.others())
    assert met != "not told"
    assert wrong == [], met


@pytest.mark.skipif(not WHICH, reason="an hour: make lies")
@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", NAMES)
def test_lie__any__is_caught_or_harmless(world: World, name: str, shard: int) -> None:
    command = commands(world.deployed)[name]
    recording = world.recorded(command)
    begun = time.monotonic()
    rows: list[dict[str, Any]] = []
    REPORTS.mkdir(parents=True, exist_ok=True)
    for lie in asked_for(name, lies_of(recording))[shard::SHARDS]:
        met, wrong = world.faults_of(command, lie, recording.others(), thorough=False)
        faults = [str(one) for one in wrong]
        rows.append({"lie": str(lie), "kind": lie.kind, "met": met, "faults": faults})
        if faults:
            # At once: the rest takes an hour.
            with (REPORTS / "faults.txt").open("a") as out:
                print(name, lie, met, faults, file=out)
    found = {"command": name, "seconds": round(time.monotonic() - begun), "rows": rows}
    (REPORTS / f"{name}-{shard}.json").write_text(json.dumps(found))
    assert [row for row in rows if row["faults"]] == []
