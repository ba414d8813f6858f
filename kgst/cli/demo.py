"""The main job: the token's life from deployment to upgrade, told in som, each step asserted."""

import click
from ape.cli import ConnectedProviderCommand

from kgst.command import Keyless


class DemoCommand(Keyless, ConnectedProviderCommand):  # type: ignore[misc] # ape is untyped here
    """Connected, and tells what it does as it goes."""


@click.command(cls=DemoCommand)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else.")
def cli(as_json: bool) -> None:
    """Play the token's life on a development chain: deploy, attest, mint, redeem, three banking days, pay, upgrade.

    Every step is asserted; one that goes otherwise ends the run with exit code 1 and its name. Runs on bsc:local:test
    (default), bsc:local:foundry, or a rehearsal of BSC testnet: anvil --chain-id 97 --block-time 1 and --network
    bsc:testnet:http://127.0.0.1:8545. It uses test accounts and moves the chain's clock, so not on a real network.
    """
    from kgst.demo.run import run

    raise SystemExit(run(as_json=as_json))
