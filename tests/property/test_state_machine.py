"""The state machine on the in-process EVM: revm, or py-evm where there is none; `run.py` runs longer campaigns."""

from __future__ import annotations

import os

from property.campaign import CAMPAIGN
from property.machine import TokenMachine, campaign
from property.situations import SITUATIONS
from support.engine import Engine, engine_name, in_process
from support.model.ledger import PAUSES

from kgst.build import refresh

ESSENTIAL = (
    "mint to exactly zero headroom",
    "one base unit over full headroom refused",
    "deficit attested",
    "recovery from a deficit",
    "burn during a deficit",
    "headroom unchanged by a burn",
    "mint one second before expiry",
    "mint at the second of expiry refused",
    "mint one second after expiry refused",
    "mint after a halt refused",
    "epoch replayed",
    "forged signature refused",
    "rotation of auditors",
    "auditor suspended",
    "recovery of lost auditors",
    "blocked spender refused",
    "transfer to oneself",
    "full-range amount refused",
    "upgrade with state",
    "upgrade without consent refused",
    "DELEGATE_ALL raised",
    *(f"paused: {name}" for name in PAUSES),
)
"""What even a short run reaches dozens of times; without these it has shown nothing."""


class InProcess(TokenMachine):
    @classmethod
    def engine(cls) -> Engine:
        if "KGST_ARTIFACTS" not in os.environ:
            refresh()
        return in_process()


def test_system_behaves_as_its_model() -> None:
    name = os.environ.get("KGST_PROFILE", "dev")
    print(f"engine: {engine_name()}")
    campaign(InProcess, name, needed=ESSENTIAL)
    # A short run may by chance miss the rarest situations; `make property` and longer ones must meet them all.
    expected = ESSENTIAL if name == "dev" else SITUATIONS
    assert [s for s in expected if not CAMPAIGN.reached[s]] == []
    assert name == "dev" or CAMPAIGN.missing() == []
