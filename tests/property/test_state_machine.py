"""The state machine on the in-process EVM; `run.py` runs longer campaigns."""

from __future__ import annotations

import os

from property.campaign import CAMPAIGN
from property.machine import TokenMachine, campaign
from support.revm import Engine, Revm

from kgst.build import refresh


class OnRevm(TokenMachine):
    @classmethod
    def engine(cls) -> Engine:
        if "KGST_ARTIFACTS" not in os.environ:
            refresh()
        return Revm()


def test_system_behaves_as_its_model() -> None:
    campaign(OnRevm, os.environ.get("KGST_PROFILE", "dev"))
    assert not CAMPAIGN.missing()
