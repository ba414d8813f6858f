"""`journal.jsonl`: what was signed and what became of it, written before it is sent.

One JSON object a line, appended and fsynced. The first line says which run the journal belongs to; a journal of
another chain, policy or account is never continued. A last line cut short by a kill is dropped: nothing was sent on its
strength, because sending waits for the fsync.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from kgst.errors import KgstError, RefusedError
from kgst.journal.lines import LINES, Act, Header, Line, Outcome, Purpose, Signed
from kgst.jsonfile import MAX_BYTES, JsonError, parse_json
from kgst.locking import HeldError, LockedFile
from kgst.regularfile import NotRegularError, TooLargeError, read_regular

__all__ = ["Journal", "JournalError", "read_lines"]


class JournalError(KgstError):
    """A journal that cannot be trusted, or belongs to something else. Nothing is sent on it."""


class Journal:
    """A run's memory: in a file, or only in this process when there is no path."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the journal at `path`, made if absent; it stays locked until `close`.

        Raises:
            JournalError: a line that is not the last is not what a journal holds.
            RefusedError: another process has the journal open.
        """
        self.path = path
        self._locked: LockedFile | None = None
        self._lines: list[Line] = []
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._locked = LockedFile(path)
                self._lines = self._read(self._locked.file)
                _sync_folder(path.parent)
            except HeldError:
                raise RefusedError(
                    f"{path} is in use by another process; let that run end first."
                ) from None
            except OSError as error:
                self.close()
                raise JournalError(
                    f"{path}: cannot be opened: {error.strerror or error}."
                ) from error
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Release the file."""
        if self._locked is not None:
            self._locked.close()
            self._locked = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def header(self) -> Header | None:
        """Whose journal it is; None before the first line."""
        return next((line for line in self._lines if isinstance(line, Header)), None)

    def begin(self, header: Header) -> None:
        """Say whose journal this is, or check that it already says so.

        Raises:
            JournalError: it belongs to another chain, policy or sender.
        """
        present = self.header
        if present is None:
            self.append(header)
            return
        for field in ("chain_id", "genesis", "subject", "sender"):
            was, now = getattr(present, field), getattr(header, field)
            if field == "subject" and was != now and (changed := _changed(present, header)):
                raise JournalError(
                    f"{self.path or 'the journal'} belongs to another policy: {', '.join(changed)} "
                    f"{'is' if len(changed) == 1 else 'are'} not what it was begun with. Restore what it was begun "
                    "with and resume, or start over with --new, which keeps it aside."
                )
            if was != now:
                what = {
                    "subject": "policy",
                    "sender": "account",
                    "genesis": "chain (another genesis)",
                }
                raise JournalError(
                    f"{self.path or 'the journal'} belongs to another {what.get(field, 'chain')}: it "
                    f"says {was}, this run is {now}. Restore what it was begun with and resume, or "
                    "start over with --new, which keeps it aside."
                )

    def append(self, line: Line) -> None:
        """Add one line; when this returns it is on the disk."""
        if self._locked is not None:
            file = self._locked.file
            file.seek(0, os.SEEK_END)
            file.write(line.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        elif self.path is not None:
            raise JournalError(f"{self.path} is closed.")
        self._lines.append(line)

    def signed(self, step: str) -> Signed | None:
        """The last transaction signed for `step`."""
        return next((s for s in reversed(self._of(Signed)) if s.step == step), None)

    def signed_as(self, transaction_hash: str) -> Signed | None:
        """The transaction with this hash."""
        return next((s for s in self._of(Signed) if s.hash == transaction_hash), None)

    def attempts(self, signed: Signed) -> list[Signed]:
        """All that was signed for the same step and nonce, in order: at most one of them can land."""
        key = signed.step, signed.nonce
        return [s for s in self._of(Signed) if (s.step, s.nonce) == key]

    def outcome(self, transaction_hash: str) -> Outcome | None:
        """What became of the transaction with this hash, or of the attempt that landed in its place."""
        signed = self.signed_as(transaction_hash)
        hashes = {s.hash for s in self.attempts(signed)} if signed else {transaction_hash}
        return next((o for o in self._of(Outcome) if o.hash in hashes), None)

    def unresolved(self) -> list[Signed]:
        """The last attempt of each step and nonce that has no outcome yet."""
        last = {(s.step, s.nonce): s for s in self._of(Signed)}
        return [s for s in last.values() if self.outcome(s.hash) is None]

    @property
    def steps(self) -> list[str]:
        """Names of the steps that something was signed for, in order; what only filled a nonce is none."""
        steps = (s.step for s in self._of(Signed) if s.purpose is not Purpose.FILL)
        return list(dict.fromkeys(steps))

    @property
    def act(self) -> Act | None:
        """Who meant what and why, as last said; None in a journal from before that was kept."""
        return next(reversed(self._of(Act)), None)

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the transactions that are final, in order."""
        return self._of(Outcome)

    @property
    def next_nonce(self) -> int:
        """One more than the highest nonce signed for; 0 when nothing was."""
        return max((s.nonce + 1 for s in self._of(Signed)), default=0)

    @property
    def settled_nonce(self) -> int:
        """One more than the highest nonce that an outcome is known for; 0 when none is."""
        known = (s.nonce + 1 for s in self._of(Signed) if self.outcome(s.hash) is not None)
        return max(known, default=0)

    def _of(self, kind: type[Any]) -> list[Any]:
        return [line for line in self._lines if isinstance(line, kind)]

    def _read(self, file: IO[bytes]) -> list[Line]:
        file.seek(0)
        content = file.read()
        lines, torn = _lines(self.path, content)
        if torn:
            file.truncate(len(content) - torn)
            os.fsync(file.fileno())
        return lines


def _changed(present: Header, header: Header) -> list[str]:
    """Keys of the policy whose parts are others now; none where the journal, an older one, does not say."""
    if present.parts is None or header.parts is None:
        return []
    # By the names of this run: what else a journal has on that line is not repeated.
    return [key for key, part in header.parts.items() if present.parts.get(key) != part]


def read_lines(path: Path) -> list[Line]:
    """What the journal at `path` says, without locking it or changing anything: for looking only.

    Raises:
        JournalError: it is no journal, or is damaged.
    """
    try:
        lines, _ = _lines(path, read_regular(path, MAX_BYTES))
    except (NotRegularError, TooLargeError) as error:
        raise JournalError(f"{path}: {error}; look what stands there.") from None
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {error.strerror or error}.") from error
    return lines


def _lines(path: Path | None, content: bytes) -> tuple[list[Line], int]:
    """The whole lines of a journal, and how many bytes of a torn one follow."""
    complete, _, torn = content.rpartition(b"\n")
    texts = complete.split(b"\n") if complete else []
    lines = [_parse(path, number, text) for number, text in enumerate(texts, start=1)]
    if lines and not isinstance(lines[0], Header):
        raise JournalError(f"{path}: line 1 is not a header; restore the file from a copy.")
    if any(isinstance(line, Header) for line in lines[1:]):
        raise JournalError(f"{path}: two headers; restore the file from a copy.")
    return lines, len(torn)


def _parse(path: Path | None, number: int, text: bytes) -> Line:
    reason = repr(text[:60])
    try:
        return LINES.validate_json(parse_json(text)[0])
    except JsonError as error:
        reason = f"{error}: {reason}"
    except ValidationError:
        pass
    raise JournalError(
        f"{path}: line {number} is not a journal line ({reason}); nothing is sent on a "
        "damaged journal: restore the file from a copy, or start over with --new."
    )


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    if os.name == "nt":  # pragma: no cover
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
