"""A Safe's transactions as files: show, sign, collect, execute."""

from kgst.cli.safe import cli

__all__ = ["cli"]
