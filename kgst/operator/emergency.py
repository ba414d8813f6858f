"""Commands that must get through: what stops something is tried for minutes, not seconds."""

from __future__ import annotations

from typing import Any, Final

import click

from kgst.console import KgstCommand
from kgst.node import patience

__all__ = ["EmergencyCommand"]

_SECONDS: Final = 120
"""How long one question to a node may take in all, retries included."""


class EmergencyCommand(KgstCommand):
    """A command whose questions are asked again for two minutes each, before it gives up on a node."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run with that patience."""
        with patience(_SECONDS):
            return super().invoke(ctx)
