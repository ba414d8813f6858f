"""What the banks' statements say against what the chain says, as often as one of the two has changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.errors import InputError, KgstError
from kgst.node import NodeError
from kgst.reconcile.commands import Given, reconciled
from kgst.reconcile.views import WORDS
from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.terminal import plain
from kgst.units import format_som
from kgst.watch.conditions import Condition

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.reconcile.documents import BreakPart
    from kgst.status.reading import Status

__all__ = ["KINDS", "Books"]

KINDS: Final = frozenset({"unmatched", "statements"})
"""Alerts that come of statements."""

_MOST_FILES: Final = 2_000
_MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all files together: what a round may take to read."""
_MOST_TOLD: Final = 50
"""Breaks with an alert of their own; how many more there are is one."""
_AGAIN: Final = 600
"""Seconds until the same files are compared anew with a chain that has changed."""


@dataclass(frozen=True)
class _Compared:
    """What came of which files, and when; no hash where the files could not be read."""

    state: str
    moved: tuple[int, ...]
    at: float
    found: list[Condition]

    def is_due(self, state: str, moved: tuple[int, ...], now: float) -> bool:
        """Whether it may come out otherwise by now."""
        failed = any(one.kind == "statements" for one in self.found)
        late = now - self.at >= _AGAIN
        return state != self.state or (late and (failed or moved != self.moved))


@dataclass
class Books:
    """The folder into which somebody, or a program, puts the banks' files.

    Attributes:
        folder: Its files are the statements, those that begin with a dot left out; what is in folders below is not.
        previous: An attested report, after whose closing entries count; None for all.
        orders: Files of payment orders.
    """

    folder: Path
    previous: Path | None = None
    orders: Sequence[Path] = ()
    _compared: _Compared | None = field(default=None, init=False)
    _hashed: tuple[object, str] | None = field(default=None, init=False)

    def compare(self, system: System, status: Status, now: float) -> list[Condition]:
        """Each break; or the one that says why there is no comparison, whatever is in the files.

        Args:
            system: What the statements are held against.
            status: Of it: burns, mints and attestations change what agrees.
            now: Seconds.

        Raises:
            NodeError: the node failed.
        """
        moved = (status.supply + status.burned, status.burned, status.attestation.epoch)
        state, paths = "", []
        try:
            paths = self._files()
            state = self._state(paths)
            if self._compared is not None and not self._compared.is_due(state, moved, now):
                return self._compared.found
            given = Given(system.policy_path, paths, self.previous, self.orders)
            found = list(_told(reconciled(system, given).content.breaks))
        except NodeError:
            raise
        except Exception as error:  # of any of a dozen readers of strangers' files
            found = [Condition("statements", "", _said(error))]
        self._compared = _Compared(state, moved, now, found)
        return found

    def _files(self) -> list[Path]:
        found = sorted(one for one in self.folder.iterdir() if not one.name.startswith("."))
        files = [one for one in found if not one.is_dir()]
        if not files:
            raise InputError(f"{self.folder}: there is no statement; nothing can be compared.")
        if len(files) > _MOST_FILES:
            raise InputError(
                f"{self.folder}: {len(files):,} files, and at most {_MOST_FILES:,} are read; move the older ones away."
            )
        return files

    def _state(self, paths: Sequence[Path]) -> str:
        """The hash of all files; read only when the file system says that one is another."""
        given = [*paths, *self.orders, *([self.previous] if self.previous else [])]
        looks = [(str(path), *_look(path)) for path in given]
        if self._hashed is not None and self._hashed[0] == looks:
            return self._hashed[1]
        left, digest = _MOST_BYTES, hashlib.sha256()
        for path in given:
            try:
                data = read_regular(path, left)
            except TooLargeError:
                raise InputError(
                    f"{self.folder}: more than {_MOST_BYTES // 1024**2} MB are not read; move the older files away."
                ) from None
            except NotRegularError as error:
                raise InputError(f"{path}: {error}, and no file.") from None
            left -= len(data)
            digest.update(f"{path}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(data).digest())
        self._hashed = (looks, digest.hexdigest())
        return self._hashed[1]


def _look(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: cannot be read ({error.strerror})"
    return str(error) if isinstance(error, KgstError) else f"{type(error).__name__}: {error}"


def _told(breaks: Sequence[BreakPart]) -> Iterator[Condition]:
    """Each break by what it is, and not by where its line stands: another file name or order makes no other break."""
    alike = Counter[str]()
    for one in sorted(breaks, key=lambda one: one.day)[:_MOST_TOLD]:
        # A mint's transaction and an account are the same in whatever file; the closing of a gap moves on by itself.
        place = (
            one.where
            if one.kind in ("mint_without_deposit", "mint_differs", "discontinuous")
            else ""
        )
        day = "" if one.side == "statement" else one.day
        parts = [one.side, str(one.kind), day, one.base_units or "", place, *one.references]
        name = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
        alike[name] += 1
        about = name if alike[name] == 1 else f"{name} {alike[name]}"
        yield Condition("unmatched", about, _words(one))
    if (more := len(breaks) - _MOST_TOLD) > 0:
        yield Condition(
            "unmatched", "more", f"there are more breaks than are told one by one: {more:,}"
        )


def _words(one: BreakPart) -> str:
    """Without what strangers wrote into a payment but its reference, which is shortened and stands in quotes."""
    words, where = WORDS[one.kind], plain(one.where, 200)
    if one.side == "statement":
        return f"{words}: {where}: {plain(one.says, 300)}"
    amount = (
        "an amount that is not known" if one.base_units is None else format_som(int(one.base_units))
    )
    whose = "in a bank's entry" if one.side == "redemption" else "of a deposit"
    if one.kind in ("mint_without_deposit", "mint_differs"):
        whose = "of a mint"
    named = ", ".join(f"«{plain(name, 70)}»" for name in one.references[:3]) or "no reference"
    return f"{amount} {whose}: {words}; {named}; {one.day}; {where}"
