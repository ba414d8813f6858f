"""Runbooks as programs: the commands of `docs/runbooks/*.md`, in their order.

A `console` block holds lines that start with `$ `; a comment `# exits N` tells the exit code when it is not 0. What the
world does between two commands stands in an HTML comment: `<!-- rehearsal: wait 5 minutes -->`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Command", "Event", "RehearsalError", "read_runbook"]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_EVENT = re.compile(r"<!-- rehearsal: (.*?) -->", re.S)
_COMMENT = re.compile(r"\s+# (?P<text>.*)$")
_EXITS = re.compile(r"\bexits (\d)\b")


class RehearsalError(Exception):
    """A command did otherwise than its runbook tells."""


@dataclass(frozen=True)
class Command:
    """A command line as an operator types it, and the exit code that the runbook tells."""

    line: str
    exits: int
    where: str


@dataclass(frozen=True)
class Event:
    """Something that happens meanwhile: a verb and its arguments."""

    text: str
    where: str


def read_runbook(path: Path) -> list[Command | Event]:
    """What `path` says, in order.

    Raises:
        ValueError: a console block holds a line that is no command, so that nothing would check it.
    """
    text = path.read_text()
    found: list[tuple[int, Command | Event]] = []
    for block in _BLOCK.finditer(text):
        at = block.start(1)
        pending, begun = "", at
        for raw in block[1].splitlines(keepends=True):
            line = raw.rstrip("\n")
            where = f"{path.name}:{text.count(chr(10), 0, at) + 1}"
            if pending:
                pending += line.removesuffix("\\").strip() + " "
            elif line.startswith("$ "):
                pending, begun = line[2:].removesuffix("\\").rstrip() + " ", at
            elif line.strip():
                raise ValueError(f"{where}: {line!r} is no command; write `$ ` before it")
            if pending and not line.endswith("\\"):
                comment = _COMMENT.search(pending.rstrip())
                exits = _EXITS.search(comment["text"]) if comment else None
                command = _COMMENT.sub("", pending.rstrip())
                found.append((begun, Command(command, int(exits[1]) if exits else 0, where)))
                pending = ""
            at += len(raw)
    for event in _EVENT.finditer(text):
        where = f"{path.name}:{text.count(chr(10), 0, event.start()) + 1}"
        found.append((event.start(), Event(" ".join(event[1].split()), where)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]
