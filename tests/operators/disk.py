"""The operators' disk: where a process can be killed, and what is left of its files when power fails.

What was fsynced is there afterwards: a file's content, and the names in a folder that was. Nothing else is sure, and
nothing else is kept here, though a real disk often would.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Disk", "Killed"]

Tree = dict[str, bytes]


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Disk:
    """All below `root`.

    Attributes:
        points: How often a process could have been killed so far.
    """

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.points = root, 0
        self._left: int | None = None
        self._power = False
        self._kept: Tree | None = None
        self._contents: dict[int, bytes] = {}
        self._names: dict[str, dict[str, int]] = {}
        self._real = {name: getattr(os, name) for name in ("replace", "rename", "unlink")}
        patch.setattr(os, "fsync", self._fsync)
        for name in self._real:
            patch.setattr(os, name, self._guarded(name))

    def begin(self) -> None:
        """All that is there now is safe."""
        self.spare()
        self._contents, self._names = {}, {}
        for folder, _, files in os.walk(self.root):
            self._sync_names(folder)
            for name in files:
                path = Path(folder, name)
                self._contents[path.stat().st_ino] = path.read_bytes()

    def kill_at(self, point: int, *, power: bool) -> None:
        """The process is killed at that moment of those that matter, from 0; or power fails."""
        self._left, self._power, self._kept = point, power, None

    def spare(self) -> None:
        """Nobody is killed."""
        self._left = self._kept = None

    def point(self) -> None:
        """One such moment.

        Raises:
            Killed: it is the one.
        """
        self.points += 1
        if self._kept is not None:
            raise Killed
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._kept = self.durable() if self._power else self._present()
            raise Killed

    def restart(self) -> None:
        """What the dying process did after its death is undone."""
        kept, self._left, self._kept = self._kept, None, None
        if kept is None:
            return
        for entry in self.root.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else self._real["unlink"](entry)
        for name, data in kept.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.begin()

    def _guarded(self, name: str) -> Any:
        real = self._real[name]

        def act(*arguments: Any, **options: Any) -> Any:
            if not str(arguments[0]).startswith(str(self.root)):
                return real(*arguments, **options)
            self.point()
            done = real(*arguments, **options)
            self.point()
            return done

        return act

    def _fsync(self, descriptor: int) -> None:
        self.point()
        status = os.fstat(descriptor)
        path = self._path_of(status.st_ino)
        if path is not None:
            if stat.S_ISDIR(status.st_mode):
                self._sync_names(str(path))
            else:
                self._contents[status.st_ino] = path.read_bytes()
        self.point()

    def _path_of(self, inode: int) -> Path | None:
        for folder, _, files in os.walk(self.root):
            if Path(folder).stat().st_ino == inode:
                return Path(folder)
            for name in files:
                path = Path(folder, name)
                if path.stat().st_ino == inode:
                    return path
        return None

    def _sync_names(self, folder: str) -> None:
        with os.scandir(folder) as entries:
            self._names[folder] = {one.name: one.inode() for one in entries if one.is_file()}

    def _present(self) -> Tree:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file()
        }

    def durable(self) -> Tree:
        """What a power cut leaves."""
        return {
            str(Path(folder, name).relative_to(self.root)): self._contents.get(inode, b"")
            for folder, names in self._names.items()
            for name, inode in names.items()
        }
