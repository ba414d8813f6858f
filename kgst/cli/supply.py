"""Mint, burn, pay many, and see what may be minted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, KgstGroup, LocalPath, json_option, policy_option
from kgst.pipeline.options import write_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from kgst.pipeline.documents import GiveUpDocument, WriteDocument
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run
    from kgst.supply.desk_documents import SupplyDestinationsDocument, SupplyProposalsDocument
    from kgst.supply.documents import SupplyLimitsDocument, SupplyPayoutDocument


@click.group(cls=KgstGroup, short_help="Mint, burn, pay many; the mint desk")
def cli() -> None:
    """Mint within quota and headroom, burn on redemption, pay the rows of a file; what the mint desk may do."""


@cli.command(cls=KgstCommand)
@click.argument("to")
@click.argument("amount")
@click.option(
    "--ref",
    "reference",
    metavar="TEXT",
    required=True,
    help="The deposit's reference. Its hash goes to the token: this caller never mints twice by the same one.",
)
@click.option(
    "--via-desk",
    is_flag=True,
    help="Through the mint desk, as its operator (MINTER): at once within its limits, or what was proposed.",
)
@write_options
def mint(to: str, amount: str, reference: str, via_desk: bool, run: Run) -> Answer[WriteDocument]:
    """Mint AMOUNT, like '5 000 000.00 som', to TO: a label of the policy, or an address.

    The reference itself is shown and kept in the journal of the operation; the chain has its hash, as a key. Through
    the desk (--via-desk) a mint above its limits is proposed first; while that waits this exits 5, afterwards it mints.
    """
    from kgst.deployment.system import open_system
    from kgst.supply import desk, issuing

    system = open_system(run.policy_path, quiet=run.json)
    return (desk.mint if via_desk else issuing.mint)(system, to, amount, reference, run)


@cli.command(cls=KgstCommand)
@click.argument("to")
@click.argument("amount")
@click.option(
    "--ref",
    "reference",
    metavar="TEXT",
    required=True,
    help="The deposit's reference, by which it is minted or cancelled later.",
)
@write_options
def propose(to: str, amount: str, reference: str, run: Run) -> Answer[WriteDocument]:
    """Announce to the mint desk, as its operator (MINTER), that AMOUNT is to be minted to TO.

    It waits the desk's delay, in which GUARDIAN or any one auditor can cancel it. Then `supply mint --via-desk` with
    the same words mints it.
    """
    from kgst.deployment.system import open_system
    from kgst.supply import proposing

    system = open_system(run.policy_path, quiet=run.json)
    return proposing.propose(system, to, amount, reference, run)


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def proposals(policy_path: Path | None, json_output: bool) -> Answer[SupplyProposalsDocument]:
    """List what is proposed at the mint desk: how much to whom, from when, and how long it can be stopped."""
    from kgst.deployment.system import open_system
    from kgst.supply.proposals import list_proposals

    return list_proposals(open_system(policy_path, quiet=json_output))


@cli.command(cls=KgstCommand)
@click.argument("key", required=False, metavar="[KEY]")
@click.option("--ref", "reference", metavar="TEXT", help="Instead of KEY: the deposit's reference.")
@write_options
def cancel(key: str | None, reference: str | None, run: Run) -> Answer[WriteDocument]:
    """End what is proposed by KEY (its first digits), as GUARDIAN or as any auditor who is not suspended.

    With a whole KEY, or with --ref, the node need not serve events.
    """
    from kgst.deployment.system import open_system
    from kgst.supply import proposals

    system = open_system(run.policy_path, quiet=run.json)
    return proposals.cancel(system, key, reference, run)


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def destinations(policy_path: Path | None, json_output: bool) -> Answer[SupplyDestinationsDocument]:
    """Show where the mint desk may mint to, on the chain and by the policy.

    Exits 3 when they differ, 1 when the node hides events, so that some may be missing.
    """
    from kgst.deployment.system import open_system
    from kgst.supply.destinations import list_destinations

    return list_destinations(open_system(policy_path, quiet=json_output))


@cli.command(cls=KgstCommand)
@click.argument("who", metavar="ACCOUNT")
@write_options
def allow_destination(who: str, run: Run) -> Answer[WriteDocument]:
    """Let the mint desk mint to ACCOUNT: ISSUANCE_ADMIN, with its delay (exit 5, then the same command again)."""
    from kgst.supply.destinations import allow_destination as operation

    return _known(operation, who, run)


@cli.command(cls=KgstCommand)
@click.argument("who", metavar="ACCOUNT")
@write_options
def remove_destination(who: str, run: Run) -> Answer[WriteDocument]:
    """No longer let the mint desk mint to ACCOUNT, at once, nor what is proposed for it: GUARDIAN."""
    from kgst.supply.destinations import remove_destination as operation

    return _known(operation, who, run)


def _known(operation: Callable[..., Operation], who: str, run: Run) -> Answer[WriteDocument]:
    from kgst.deployment.system import open_system
    from kgst.pipeline.pipeline import perform

    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [operation(system, who, allow_unknown=run.allow_unknown)], run)


@cli.command(cls=KgstCommand)
@click.argument("amount")
@click.option(
    "--ref",
    "reference",
    metavar="TEXT",
    required=True,
    help="The redemption's reference. Its hash goes to the token: this caller never burns twice by the same one.",
)
@write_options
def burn(amount: str, reference: str, run: Run) -> Answer[WriteDocument]:
    """Burn AMOUNT of the issuer's own tokens, like '40 000.00 som', for a redemption.

    The reference itself is shown and kept in the journal of the operation; the chain has its hash, as a key.
    """
    from kgst.deployment.system import open_system
    from kgst.supply import issuing

    system = open_system(run.policy_path, quiet=run.json)
    return issuing.burn(system, amount, reference, run)


@cli.command(cls=KgstCommand)
@click.argument("file", type=LocalPath())
@click.option(
    "--chunk",
    type=click.IntRange(1, 500),
    default=100,
    show_default=True,
    help="Payments of one transaction; the same for all who go on with the file.",
)
@click.option("--total", metavar="AMOUNT", help="What the file must sum to, like '1 234.00 som'.")
@click.option("--count", type=click.IntRange(min=1), help="How many payments it must have.")
@click.option(
    "--again",
    metavar="NAME",
    help="Pay the same payments once more; NAME is what the refusal names as the last time: round-1.",
)
@click.option(
    "--rest",
    type=LocalPath(),
    help="Give a begun payout up: declare void on the chain what it has not paid, a transaction for each part, then "
    "write those rows to a new CSV file.",
)
@write_options
def payout(
    file: Path,
    chunk: int,
    total: str | None,
    count: int | None,
    again: str | None,
    rest: Path | None,
    run: Run,
) -> Answer[SupplyPayoutDocument | GiveUpDocument]:
    """Pay the rows of FILE, a CSV with the columns address and amount_som (or amount_tyiyn).

    Addresses need no label here, but a checksum. All is checked before the first payment. The token takes each part
    once: interrupted at any point, the same command goes on, from any checkout, and pays nobody twice. A corrected file
    is another one: give up what the old one has not paid (--rest) before. The format: docs/files.md.
    """
    from kgst.deployment.system import open_system
    from kgst.supply import payouts

    system = open_system(run.policy_path, quiet=run.json)
    return payouts.payout(system, file, payouts.Terms(chunk, total, count, again, rest), run)


@cli.command(cls=KgstCommand)
@click.argument("account", required=False)
@policy_option
@json_option
def limits(
    account: str | None, policy_path: Path | None, json_output: bool
) -> Answer[SupplyLimitsDocument]:
    """Show every issuer's bucket, the headroom, what ACCOUNT (a label or an address) may mint now, and why not more."""
    from kgst.deployment.system import open_system
    from kgst.supply import limits as report

    return report.limits(open_system(policy_path, quiet=json_output), account)
