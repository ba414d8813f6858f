"""The history of the token, kept and proven: read, look at, verify, hand on."""

from kgst.cli.index import cli

__all__ = ["cli"]
