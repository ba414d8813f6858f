"""Somebody who always looks, and tells."""

from kgst.cli.watch import cli

__all__ = ["cli"]
