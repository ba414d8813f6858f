"""What the page's scenes change of this process is undone: other tests of the process reach their own nodes."""

from __future__ import annotations

import time

from support.web.scenes import Scene

import kgst.sending.delivery
from kgst.node.wire import Wire


def test_scenes__once_they_are_played__leave_time_and_connections_alone(
    scenes: dict[str, Scene],
) -> None:
    assert scenes
    assert Wire.post.__module__ == "kgst.node.wire"
    assert vars(kgst.sending.delivery)["time"] is time
