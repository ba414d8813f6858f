"""Commands that must get through: what stops something is tried for minutes, not seconds."""

from __future__ import annotations

import os
from typing import Any, Final

import click

from kgst.console import KgstCommand
from kgst.terminal import plain

__all__ = ["EmergencyCommand"]

_SECONDS: Final = 120
"""How long one question to a node may take in all, retries included, unless KGST_RPC_TIMEOUT says otherwise."""


class EmergencyCommand(KgstCommand):
    """A command whose questions are asked again for two minutes each, and says so, before it gives up on a node.

    It does not wait for a quorum of nodes either: what stops something is sent to all and needs nobody's agreement.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run with that patience."""
        from kgst.node import patience, retries_told
        from kgst.node.patience import TIMEOUT_VARIABLE, default_patience
        from kgst.node.quorum import by_one

        seconds = default_patience() if TIMEOUT_VARIABLE in os.environ else _SECONDS
        told = retries_told(lambda line: click.echo(plain(line, None), err=True))
        with by_one(), patience(seconds), told:
            return super().invoke(ctx)
