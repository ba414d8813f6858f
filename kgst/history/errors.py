"""What reading a history can meet."""

from __future__ import annotations

from typing import ClassVar

from kgst.errors import ExitCode
from kgst.node import NodeError, PrunedError

__all__ = ["GoneError", "OtherForkError", "OtherHistoryError", "WithheldError"]


class OtherHistoryError(NodeError):
    """A node says something of the past that another node, the index or the block itself contradicts."""


class OtherForkError(OtherHistoryError):
    """The node has another block in the place of one that was final."""


class WithheldError(OtherHistoryError):
    """The node does not show an event that the index has, and has its block; or node and index are of two chains."""

    exit_code: ClassVar[ExitCode] = ExitCode.WAITING


class GoneError(PrunedError):
    """The node no longer has events that were asked for, and no index has them either: nothing follows from silence."""

    exit_code: ClassVar[ExitCode] = ExitCode.WAITING
