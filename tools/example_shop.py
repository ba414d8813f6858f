"""examples/x402 on a chain of its own: an anvil, the rehearsal's deployment, attested and minted, then shop and payers.

python tools/example_shop.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.units import SOM, TYIYN_PER_SOM

if TYPE_CHECKING:
    from kgst.demo.stage import Stage

sys.path.insert(0, str(Path(__file__).resolve().parent))

from page import ROOT, on, running_anvil, set_up


def minted(stage: Stage) -> None:
    """1,000 som attested and minted to a citizen, at the present: what is signed for x402 goes by the clock."""
    from ape import chain

    from kgst.attestation import ReserveAttestation
    from kgst.multicall import ensure_multicall
    from kgst.node import connected

    # By it x402 finds out why a payment would not go through; on BSC it is there.
    ensure_multicall(connected())
    now = chain.blocks.head.timestamp
    figures = ReserveAttestation(
        epoch=1,
        reserves=1_000 * TYIYN_PER_SOM,
        settled=0,
        as_of=now,
        report_hash=bytes(32),
        halts=0,
        version=1,
        deadline=now + 3600,
    )
    signed = stage.sign(figures.message(stage.deployment.domain))
    stage.token.attest(*figures.arguments(signed), sender=stage.citizen(1))
    stage.token.mint(stage.citizen(0), 1_000 * SOM, sender=stage.issuer)


def main() -> int:
    """Play; what node ends with."""
    from ape import accounts

    with running_anvil() as node, on(node), set_up() as stage:
        minted(stage)
        people = {
            "RPC": node,
            "TOKEN": stage.token.address,
            "PAYER": stage.citizen(0).private_key,
            "FACILITATOR": accounts.test_accounts[0].private_key,
        }
        words = ["node", str(ROOT / "examples/x402/play.mjs")]
        return subprocess.run(words, env={**os.environ, **people}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
