"""Commands that look for events, at nodes that have pruned them, hide them or lag, with an index and without."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode, bsc_in_front_of, faults
from support.bsc.deployed import Deployed, quick
from support.cli import Result
from support.life import Life

from kgst.history.partitions import Index, Partition, PartitionFile
from kgst.history.rows import COLUMNS, BlockRow, LogRow, connect, quoted, write

LOGS = "eth_getLogs"
PRUNING = ("4444", "publicnode", "null")
KEPT = 40
"""Blocks whose events a pruned node here still has."""


@pytest.fixture(scope="module")
def lived(deployed: Deployed) -> Deployed:
    """COMPLIANCE was given to a stranger long ago, PAUSER is to be; ISSUANCE_ADMIN was since the index was read."""
    life = Life(deployed)
    life.as_admin(life.manager.functions.grantRole(6, life.holder, 0))
    life.act(deployed.address("compliance"), life.token.functions.blockAccount(life.other))
    waiting = life.manager.functions.grantRole(4, life.holder, 0)._encode_transaction_data()
    scheduled = life.manager.functions.schedule(life.manager.address, waiting, 0)
    life.act(deployed.address("admin"), scheduled)
    deployed.node.mine(10)
    synced = deployed.run("index", "sync")
    assert synced.code == 0, synced.stdout
    # A pruned node has the last event that the index has, and all since.
    deployed.node.mine(KEPT)
    deployed.node.anvil.ask("evm_setIntervalMining", 0)
    life.act(deployed.address("compliance"), life.token.functions.blockAccount(life.puppet))
    deployed.node.mine(5)
    synced = deployed.run("index", "sync")
    assert synced.code == 0, synced.stdout
    life.as_admin(life.manager.functions.grantRole(2, life.other, 0))
    deployed.node.mine(5)
    return deployed


@pytest.fixture
def here(lived: Deployed, tmp_path: Path) -> Iterator[Deployed]:
    """The deployment with files of the test's own, the index among them, at a node of the test's own."""
    for name in ("policy.yaml", "record.json"):
        shutil.copyfile(lived.folder / name, tmp_path / name)
    shutil.copytree(lived.folder / "index", tmp_path / "index")
    with bsc_in_front_of(lived.node.upstream, quick()) as node:
        yield replace(lived, folder=tmp_path, node=node)


def prune(node: BscNode, words: str = "4444") -> None:
    """The node has neither events nor receipts of all but the last blocks."""
    node.terms.log_blocks = node.terms.receipt_blocks = KEPT
    node.terms.pruned_words = words


def without_index(here: Deployed) -> None:
    shutil.rmtree(here.folder / "index")


def checks(done: Result) -> dict[str, tuple[str, str]]:
    """By area and item: how each went, of doctor and verify."""
    assert done.document is not None, done.stderr
    return {
        f"{c['area']}: {c['item']}": (c["state"], c["found"])
        for c in done.document["checks"]
        if c["area"] not in ("node", "operators")
    }


COMMANDS = {
    "doctor": ("doctor",),
    "verify": ("deploy", "verify"),
    "matrix": ("govern", "matrix"),
    "plan": ("govern", "plan"),
    "pending": ("govern", "pending"),
}


def told(done: Result) -> Any:
    """What was found, but for the block that it was found in."""
    assert done.document is not None
    if "checks" in done.document:
        return checks(done)
    return {k: v for k, v in done.document.items() if k not in ("block", "read_at")}


@pytest.mark.parametrize("words", PRUNING)
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_events__pruned_node_and_index__says_what_a_whole_node_says(
    here: Deployed, name: str, words: str
) -> None:
    whole = here.run(*COMMANDS[name])
    prune(here.node, words)
    pruned = here.run(*COMMANDS[name])
    assert (pruned.code, told(pruned)) == (whole.code, told(whole)), pruned.stderr
    assert pruned.code == (0 if name in ("matrix", "pending") else 3)


@pytest.mark.parametrize("words", PRUNING)
@pytest.mark.parametrize("name", ["pending", "plan"])
def test_events__pruned_node_without_index__is_no_nothing(
    here: Deployed, name: str, words: str
) -> None:
    without_index(here)
    prune(here.node, words)
    done = here.run(*COMMANDS[name])
    assert done.code == 5, done.stdout
    assert "ape run index sync" in done.error


@pytest.mark.parametrize("words", PRUNING)
@pytest.mark.parametrize("name", ["doctor", "verify"])
def test_checks__pruned_node_without_index__are_not_made(
    here: Deployed, name: str, words: str
) -> None:
    without_index(here)
    prune(here.node, words)
    done = here.run(*COMMANDS[name])
    state, found = checks(done)["roles: role members that nobody names"]
    assert state == "not_checked"
    assert "ape run index sync" in found
    # What else differs is told all the same.
    assert done.code in (3, 5)


@pytest.mark.parametrize("words", PRUNING)
def test_blocklist__pruned_node__unblocks_whom_the_index_names_or_says_so(
    here: Deployed, tmp_path: Path, words: str
) -> None:
    prune(here.node, words)
    file = tmp_path / "blocked.csv"
    file.write_text("address\n" + Life(here).holder + "\n")
    why = ("--reason", "list of today")
    command = ("guard", "blocklist", file, "--exact", "--account", "compliance", *why)
    without = tmp_path / "index.away"
    (here.folder / "index").rename(without)
    refused = here.run(*command, as_json=False, input="n\n")
    assert refused.code == 5, refused.stderr
    assert "ape run index sync" in refused.stderr
    without.rename(here.folder / "index")
    asked = here.run(*command, as_json=False, input="n\n")
    assert "unblock 2 accounts" in asked.stdout + asked.stderr


def test_events__node_shows_none_and_has_them__is_named(here: Deployed) -> None:
    here.node.faults[LOGS] = faults.says([])
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "withholds" in done.error
    found = checks(here.run("doctor"))["roles: role members that nobody names"]
    assert found[0] == "not_checked"
    assert "withholds" in found[1]


def test_events__node_hides_one__is_named(here: Deployed) -> None:
    """All others are shown, so that nothing but the index tells."""

    def hides(request: Any, forward: Any) -> Any:
        answer = forward(request)
        if "result" in answer:
            answer["result"] = [
                log for log in answer["result"] if stranger not in str(log["topics"])
            ]
        return answer

    stranger = Life(here).holder[2:].lower()
    here.node.faults[LOGS] = hides
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "1 event(s) that the node does not show" in done.error
    without_index(here)
    assert here.run("govern", "plan").code == 3


def altered(here: Deployed, kind: str, condition: str, change: str = "") -> None:
    """The index without the rows of `kind` that `condition` holds of, or with `change` in them, and its hashes anew."""
    index = Index(here.folder / "index")
    manifest = index.manifest
    assert manifest is not None
    parts: list[Partition] = []
    for part in manifest.partitions:
        files: list[PartitionFile] = []
        for file in part.files:
            if not file.name.startswith(kind):
                files.append(file)
                continue
            with connect(index.folder) as db:
                source = f"read_parquet({quoted(str(index.path(file).resolve()))})"
                columns = f"* REPLACE ({change})" if change else "*"
                where = "" if change else f"WHERE NOT ({condition})"
                rows = db.execute(f"SELECT {columns} FROM {source} {where}").fetchall()
            made: Callable[..., Any] = {"logs": LogRow, "blocks": BlockRow}[kind]
            assert set(COLUMNS[kind]) >= {"block_number"} or kind == "blocks"
            if rows:
                files.append(
                    write(index.folder, kind, part.first, part.last, [made(*r) for r in rows])
                )
        parts.append(part.model_copy(update={"files": tuple(files)}))
    index.save(manifest.model_copy(update={"partitions": tuple(parts)}))


def test_events__index_lacks_one_that_the_node_has__the_node_counts(here: Deployed) -> None:
    whole = here.run("govern", "plan")
    stranger = Life(here).holder[2:].lower()
    altered(here, "logs", f"hex(topic2) ILIKE '%{stranger}'")
    forged = here.run("govern", "plan")
    assert (forged.code, told(forged)) == (whole.code, told(whole)), forged.stderr
    assert stranger in json.dumps(told(forged)).lower()


def test_events__index_has_one_that_never_was__proves_nothing(here: Deployed) -> None:
    invented = "CASE WHEN topic2 IS NOT NULL THEN unhex(repeat('ab', 32)) END AS topic2"
    altered(here, "logs", "", invented)
    named = here.run("govern", "plan")
    assert named.code == 5, named.stdout
    assert "does not show" in named.error
    prune(here.node)
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "is not proven" in done.error


@pytest.mark.parametrize("damage", ["cut", "missing", "no json", "other"])
def test_events__index_is_damaged__is_as_none_and_is_told_where_it_matters(
    here: Deployed, damage: str
) -> None:
    folder = here.folder / "index"
    [first, *_] = sorted(folder.glob("logs-*"))
    if damage == "cut":
        first.write_bytes(first.read_bytes()[:-1])
    elif damage == "missing":
        first.unlink()
    elif damage == "no json":
        (folder / "index.json").write_text("{")
    else:
        text = (folder / "index.json").read_text()
        (folder / "index.json").write_text(text.replace(here.token, "0x" + "11" * 20))
    assert here.run("govern", "plan").code == 3
    prune(here.node)
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert str(folder) in done.error


@pytest.mark.parametrize("words", PRUNING)
def test_events__index_ends_before_what_the_node_has__says_that_it_does_not_reach(
    here: Deployed, words: str
) -> None:
    prune(here.node, words)
    here.node.terms.log_blocks = here.node.terms.receipt_blocks = 3
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "ends with block" in done.error


def test_events__node_is_behind_the_index__is_named(here: Deployed) -> None:
    here.node.terms.backends = (30,)
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "lags" in done.error


def test_events__index_of_another_fork__is_named(here: Deployed) -> None:
    path = here.folder / "index/index.json"
    manifest = json.loads(path.read_text())
    manifest["partitions"][-1]["last_hash"] = "0x" + "ab" * 32
    path.write_text(json.dumps(manifest))
    done = here.run("govern", "plan")
    assert done.code == 5, done.stdout
    assert "of another fork" in done.error


@pytest.mark.parametrize(
    ("words", "limit", "most"), [("4444", 5_000, 12), ("4444", 20, 18), ("publicnode", 20, 18)]
)
def test_events__pruned_node__is_asked_little(
    here: Deployed, words: str, limit: int, most: int
) -> None:
    whole = here.run("govern", "plan")
    prune(here.node, words)
    here.node.terms.log_range = limit
    here.node.asked.clear()
    done = here.run("govern", "plan")
    assert (done.code, told(done)) == (whole.code, told(whole)), done.stderr
    assert here.node.asked[LOGS] <= most


@pytest.mark.parametrize("name", ["pending", "plan"])
def test_events__node_serves_none__is_said_with_what_to_do(here: Deployed, name: str) -> None:
    here.node.terms.logs_off = True
    done = here.run(*COMMANDS[name])
    assert done.code == 5, done.stdout
    assert "ape run index sync" in done.error


def test_events__node_would_take_too_many_questions__the_index_has_the_rest(
    here: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = here.run("govern", "plan")
    monkeypatch.setattr("kgst.events._MOST_QUESTIONS", 1)
    here.node.terms.log_range = 50
    done = here.run("govern", "plan")
    assert (done.code, told(done)) == (whole.code, told(whole)), done.stderr
    without_index(here)
    refused = here.run("govern", "plan")
    assert refused.code == 5, refused.stdout
    assert "questions" in refused.error
