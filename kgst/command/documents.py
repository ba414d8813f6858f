"""What any command answers with `--json` when it fails."""

from __future__ import annotations

from typing import Annotated, ClassVar

from kgst.document import Document, Part, Shared
from kgst.errors import ExitCode

__all__ = ["ErrorDocument"]

_FailingCode = Annotated[
    int,
    Shared(
        "exit_code",
        "the process's; 129, 130 and 143: a closed terminal, Ctrl-C, SIGTERM",
        type="integer",
        enum=[*(int(code) for code in ExitCode if code), 129, 130, 143],
    ),
]
_Kind = Annotated[
    str,
    Shared(
        "kind",
        "the exit code's name",
        type="string",
        enum=[*(code.name for code in ExitCode if code), "INTERRUPTED"],
    ),
]


class ErrorDocument(Document):
    """What any command answers when it fails."""

    SCHEMA: ClassVar = "kgst/error/1"

    class Told(Part):
        """What went wrong.

        Attributes:
            message: What is wrong, where, and what to do next.
        """

        message: str
        exit_code: _FailingCode
        kind: _Kind

    error: Told
