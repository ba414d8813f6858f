"""Upgrade the token: check, deploy, the auditors' consent, schedule, execute, cancel."""

from kgst.cli.upgrade import cli

__all__ = ["cli"]
