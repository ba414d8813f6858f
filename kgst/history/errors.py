"""What reading a history can meet."""

from __future__ import annotations

from kgst.node import NodeError

__all__ = ["OtherHistoryError"]


class OtherHistoryError(NodeError):
    """A node says something of the past that another node, the index or the block itself contradicts."""
