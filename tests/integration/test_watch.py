"""`ape run watch`: each alert of the catalogue is told once, and nothing else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.watching import SOM, Watched, put_back, watched

from kgst.watch.catalogue import CATALOGUE

HOUR, DAY = 3_600, 86_400


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with (
        pytest.MonkeyPatch.context() as patch,
        watched(tmp_path_factory.mktemp("watched"), patch) as found,
    ):
        yield found


@pytest.fixture
def world(module: Watched) -> Iterator[Watched]:
    with put_back(module) as found:
        yield found


class Told:
    """What the sink got in each step, by kind."""

    def __init__(self, world: Watched) -> None:
        self.world, self.kinds = world, set[str]()

    def step(self, **expected: int) -> None:
        """A round tells so many of each kind: `paused`, or `paused_ended`."""
        self.world.settle()
        before = len(self.world.sink.told)
        done = self.world.look()
        assert done.good, done.look.trouble
        found = Counter(
            f"{one.kind}{' ended' if one.ended else ''}".replace("-", "_").replace(" ", "_")
            for one in done.raised
        )
        assert found == expected
        new = self.world.sink.told[before:]
        assert [id_ for id_, *_ in new] == [one.id for one in done.raised]
        assert [subject for _, subject, _ in new] == [one.subject for one in done.raised]
        self.kinds |= {one.kind for one in done.raised if not one.ended}
        # Again: nothing new.
        assert not self.world.look().raised
        assert len(self.world.sink.told) == before + len(new)


def test_watch__a_life__each_alert_is_told_once(world: Watched) -> None:
    life, told = world.life, Told(world)
    address = world.deployed.address
    token, manager = life.token.functions, life.manager.functions
    told.step()

    granted = manager.grantRole(4, life.puppet, 0)
    life.act(
        address("admin"), manager.schedule(granted.address, granted._encode_transaction_data(), 0)
    )
    told.step(scheduled=1)
    [(_, _, body)] = world.sink.told
    assert "are left to cancel it: it can be executed from" in body
    assert "manager.grantRole(roleId=PAUSER, account=" in body
    assert "Begin with: ape run govern cancel 0x" in body
    print(body)
    life.act(
        address("admin"),
        manager.cancel(address("admin"), granted.address, granted._encode_transaction_data()),
    )
    told.step(cancelled=1)
    life.roles()
    counted = {
        "scheduled": world.events("OperationScheduled") - 1,
        "executed": world.events("OperationExecuted"),
    }
    print(counted)


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_catalogue__page__has_each_alert_as_the_code_has_it(kind: str) -> None:
    one = CATALOGUE[kind]
    page = (Path(__file__).parents[2] / "docs/watch.md").read_text()
    row = (
        f"| `{kind}`: {one.title} | {'yes' if one.urgent else '–'} | {one.when} | {one.todo} "
        f"| `ape run {one.command}` |"
    )
    assert row in page.splitlines()


_: Any = SOM
