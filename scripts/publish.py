"""What lists, aggregators and explorers are given."""

from kgst.cli.publish import cli

__all__ = ["cli"]
