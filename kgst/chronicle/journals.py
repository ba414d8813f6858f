"""What the journals say: one entry for each step that something was signed for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address

from kgst.chronicle.calls import called
from kgst.chronicle.entry import Entry, State, Why
from kgst.journal import Act, Header, JournalError, Line, Outcome, Purpose, Signed, read_lines
from kgst.sending.outcomes import GIVEN_UP, VOIDED
from kgst.sending.transactions import content_of

if TYPE_CHECKING:
    from kgst.decoding.calls import Namer
    from kgst.files import Files

__all__ = ["journal_entries", "journals_of"]

_STAMP: Final = re.compile(r"^(\d{8}T\d{6})")


def journals_of(files: Files) -> list[Path]:
    """Every journal of a deployment: its own, those that are open, those that are done."""
    own = [files.journal] if files.journal.is_file() else []
    return [
        *own,
        *sorted(files.operations.glob("*.jsonl")),
        *sorted(files.operations.glob("done/*.jsonl")),
    ]


def journal_entries(namer: Namer, path: Path) -> list[Entry]:
    """What the journal at `path` says, step by step.

    Raises:
        JournalError: it is none, or is damaged.
    """
    lines = read_lines(path)
    header = next((line for line in lines if isinstance(line, Header)), None)
    if header is None:
        return []
    return list(_entries(namer, path, header, lines))


def _entries(namer: Namer, path: Path, header: Header, lines: list[Line]) -> Iterator[Entry]:
    acts = [line for line in lines if isinstance(line, Act)]
    signed = [s for s in lines if isinstance(s, Signed) and s.purpose is not Purpose.FILL]
    ends = {line.hash: line for line in lines if isinstance(line, Outcome)}
    steps = dict.fromkeys((one.step, one.nonce) for one in signed)
    for step in steps:
        attempts = [one for one in signed if (one.step, one.nonce) == step]
        end = next((ends[one.hash] for one in attempts if one.hash in ends), None)
        landed = next((one for one in attempts if end and one.hash == end.hash), attempts[-1])
        # What was meant stands in the first attempt: another may only spend the nonce.
        try:
            content = content_of(attempts[0])
            sender = to_checksum_address(header.sender)
        except Exception as error:  # bytes of a file that anybody may have changed
            raise JournalError(
                f"{path}: the transaction of {step[0]} cannot be read; restore the file from a copy."
            ) from error
        call = called(namer, sender, content.to, content.data)
        at = next((t for t in (landed.at, acts[-1].at if acts else None, _stamp(path)) if t), None)
        yield Entry(
            at=at,
            state=_state(end),
            words=call.words,
            titles=tuple(dict.fromkeys(t for act in acts for t in act.titles)),
            whys=tuple(map(Why.of, acts)) or (Why(at, None, sender),),
            sender=sender,
            caller=call.caller,
            contract=call.contract,
            roles=call.roles,
            accounts=call.accounts | {sender, call.caller},
            transaction=landed.hash,
            block=end.block_number if end and end.block_number else None,
            error=end.error if end else None,
            sources=(path,),
            emits=call.emits,
        )


def _state(end: Outcome | None) -> State:
    if end is None:
        return State.IN_FLIGHT
    if end.succeeded:
        return State.DONE
    return State.GIVEN_UP if end.error in (GIVEN_UP, VOIDED) else State.FAILED


def _stamp(path: Path) -> int | None:
    """When the run began, by the name of its journal."""
    found = _STAMP.match(path.name)
    if found is None:
        return None
    try:
        return int(datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
