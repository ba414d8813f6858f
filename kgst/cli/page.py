"""What the public page is built from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, json_option, policy_option

if TYPE_CHECKING:
    from kgst.page.documents import PageDocument


@click.command(cls=KgstCommand, short_help="The figures that the public page is built from")
@policy_option
@json_option
def cli(policy_path: Path | None, json_output: bool) -> Answer[PageDocument]:
    """Show what the public page shows, from one final block; with --json it is what the page is built from.

    On bsc:local:test (the default) the policy is deployed first, for practice.
    """
    from kgst.deployment.system import open_system
    from kgst.page.commands import snapshot

    return snapshot(open_system(policy_path, quiet=json_output))
