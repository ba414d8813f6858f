"""Making the deployed code readable on an explorer; and the files for doing it by hand where its API is blocked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.build import require_from_sources
from kgst.console import Answer, console, load_policy
from kgst.deploy.documents import DeployPublishDocument, PublishedContract
from kgst.deploy.explorer import Match, Submission, compare, submission_of
from kgst.deploy.explorer_api import KEY_VARIABLE, Explorer
from kgst.errors import ExitCode, InputError, KgstError
from kgst.files import Files
from kgst.node import chain_id, connected, is_dev_node, is_short_lived
from kgst.record import Record
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Published", "publish"]

_NOT_COMPARED: Final = Match(False, False)
_PAGES: Final = {56: "https://bscscan.com", 97: "https://testnet.bscscan.com"}


@dataclass
class Published:
    """What became of one contract.

    Attributes:
        files: Standard JSON and arguments.
        match: With the deployment and the code on the chain.
        explorer: verified, already verified, not asked, failed.
        message: What went wrong; None when nothing did.
    """

    submission: Submission
    files: tuple[Path, Path]
    match: Match = _NOT_COMPARED
    explorer: str = "not asked"
    message: str | None = None

    @property
    def matches(self) -> bool:
        """Whether an explorer would see the same."""
        return self.match.creation and self.match.runtime and not self.match.problems

    @property
    def part(self) -> PublishedContract:
        """As documents have it."""
        return PublishedContract.taken_from(
            self,
            name=self.submission.name,
            address=self.submission.contract.address,
            standard_json=str(self.files[0]),
            constructor_args=str(self.files[1]),
            creation_code_matches=self.match.creation,
            runtime_code_matches=self.match.runtime,
        )


def publish(
    policy_path: Path | None,
    names: Sequence[str],
    api_url: str,
    *,
    only_files: bool,
    folder: Path | None,
    quiet: bool,
) -> Answer[DeployPublishDocument]:
    """Write and check what verifies each contract of the record, and hand it to the explorer.

    Args:
        policy_path: `--policy`.
        names: Contracts; all of the record when empty.
        api_url: Of the explorer.
        only_files: Ask no explorer.
        folder: Where the files go; None for `build/verification`.
        quiet: Stdout belongs to a JSON document.

    Raises:
        InputError: no such contract, no record, or a development node, which no explorer knows.
    """
    provider = connected()
    if is_short_lived(provider):
        raise InputError(
            "this chain ends with this command; give the network that was deployed to with --network."
        )
    _, path = load_policy(policy_path, provider)
    record = Record.load(Files(path.parent).record)
    here = chain_id(provider)
    if record.chain_id != here:
        raise InputError(f"the record is of chain {record.chain_id}, the node's is {here}.")
    if unknown := [name for name in names if name not in record.contracts]:
        raise InputError(
            f"the record has no {', '.join(unknown)}; it has {', '.join(record.contracts)}."
        )
    require_from_sources()
    explorer = None if only_files else Explorer(api_url, os.environ.get(KEY_VARIABLE, ""), here)
    if explorer is not None and is_dev_node(provider) and not explorer.is_local:
        raise InputError(
            "no explorer knows a development node; write the files only, with --only-files."
        )
    out = console(stderr=quiet)
    folder = folder or _default_folder()
    done = [
        _one(out, submission_of(name, contract), provider, explorer, folder)
        for name, contract in record.contracts.items()
        if not names or name in names
    ]
    failed = any(one.message for one in done)
    document = DeployPublishDocument(
        chain_id=here,
        contracts=[one.part for one in done],
        api_url=None if explorer is None else api_url,
    )
    return Answer(
        document,
        lambda out: _show(out, done, here),
        ExitCode.ERROR if failed else ExitCode.DONE,
    )


def _one(
    out: Console, submission: Submission, provider: Any, explorer: Explorer | None, folder: Path
) -> Published:
    published = Published(submission, submission.save(folder))
    out.print(f"[dim]{markup(submission.name)}: compiling …[/dim]")
    try:
        published.match = compare(submission, provider)
        if problems := published.match.problems:
            published.message = "\n".join(problems)
            return published
        if explorer is None:
            return published
        if not os.environ.get(KEY_VARIABLE):
            raise InputError(f"there is no key: set the environment variable {KEY_VARIABLE}.")
        out.print(f"[dim]{markup(submission.name)}: asking {markup(explorer.url)} …[/dim]")
        published.explorer = explorer.verify(submission)
    except KgstError as error:
        published.message = str(error)
        published.explorer = "failed" if published.matches else "not asked"
    return published


def _show(out: Console, done: list[Published], chain: int) -> None:
    from kgst.tables import table

    rows = table("Verification")
    rows.add_column("contract", style="bold")
    rows.add_column("address")
    rows.add_column("code")
    rows.add_column("explorer")
    for one in done:
        code = "[green]matches[/green]" if one.matches else "[red]differs[/red]"
        rows.add_row(
            markup(one.submission.name),
            markup(one.submission.contract.address),
            code,
            markup(one.explorer),
        )
    out.print(rows)
    for one in done:
        if one.message:
            out.print(
                f"[red]✗[/red] {markup(one.submission.name)}: {markup(one.message)}", soft_wrap=True
            )
    if not any(one.explorer in ("failed", "not asked") for one in done):
        return
    out.print(
        f"By hand: {markup(_PAGES.get(chain, 'the explorer'))}/verifyContract, “Solidity (Standard-Json-Input)”:"
    )
    for one in done:
        if one.matches and one.explorer in ("failed", "not asked"):
            source, arguments = one.files
            out.print(
                f"  {one.submission.contract.address} {one.submission.qualified_name} {one.submission.compiler}, "
                f"licence MIT: upload {source}, arguments from {arguments}",
                markup=False,
                soft_wrap=True,
            )


def _default_folder() -> Path:
    from ape import project

    return Path(project.path) / "build" / "verification"
