"""Which files belong to one deployment: they stand next to its policy."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kgst.journal import Journal, JournalError
from kgst.jsonfile import MAX_BYTES, parse_json
from kgst.regularfile import read_regular

__all__ = ["LAST_STEP", "Files"]

LAST_STEP: Final = "configuration"
"""Of a deployment; with its end the deployment is done."""


@dataclass(frozen=True)
class Files:
    """The files of one deployment.

    Attributes:
        folder: Where its policy is: `deployments/<network>`.
    """

    folder: Path

    @property
    def record(self) -> Path:
        """What was deployed."""
        return self.folder / "record.json"

    @property
    def journal(self) -> Path:
        """What the deployment sent."""
        return self.folder / "journal.jsonl"

    @property
    def operations(self) -> Path:
        """Journals of what operators sent since: open ones here, finished ones in `done`."""
        return self.folder / "operations"

    @property
    def proposals(self) -> Path:
        """Transactions of Safes that await their owners' signatures."""
        return self.folder / "safe"

    @property
    def upgrades(self) -> Path:
        """Implementations that were deployed to upgrade to, and the auditors' signatures on them."""
        return self.folder / "upgrades"

    @property
    def index(self) -> Path:
        """The history that was read from the chain, with its proofs."""
        return self.folder / "index"

    @property
    def watch(self) -> Path:
        """What `watch` has to remember: how far it has looked, what stands, which alerts are not delivered."""
        return self.folder / "watch"

    @property
    def payments(self) -> Path:
        """Orders for the bank that pays redemptions, and the proofs of what it paid: for nobody else to read."""
        return self.folder / "payments"

    @property
    def layout(self) -> Path:
        """Where the deployed implementation keeps what."""
        return self.folder / "layout.json"

    def begun(self) -> bool:
        """Whether the journal tells of anything that may have been sent."""
        if not self.journal.exists():
            return False
        with Journal(self.journal) as journal:
            return bool(journal.next_nonce)

    def finished(self) -> bool:
        """Whether the journal tells of a deployment whose last step is done; read without locking it."""
        try:
            lines = read_regular(self.journal, MAX_BYTES).split(b"\n")
            found = [parse_json(line)[1] for line in lines[:-1]]
        except (OSError, ValueError):
            return False
        return any(
            isinstance(line, dict)
            and (line.get("kind"), line.get("step")) == ("outcome", LAST_STEP)
            and line.get("succeeded") is True
            for line in found
        )

    def forget_unsigned(self) -> None:
        """Empty the journal if it has a header and nothing was signed: it binds nobody.

        Raises:
            RefusedError: another process has it open.
            JournalError: it is damaged.
        """
        if not self.journal.exists():
            return
        # Shortened and not removed: whoever opens it at this moment must meet the lock.
        with Journal(self.journal) as journal:
            if journal.header is not None and not journal.next_nonce and not journal.outcomes:
                os.truncate(self.journal, 0)

    def move_aside(self) -> list[Path]:
        """Give each the time in its name, so that a new deployment can begin."""
        if self.journal.exists():
            with suppress(JournalError):  # a damaged journal can be put aside, one in use cannot
                Journal(self.journal).close()
        moved = []
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        paths = (
            self.record,
            self.journal,
            self.operations,
            self.proposals,
            self.upgrades,
            self.index,
            self.watch,
            self.payments,
            self.layout,
        )
        for path in paths:
            if path.exists():
                target = path.with_name(f"{path.stem}.{stamp}{path.suffix}")
                path.rename(target)
                moved.append(target)
        return moved
