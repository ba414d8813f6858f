"""Everything that can be wrong with a node and a deployment."""

from kgst.cli.doctor import cli

__all__ = ["cli"]
