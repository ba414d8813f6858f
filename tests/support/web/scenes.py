"""States of a token that a visitor may find, each as the page's snapshot and as a node's answers.

The chain is in this process, so that days pass in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from support.bsc.deployed import Deployed, deployed_in_memory
from support.drafts import report_of, total_of
from support.life import Life
from support.web.recorded import Recorded, recorded

from kgst.attestation import ImplementationApproval, ReserveAttestation
from kgst.reserves.annex import leaf

__all__ = ["SALT", "OnAnvil", "Scene", "Stage", "played", "staged"]

SOM = 10**6
DAY = 86_400
SALT = "0x" + "5a" * 32
_FINAL = 8
"""Blocks, more than there are behind the last final one."""


@dataclass(frozen=True)
class Scene:
    """One state: the document of `ape run page`, and a node that answers as the chain did."""

    snapshot: dict[str, Any]
    node: Recorded


class Stage(Life):
    """A token on the double, with a redemption desk and real reports."""

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        super().__init__(deployed)
        self.folder = folder
        self.reports: list[bytes] = []
        self.redemptions = self._contract("redemption_desk", "RedemptionDesk")

    def attest_report(self, som: int) -> None:
        """Attested by all auditors, with the report of such reserves after the one before."""
        previous = "0x" + keccak(self.reports[-1]).hex() if self.reports else None
        report = report_of(
            total_of(self.folder, f"{som}.00"),
            token=self.token.address,
            epoch=len(self.reports) + 1,
            previous_report=previous,
            leaves=(leaf(SALT, "R-1", 250 * SOM, "settled"),),
        )
        self.reports.append(report)
        (self.folder / f"report-{len(self.reports)}.json").write_bytes(report)
        attestation = ReserveAttestation(
            epoch=len(self.reports),
            reserves=som * 100,
            settled=0,
            as_of=self.now,
            report_hash=keccak(report),
            **self._bonds(),
        )
        signed = self._signed(attestation, "auditor_a", "auditor_b", "auditor_c")
        self.act(self.other, self.token.functions.attest(*signed))

    def ask(self, base_units: int) -> None:
        """The holder asks for redemption."""
        desk = self.redemptions
        self.act(self.holder, self.token.functions.approve(desk.address, base_units))
        self.act(self.holder, desk.functions.request(base_units, b"\x21" * 32))

    def consent(self) -> None:
        """The auditors consent to other code, and nobody has upgraded yet."""
        other = self.deployed.record["logic"]["address"]
        code = bytes(self.web3.eth.get_code(other))
        bonds = self._bonds()
        consent = ImplementationApproval(other, keccak(code), keccak(b""), 0, **bonds)
        signed = self._signed(consent, "auditor_a", "auditor_b", "auditor_c")
        self.act(self.other, self.token.functions.approveImplementation(*signed))

    def _ask(self, method: str, *params: Any) -> Any:
        chain: Any = self.deployed.node.anvil
        if method == "evm_mine":
            return chain.mine()
        # Anybody's transaction is taken without a signature.
        return None if method == "anvil_impersonateAccount" else chain.ask(method, *params)

    def later(self, seconds: int) -> None:
        """Time passes."""
        chain: Any = self.deployed.node.anvil
        chain.advance(seconds)
        chain.mine()

    def snapshot(self) -> dict[str, Any]:
        """What `ape run page` says of the present."""
        self.deployed.node.mine(_FINAL)
        done = self.deployed.run("page")
        assert done.code == 0, done.stdout + done.stderr
        assert done.document is not None
        return done.document

    def scene(self) -> Scene:
        """The present."""
        snapshot = self.snapshot()
        return Scene(snapshot, recorded(self.web3, snapshot))


class OnAnvil(Stage):
    """A stage whose chain is anvil's, behind the double of a node."""

    def _ask(self, method: str, *params: Any) -> Any:
        return Life._ask(self, method, *params)

    def later(self, seconds: int) -> None:
        """Time passes."""
        Life.later(self, seconds)


@contextmanager
def staged(folders: pytest.TempPathFactory) -> Iterator[Stage]:
    """A deployed token, until the block ends."""
    folder = folders.mktemp("deployment")
    with pytest.MonkeyPatch.context() as patch, deployed_in_memory(folder, patch) as (deployed, _):
        yield Stage(deployed, folders.mktemp("reports"))


def played(stage: Stage) -> dict[str, Scene]:
    """A life of some days, each state by its name."""
    token, desk, address = (
        stage.token.functions,
        stage.redemptions.functions,
        stage.deployed.address,
    )
    scenes = {"none": stage.scene()}
    stage.attest_report(1_000_000)
    stage.act(address("issuer"), token.mint(stage.holder, 600_000 * SOM + 250_001))
    for som in (100_000, 20_000, 500):
        stage.ask(som * SOM)
    stage.act(address("redeemer"), desk.lock([1]))
    stage.act(stage.holder, desk.withdraw(3))
    scenes["fresh"] = stage.scene()
    stage.later(DAY)
    stage.attest_report(1_050_000)
    stage.act(address("pauser"), token.pause(9))
    stage.act(address("compliance"), token.blockAccount(stage.puppet))
    stage.consent()
    scenes["paused"] = stage.scene()
    stage.act(address("unpauser"), token.unpause(9))
    stage.act(address("auditor_a"), token.haltMinting("a look at the books"))
    scenes["halted"] = stage.scene()
    stage.later(4 * DAY)
    stage.attest_report(1_040_000)
    scenes["overdue"] = stage.scene()
    stage.later(8 * DAY)
    scenes["stale"] = stage.scene()
    stage.attest_report(500_000)
    scenes["deficit"] = stage.scene()
    return scenes
