"""Mint, burn, pay many, and see what may be minted."""

from kgst.cli.supply import cli

__all__ = ["cli"]
