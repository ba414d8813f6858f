"""One screen: how the token stands now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, json_option, policy_option

if TYPE_CHECKING:
    from kgst.status.documents import StatusDocument


@click.command(
    cls=KgstCommand, short_help="One screen: supply, reserves, quotas, pauses, operators"
)
@click.option(
    "--alert",
    is_flag=True,
    help="For cron: exit 7 when something cannot wait (attestation, deficit, redemptions, BNB, a recovery, the node).",
)
@policy_option
@json_option
def cli(alert: bool, policy_path: Path | None, json_output: bool) -> Answer[StatusDocument]:
    """Show supply, backing, headroom, attestation, issuers, pauses, pending operations and operators' BNB.

    All of it is from one block; exits 3 when a redemption is due or overdue. On bsc:local:test (the default) the policy
    is deployed first, for practice.
    """
    from kgst.deployment.system import open_system
    from kgst.errors import ExitCode
    from kgst.status.alerts import alerts, warnings
    from kgst.status.documents import StatusDocument
    from kgst.status.reading import read_status
    from kgst.status.views import print_status

    system = open_system(policy_path, quiet=json_output)
    status = read_status(system)
    urgent = alerts(system, status)
    document = StatusDocument.of(system, status, warnings(system, status), urgent)
    code = ExitCode.DRIFT if status.redemptions.wait and not alert else ExitCode.DONE
    if alert and urgent:
        code = ExitCode.DUE
    return Answer(document, lambda out: print_status(out, system, status), code)
