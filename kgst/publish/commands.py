"""`publish listing`: a folder of files for lists, aggregators and explorers."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.console import Answer
from kgst.errors import DriftError, InputError
from kgst.moments import format_time
from kgst.multicall import Reads
from kgst.node import is_short_lived
from kgst.page.commands import ENDED
from kgst.page.reading import Shown, read_shown
from kgst.publish.documents import PublishListingDocument
from kgst.publish.pack import notice_of, pack, require_site
from kgst.snapshot.documents import BlockPart
from kgst.storing import FileError, write_new
from kgst.tables import facts
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["listing", "read_public"]

_NAMES: Final = {"name": "KGST", "symbol": "KGST", "decimals": 6}


def read_public(system: System) -> Shown:
    """What the files are of, in one final block; its supply is that of the token's events, the index's where there is
    one.

    Raises:
        NodeError: the node failed, or contradicts the index.
        DriftError: the token is not what the files would call it, or more is in escrow than there is.
    """
    shown = read_shown(system, ENDED)
    reads = Reads()
    asked: dict[str, Any] = {one: reads.of(system.token, one) for one in _NAMES}
    reads.fetch(system.provider, shown.head, "read the token's name")
    if (found := {one: read.value for one, read in asked.items()}) != _NAMES:
        raise DriftError(f"the token says that it is {found}, and should say {_NAMES}.")
    if shown.escrow > shown.solvency.supply:
        raise DriftError(
            f"the redemption desk has {shown.escrow} base units in escrow, and there are {shown.solvency.supply} in "
            "all: the node does not say the truth; use another."
        )
    return shown


def listing(
    system: System, site: str, folder: Path | None, *, force: bool
) -> Answer[PublishListingDocument]:
    """Write the files.

    Args:
        system: Whose token.
        site: Where the folder will be served.
        folder: Where the files go; None for `build/listing`.
        force: Replace those of an earlier block.

    Raises:
        InputError: the chain ends with this process, or is not one of BSC's, or the site is no https address.
        FileError: a file is there with other content, or cannot be written.
    """
    site = require_site(site)
    if is_short_lived(system.provider):
        raise InputError(
            "this chain ends with this command; give the network that was deployed to with --network."
        )
    shown = read_public(system)
    files = pack(system, shown, site)
    target = folder or _default_folder()
    write_all(target, files, force=force)
    document = PublishListingDocument.model_validate(
        {
            "chain_id": system.record.chain_id,
            "token": system.record.token.address,
            "block": BlockPart.taken_from(shown.head),
            "notice": notice_of(system),
            "folder": str(target),
            "files": [
                {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            ],
        }
    )
    return Answer(document, partial(_print, system, shown, document))


def write_all(folder: Path, files: dict[str, bytes], *, force: bool) -> None:
    """Write each file into `folder`, and none if one may not be written.

    Raises:
        FileError: a file is there with other content and `force` is not given, or it cannot be written.
    """
    for parent in sorted({(folder / name).parent for name in files}):
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"{parent}: no such folder can be made ({error.strerror}).") from error
    write_new([(folder / name, data) for name, data in sorted(files.items())], force=force)


def _print(system: System, shown: Shown, document: PublishListingDocument, out: Console) -> None:
    rows = facts("KGST, for lists and aggregators")
    rows.add_row("Token", f"{markup(document.token)}, chain {document.chain_id}")
    rows.add_row("Block", f"{shown.head.number} of {format_time(shown.head.time)}")
    rows.add_row("Total", format_som(shown.solvency.supply))
    rows.add_row("Circulating", format_som(shown.solvency.supply - shown.escrow))
    rows.add_row("Files", f"{len(document.files)} in {markup(document.folder)}")
    out.print(rows)
    out.print(markup(document.notice))
    out.print("README.md there says what to hand in where, and what a person has to write.")


def _default_folder() -> Path:
    from ape import project

    return Path(project.path) / "build" / "listing"
