"""Attest the reserves: draft, sign, collect, submit; show them; halt minting."""

from kgst.cli.reserves import cli

__all__ = ["cli"]
