"""What the command line asks of a report, and what is read for every one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.files import Files
from kgst.record import Record
from kgst.report.period import Period
from kgst.signing.own import Names, Own, own_policy

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.report.period import Days

__all__ = ["Asked", "Given"]


@dataclass(frozen=True)
class Given:
    """A deployment's files, and days.

    Attributes:
        own: The policy that names people; None without one.
        names: By it, and of the deployment's contracts.
    """

    period: Period
    files: Files
    record: Record
    own: Own | None
    names: Names


@dataclass(frozen=True)
class Asked:
    """Of which deployment, and of which days.

    Attributes:
        folder: The deployment's.
        first: The first day, as it was typed.
        last: The last day.
        days: Whose days.
        policy_path: `--policy`; None for the checkout's own.
    """

    folder: Path
    first: str
    last: str
    days: Days
    policy_path: Path | None

    def read(self) -> Given:
        """What is there.

        Raises:
            InputError: there is no deployment, a policy is of another one, or a day cannot be read.
        """
        period, files = Period.parse(self.first, self.last, self.days), Files(self.folder)
        record = Record.load(files.record)
        own = own_policy(self.policy_path, files.record, record.chain_id)
        contracts = {name: one.address for name, one in record.contracts.items()}
        names = Names(own.policy if own else None, contracts)
        return Given(period, files, record, own, names)
