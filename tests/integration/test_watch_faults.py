"""`ape run watch` while nodes fail and the process is killed: nothing lost, nothing twice. A quiet month is quiet."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc.faults import drops, refuses
from support.bsc.wire import Answer, Fault, Forward, Request, result
from support.drafts import require_schema
from support.watching import PATIENCE, Watched

from kgst.jsonfile import write_whole
from kgst.watch import memory as memory_module
from kgst.watch import receivers as receivers_module
from kgst.watch.catalogue import CATALOGUE
from kgst.watch.looking import Look, look
from kgst.watch.rounds import Watch
from kgst.watch.serving import serving

HOUR, DAY = 3_600, 86_400
SEEN: set[str] = set()
"""Kinds of trouble that were told by the tests of this file."""


def kinds(world: Watched) -> list[str]:
    """What the sink was told: subjects, each by its alert's name."""
    names = {one.title: one.name for one in CATALOGUE.values()}
    found = [subject.removeprefix("KGST, chain 97: ") for _, subject, _ in world.sink.told]
    return [
        f"{names[one.removeprefix('ended: ')]}{' ended' if one.startswith('ended: ') else ''}"
        for one in found
    ]


# ---------------------------------------------------------------------------------------------- nodes that fail


def withholding(request: Request, forward: Forward) -> Answer:
    """Shows no event; its receipts have them."""
    return result(request, [])


def forgetful(world: Watched) -> None:
    """A node that lost its events and receipts."""
    world.deployed.node.terms.log_blocks = 0
    world.deployed.node.faults["eth_getLogs"] = withholding
    world.deployed.node.faults["eth_getBlockReceipts"] = lambda request, _: result(request, None)


FAULTS: dict[str, tuple[str, dict[str, Fault]]] = {
    "silent": ("silent", {"any": drops}),
    "refusing": ("refusing", {"eth_getLogs": refuses(-32005, "limit exceeded")}),
    "withholding": ("contradicted", {"eth_getLogs": withholding}),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_watch__node_fails__is_told_when_it_lasts_and_when_it_ends(
    world: Watched, name: str
) -> None:
    kind, faults = FAULTS[name]
    with world.started() as watch:
        assert watch.round().good
        world.life.pay(world.deployed.address("compliance"), world.life.other, 10**19 - 10**16)
        world.settle()
        world.deployed.node.faults.update(faults)
        first = watch.round()
        assert [one.kind for one in first.look.trouble] == [kind]
        assert kinds(world) in ([], ["low-balance"])  # a hiccup is nobody's business
        world.settle(PATIENCE + 1)
        watch.round()
        assert kinds(world).count(kind) == 1
        world.settle(PATIENCE + 1)
        watch.round()
        world.deployed.node.faults.clear()
        world.settle()
        assert watch.round().good
    assert sorted(kinds(world)) == sorted([kind, f"{kind} ended", "low-balance"])
    SEEN.add(kind)


def test_watch__node_prunes__what_stands_is_told_all_the_same(world: Watched) -> None:
    with world.started(patience=0) as watch:
        assert watch.round().good
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(1))
        world.settle()
        forgetful(world)
        watch.round()
        assert kinds(world) == ["paused", "pruned"]
    SEEN.add("pruned")


@pytest.mark.parametrize("finality", [False, True])
def test_watch__node_stands_still__is_told_once(world: Watched, finality: bool) -> None:
    with world.started() as watch:
        assert watch.round().good
        if finality:
            world.deployed.node.terms.finality_stalled = True
            world.deployed.node.ask("eth_blockNumber")
            world.settle(PATIENCE + 60)
        else:
            world.now(behind=PATIENCE + 60)
        for _ in range(2):
            assert [one.kind for one in watch.round().look.trouble] == ["stalled"]
        world.deployed.node.terms.finality_stalled = False
        world.settle()
        assert watch.round().good
    assert kinds(world) == ["stalled", "stalled ended"]
    said = "final block" if finality else "latest block"
    assert said in world.sink.told[0][2]
    SEEN.add("stalled")


def test_watch__policy_is_broken_meanwhile__is_told_and_goes_on(world: Watched) -> None:
    policy = world.deployed.policy
    text = policy.read_text()
    try:
        with world.started(patience=0) as watch:
            assert watch.round().good
            watch._system = None
            policy.write_text(text + "\nnonsense: [\n")
            assert not watch.round().good
            policy.write_text(text)
            assert watch.round().good
    finally:
        policy.write_text(text)
    assert kinds(world) == ["failing", "failing ended"]
    SEEN.add("failing")


def test_watch__chain_forks_below_what_is_final__is_told(world: Watched) -> None:
    with world.started(patience=0) as watch:
        assert watch.round().good
        chain: Any = world.deployed.node.anvil
        chain.take_back(8)
        world.deployed.node.mine(20)
        world.now()
        watch.round()
    assert kinds(world) == ["forked"]
    SEEN.add("forked")


def test_watch__chain_forks_above_what_is_final__nothing_is_told_that_did_not_stay(
    world: Watched,
) -> None:
    """A pause in a block that is undone before it is final."""
    with world.started() as watch:
        assert watch.round().good
        chain: Any = world.deployed.node.anvil
        chain.drops = True
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(1))
        watch.round()
        chain.take_back(1)
        world.settle()
        assert watch.round().good
    assert kinds(world) == []


def test_trouble__of_the_catalogue__was_all_told_above() -> None:
    """Runs after the tests of each."""
    assert {one.name for one in CATALOGUE.values() if one.nature == "watch"} == SEEN


# ------------------------------------------------------------------------------------------- killed at any point


class Killed(BaseException):
    """`kill -9`: nothing on the way catches it."""


class Deaths:
    """Kills the process at the n-th moment at which it writes or tells, before or after."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.begin(None)
        take: Any = receivers_module.Receiver.take
        self._between(patch, memory_module, "write_whole", write_whole)
        self._between(patch, receivers_module.Receiver, "take", take)

    def _between(self, patch: pytest.MonkeyPatch, where: Any, name: str, real: Any) -> None:
        def watched_(*arguments: Any) -> Any:
            self._pass()
            found = real(*arguments)
            self._pass()
            return found

        patch.setattr(where, name, watched_)

    def _pass(self) -> None:
        if self.at == self.moment:
            raise Killed
        self.moment += 1

    def begin(self, at: int | None) -> None:
        self.moment = 0
        self.at = at


def test_watch__killed_at_each_write_and_send__loses_none_and_repeats_none(
    world: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three alerts at once: an event, a state that begins, a state that ends."""
    pauser, token = world.deployed.address("pauser"), world.life.token.functions
    world.life.pay(world.deployed.address("compliance"), world.life.other, 10**19 - 10**16)
    world.settle()
    world.look()
    assert kinds(world) == ["low-balance"]
    kept = (world.folder / "watch.json").read_bytes()
    world.life.pay(world.life.other, world.deployed.address("compliance"), 10**18)
    world.life.act(pauser, token.pause(1))
    world.life.act(world.deployed.address("auditor_a"), token.haltMinting("books"))
    world.settle()

    def again(at: int | None) -> tuple[list[str], list[int], int]:
        """Ids that arrived, how often each, moments that were passed."""
        (world.folder / "watch.json").write_bytes(kept)
        world.sink.told.clear()
        world.sink.posts.clear()
        deaths.begin(at)
        try:
            world.look()
        except Killed:
            deaths.begin(None)
            world.look()
        passed = deaths.moment
        deaths.begin(None)
        assert not world.remembered.pending
        assert not world.look().raised
        return sorted(id_ for id_, *_ in world.sink.told), sorted(world.sink.posts.values()), passed

    deaths = Deaths(monkeypatch)
    seen: list[Look] = []

    def looked(system: Any, terms: Any, cursor: int | None) -> Look:
        """The chain is read once; of what is told already an index has nothing more."""
        if not seen:
            seen.append(look(system, terms, cursor))
        return seen[0] if cursor != seen[0].cursor else replace(seen[0], happenings=[])

    monkeypatch.setattr("kgst.watch.rounds.look", looked)
    ids, posts, moments = again(None)
    assert (len(ids), posts) == (4, [1, 1, 1, 1])  # halted, expired, paused; low-balance ended
    assert moments == 2 * (1 + 4 + 4)
    repeated = 0
    for at in range(moments):
        found, often, _ = again(at)
        assert found == ids, at
        repeated += sum(often) - len(often)
    # Between the receiver's taking and the note of it, which nobody can make one: the id is the same.
    assert repeated == 8


def test_watch__disk_is_full__tells_nothing_that_it_cannot_remember(
    world: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with world.started() as watch:
        assert watch.round().good
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(2))
        world.settle()
        with monkeypatch.context() as patch:
            patch.setattr(memory_module, "write_whole", full)
            done = watch.round()
        assert (done.good, [one.kind for one in done.look.trouble]) == (False, ["failing"])
        assert kinds(world) == []
        watch.round()
        assert kinds(world) == ["paused"]


def test_watch__receiver_is_deaf__gets_all_in_order_later(world: Watched, tmp_path: Path) -> None:
    other = tmp_path / "two"
    other.write_text(world.file.read_text() + "nobody=json://127.0.0.1:9/\n")
    other.chmod(0o600)
    world.file, kept = other, world.file
    try:
        world.look()
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(2))
        world.settle()
        assert set(world.look().refused) == {"nobody"}
        world.sink.deaf = True
        world.life.act(world.deployed.address("unpauser"), world.life.token.functions.unpause(2))
        world.settle()
        assert set(world.look().refused) == {"nobody", "sink"}
        world.sink.deaf = False
        assert set(world.look().refused) == {"nobody"}
        assert [subject for _, subject, _ in world.sink.told] == [
            "KGST, chain 97: a part of the token is paused",
            "KGST, chain 97: ended: a part of the token is paused",
        ]
        assert [one.left for one in world.remembered.pending] == [("nobody",)] * 2
    finally:
        world.file = kept
    # A receiver that is named no more is waited for no more.
    world.look()
    assert world.remembered.pending == ()


def test_watch__second_process__is_refused(world: Watched) -> None:
    with world.started():
        done = world.deployed.run("watch", "--once")
    assert done.code == 4
    assert "another process watches this deployment" in done.stderr


# -------------------------------------------------------------------------------------------------- a quiet month


def test_watch__quiet_month__nothing_is_told(world: Watched) -> None:
    """An attestation every other day, mints, payments, a redemption in time; a node that hiccups."""
    life, token = world.life, world.life.token.functions
    desk, address = life.redemptions.functions, world.deployed.address
    rounds = 0
    with world.started() as watch:
        for day in range(0, 30, 2):
            life.attest(1_000_000 + day)
            life.act(address("issuer"), token.mint(life.holder, 1_000 * 10**6))
            life.act(life.holder, token.transfer(life.other, 10**6))
            world.settle(DAY)
            if day % 6 == 0:
                life.act(life.holder, token.approve(life.redemptions.address, 200 * 10**6))
                life.act(life.holder, desk.request(200 * 10**6, b"\x07" * 32))
                number = life.redemptions.functions.requestCount().call()
                world.settle()
                assert watch.round().good
                life.act(address("redeemer"), desk.lock([number]))
                life.act(address("redeemer"), desk.confirmPaid([number], day.to_bytes(32)))
                # For a moment, as nodes do.
                world.deployed.node.faults["any"] = drops
                assert not watch.round().good
                world.deployed.node.faults.clear()
            world.settle(DAY)
            assert watch.round().good
            rounds += 1
    assert rounds == 15
    assert world.sink.told == []
    assert world.remembered.standing == ()


# --------------------------------------------------------------------------------------------- the command, metrics


def test_once__document__is_of_its_schema_and_exits_3_while_something_stands(
    world: Watched,
) -> None:
    done = world.deployed.run("watch", "--once", "--receivers", world.file)
    assert done.code == 0, done.stderr
    assert done.document is not None
    require_schema(done.document, "watch")
    assert (done.document["standing"], done.document["receivers"]) == ([], ["sink"])
    world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(1))
    world.settle()
    done = world.deployed.run("watch", "--once", "--receivers", world.file)
    assert done.code == 3
    assert done.document is not None
    require_schema(done.document, "watch")
    assert [one["kind"] for one in done.document["raised"]] == ["paused"]
    assert kinds(world) == ["paused"]
    again = world.deployed.run("watch", "--once", "--receivers", world.file, as_json=False)
    assert again.code == 3
    assert "! paused: transfers: paused (since 2027-" in again.stdout
    assert kinds(world) == ["paused"]


def test_once__without_receivers__takes_nothing_from_the_watch(world: Watched) -> None:
    """Who only looks, while the watch is off or its receivers are deaf."""
    assert world.deployed.run("watch", "--once", "--receivers", world.file).code == 0
    world.sink.deaf = True
    world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(1))
    world.settle()
    assert world.deployed.run("watch", "--once", "--receivers", world.file).code == 3
    token = world.life.token.functions
    issuance_admin = world.deployed.address("issuance_admin")
    world.life.act(issuance_admin, token.setIssuer(world.life.holder, 5, 0, False))
    world.settle()
    before = world.remembered
    assert [one.kind for one in before.pending] == ["paused"]
    done = world.deployed.run("watch", "--once")
    assert done.code == 3
    assert done.document is not None
    assert [one["kind"] for one in done.document["raised"]] == ["issuers"]
    assert world.remembered == before
    world.sink.deaf = False
    assert world.deployed.run("watch", "--once", "--receivers", world.file).code == 3
    assert kinds(world) == ["paused", "issuers"]


def test_loop__told_to_end__ends_with_0(world: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rounds, then a signal while it waits for the next."""
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        world.settle(int(seconds))
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(world.clock, "sleep", sleep)
    done = world.deployed.run("watch", "--every", "30", "--receivers", world.file)
    assert done.code == 0, done.stderr
    assert done.document is not None
    assert (done.document["rounds"], done.document["good"]) == (3, True)
    assert slept == [30, 30, 30]
    assert "told to end" in done.stderr


def test_loop__told_to_end_in_its_first_round__ends_with_0(
    world: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Look:
        raise KeyboardInterrupt

    monkeypatch.setattr("kgst.watch.rounds.look", interrupted)
    done = world.deployed.run("watch", "--receivers", world.file)
    assert done.code == 0, done.stderr
    assert done.document is not None
    assert (done.document["rounds"], done.document["good"]) == (0, False)
    assert world.deployed.run("watch", "--once").code != 0


@pytest.mark.parametrize("secret", ["environment", "file"])
def test_receivers__wrong__are_refused_and_not_shown(
    world: Watched, tmp_path: Path, secret: str
) -> None:
    wrong = "ops=unheardof://token-5e5e5e@host/"
    path = tmp_path / "receivers"
    path.write_text(wrong)
    path.chmod(0o600)
    given = ("--receivers", path) if secret == "file" else ()
    env = {"KGST_WATCH_RECEIVERS": wrong} if secret == "environment" else {}
    done = world.deployed.run("watch", *given, env=env)
    assert done.code == 2
    assert "does not know the address of ops" in done.stderr
    assert "5e5e5e" not in done.stderr + done.stdout
    path.chmod(0o644)
    if given:
        done = world.deployed.run("watch", *given)
        assert done.code == 2
        assert "others on this machine can read it" in done.stderr


def test_loop__nobody_to_tell__is_refused(world: Watched) -> None:
    done = world.deployed.run("watch", env={"KGST_WATCH_RECEIVERS": ""})
    assert done.code == 2
    assert "nobody would be told" in done.stderr


def ask(watch: Watch, path: str) -> tuple[int, str]:
    with serving(("127.0.0.1", 0), watch.board) as place:
        assert place is not None
        try:
            with urllib.request.urlopen(f"http://{place[0]}:{place[1]}{path}", timeout=20) as found:
                return found.status, found.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def test_metrics_and_health__of_a_round__and_without_one(world: Watched) -> None:
    with world.started() as watch:
        assert ask(watch, "/health") == (503, "no good round yet\n")
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(4))
        world.settle()
        watch.round()
        assert ask(watch, "/health") == (200, "well\n")
        code, text = ask(watch, "/metrics")
        assert code == 200
        figures = dict(
            line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")
        )
        token = world.life.token.functions
        assert float(figures["kgst_supply_base_units"]) == token.totalSupply().call()
        assert float(figures["kgst_backing_base_units"]) == 1_000_000 * 10**6
        assert float(figures["kgst_reserves_tyiyn"]) == 1_000_000 * 100
        assert figures['kgst_paused{flag="transfers"}'] == "0.0"
        assert sum(float(v) for k, v in figures.items() if k.startswith("kgst_paused{")) == 1
        assert figures['kgst_condition{kind="paused"}'] == "1.0"
        assert float(figures['kgst_balance_wei{account="pauser"}']) == 10**19
        world.deployed.node.faults["any"] = drops
        watch.round()
        world.clock.now += 700
        watch.round()
        code, said = ask(watch, "/health")
        assert (code, said.partition(" for ")[0]) == (503, "no good round")
        assert ask(watch, "/secret")[0] == 404
        rules = (Path(__file__).parents[2] / "docs/watch/kgst.rules.yml").read_text()
        known = {name.partition("{")[0] for name in figures}
        assert len(named := set(re.findall(r"\bkgst_\w+", rules))) > 6
        assert named <= known


class Beats:
    """Counts."""

    def __init__(self) -> None:
        self.count = 0

    def beat(self) -> bool:
        self.count += 1
        return True


def test_heartbeat__only_when_all_is_seen_and_all_is_told(world: Watched) -> None:
    beats: Any = Beats()
    with world.started() as watch:
        watch.heartbeat = beats
        watch.round()
        assert beats.count == 1
        world.deployed.node.faults["any"] = drops
        watch.round()
        assert beats.count == 1
        world.deployed.node.faults.clear()
        world.sink.deaf = True
        world.life.act(world.deployed.address("pauser"), world.life.token.functions.pause(1))
        world.settle()
        watch.round()
        assert beats.count == 1
        world.sink.deaf = False
        watch.round()
        assert beats.count == 2
