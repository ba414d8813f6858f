"""A browser, and the states of a token that it is shown; once for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.web.browser import Browser, build, running_browser
from support.web.scenes import Scene, Stage, played, staged


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """On the double of a BSC node, within this process."""
    with staged(tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="session")
def scenes(stage: Stage) -> dict[str, Scene]:
    return played(stage)


@pytest.fixture(scope="session")
def pages(scenes: dict[str, Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The built page of each scene."""
    folder = tmp_path_factory.mktemp("pages")
    for name, scene in scenes.items():
        build(scene.snapshot, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in scenes}
