"""One screen: how the token stands now."""

from kgst.cli.status import cli

__all__ = ["cli"]
