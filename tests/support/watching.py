"""A watch over a deployment in this process, and a sink that is told: everything by real HTTP, no time waited."""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_in_memory
from support.bsc.timeless import Clock, connected_once
from support.life import Life, event_names

from kgst.deployment.system import open_system
from kgst.record import Record
from kgst.watch.books import Books
from kgst.watch.looking import Terms
from kgst.watch.memory import Memory, Remembered
from kgst.watch.metrics import Board
from kgst.watch.receivers import receivers
from kgst.watch.rounds import Round, Watch

__all__ = ["PATIENCE", "SOM", "Acting", "Sink", "Watched", "put_back", "sink", "watched"]

SOM = 10**6
PATIENCE = 120


@dataclass
class Sink:
    """Takes what it is told, and keeps ids, as the pages ask of a receiver.

    Attributes:
        address: For apprise.
        told: Each alert once: id, subject, body.
        posts: How often each id came.
        deaf: Answers with an error, and takes nothing.
        slow: Seconds from taking a message to saying so.
    """

    address: str
    told: list[tuple[str, str, str]] = field(default_factory=list)
    posts: Counter[str] = field(default_factory=Counter)
    deaf: bool = False
    slow: float = 0.0

    def take(self, headers: Any, message: dict[str, Any]) -> bool:
        if self.deaf:
            return False
        id_ = headers["X-KGST-Alert"]
        assert message["message"].endswith(f"alert {id_}"), message
        self.posts[id_] += 1
        if self.posts[id_] == 1:
            self.told.append((id_, message["title"], message["message"]))
        return True


@contextmanager
def sink() -> Iterator[Sink]:
    found = Sink("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken = found.take(self.headers, json.loads(body))
            threading.Event().wait(found.slow)
            self.send_response(200 if taken else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"json://127.0.0.1:{server.server_address[1]}/alerts"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


class Acting(Life):
    """Acts on the chain in this process, where nobody has to be impersonated, and each call is a block."""

    def __post_init__(self) -> None:
        self.web3 = self.deployed.web3
        record = self.deployed.record
        self.token = self._contract("token", "IKGST")
        self.manager = self._contract("manager", "KGSTAccessManager")
        self.redemptions = self._contract("redemption_desk", "RedemptionDesk")
        self.mints = self._contract("mint_desk", "MintDesk")
        from kgst.attestation import Domain

        self.domain = Domain(record["chain_id"], record["token"]["address"])
        self.puppet, self.holder, self.other = (
            self.web3.to_checksum_address("0x" + 20 * byte) for byte in ("aa", "bb", "cc")
        )
        self.desk = record["backing_feed"]["address"]  # any contract will do

    def _ask(self, method: str, *params: Any) -> Any:
        if method in ("anvil_impersonateAccount", "evm_mine"):
            return None
        return super()._ask(method, *params)

    def later(self, seconds: int) -> None:
        chain: Any = self.deployed.node.anvil
        chain.advance(seconds)
        self.deployed.node.mine()

    def pay(self, sender: str, to: str, wei: int) -> None:  # type: ignore[override]
        """BNB."""
        self._ask("eth_sendTransaction", {"from": sender, "to": to, "value": hex(wei)})


@dataclass
class Watched:
    """A deployment, the watch over it, and who is told."""

    deployed: Deployed
    clock: Clock
    life: Acting
    sink: Sink
    file: Path
    deadline: int = 6 * 3_600
    books: Books | None = None

    @property
    def folder(self) -> Path:
        return self.deployed.folder / "watch"

    def settle(self, seconds: int = 0) -> None:
        """Time passes, on the chain and here, until what happened is final."""
        if seconds:
            self.life.later(seconds)
        self.deployed.node.mine(4)
        self.now()

    def now(self, behind: int = 0) -> None:
        """The clock here is the chain's, which is so many seconds behind."""
        chain: Any = self.deployed.node.anvil
        self.clock._wall = chain.head.time + behind - (self.clock.now - 1_000.0)

    @contextmanager
    def started(self, patience: int = PATIENCE) -> Iterator[Watch]:
        """A process that watches, until the block ends."""
        record = Record.load(self.deployed.folder / "record.json")
        told = receivers(self.file)
        board = Board(600, self.clock.time())
        with Memory(self.folder, record.chain_id, record.token.address) as memory:
            yield Watch(
                memory,
                lambda: open_system(self.deployed.policy, quiet=True),
                Terms(5_000 * SOM, self.deadline, PATIENCE, books=self.books),
                patience,
                told,
                None,
                board,
            )

    def look(self, patience: int = PATIENCE) -> Round:
        """One round, in a process of its own."""
        with self.started(patience) as watch:
            return watch.round()

    @property
    def remembered(self) -> Remembered:
        return Remembered.model_validate_json((self.folder / "watch.json").read_text())

    def events(self, *names: str) -> int:
        """How many of these events there are, by anvil itself."""
        topics = {name: self._topic(name) for name in names}
        asked = {"fromBlock": "0x0", "toBlock": "latest", "address": list(self._addresses())}
        logs = self.deployed.node.anvil.ask("eth_getLogs", asked)
        return sum(log["topics"][0] in topics.values() for log in logs)

    def _addresses(self) -> Iterator[str]:
        for entry in self.deployed.record.values():
            if isinstance(entry, dict) and "address" in entry:
                yield entry["address"]

    def _topic(self, name: str) -> str:
        from kgst.index.known import known_events

        assert name in (*event_names(), "MintProposed")
        [event] = [one for one in known_events() if one.name == name]
        return "0x" + event.topic.hex()


@contextmanager
def watched(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Attested once, and nothing stands; until the block ends."""
    with (
        deployed_in_memory(folder, patch) as (deployed, clock),
        connected_once(deployed.node.address, patch),
        sink() as told,
    ):
        # What events add up to, held against the state: the index has its own tests, and it takes half of a round.
        patch.setattr("kgst.index.commands.completeness", lambda *_: [])
        file = folder / "receivers"
        file.write_text(f"# who is told\nsink={told.address}\n")
        file.chmod(0o600)
        found = Watched(deployed, clock, Acting(deployed), told, file)
        found.life.attest(1_000_000)
        found.settle()
        yield found


@contextmanager
def put_back(found: Watched) -> Iterator[Watched]:
    """Chain, files, terms and the sink as they were, whatever the block did."""
    anvil, node = found.deployed.node.anvil, found.deployed.node
    mark, terms = anvil.ask("evm_snapshot"), replace(node.terms)
    try:
        yield found
    finally:
        node.faults.clear()
        for name, value in vars(terms).items():
            setattr(node.terms, name, value)
        anvil.ask("evm_revert", mark)
        node.chain.head()
        for name in ("index", "watch"):
            shutil.rmtree(found.deployed.folder / name, ignore_errors=True)
        found.sink.told.clear()
        found.sink.posts.clear()
        found.sink.deaf = False
        found.books = None
        found.now()
