"""A browser, and the states of a token that it is shown; once for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.web.browser import Browser, build, running_browser
from support.web.office import Office, opened
from support.web.scenes import Scene, Stage, played, staged


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, dict[str, Scene]]:
    """On the double of a BSC node, within this process, whose time and connections are its own only until here."""
    with staged(tmp_path_factory) as stage:
        return stage, played(stage)


@pytest.fixture(scope="session")
def stage(lived: tuple[Stage, dict[str, Scene]]) -> Stage:
    """The chain after all of it. Commands can no longer be given to it."""
    return lived[0]


@pytest.fixture(scope="session")
def scenes(lived: tuple[Stage, dict[str, Scene]]) -> dict[str, Scene]:
    return lived[1]


@pytest.fixture(scope="session")
def pages(scenes: dict[str, Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The built page of each scene."""
    folder = tmp_path_factory.mktemp("pages")
    for name, scene in scenes.items():
        build(scene.snapshot, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in scenes}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A signed report; for a module, since the chain that it is of has this process's time."""
    with opened(tmp_path_factory) as found:
        yield found
