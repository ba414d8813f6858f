"""What the public page is built from."""

from kgst.cli.page import cli

__all__ = ["cli"]
