"""What every part of the model needs: state that a refused call leaves as it was, events, refusals."""

from __future__ import annotations

from typing import Any

ABSENT = object()
ZERO = 0


class Refused(Exception):  # noqa: N818
    """The call reverts with error ``name`` and exactly ``arguments``."""

    def __init__(self, name: str, *arguments: Any) -> None:
        super().__init__(name, arguments)
        self.name = name
        self.arguments = arguments


class Journal:
    """Undoes what was written since ``start``."""

    def __init__(self) -> None:
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    def start(self) -> None:
        self._undo.clear()

    def remember(self, book: dict[Any, Any], key: Any) -> None:
        self._undo.append((book, key, dict.get(book, key, ABSENT)))

    def touched(self) -> list[tuple[dict[Any, Any], Any]]:
        """Tables and keys that were written since ``start``."""
        return [(book, key) for book, key, _ in self._undo]

    def undo(self) -> None:
        for book, key, old in reversed(self._undo):
            if old is ABSENT:
                dict.__delitem__(book, key)
            else:
                dict.__setitem__(book, key, old)
        self._undo.clear()


class Book(dict[Any, Any]):
    """A table whose missing entries read ``default``, and whose changes can be undone."""

    def __init__(self, journal: Journal, default: Any = 0) -> None:
        super().__init__()
        self._journal = journal
        self._default = default

    def __missing__(self, key: Any) -> Any:
        return self._default

    def __setitem__(self, key: Any, value: Any) -> None:
        self._journal.remember(self, key)
        dict.__setitem__(self, key, value)


class Fields:
    """Named values whose changes can be undone."""

    def __init__(self, journal: Journal, **values: Any) -> None:
        book = Book(journal)
        dict.update(book, values)
        object.__setattr__(self, "_book", book)

    def __getattr__(self, name: str) -> Any:
        return self._book[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._book[name] = value


class Core:
    """Who is who, what time it is, and what has been logged in this call."""

    def __init__(self, token: int, chain_id: int, now: int) -> None:
        self.token = token
        self.chain_id = chain_id
        self.now = now
        self.block_number = 0
        """Of the block that the call is in: the driver asks its engine."""
        self.journal = Journal()
        self.events: list[tuple[int, str, tuple[Any, ...]]] = []
        self.owners: dict[int, int] = {}
        """Contracts that sign (ERC-1271): whose key signs for them."""

    def emit(self, name: str, *arguments: Any, by: int | None = None) -> None:
        self.events.append((self.token if by is None else by, name, arguments))
