"""Reports of a period, for auditors."""

from kgst.cli.report import cli

__all__ = ["cli"]
