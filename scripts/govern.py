"""Roles: who holds them, what differs from the policy, carrying that out, rotating keys."""

from kgst.cli.govern import cli

__all__ = ["cli"]
