"""Pause, block, freeze, seize."""

from kgst.cli.guard import cli

__all__ = ["cli"]
