"""Mints against deposits, redemptions against payments."""

from kgst.cli.reconcile import cli

__all__ = ["cli"]
