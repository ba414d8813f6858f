"""Commands against a node that tells one lie, without waiting (`support.bsc.timeless`).

Before each case chain and files are put back.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from support import in_process
from support.bsc.deployed import Deployed
from support.bsc.timeless import Clock
from support.lies import Liar, Lie, Recording

__all__ = ["Command", "Ran", "World", "Wrong"]

_UNFORESEEN: Final = "this should not have happened"


@dataclass(frozen=True)
class Command:
    """A command whose effect can be counted.

    Attributes:
        words: As after `ape run`.
        effect: How often it happened since a block: of several things the rarest and the most frequent.
        then: Another command from the same account.
        idempotent: It brings the chain to what a policy says: what it does besides, or again, told so, is no harm; and
            one node that says that all is so already is believed (docs/nodes.md), as long as an honest one is not.
    """

    name: str
    words: Sequence[object]
    account: str
    effect: Callable[[int], tuple[int, int]]
    then: Sequence[object] | None = None
    idempotent: bool = False


@dataclass(frozen=True)
class Ran:
    """How a command ended.

    Attributes:
        said: The message of its error, or all that it printed.
        crashed: What escaped it.
    """

    code: int
    said: str
    crashed: str = ""


@dataclass(frozen=True)
class Wrong:
    """What must not be.

    Attributes:
        kind: `twice` (done more than once), `not there` (exit 0, and not done), `not brought about` (by the same
            command on an honest node), `locked` (another command from the account fails), `left open` (a run's
            journal), `told failed` (exit 1, 2, 4 or 5, and done), `something else` (was done), `crashed`.
        said: In words.
    """

    kind: str
    said: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.said}"


class World:
    """The deployment as it was when this was made, again and again."""

    def __init__(self, deployed: Deployed, clock: Clock) -> None:
        self.deployed, self.clock = deployed, clock
        self._anvil = deployed.node.anvil
        self._kept = deployed.folder.with_name(f"{deployed.folder.name}-kept")
        self._classes = _unwrapped()
        self.keep()

    def keep(self) -> None:
        """What is now is what each case begins with."""
        self.clock.sleep(5)
        self._snapshot = self._anvil.ask("evm_snapshot")
        self._block = int(self._anvil.ask("eth_blockNumber"), 16)
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.deployed.folder, self._kept, ignore=shutil.ignore_patterns("ape"))

    def put_back(self) -> None:
        self._anvil.ask("anvil_dropAllTransactions")
        assert self._anvil.ask("evm_revert", self._snapshot)
        self._snapshot = self._anvil.ask("evm_snapshot")
        self.deployed.node.faults.clear()
        for path in self.deployed.folder.iterdir():
            if path.name != "ape":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._kept, self.deployed.folder, dirs_exist_ok=True)
        self.clock.begin()
        self.deployed.node.chain.head()

    # Commands

    def run(self, words: Sequence[object], account: str) -> Ran:
        """A command, to its end and a few blocks on: what is in the pool lands."""
        _unwrap(self._classes)
        every = self.deployed._words(words, account, None)
        done = in_process.invoke(*every)
        self.clock.sleep(5)
        crashed = done.exception
        if isinstance(crashed, SystemExit):
            crashed = None
        try:
            said = json.loads(done.stdout)
        except ValueError:
            return Ran(done.exit_code, done.stdout + done.stderr, repr(crashed or "no document"))
        message = said.get("error", {}).get("message") or json.dumps(said)
        return Ran(done.exit_code, message, repr(crashed) if crashed else "")

    def recorded(self, command: Command) -> Recording:
        """An honest run, which must do what it says."""
        self.put_back()
        listener = Liar()
        self.deployed.node.faults["any"] = listener
        done = self.run(command.words, command.account)
        assert (done.code, command.effect(self._block)) == (0, (1, 1)), done.said
        self.expected = self._logged()
        return listener.recording

    def _logged(self) -> Counter[tuple[str, str]]:
        """Every event since the beginning, by contract and kind."""
        asked = {"fromBlock": hex(self._block + 1), "toBlock": "latest"}
        logs = self._anvil.ask("eth_getLogs", asked)
        return Counter((log["address"], log["topics"][0]) for log in logs)

    def faults_of(
        self, command: Command, lie: Lie, others: Any, *, thorough: bool = True
    ) -> tuple[str, list[Wrong]]:
        """How the lie was met, and what is wrong with that.

        Args:
            command: `recorded` before.
            lie: Of `lies_of` its recording.
            others: Of its recording.
            thorough: False gives the command no second time where a first one in spite of the lie left chain and
                journals as an honest one does.
        """
        self.put_back()
        liar = Liar(lie, others)
        self.deployed.node.faults["any"] = liar
        first = self.run(command.words, command.account)
        self.deployed.node.faults.clear()
        met = self._met(liar, first)
        effect = command.effect(self._block)
        wrong = _of_lying_run(first, effect, idempotent=command.idempotent)
        done = first.code == 0 and not wrong and self._is_as_after_an_honest_run()
        if done and not thorough:
            return met, []
        again = self.run(command.words, command.account)
        wrong += self._of_honest_run(command, first, effect, again)
        return met, wrong

    def _is_as_after_an_honest_run(self) -> bool:
        return self._logged() == self.expected and not self.deployed.open_runs()

    def _met(self, liar: Liar, done: Ran) -> str:
        if not liar.told:
            return "not told"
        return "harmless" if done.code == 0 else f"exit {done.code}"

    def _of_honest_run(
        self, command: Command, first: Ran, effect: tuple[int, int], again: Ran
    ) -> list[Wrong]:
        wrong = []
        done = command.effect(self._block)
        if again.crashed:
            wrong.append(Wrong("crashed", again.crashed))
        if done[1] > 1 and not command.idempotent:
            wrong.append(Wrong("twice", f"{done} times: {first.said}"))
        elif done[0] < 1:
            wrong.append(
                Wrong("not brought about", f"exit {again.code}, {done} times: {again.said}")
            )
        elif not command.idempotent and self._logged() != self.expected:
            wrong.append(Wrong("something else", str(self._logged() - self.expected)))
        if again.code and not (again.code == 4 and effect == (1, 1)):
            wrong.append(Wrong("not brought about", f"exit {again.code}: {again.said}"))
        if runs := self.deployed.open_runs():
            wrong.append(Wrong("left open", str(runs)))
        if command.then and (first.code or again.code or wrong):
            then = self.run(command.then, command.account)
            if then.code:
                wrong.append(Wrong("locked", f"exit {then.code}: {then.said}"))
        return wrong


def _unwrapped() -> dict[type, dict[str, Any]]:
    """ape wraps these methods of a provider's class anew for each connection of a process."""
    from ape_ethereum.provider import Web3Provider

    found: dict[type, dict[str, Any]] = {}
    waiting: list[type] = [Web3Provider]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        found[one] = {n: vars(one).get(n) for n in ("connect", "send_transaction")}
    return found


def _unwrap(classes: dict[type, dict[str, Any]]) -> None:
    for one, methods in classes.items():
        for name, method in methods.items():
            if method is not None:
                setattr(one, name, method)
            elif name in vars(one):
                delattr(one, name)


def _of_lying_run(done: Ran, effect: tuple[int, int], *, idempotent: bool) -> list[Wrong]:
    wrong = []
    told_done = '"done": true' in done.said
    believed = idempotent and '"already": true' in done.said
    if done.crashed:
        wrong.append(Wrong("crashed", done.crashed))
    if _UNFORESEEN in done.said:
        wrong.append(Wrong("crashed", done.said))
    if effect[1] > 1 and not idempotent:
        wrong.append(Wrong("twice", f"{effect} times: {done.said}"))
    if done.code == 0 and effect[0] < 1 and not believed:
        wrong.append(Wrong("not there", f"exit 0, {effect} times: {done.said}"))
    # Of several transactions some may stand when the next one is told as failed.
    if done.code in (1, 2, 4, 5) and effect[0] and not (told_done or "final" in done.said):
        wrong.append(Wrong("told failed", f"exit {done.code}, {effect} times: {done.said}"))
    return wrong
