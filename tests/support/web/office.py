"""A period's report with its officers' signatures, made by the commands, and the page's snapshot of that moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_in_memory
from support.bsc.people import key_of
from support.reporting import OneDay

__all__ = ["CEO", "CFO", "Json", "Office", "opened"]

CEO, CFO = "pauser", "compliance"
Json = dict[str, Any]


@dataclass
class Office:
    """Files, and who judges them beside the page."""

    deployed: Deployed
    folder: Path
    snapshot: Json

    def path(self, name: str) -> Path:
        return self.folder / name

    def judged(self, *names: str) -> int:
        """The exit code of `report verify`."""
        files = [self.path(name) for name in names]
        policy = ("--policy", self.deployed.policy)
        return self.deployed.run_offline(
            "report", "verify", self.path("report.json"), *files, *policy
        ).code

    def changed(self, name: str, new: str, change: Callable[[Json], object]) -> str:
        document = json.loads(self.path(name).read_bytes())
        change(document)
        self.path(new).write_text(json.dumps(document))
        return new


@contextmanager
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A report of a day, signed by both officers, and the snapshot of the page."""
    folder, out = tmp_path_factory.mktemp("deployment"), tmp_path_factory.mktemp("office")
    officers = [("\nroles:", f"\nofficers: {{ceo: {CEO}, cfo: {CFO}}}\n\nroles:")]
    with (
        pytest.MonkeyPatch.context() as patch,
        deployed_in_memory(folder, patch, officers) as (deployed, _),
    ):
        day = OneDay(deployed, tmp_path_factory.mktemp("reports"))
        day.live()
        days = ("--from", "2027-01-15", "--to", "2027-01-15", "--policy", deployed.policy)
        made = deployed.run_offline("report", "period", folder, *day.files, *days, "--out", out)
        assert made.code == 0, made.stderr
        for role, label in (("CEO", CEO), ("CFO", CFO)):
            given = ("--role", role, "--account", label, "--yes", "--policy", deployed.policy)
            signed = deployed.run_offline("report", "sign", out / "report.json", *given)
            assert signed.code == 0, signed.stderr
            name = f"report.{key_of(label).address[2:10].lower()}.sig.json"
            (out / name).rename(out / f"{role}.json")
        shown = deployed.run("page")
        assert shown.document is not None, shown.stderr
        yield Office(deployed, out, shown.document)
