"""Requests at the redemption desk."""

from kgst.cli.redemptions import cli

__all__ = ["cli"]
