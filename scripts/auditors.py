"""Change the auditors: draft, sign, collect, submit a rotation; propose, accept, cancel a recovery."""

from kgst.cli.auditors import cli

__all__ = ["cli"]
