"""The journals of what operators send: one file a run, open until every step of it is final, then kept in `done/`.

A run is known by its subject: a hash of chain, caller and calls. A run that was killed is found again by the same
command, and continued with the very transactions that it had signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kgst.errors import RefusedError
from kgst.journal import Header, Journal, Outcome
from kgst.locking import HeldError, LockedFile

__all__ = ["Entry", "Logbook", "named", "subject_of"]

_RECENT = 20


class Entry:
    """One run's journal. `finish` says that nothing of it remains to be done."""

    def __init__(self, journal: Journal, *, resumed: bool) -> None:
        self.journal = journal
        self.resumed = resumed
        self.finished = False

    def finish(self) -> None:
        """Nothing of this run remains to be done."""
        self.finished = True


class Logbook:
    """The journals of one deployment; in memory when there is no folder.

    Args:
        folder: `deployments/<network>/operations`, or None.
        chain_id: EIP-155.
        genesis: Hash of block 0.
        sender: Checksummed address of the account that signs.
    """

    def __init__(self, folder: Path | None, chain_id: int, genesis: str, sender: str) -> None:
        self.folder = folder
        self._chain_id, self._genesis, self._sender = chain_id, genesis, sender
        self.sender = sender

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else on this machine sends from this account meanwhile: nonces, and what is done, stay as looked at.

        Raises:
            RefusedError: another process is at it, or the file of the lock cannot be had.
        """
        if self.folder is None:
            yield
            return
        # The file stays; the lock ends with the process, however that ends.
        path = self.folder / f".{self._sender[2:10].lower()}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            locked = LockedFile(path)
        except HeldError:
            raise RefusedError(
                f"another command is acting from {self._sender} now; let it end, then give this one again. "
                "Nothing was sent."
            ) from None
        except OSError as error:
            raise RefusedError(
                f"{path}: cannot be locked ({error.strerror or error}), so nobody can tell whether another command "
                f"is acting from {self._sender}; look what stands there. Nothing was sent."
            ) from error
        with locked:
            yield

    @contextmanager
    def entry(self, subject: str, name: str, reference: str = "") -> Iterator[Entry]:
        """The run with this subject: the one that was interrupted, or a new one.

        Args:
            subject: From `subject_of`.
            name: Short, for the file's name.
            reference: Kept in the journal; a digest of it also in the file's name.
        """
        name = named(name, reference)
        path = self._open_path(subject)
        resumed = path is not None
        if path is None and self.folder is not None:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            path = self.folder / f"{stamp}-{name}-{self._sender[2:10].lower()}-{subject[:8]}.jsonl"
        with Journal(path) as journal:
            journal.begin(Header(
                chain_id=self._chain_id, genesis=self._genesis, subject=subject, sender=self._sender,
                reference=reference or None,
            ))  # fmt: skip
            entry = Entry(journal, resumed=resumed and bool(journal.next_nonce))
            try:
                yield entry
            finally:
                if path is not None:
                    if not journal.steps:
                        path.unlink()
                    elif entry.finished and not journal.unresolved():
                        done = path.parent / "done"
                        done.mkdir(exist_ok=True)
                        path.rename(done / path.name)

    def begun(self, subject: str) -> bool:
        """Whether a run with this subject has signed something and is not done."""
        path = self._open_path(subject)
        if path is None:
            return False
        with Journal(path) as journal:
            return bool(journal.steps)

    def last_done(self, subject: str) -> tuple[Path, Outcome] | None:
        """The last finished run with this subject, and the outcome of its last transaction."""
        for path in self._files("done", subject):
            with Journal(path) as journal:
                outcomes = journal.outcomes
                if self._is_mine(journal) and outcomes and outcomes[-1].succeeded:
                    return path, outcomes[-1]
        return None

    def carried_out(self, name: str, reference: str = "") -> Path | None:
        """The last finished run of this name and reference, by whatever sender, that changed anything.

        Args:
            name: As for `entry`; may have wildcards.
            reference: As for `entry`.
        """
        return next(
            (p for p, journal in self.runs("done", name, reference) if _changed(journal)), None
        )

    def runs(self, where: str, name: str, reference: str = "") -> Iterator[tuple[Path, Journal]]:
        """Runs of this name and reference, by whatever sender, the newest first.

        Args:
            where: `done`, or `.` for open ones.
            name: As for `carried_out`.
            reference: As for `entry`.
        """
        if self.folder is None:
            return
        pattern = f"[0-9]*Z-{named(name, reference)}-????????-????????.jsonl"
        for path in sorted((self.folder / where).glob(pattern), reverse=True):
            with Journal(path) as journal:
                header = journal.header
                if header is not None and (header.chain_id, header.genesis) == (
                    self._chain_id, self._genesis,
                ):  # fmt: skip
                    yield path, journal

    def unresolved(self, except_for: str) -> list[Path]:
        """Open runs of this sender, other than the one with that subject, that may have something in flight."""
        found = []
        for path in self._files("."):
            with Journal(path) as journal:
                header = journal.header
                other = header is not None and header.subject != except_for
                if other and self._is_mine(journal) and journal.unresolved():
                    found.append(path)
        return found

    def next_nonce(self, *, settled: bool = False) -> int:
        """One more than the highest nonce that recent runs of this sender used: a node may lag behind them.

        Not to be asked while an `entry` is open: its journal is locked.

        Args:
            settled: Count only what has ended.
        """
        highest = 0
        for path in [*self._files("."), *self._files("done")[:_RECENT]]:
            with Journal(path) as journal:
                if self._is_mine(journal):
                    used = journal.settled_nonce if settled else journal.next_nonce
                    highest = max(highest, used)
        return highest

    def succeeded(self, subject: str) -> dict[str, Outcome]:
        """What runs with this subject have done, by step: the begun one, and those that have ended."""
        found: dict[str, Outcome] = {}
        for path in [*self._files("done", subject), *self._files(".", subject)]:
            with Journal(path) as journal:
                header = journal.header
                if header is not None and header.subject == subject and self._is_mine(journal):
                    found |= {o.step: o for o in journal.outcomes if o.succeeded}
        return found

    def in_flight(self, subject: str) -> bool:
        """Whether the begun run with this subject has a transaction whose end is not known."""
        path = self._open_path(subject)
        if path is None:
            return False
        with Journal(path) as journal:
            return bool(journal.unresolved())

    def _open_path(self, subject: str) -> Path | None:
        for path in self._files(".", subject):
            with Journal(path) as journal:
                header = journal.header
                if header is not None and header.subject == subject and self._is_mine(journal):
                    return path
        return None

    def _files(self, where: str, subject: str = "") -> list[Path]:
        """This sender's files, the newest first."""
        if self.folder is None:
            return []
        pattern = f"*-{self._sender[2:10].lower()}-{subject[:8] or '*'}.jsonl"
        return sorted((self.folder / where).glob(pattern), reverse=True)

    def _is_mine(self, journal: Journal) -> bool:
        header = journal.header
        return header is not None and (header.chain_id, header.genesis, header.sender) == (
            self._chain_id, self._genesis, self._sender,
        )  # fmt: skip


def named(name: str, reference: str) -> str:
    """The part of a file's name that tells what was done: `burn-5feceb66ffc8`."""
    return f"{name}-{subject_of(reference)[:12]}" if reference else name


def _changed(journal: Journal) -> bool:
    return any(outcome.succeeded for outcome in journal.outcomes)


def subject_of(*parts: object) -> str:
    """SHA-256, in hexadecimal digits, of what makes a run this run and no other."""
    digest = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(text).to_bytes(8) + text)
    return digest.hexdigest()
