"""Who did what, when and why, by the files of a deployment."""

from kgst.cli.history import cli

__all__ = ["cli"]
