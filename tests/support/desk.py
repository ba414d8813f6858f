"""An issuer's desk on the in-process chain, and the banking days that it lives: statements, attestations, payments."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from support.bank import Bank, payment
from support.drafts import auditor
from support.in_process import invoke

from kgst.chain import advance_time, now
from kgst.keys import key_of
from kgst.reserves.annex import read_annex
from kgst.reserves.format import bishkek_day
from kgst.settling.references import payment_reference

SOM = 1_000_000
DAY = 86_400
ACCOUNT = "1990010000123456"
ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"


class Desk:
    """A desk, its bank, its auditors, and the days that they live."""

    def __init__(self, folder: Path, token: Any, issuer: Any) -> None:
        self.folder, self.token, self.issuer = folder, token, issuer
        self.bank = Bank(ACCOUNT, 10_000_000)  # 100,000 som
        self.day = self.first = bishkek_day(now())
        self.previous: Path | None = None

    def reference(self, ref: str) -> str:
        chain_id = ape_chain.provider.chain_id
        return payment_reference(
            chain_id, self.token.address, self.issuer.address, key_of("burn", ref)
        )

    def burn(self, som: int, ref: str) -> str:
        self.token.burn(som * SOM, key_of("burn", ref), sender=self.issuer)
        return self.reference(ref)

    def mint(self, som: int, ref: str) -> None:
        self.token.mint(self.issuer, som * SOM, key_of("mint", ref), sender=self.issuer)

    def deposit(self, som: int, ref: str, **more: Any) -> None:
        self.bank.book(
            self.day,
            som * 100,
            payment(ref, credit=True),
            credit=True,
            code=("RCDT", "ESCT"),
            **more,
        )

    def run(self, *arguments: object) -> Any:
        return invoke("reserves", *arguments, policy=self.folder / "policy.yaml")

    def draft(self, *arguments: object, statements: list[Path] | None = None) -> Any:
        """Drafts the day that has just ended, in a folder of its own."""
        folder = self.folder / str(self.day)
        folder.mkdir(exist_ok=True)
        self._night()
        files = statements or [self.bank.write(folder, self.day)]
        before = ["--previous", self.previous] if self.previous else []
        self.day += timedelta(days=1)
        self.report = folder / "report.json"
        return self.run("draft", *files, "--report", self.report, *before, *arguments, "--json")

    def attest(self, *arguments: object, **more: Any) -> dict[str, Any]:
        """Drafts, signs by all and submits; what the draft said."""
        result = self.draft(*arguments, **more)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("{"), result.output
        document: dict[str, Any] = json.loads(result.stdout)
        path = Path(document["draft_file"])
        for index in range(3):
            signed = self.run(
                "sign", path, "--report", self.report, "--account", auditor(index).alias, "--yes"
            )
            assert signed.exit_code == 0, signed.output
        collected = self.run("collect", path, *sorted(path.parent.glob("*.sig.json")))
        assert collected.exit_code == 0, collected.output
        submitted = self.run(
            "submit", path.with_suffix(".signed.json"), "--yes", "--account", "TEST::15"
        )
        assert submitted.exit_code == 0, submitted.output
        self.previous = self.report
        return document

    def settled(self) -> int:
        return int(self.token.lastAttestation().settled)

    def annex(self) -> Any:
        return read_annex(self.report.with_name("report-annex.json"))[0]

    def _night(self) -> None:
        until = (self.day - bishkek_day(now())).days + 1
        if until > 0:
            midnight = (now() + 6 * 3_600) // DAY * DAY - 6 * 3_600 + until * DAY
            advance_time(midnight + 1_800 - now())
            ape_chain.mine()


def lived(
    deployment: Any, folder: Path, issuer: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """With 100,000 som attested and 5,000 som minted to the issuer by `PO-1`; afterwards nothing has happened."""
    # A command that connects and disconnects makes ape forget its snapshots, so each test has its own.
    before = ape_chain.provider.snapshot()
    shutil.copy(POLICY, folder)
    deployment.record.save(folder / "record.json")
    monkeypatch.chdir(ROOT)
    # What auditors remember to have signed is of this life alone.
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setattr("kgst.deployment.system.is_short_lived", lambda _: False)
    monkeypatch.setattr("kgst.signing.deadlines.clock", now)
    desk = Desk(folder, deployment.token, issuer)
    desk.attest()
    desk.mint(5_000, "PO-1")
    yield desk
    ape_chain.provider.restore(before)
    ape_chain.history.revert_to_block(ape_chain.blocks.height)
