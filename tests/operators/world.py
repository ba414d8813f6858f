"""Two operators in two checkouts, before one node of BNB Smart Chain that may do anything: what must hold for them."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from eth_utils.crypto import keccak
from operators.acts import ACTS, Act
from operators.disk import Disk, Killed
from operators.troubles import NOTHING, Trouble
from support import in_process
from support.bsc.deployed import Deployed
from support.bsc.node import BscNode
from support.bsc.terms import Terms
from support.bsc.timeless import Clock
from support.lies import Lie

from kgst.journal import Purpose

__all__ = ["BrokenError", "Ran", "World"]

_TOLD_FINAL: Final = re.compile(r"✓ [^\n]* final in block|it is final")
UNFORESEEN: Final = "this should not have happened"
FAILED: Final = (1, 2, 4, 5)
"""Exit codes by which nothing was done; 6 says that it is not known."""
_ROUNDS: Final = 5
_OPERATORS: Final = ("a", "b")
_CARRIED: Final = ("operations/done", "safe")
"""What colleagues pass on by git."""


class BrokenError(AssertionError):
    """What must not be."""


@dataclass(frozen=True)
class Ran:
    """How a command ended.

    Attributes:
        code: None when its process was killed.
        said: Its document, or all that it printed.
    """

    code: int | None
    said: str


@dataclass
class Signature:
    """A transaction that was signed for a step.

    Attributes:
        told: Some run has said since how it ended.
    """

    hash: str
    act: Act
    variant: int
    told: bool = False


@dataclass
class World:
    """What is there.

    Attributes:
        act: What the command that runs is for.
        lies: By act: every lie about what an honest run of it asked, and what else was told then.
        lied: A lie was told since the chain was last looked at.
        wanted: What was tried to be done, in the order of the first tries.
    """

    deployed: Deployed
    clock: Clock
    disk: Disk
    base: Path
    lies: dict[str, tuple[list[Lie], Mapping[int, list[str]]]] = field(default_factory=dict)
    act: Act = ACTS["mint"]
    variant: int = 1
    lied: bool = False
    wanted: dict[tuple[str, int], Ran] = field(default_factory=dict)
    signed: list[Signature] = field(default_factory=list)
    seen: dict[tuple[object, ...], str] = field(default_factory=dict)

    @property
    def node(self) -> BscNode:
        return self.deployed.node

    @property
    def chain(self) -> Any:
        return self.node.anvil

    def address(self, label: str) -> str:
        return self.deployed.address(label)

    def folder(self, who: int) -> Path:
        return self.disk.root / _OPERATORS[who]

    # The chain, as it is

    def logs(self, topics: Sequence[str]) -> list[dict[str, Any]]:
        asked = {"fromBlock": hex(self.start + 1), "toBlock": "latest", "topics": list(topics)}
        found: list[dict[str, Any]] = self.chain.ask("eth_getLogs", asked)
        return found

    def call(self, to: str, data: str) -> str:
        return str(self.chain.ask("eth_call", {"to": to, "data": "0x" + data}, "latest"))[2:]

    def read(self, function: str, *addresses: str) -> int:
        data = keccak(text=function)[:4].hex() + "".join(a[2:].lower().zfill(64) for a in addresses)
        return int(self.call(self.token, data), 16)

    # Examples

    def keep(self) -> None:
        """What is now is what each example begins with."""
        record = json.loads((self.base / "record.json").read_text())
        self.token, self.manager = record["token"]["address"], record["manager"]["address"]
        self.clock.sleep(5)
        self.start = self.chain.head.number

    def begin(self) -> None:
        self.heal()
        self.chain.back_to(self.start)
        self.node.chain.head()
        self.clock.begin()
        shutil.rmtree(self.disk.root)
        for name in _OPERATORS:
            shutil.copytree(self.base, self.disk.root / name, ignore=shutil.ignore_patterns("ape"))
            (self.disk.root / f"{name}-state").mkdir()
        self.disk.begin()
        self.lied = False
        self.wanted, self.signed, self.seen = {}, [], {}

    def heal(self) -> None:
        """The node is honest again, and has all."""
        self.node.faults.clear()
        price = self.node.terms.gas_price
        vars(self.node.terms).update(vars(Terms()) | {"gas_price": price})
        self.disk.spare()

    def gone_after(self, questions: int) -> None:
        """From so many questions on the node does not answer."""
        left = [questions]

        def fault(request: Any, forward: Any) -> Any:
            left[0] -= 1
            return forward(request) if left[0] >= 0 else None

        self.node.faults["any"] = fault

    def pull(self, who: int) -> None:
        """This operator gets what the other has finished, and signed for Safes."""
        mine, theirs = self.folder(who), self.folder(1 - who)
        for part in _CARRIED:
            for path in sorted((theirs / part).rglob("*")):
                target = mine / path.relative_to(theirs)
                if path.is_file() and not path.name.endswith(".tmp") and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
        self.disk.begin()

    # Commands

    def give(
        self,
        name: str,
        variant: int,
        who: int,
        trouble: Trouble = NOTHING,
        seed: int = 0,
        *,
        fork: bool = False,
    ) -> Ran:
        """An operator gives a command while something goes wrong, and what must hold then holds.

        Args:
            name: Of the act.
            variant: Of the act.
            who: Which operator.
            trouble: What goes wrong meanwhile.
            seed: Chooses among its kinds.
            fork: The last block is taken back as the command ends: it was not final, and what was in it is gone.

        Raises:
            BrokenError: it does not.
        """
        act = self.act = ACTS[name]
        self.variant, self.who = variant, who
        before = len(self.signed)
        trouble.begin(self, seed)
        done = self._run(act, variant, who)
        # A state may be ended by what another account had on its way.
        so = not act.once and act.times(self, variant) == (1, 1)
        if fork and self.chain.head.number > self.start:
            self.chain.drops = True
            self.chain.take_back(1)
        self.heal()
        self.clock.sleep(3)
        self.wanted[name, variant] = done
        self._judge(act, variant, done, self.signed[before:], so=so)
        return done

    def _run(self, act: Act, variant: int, who: int) -> Ran:
        folder = self.folder(who)
        words = [
            str(folder / str(word)) if str(word).endswith((".csv", "signed-2.json")) else str(word)
            for word in act.words(variant)
        ]
        os.environ["XDG_STATE_HOME"] = str(self.disk.root / f"{_OPERATORS[who]}-state")
        every = replace(self.deployed, folder=folder)._words(words, act.accounts[who], None)
        try:
            done = in_process.invoke(*map(str, every))
        except Killed:
            self.disk.restart()
            return Ran(None, "killed")
        crashed = done.exception
        if crashed is not None and not isinstance(crashed, SystemExit):
            raise BrokenError(f"{act.name} crashed: {crashed!r}") from crashed
        self._look(done.stderr)
        return Ran(done.exit_code, done.stdout + done.stderr)

    def _look(self, text: str) -> None:
        key = self._command
        self.seen[key] = self.seen.get(key, "") + "".join(text.split())

    @property
    def _command(self) -> tuple[object, ...]:
        """Of two variants that are the same command one has shown what the other signs again."""
        return (self.who, *self.act.words(self.variant))

    def on_sign(self, signed: Any) -> None:
        """Whoever signs has seen what; by name of the test's own."""
        if signed.purpose is not Purpose.STEP:
            return
        stream: Any = sys.stderr
        stream.flush()
        self._look(stream._stream.buffer.getvalue().decode())
        seen = self.seen[self._command]
        for text in self.act.shown(self, self.variant):
            if "".join(text.split()) not in seen:
                raise BrokenError(
                    f"signed for {self.act.name} {self.variant} without showing {text}"
                )
        self.signed.append(Signature(signed.hash, self.act, self.variant))

    def on_send(self, raw: str) -> None:
        """Whoever sends has on the disk what: else nobody would know of it after a power cut."""
        if not any(raw.encode() in data for data in self.disk.durable().values()):
            raise BrokenError(
                f"sent for {self.act.name} {self.variant}, and in no journal on the disk"
            )

    # What must hold

    def _judge(
        self, act: Act, variant: int, done: Ran, signed: Sequence[Signature], *, so: bool
    ) -> None:
        if UNFORESEEN in done.said:
            raise BrokenError(f"{act.name} {variant}: {done.said}")
        self.require_once()
        times = act.times(self, variant)
        if done.code == 0 and times != (1, 1) and not so:
            raise BrokenError(
                f"{act.name} {variant} ended with 0, and is there {times} times: {done.said}"
            )
        landed = [one for one in signed if self._landed(one.hash)]
        if done.code in FAILED and landed and not _TOLD_FINAL.search(done.said):
            raise BrokenError(f"{act.name} {variant} failed ({done.code}), and stands: {done.said}")

    def _landed(self, hash_: str) -> bool:
        receipt = self.chain.ask("eth_getTransactionReceipt", hash_)
        return receipt is not None and receipt["status"] == "0x1"

    def require_once(self) -> None:
        """Nothing was done twice."""
        for name, variant in self.wanted:
            act = ACTS[name]
            if act.once and (most := act.times(self, variant)[1]) > 1:
                raise BrokenError(f"{name} {variant} was done {most} times")

    def end(self) -> None:
        """After the faults the same commands reach their ends, and nothing is left open."""
        self.heal()
        self.node.terms.gas_price = Terms().gas_price
        self.chain.floor = 0
        self.clock.sleep(30)
        states = [(name, n) for name, n in self.wanted if not ACTS[name].once]
        ending = {
            (ACTS[name].ends, n): None
            for name, n in states
            if ACTS[name].ends and name in ("pause", "block")
        }
        order = ["pause", "block", "unpause", "unblock", "grant"]
        for one in sorted({**dict.fromkeys(states), **ending}, key=lambda one: order.index(one[0])):
            self._brought_about([one])
        self._brought_about([one for one in self.wanted if ACTS[one[0]].once])
        self.require_nothing_open()

    def _brought_about(self, wants: Sequence[tuple[str, int]]) -> None:
        """By both operators, who may each have a run of it open; one may have to wait for another."""
        left = {(who, one): "" for one in wants for who in (0, 1)}
        for _ in range(_ROUNDS):
            for who, (name, variant) in list(left):
                self.pull(who)
                done = self.give(name, variant, who)
                left[who, (name, variant)] = done.said
                if self._is_end(ACTS[name], variant, done):
                    del left[who, (name, variant)]
            if not left:
                return
        raise BrokenError(f"not brought about: {left}")

    def _is_end(self, act: Act, variant: int, done: Ran) -> bool:
        return done.code == 0 or (
            act.once and done.code == 4 and act.times(self, variant) == (1, 1)
        )

    def require_nothing_open(self) -> None:
        """Of nothing that was signed it is unknown how it ended."""
        for who in (0, 1):
            left = [
                path.name
                for path in (self.folder(who) / "operations").glob("*.jsonl")
                if self._unresolved(path)
            ]
            if left:
                raise BrokenError(f"left open by operator {who}: {left}")

    def _unresolved(self, path: Path) -> bool:
        """By the lines themselves, whatever the product makes of them."""
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        nonces = {line["hash"]: line["nonce"] for line in lines if line["kind"] == "signed"}
        ended = {nonces.get(line["hash"]) for line in lines if line["kind"] == "outcome"}
        return bool(set(nonces.values()) - ended)
