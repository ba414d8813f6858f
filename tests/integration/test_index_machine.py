"""An index over nodes that fork, lag, prune, fail and lie, killed at any write: what it holds happened, all of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.invented_chain import CONTRACTS, ChainNode, Event, Lie, grown, hexed

from kgst.checks import State
from kgst.history.database import History
from kgst.history.partitions import Index, Manifest
from kgst.history.proving import file_checks, proof_checks
from kgst.history.rows import LogRow, write
from kgst.history.syncing import sync
from kgst.jsonfile import write_whole
from kgst.node import NodeError

UNFINAL = 3
"""Blocks at the end that a fork may replace."""

EVENTS = st.builds(Event, st.integers(0, 2), st.integers(0, 3), st.integers(0, 255))
TRANSACTIONS = st.lists(st.lists(EVENTS, max_size=3).map(tuple), max_size=3).map(tuple)
OWN = st.builds(Event, st.integers(0, 1), st.integers(0, 3), st.integers(0, 255))
EVENTFUL = st.lists(st.lists(OWN, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2)
BLOCKS = st.lists(TRANSACTIONS, min_size=1, max_size=4)
MORE = st.builds(lambda first, blocks: [tuple(first), *blocks], EVENTFUL, BLOCKS)
"""Blocks, the first of which has events of the index's contracts."""


class Killed(BaseException):
    """The process is gone."""


def _log_lie(change: Callable[[list[dict[str, Any]], int], None], at: int) -> Lie:
    def lie(method: str, answer: Any) -> Any:
        if method == "eth_getLogs" and answer:
            change(answer, at % len(answer))
        return answer

    return lie


def _withheld(logs: list[dict[str, Any]], at: int) -> None:
    """One of several; of a block's only one see `_block_withheld`."""
    number = logs[at]["blockNumber"]
    if sum(log["blockNumber"] == number for log in logs) > 1:
        del logs[at]


def _other_data(logs: list[dict[str, Any]], at: int) -> None:
    logs[at]["data"] += "00"


def _other_topic(logs: list[dict[str, Any]], at: int) -> None:
    logs[at]["topics"] = ["0x" + 64 * "1"]


def _other_contract(logs: list[dict[str, Any]], at: int) -> None:
    logs[at]["address"] = next(one for one in CONTRACTS if one != logs[at]["address"])


def _other_place(logs: list[dict[str, Any]], at: int) -> None:
    logs[at]["logIndex"] = hex(int(logs[at]["logIndex"], 16) + 1)


def _other_transaction(logs: list[dict[str, Any]], at: int) -> None:
    logs[at]["transactionHash"] = "0x" + 64 * "2"


def _doubled(logs: list[dict[str, Any]], at: int) -> None:
    logs.insert(at, dict(logs[at]))


def _invented(logs: list[dict[str, Any]], at: int) -> None:
    logs.append({**logs[at], "logIndex": "0xff", "data": "0x77"})


def _block_withheld(logs: list[dict[str, Any]], at: int) -> None:
    number = logs[at]["blockNumber"]
    logs[:] = [log for log in logs if log["blockNumber"] != number]


CHANGES = (
    _withheld, _other_data, _other_topic, _other_contract, _other_place, _other_transaction, _doubled, _invented,
    _block_withheld,
)  # fmt: skip


class IndexMachine(RuleBasedStateMachine):
    """One index, one chain, and nodes that serve it, well or not."""

    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kgst-index-"))
        self.index = Index(self.folder / "index")
        self.salt = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(blocks=BLOCKS)
    def begin(self, blocks: list[Any]) -> None:
        first = ((Event(0, 0, 0),),)  # that in which the deployment gave its roles
        self.chain = grown((), [(), first, *blocks, *((),) * UNFINAL])
        manifest = Manifest(
            chain_id=1337,
            genesis=hexed(self.chain[0].hash),
            contracts={"KGST": CONTRACTS[0], "KGSTAccessManager": CONTRACTS[1]},
            first_block=1,
            known_block=1,
        )
        with self.index.writing():
            self.index.save(manifest)

    @property
    def manifest(self) -> Manifest:
        found = self.index.manifest
        assert found is not None
        return found

    @property
    def final(self) -> int:
        return len(self.chain) - 1 - UNFINAL

    def _sync(self, *nodes: Any, headers: bool = False) -> None:
        with self.index.writing():
            sync(self.index, self.manifest, nodes, self.final, headers=headers)

    def _grow(self, blocks: list[Any]) -> None:
        """So that something is final which the index lacks."""
        self.chain = grown(self.chain, [*blocks, *((),) * UNFINAL], self.salt)

    def _is_refused(self, what: str, *nodes: Any, headers: bool = False) -> None:
        """A run that must keep nothing that is not so; what it keeps the invariants look at."""
        try:
            self._sync(*nodes, headers=headers)
        except NodeError:
            self._note(f"{what}: refused")
        else:
            self._note(f"{what}: harmless")

    def _note(self, what: str) -> None:
        self.reached.add(what)
        event(what)

    # The chain

    @rule(depth=st.integers(1, UNFINAL), blocks=BLOCKS)
    def forks(self, depth: int, blocks: list[Any]) -> None:
        """What is not final is replaced by at least as much."""
        self.salt = (self.salt + 1) % 250
        kept = self.chain[:-depth]
        self.chain = grown(kept, [*blocks, *((),) * depth], self.salt)
        self._note("forked")

    # Runs

    @rule(blocks=MORE, limit=st.sampled_from([1, 3, 10_000]), headers=st.booleans())
    def syncs(self, blocks: list[Any], limit: int, headers: bool) -> None:
        self._grow(blocks)
        self._sync(ChainNode(self.chain, limit=limit), headers=headers)
        assert self.manifest.last_block == self.final
        self._note("synced")

    @rule(blocks=MORE, at=st.integers(0, 9), headers=st.booleans())
    def asks_liars(self, blocks: list[Any], at: int, headers: bool) -> None:
        """A block's receipts contradict each; a whole block that one withholds is missed among all headers."""
        self._grow(blocks)
        how = "headers" if headers else "alone"
        for change in CHANGES[at:] + CHANGES[:at]:
            if self.manifest.last_block == self.final:  # the last was no lie for these blocks
                return
            if headers or change is not _block_withheld:
                liar = ChainNode(self.chain, "a liar", lie=_log_lie(change, at))
                self._is_refused(f"{change.__name__}, {how}", liar, headers=headers)

    @rule(blocks=MORE, at=st.integers(0, 9))
    def asks_a_liar_beside_an_honest_node(self, blocks: list[Any], at: int) -> None:
        self._grow(blocks)
        liar = ChainNode(self.chain, "a liar", lie=_log_lie(_block_withheld, at))
        self._is_refused("_block_withheld, two nodes", ChainNode(self.chain, "honest"), liar)

    @rule(blocks=MORE, depth=st.integers(UNFINAL + 1, 8), others=MORE)
    def asks_a_node_on_a_deep_fork(self, blocks: list[Any], depth: int, others: list[Any]) -> None:
        """It differs where the chain was final, which another node shows."""
        self._grow(blocks)
        kept = self.chain[: max(2, len(self.chain) - depth)]
        forked = ChainNode(grown(kept, [*others, *((),) * depth], 251), "a forked node")
        self._is_refused("deep fork", ChainNode(self.chain, "honest"), forked)

    @rule(blocks=MORE, lags=st.integers(1, 5))
    def asks_a_lagging_node(self, blocks: list[Any], lags: int) -> None:
        self._grow(blocks)
        self._is_refused("lags", ChainNode(self.chain, "a lagging node", lags=lags + UNFINAL))

    @rule(blocks=MORE, kept=st.integers(1, 30), silent=st.booleans(), headers=st.booleans())
    def asks_a_pruned_node(self, blocks: list[Any], kept: int, silent: bool, headers: bool) -> None:
        self._grow(blocks)
        kept_from = max(0, len(self.chain) - kept)
        pruned = ChainNode(self.chain, "a pruned node", kept_from=kept_from, silent=silent)
        self._is_refused("silently pruned" if silent else "pruned", pruned, headers=headers)

    @rule(blocks=MORE, at=st.integers(0, 12))
    def asks_a_node_that_fails(self, blocks: list[Any], at: int) -> None:
        self._grow(blocks)
        self._is_refused("fails", ChainNode(self.chain, "a failing node", fails_at=at))

    @rule(blocks=MORE, writes=st.integers(0, 3))
    def is_killed(self, blocks: list[Any], writes: int) -> None:
        self._grow(blocks)
        left = [writes]

        def dying(write: Any) -> Any:
            def wrapped(*arguments: Any) -> Any:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                return write(*arguments)

            return wrapped

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kgst.history.syncing.write", dying(write))
            patch.setattr("kgst.history.partitions.write_whole", dying(write_whole))
            try:
                self._sync(ChainNode(self.chain))
            except Killed:
                self._note("killed")

    # What must hold

    @invariant()
    def holds_what_happened(self) -> None:
        """Every event of the contracts up to its last block, in order, and nothing else."""
        manifest = self.index.manifest
        if manifest is None:
            return
        assert manifest.last_block <= max(self.final, manifest.first_block - 1)
        wanted = [
            LogRow.of(log)
            for block in self.chain[manifest.first_block : manifest.last_block + 1]
            for log in block.of_contracts()
        ]
        with History.open(self.index, manifest) as history:
            rows = [LogRow(*row) for row in history.rows("SELECT * FROM logs ORDER BY 1, 3")]
            assert rows == wanted
            checks = proof_checks(history)
        checks += file_checks(self.index, manifest)
        assert {check.state for check in checks} == {State.OK}, checks


def test_machine__index_holds_what_happened_and_nothing_else() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    IndexMachine.reached.clear()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        IndexMachine,
        settings=settings(
            max_examples=13,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
        ),
    )
    wanted = {f"{change.__name__}, headers: refused" for change in CHANGES}
    wanted |= {f"{change.__name__}, alone: refused" for change in CHANGES[:-1]}
    wanted |= {"_block_withheld, two nodes: refused", "deep fork: refused"}
    wanted |= {
        "lags: refused",
        "pruned: refused",
        "silently pruned: refused",
        "fails: refused",
        "killed",
        "synced",
        "forked",
    }
    missed = wanted - IndexMachine.reached
    assert not missed, f"the campaign did not reach: {sorted(missed)}"
