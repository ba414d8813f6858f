"""What a command has to say, and where people read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kgst.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.document import Document

__all__ = ["Answer", "console"]

D_co = TypeVar("D_co", bound="Document", covariant=True)


@dataclass(frozen=True)
class Answer(Generic[D_co]):
    """What a command has to say.

    Attributes:
        content: What `--json` prints.
        show: Prints the same for people.
        exit_code: See `ExitCode`.
    """

    content: D_co
    show: Callable[[Console], None]
    exit_code: ExitCode = ExitCode.DONE

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` prints, after its `schema`."""
        return self.content.dump()

    @property
    def schema(self) -> str:
        """Of the document."""
        return self.content.SCHEMA


def console(*, stderr: bool = False) -> Console:
    """Where people read."""
    from kgst.screen import Screen

    return Screen(stderr=stderr, highlight=False, emoji=False)
