"""`index sync`: read on, prove, compare with the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.checks import (
    Check,
    State,
    Summary,
    drift_code,
    in_words,
    passed,
    print_checks,
    summarized,
)
from kgst.console import Answer
from kgst.deployment.system import System, open_system
from kgst.errors import InputError
from kgst.history.database import History
from kgst.history.epochs import keep_epochs
from kgst.history.partitions import MANIFEST, Index, Manifest
from kgst.history.proving import unproven_checks
from kgst.history.syncing import Progress
from kgst.history.syncing import sync as read_on
from kgst.index.completeness import completeness
from kgst.index.consistency import consistency
from kgst.index.documents import Examined, Held, IndexSyncDocument
from kgst.index.known import known_events
from kgst.index.offline import held
from kgst.index.views import bar, print_held
from kgst.multicall import Head, ensure_multicall
from kgst.node import NodeError, block_at, final_block, is_dev_node, is_short_lived, rpc
from kgst.node.pool import Node, nodes_of
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Updated", "sync", "update"]

_HALF_A_DAY: Final = 96_000
"""Blocks of 0.45 seconds."""


def sync(
    policy_path: Path | None, urls: Sequence[str], *, headers: bool, anew: bool, quiet: bool
) -> Answer[IndexSyncDocument]:
    """Bring the deployment's index up to date, and compare it with the chain.

    Raises:
        InputError: the chain ends with this process.
        NodeError: a node failed, or nodes differ.
    """
    system = open_system(policy_path, quiet=quiet)
    if system.files is None or is_short_lived(system.provider):
        raise InputError(
            "this chain ends with the command, so there is nothing to keep; name a node with --network."
        )
    index = Index(system.files.index)
    nodes = nodes_of(system.provider, urls)
    ensure_multicall(system.provider)
    done = update(system, index, nodes, headers=headers, anew=anew)
    document = IndexSyncDocument(
        index=done.found,
        new_events=done.new_events,
        new_blocks=done.manifest.last_block - done.before.last_block,
        nodes=len(nodes),
        checks=Examined.all_of(done.checks),
        summary=Summary.of(done.checks),
    )

    def told(out: Console) -> None:
        print_held(out, done.found)
        out.print(f"  {document.new_events:,} events in {document.new_blocks:,} new blocks")
        print_checks(out, summarized(done.checks, said="as the events say"))
        out.print(markup(in_words(done.checks)))

    return Answer(document, told, drift_code(done.checks))


@dataclass(frozen=True)
class Updated:
    """An index that was brought up to date.

    Attributes:
        before: What it held.
        manifest: What it holds.
        checks: Of its events with one another and with the state of the chain.
        found: What it holds, as documents have it.
    """

    before: Manifest
    manifest: Manifest
    checks: list[Check]
    found: Held

    @property
    def new_events(self) -> int:
        """How many came."""
        return self.manifest.rows("logs") - self.before.rows("logs")


def update(
    system: System,
    index: Index,
    nodes: Sequence[Node],
    *,
    headers: bool = False,
    anew: bool = False,
    quiet: bool = False,
) -> Updated:
    """Read on to the last final block, and compare what the events say with one another and with the chain.

    Args:
        system: Whose index it is.
        index: The index.
        nodes: The connected one first.
        headers: Read the header of every block.
        anew: Begin again at the deployment.
        quiet: For who looks every minute: no bars; events are compared with one another only when there are new ones,
            or the last comparison did not hold; headers of epochs are kept half a day's at a time, as each time makes
            a file.

    Raises:
        RefusedError: another process writes the index.
        NodeError: a node failed, or nodes differ.
    """
    shown = _no_bar if quiet else bar
    with index.writing():
        if anew:
            _put_aside(index)
        manifest = _manifest(system, index)
        head = _end(system)
        before = manifest
        if manifest.last_block < head.number:
            with shown("blocks") as progress:
                manifest = read_on(
                    index,
                    manifest,
                    nodes,
                    head.number,
                    Progress(lambda done, of, found: progress(done, of, f"{found:,} events")),
                    headers=headers,
                )
        with History.open(index, manifest, known_events()) as history:
            checks: list[Check] = []
            if (
                not quiet
                or before.compared < before.last_block
                or manifest.rows("logs") != before.rows("logs")
            ):
                checks += unproven_checks(history) + consistency(history)
            # From where the last comparison that held ended: not from where the last run did.
            checks += _state_checks(system, history, head, before.compared + 1, shown)
            # After it: the state of a block is kept for a minute, headers for ever.
            if not quiet or _many_epochs_are_due(manifest):
                with shown("epochs") as progress:
                    manifest, problem = keep_epochs(index, manifest, nodes, progress)
                checks += _epoch_checks(problem)
            found = held(index, manifest, history)
        if passed(checks):
            manifest = manifest.model_copy(update={"compared": head.number})
            index.save(manifest)
    return Updated(before, manifest, checks, found)


@contextmanager
def _no_bar(_: str) -> Iterator[Callable[..., None]]:
    yield lambda *_: None


def _many_epochs_are_due(manifest: Manifest) -> bool:
    begun = manifest.epochs.last if manifest.epochs else manifest.first_block
    return manifest.last_block - begun >= _HALF_A_DAY


def _epoch_checks(problem: str | None) -> list[Check]:
    """A warning where headers of epochs end too early; the events are kept all the same."""
    if problem is None:
        return []
    advice = (
        "index verify --checkpoint will not reach the end; ask another node, or have the index read anew (--anew) if "
        "it was one that lied before"
    )
    return [Check("blocks", "headers of epochs", State.WARNING, problem, None, advice)]


def _state_checks(
    system: System, history: History, head: Head, since: int, shown: Callable[[str], Any]
) -> list[Check]:
    if history.manifest.last_block != head.number:
        return [Check.open("token", "state", "the index ends with another block than was read")]
    with shown("state") as progress:
        try:
            return completeness(system, history, system.provider, head, since, progress)
        except NodeError as error:
            return [Check.open("token", "state of the last block", error)]


def _manifest(system: System, index: Index) -> Manifest:
    """The index's own; for a new one what it will be of.

    Raises:
        InputError: it is another deployment's.
    """
    record = system.record
    contracts = {name: entry.address for name, entry in record.contracts.items()}
    first = min(entry.transaction.block_number for entry in record.contracts.values())
    fresh = Manifest(
        chain_id=record.chain_id,
        genesis=record.genesis,
        contracts=contracts,
        first_block=first,
        known_block=record.configuration.block_number,
    )
    manifest = index.manifest
    if manifest is None:
        return fresh
    if (manifest.chain_id, manifest.genesis, manifest.contracts["KGST"]) != (
        fresh.chain_id,
        fresh.genesis,
        fresh.contracts["KGST"],
    ):
        raise InputError(
            f"{index.folder}: this index is of the token {manifest.contracts['KGST']} on chain {manifest.chain_id}, "
            f"the record of {fresh.contracts['KGST']} on chain {fresh.chain_id}; put it elsewhere, or use --anew."
        )
    return manifest


def _end(system: System) -> Head:
    """The last block that cannot be undone; on a development node the latest."""
    provider = system.provider
    number = None if is_dev_node(provider) else final_block(provider)
    if number is None:
        if not is_dev_node(provider):
            raise NodeError(
                "the node does not know the `finalized` tag, so that nothing it shows is known to last; use another."
            )
        with rpc("ask for the last block"):
            number = int(provider.web3.eth.block_number)
    block = block_at(provider, number)
    if block is None:
        raise NodeError(f"the node has no block {number}, which it called its last; ask again.")
    return Head.of(block)


def _put_aside(index: Index) -> None:
    """Give the files another folder, so that a new index begins."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = index.folder.with_name(f"{index.folder.name}.{stamp}")
    target.mkdir()
    # What names the files goes last: until then nobody takes them for what a killed process left, and removes them.
    for path in sorted(index.folder.iterdir(), key=lambda path: path.name == MANIFEST):
        if path.name != ".lock":
            path.rename(target / path.name)
