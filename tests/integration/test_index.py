"""`ape run index` on a node of BNB Smart Chain: read, go on, verify, hand on; and nodes that lie."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode
from support.bsc.deployed import Deployed
from support.bsc.faults import refuses, says
from support.bsc.wire import Fault, Forward, Request
from support.drafts import require_schema
from support.life import Life, event_names

from kgst.checks import Check
from kgst.history import syncing
from kgst.history.database import History
from kgst.history.partitions import Index, Manifest, Partition
from kgst.history.proving import proof_checks
from kgst.history.rows import BlockRow, LogRow, write
from kgst.history.syncing import sync
from kgst.index.completeness import completeness
from kgst.index.consistency import consistency
from kgst.index.known import known_events
from kgst.jsonfile import write_whole
from kgst.node import NodeError
from kgst.node.pool import Node
from kgst.proofs import Header
from kgst.record import Record

Log = dict[str, Any]

NEVER = {"EIP712DomainChanged"}
"""Events of the interfaces that the contracts do not emit."""


@pytest.fixture(scope="module")
def lived(deployed: Deployed) -> Deployed:
    """A deployment in whose life each event has happened."""
    Life(deployed).all()
    deployed.node.mine(10)  # so that all of it is final
    return deployed


@pytest.fixture
def fresh(lived: Deployed, node: BscNode, tmp_path: Path) -> Deployed:
    """The same deployment without an index, at a node that may fail."""
    for name in ("policy.yaml", "record.json"):
        shutil.copyfile(lived.folder / name, tmp_path / name)
    return replace(lived, folder=tmp_path, node=node)


def logs_of(deployed: Deployed) -> list[Log]:
    """All events, from anvil itself."""
    addresses = [entry.address for entry in record_of(deployed).contracts.values()]
    asked = {"address": addresses, "fromBlock": "0x0", "toBlock": "latest"}
    return list(deployed.node.anvil.ask("eth_getLogs", asked))


def record_of(deployed: Deployed) -> Record:
    return Record.load(deployed.folder / "record.json")


def test_sync__whole_life__every_event_is_kept_and_agrees_with_the_state(lived: Deployed) -> None:
    first = lived.run("index", "sync")
    assert first.code == 0, first.stdout
    assert first.document is not None
    require_schema(first.document, "index-sync")
    assert first.document["new_events"] == len(logs_of(lived))
    folder = lived.folder / "index"

    shown = lived.run_offline("index", "show", folder)
    assert shown.document is not None
    require_schema(shown.document, "index-show")
    # Of what happens at the desks this life has the deployment's part.
    assert set(shown.document["counts"]) == {*event_names(), "DestinationAllowed"} - NEVER

    verified = lived.run_offline("index", "verify", folder)
    assert verified.code == 0, verified.stdout
    assert verified.document is not None
    require_schema(verified.document, "index-verify")
    assert verified.document["summary"]["failed"] == verified.document["summary"]["warning"] == 0


def test_sync__again__costs_the_new_blocks_only(lived: Deployed) -> None:
    assert lived.run("index", "sync").code == 0
    lived.node.asked.clear()
    again = lived.run("index", "sync")
    assert again.document is not None
    assert again.document["new_events"] == 0
    assert lived.node.asked["eth_getBlockReceipts"] == 0
    assert lived.node.asked["eth_getLogs"] <= 2


def test_export__payment__proves_itself_to_whoever_has_nothing_else(
    lived: Deployed, tmp_path: Path
) -> None:
    assert lived.run("index", "sync").code == 0
    payment = next(
        log for log in logs_of(lived) if len(log["topics"]) == 3 and len(log["data"]) == 66
    )
    out = tmp_path / "proof.json"
    exported = lived.run_offline(
        "index", "export", lived.folder / "index", "--transaction", payment["transactionHash"],
        "--out", out,
    )  # fmt: skip
    assert exported.code == 0, exported.stderr
    assert exported.document is not None
    require_schema(exported.document, "index-export")
    checked = lived.run_offline("index", "check", out)
    assert checked.code == 0, checked.stderr
    assert checked.document is not None
    require_schema(checked.document, "index-check")
    assert checked.document["block"] == int(payment["blockNumber"], 16)
    assert checked.document["sealed_by"]
    assert payment["data"] in [event["data"] for event in checked.document["events"]]

    file = json.loads(out.read_text())
    for key, changed in (
        ("header", file["header"][:-2] + "00"),
        ("receipts", [*file["receipts"][:-1], file["receipts"][-1][:-2] + "00"]),
        ("receipts", file["receipts"][:-1] or ["0x80"]),
        ("transaction_index", file["transaction_index"] + 1),
        ("chain_id", 56),
    ):
        out.write_text(json.dumps({**file, key: changed}))
        assert lived.run_offline("index", "check", out).code == 2, key


def forged(
    lived: Deployed, folder: Path, change: Callable[[list[LogRow], list[BlockRow]], None]
) -> Path:
    """The index with other rows, and an `index.json` that fits them."""
    whole = Index(lived.folder / "index")
    manifest = whole.manifest
    assert manifest is not None
    with History.open(whole, manifest) as history:
        logs = [LogRow(*row) for row in history.rows("SELECT * FROM logs ORDER BY 1, 3")]
        blocks = [BlockRow(*row) for row in history.rows("SELECT * FROM blocks ORDER BY 1")]
    change(logs, blocks)
    first, last = manifest.first_block, manifest.last_block
    hash_ = manifest.partitions[-1].last_hash
    index = Index(folder)
    with index.writing():
        files = (
            write(folder, "logs", first, last, logs),
            write(folder, "blocks", first, last, blocks),
        )
        partition = Partition(first=first, last=last, last_hash=hash_, agreed=1, files=files)
        index.save(manifest.model_copy(update={"partitions": (partition,)}))
    return folder


def _other_data(logs: list[LogRow], _: list[BlockRow]) -> None:
    logs[5] = replace(logs[5], data=logs[5].data + b"\0")


def _dropped(logs: list[LogRow], _: list[BlockRow]) -> None:
    del logs[5]


def _invented(logs: list[LogRow], _: list[BlockRow]) -> None:
    logs.insert(6, replace(logs[5], log_index=logs[5].log_index))


def _other_place(logs: list[LogRow], _: list[BlockRow]) -> None:
    logs[-1] = replace(logs[-1], transaction_index=logs[-1].transaction_index + 1)


def _swapped(logs: list[LogRow], _: list[BlockRow]) -> None:
    logs[5], logs[6] = (
        replace(logs[6], log_index=logs[5].log_index),
        replace(logs[5], log_index=logs[6].log_index),
    )


def _moved(logs: list[LogRow], _: list[BlockRow]) -> None:
    logs[-1] = replace(logs[-1], block_number=logs[-1].block_number - 1)


def _other_header(_: list[LogRow], blocks: list[BlockRow]) -> None:
    blocks[1] = replace(blocks[1], header=blocks[2].header)


def _other_time(_: list[LogRow], blocks: list[BlockRow]) -> None:
    blocks[1] = replace(blocks[1], timestamp=blocks[1].timestamp + 1)


def _lost_node(_: list[LogRow], blocks: list[BlockRow]) -> None:
    blocks[1] = replace(blocks[1], receipts=(blocks[1].receipts or [])[:-1])


def _twice(_: list[LogRow], blocks: list[BlockRow]) -> None:
    blocks.insert(1, blocks[1])


def _no_block(_: list[LogRow], blocks: list[BlockRow]) -> None:
    del blocks[1]


@pytest.mark.parametrize(
    "change",
    [
        _other_data, _dropped, _invented, _other_place, _swapped, _moved, _other_header, _other_time, _lost_node,
        _twice, _no_block,
    ],
)  # fmt: skip
def test_verify__forged_index__does_not_hold(
    change: Callable[[list[LogRow], list[BlockRow]], None], lived: Deployed, tmp_path: Path
) -> None:
    assert lived.run("index", "sync").code == 0
    found = lived.run_offline("index", "verify", forged(lived, tmp_path / "forged", change))
    assert found.code == 3, found.stdout


def test_verify__rows_as_they_were__holds(lived: Deployed, tmp_path: Path) -> None:
    assert lived.run("index", "sync").code == 0
    folder = forged(lived, tmp_path / "same", lambda logs, blocks: None)
    assert lived.run_offline("index", "verify", folder).code == 0


# Nodes that lie


def without(wanted: Callable[[Log], bool]) -> Fault:
    """Logs of which some are not shown."""

    def fault(request: Request, forward: Forward) -> Any:
        answer = forward(request)
        if isinstance(answer.get("result"), list):
            answer["result"] = [log for log in answer["result"] if not wanted(log)]
        return answer

    return fault


def changed(wanted: Log, **fields: Any) -> Fault:
    """One log of other content."""

    def fault(request: Request, forward: Forward) -> Any:
        answer = forward(request)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                {**log, **fields} if is_same(log, wanted) else log for log in answer["result"]
            ]
        return answer

    return fault


def doubled(wanted: Log, place: str = "0xff") -> Fault:
    """One log more than there is, at another place or at its own."""

    def fault(request: Request, forward: Forward) -> Any:
        answer = forward(request)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                *answer["result"],
                *({**log, "logIndex": place} for log in answer["result"] if is_same(log, wanted)),
            ]
        return answer

    return fault


def is_same(log: Log, other: Log) -> bool:
    return (log["blockNumber"], log["logIndex"]) == (other["blockNumber"], other["logIndex"])


def topic_of(name: str, logs: list[Log]) -> Log:
    topics = {"0x" + event.topic.hex() for event in known_events() if event.name == name}
    return next(log for log in logs if log["topics"][0] in topics)


@pytest.fixture
def events(lived: Deployed) -> list[Log]:
    return logs_of(lived)


@pytest.mark.parametrize("name", sorted(set(event_names()) - NEVER))
def test_sync__one_event_of_each_type_is_not_as_it_was__is_found_out(
    name: str, events: list[Log], lived: Deployed, node: BscNode, tmp_path: Path
) -> None:
    log = topic_of(name, events)
    contracts = [entry.address.lower() for entry in record_of(lived).contracts.values()]
    elsewhere = next(one for one in contracts if one != log["address"])
    lies: dict[str, Fault] = {
        "withheld": without(lambda one: is_same(one, log)),
        "data": changed(log, data="0x" + "11" * 32 + log["data"][66:]),
        "topic": changed(log, topics=[*log["topics"][:-1], "0x" + "22" * 32]),
        "address": changed(log, address=elsewhere),
        "transaction": changed(log, transactionHash="0x" + "33" * 32),
        "place": changed(log, transactionIndex="0x7"),
        "invented": doubled(log),
        "twice": doubled(log, log["logIndex"]),
    }
    for what, lie in lies.items():
        node.faults["eth_getLogs"] = lie
        with pytest.raises(NodeError):
            read_block(node, lived, tmp_path / what, log)
        assert not list((tmp_path / what).glob("*.parquet"))
    del node.faults["eth_getLogs"]
    assert read_block(node, lived, tmp_path / "honest", log).rows("logs") >= 1


def read(
    node: BscNode,
    lived: Deployed,
    folder: Path,
    number: int,
    known: int,
    others: Sequence[str] = (),
    *,
    headers: bool = False,
) -> Manifest:
    """An index of one block.

    Args:
        known: A block that is known to have events.
        others: Addresses of further nodes.
    """
    record = record_of(lived)
    manifest = Manifest(
        chain_id=record.chain_id,
        genesis=record.genesis,
        contracts={name: entry.address for name, entry in record.contracts.items()},
        first_block=number,
        known_block=known,
    )
    index = Index(folder)
    with index.writing():
        nodes = [Node(node.address), *map(Node, others)]
        return sync(index, manifest, nodes, number, headers=headers)


def read_block(node: BscNode, lived: Deployed, folder: Path, log: Log) -> Manifest:
    """An index of the one block that the event is in."""
    number = int(log["blockNumber"], 16)
    return read(node, lived, folder, number, number)


def test_sync__node_without_receipts_of_blocks__asks_for_each_transaction(
    events: list[Log], lived: Deployed, node: BscNode, tmp_path: Path
) -> None:
    node.faults["eth_getBlockReceipts"] = refuses(-32601, "the method does not exist")
    log = topic_of("Transfer", events)
    assert read_block(node, lived, tmp_path, log).rows("blocks") == 1
    node.faults["eth_getTransactionReceipt"] = says(None)
    with pytest.raises(NodeError, match="does not give its receipts"):
        read_block(node, lived, tmp_path / "another", log)


def test_sync__block_said_to_have_no_receipts__is_no_block_without_proof(
    events: list[Log],
    lived: Deployed,
    node: BscNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kgst.history.blocks.KEPT_SECONDS", -(10**9))
    node.faults["eth_getBlockReceipts"] = says([])
    with pytest.raises(NodeError, match="receipts are not those"):
        read_block(node, lived, tmp_path, topic_of("Transfer", events))


def test_sync__second_node_shows_an_event_twice__is_told(
    events: list[Log], lived: Deployed, node: BscNode, tmp_path: Path
) -> None:
    log = topic_of("Transfer", events)
    node.faults["eth_getLogs"] = doubled(log, log["logIndex"])
    number = int(log["blockNumber"], 16)
    with pytest.raises(NodeError, match="twice"):
        read(lived.node, lived, tmp_path, number, number, [node.address])


def test_sync__headers_of_two_forks__is_found_out(
    events: list[Log], lived: Deployed, node: BscNode, tmp_path: Path
) -> None:
    log = topic_of("Transfer", events)
    number = int(log["blockNumber"], 16)
    asked: list[int] = []

    def other_fork(request: Request, forward: Forward) -> Any:
        """The first time another header of the same number: one whose hash is right."""
        answer = forward(request)
        if int(request["params"][0], 16) == number and not asked:
            asked.append(number)
            block = {**answer["result"], "extraData": answer["result"]["extraData"][:-2] + "77"}
            block.pop("hash")
            answer["result"] = {**block, "hash": "0x" + Header.of_json(block).hash.hex()}
        return answer

    node.faults["eth_getBlockByNumber"] = other_fork
    with pytest.raises(NodeError, match="two headers for block"):
        read(node, lived, tmp_path, number, number, headers=True)


def test_sync__difference_that_was_told__is_told_again(
    fresh: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [Check.that("token", "balances", False, "another", advice="look")]
    since: list[int] = []

    def found(*arguments: Any) -> list[Check]:
        since.append(arguments[4])
        return failing

    with monkeypatch.context() as patch:
        patch.setattr("kgst.index.commands.completeness", found)
        assert [fresh.run("index", "sync").code for _ in (1, 2)] == [3, 3]
    assert since == [1, 1]
    assert fresh.run("index", "sync").code == 0
    manifest = Index(fresh.folder / "index").manifest
    assert manifest is not None
    assert manifest.compared == manifest.last_block


def test_sync__receipts_are_gone__kept_without_proof_only_when_old(
    events: list[Log],
    lived: Deployed,
    node: BscNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node.faults["eth_getBlockReceipts"] = says(None)
    log = topic_of("Transfer", events)
    with pytest.raises(NodeError, match="which is not old"):
        read_block(node, lived, tmp_path / "young", log)
    monkeypatch.setattr("kgst.history.blocks.KEPT_SECONDS", -(10**9))
    manifest = read_block(node, lived, tmp_path / "old", log)
    with History.open(Index(tmp_path / "old"), manifest) as history:
        checks = proof_checks(history)
    assert [str(check.state) for check in checks if check.item == "blocks without proof"] == [
        "warning"
    ]


class Killed(BaseException):
    """The process ends here."""


def test_sync__killed_at_every_write__goes_on_to_the_same_index(
    lived: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_MOST_BLOCKS", 20)
    monkeypatch.setattr("kgst.history.fetching._FIRST", 10)
    record, node = record_of(lived), Node(lived.node.address)
    first = min(entry.transaction.block_number for entry in record.contracts.values())
    last = int(lived.node.ask("eth_getBlockByNumber", "finalized", False)["number"], 16)
    fresh = Manifest(
        chain_id=record.chain_id,
        genesis=record.genesis,
        contracts={name: entry.address for name, entry in record.contracts.items()},
        first_block=first,
        known_block=record.configuration.block_number,
    )

    def run(folder: Path, writes: int | None) -> Manifest:
        """As far as it gets with so many writes, before or after which it is killed."""
        left = writes

        def counted(act: Callable[..., Any]) -> Callable[..., Any]:
            def one(*arguments: Any) -> Any:
                nonlocal left
                if left is not None and (left := left - 1) < 0:
                    raise Killed
                result = act(*arguments)
                if left is not None and (left := left - 1) < 0:
                    raise Killed
                return result

            return one

        index = Index(folder)
        with monkeypatch.context() as patch, index.writing():
            patch.setattr(syncing, "write", counted(write))
            patch.setattr("kgst.history.partitions.write_whole", counted(write_whole))
            return sync(index, index.manifest or fresh, [node], last)

    whole = run(tmp_path / "whole", None)
    expected = rows_of(tmp_path / "whole", whole)
    assert len(whole.partitions) >= 3
    killed = 0
    for writes in range(200):
        folder = tmp_path / str(writes)
        try:
            run(folder, writes)
            break
        except Killed:
            killed += 1
        resumed = run(folder, None)
        assert rows_of(folder, resumed) == expected
        assert {p.name for p in folder.glob("*.parquet")} == {
            file.name for partition in resumed.partitions for file in partition.files
        }
    assert killed > 20


def rows_of(folder: Path, manifest: Manifest) -> list[Any]:
    with History.open(Index(folder), manifest) as history:
        return [
            history.rows(f"SELECT * FROM {kind} ORDER BY ALL")
            for kind in ("logs", "blocks", "calls")
        ]


UNSEEN = {
    "Approval",
    "AuditorSuspended",
    "AuditorsProposalCanceled",
    "AuditorsProposed",
    "AuthorizationCanceled",
}
"""Events that left no state behind here, or that later ones undid: without their whole block, only another node or the
headers of all blocks show that they are missing.
"""


@pytest.mark.parametrize("name", sorted(set(event_names()) - NEVER))
def test_sync__block_of_each_type_of_event_is_withheld__another_node_and_the_headers_tell(
    name: str, events: list[Log], lived: Deployed, node: BscNode, tmp_path: Path
) -> None:
    log = topic_of(name, events)
    block, number = log["blockNumber"], int(log["blockNumber"], 16)
    node.faults["eth_getLogs"] = without(lambda one: one["blockNumber"] == block)
    known = max(n for one in events if (n := int(one["blockNumber"], 16)) != number)
    for what, others, headers in (("beside", [lived.node.address], False), ("unbroken", [], True)):
        with pytest.raises(NodeError, match="withholds"):
            read(node, lived, tmp_path / what, number, known, others, headers=headers)


def test_sync__block_of_each_type_of_event_is_withheld__the_state_tells_of_most(
    events: list[Log], lived: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ape import networks

    from kgst.deployment.system import open_system
    from kgst.multicall import Head
    from kgst.node import block_at

    assert lived.run("index", "sync").code == 0
    whole = Index(lived.folder / "index")
    manifest = whole.manifest
    assert manifest is not None
    unseen = set()
    # The index's last block keeps its state for as long as this takes.
    monkeypatch.setattr(lived.node.terms, "state_blocks", None)
    with networks.parse_network_choice(f"bsc:testnet:{lived.node.address}"):
        system = open_system(lived.policy, quiet=True)
        at = block_at(system.provider, manifest.last_block)
        assert at is not None
        for name in set(event_names()) - NEVER:
            block = int(topic_of(name, events)["blockNumber"], 16)
            index, lacking = without_block(whole, manifest, block, tmp_path / str(block))
            with History.open(index, lacking, known_events()) as history:
                checks = consistency(history)
                checks += completeness(system, history, system.provider, Head.of(at))
            if not any(check.advice for check in checks):
                unseen.add(name)
    assert unseen == UNSEEN


def without_block(
    whole: Index, manifest: Manifest, block: int, folder: Path
) -> tuple[Index, Manifest]:
    """The same index, but for one block."""
    folder.mkdir(exist_ok=True)
    with History.open(whole, manifest) as history:
        wanted = "SELECT * FROM {} WHERE {} <> ? ORDER BY ALL"
        logs = [LogRow(*r) for r in history.rows(wanted.format("logs", "block_number"), [block])]
        blocks = [BlockRow(*r) for r in history.rows(wanted.format("blocks", "number"), [block])]
    first, last = manifest.first_block, manifest.last_block
    files = (write(folder, "logs", first, last, logs), write(folder, "blocks", first, last, blocks))
    hash_ = manifest.partitions[-1].last_hash
    partition = Partition(first=first, last=last, last_hash=hash_, agreed=1, files=files)
    return Index(folder), manifest.model_copy(update={"partitions": (partition,)})
