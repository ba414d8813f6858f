"""Breakages of the product that the operators' machine meets by chance, each shown at once by a scene of its own.

A scene is played with the product as it is, where it goes as it should, and with one thing taken out of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("pyrevm", reason="pyrevm has no wheel for this Python: the machine needs it")
from operators import broken
from operators.making import a_world
from operators.scenes import SCENES
from operators.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("operators")) as found:
        yield found


@pytest.mark.parametrize("name", sorted(SCENES))
def test_scene__with_one_thing_taken_out__goes_otherwise(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world.begin()
    SCENES[name](world)
    broken.BREAKS[name](monkeypatch.setattr)
    world.begin()
    with pytest.raises(AssertionError):  # the machine's own, or the scene's
        SCENES[name](world)
