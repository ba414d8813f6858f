"""The pause drill, on a fork of the connected network."""

from kgst.cli.drill import cli

__all__ = ["cli"]
