"""`history`: what the files of a deployment know of who did what, when and why. Asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.chronicle.documents import HistoryDocument
from kgst.chronicle.filters import Filter, address_of, day_of, role_of_name
from kgst.chronicle.reading import read_chronicle
from kgst.chronicle.views import as_csv, print_chronicle
from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.files import Files
from kgst.record import Record
from kgst.signing.own import Names, own_policy, print_own
from kgst.storing import write_new

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.policy import Policy

__all__ = ["Asked", "history"]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for, as it was typed."""

    about: str | None = None
    contract: str | None = None
    role: str | None = None
    by: str | None = None
    since: str | None = None
    until: str | None = None

    def filter(self, policy: Policy | None, contracts: dict[str, str]) -> Filter:
        """What an entry must have.

        Raises:
            InputError: no such person, contract, role or day.
        """
        return Filter(
            about=address_of(self.about, policy, "--about") if self.about else None,
            contract=contracts.get(self.contract) or address_of(self.contract, policy, "--contract")
            if self.contract
            else None,
            role=role_of_name(self.role) if self.role else None,
            by=address_of(self.by, policy, "--by") if self.by else None,
            since=day_of(self.since, "--since") if self.since else None,
            until=day_of(self.until, "--until") if self.until else None,
        )


def history(
    folder: Path, policy_path: Path | None, asked: Asked, csv_path: Path | None, *, force: bool
) -> Answer[HistoryDocument]:
    """Tell the history of the deployment in `folder`.

    Raises:
        InputError: there is no deployment, or what is asked for is none.
        FileError: the CSV file cannot be written, or is there with other content.
        BrokenIndexError: the index cannot be read.
    """
    files = Files(folder)
    record = Record.load(files.record)
    own = own_policy(policy_path, files.record, record.chain_id)
    contracts = {name: one.address for name, one in record.contracts.items()}
    names = Names(own.policy if own else None, contracts)
    wanted = asked.filter(own.policy if own else None, contracts)
    chronicle = read_chronicle(files, names)
    found = wanted.of(chronicle.entries)
    if csv_path is not None:
        write_new([(csv_path, as_csv(found, names.named, wanted.about).encode())], force=force)

    def show(out: Console) -> None:
        print_own(out, own)
        print_chronicle(out, chronicle, found, names.named, wanted.about)
        if csv_path is not None:
            out.print(f"Written to {csv_path}.", markup=False)

    bad = chronicle.unreadable or chronicle.contradictions
    document = HistoryDocument.of(
        folder, record.chain_id, own.path if own else None, chronicle, found
    )
    return Answer(document, show, ExitCode.DRIFT if bad else ExitCode.DONE)
