"""Putting another member into a policy's roles without touching anything else: comments, order and spacing stay."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.errors import InputError
from kgst.policy import Policy

if TYPE_CHECKING:
    from kgst.roles import Role

__all__ = ["LineChange", "lines_to_change", "replace_member"]


@dataclass(frozen=True)
class LineChange:
    """One line of the policy.

    Attributes:
        number: From 1.
        role: Whose member it names.
        after: What it should say; empty when it should go, because the new member is in that role already.
    """

    number: int
    role: str
    before: str
    after: str


def lines_to_change(path: Path, old: str, new: str) -> list[LineChange]:
    """Lines below `roles:` that name `old` as a member, and what they should say.

    Args:
        path: The policy.
        old: A label.
        new: A label.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}.") from error
    naming = re.compile(rf"(\bmember:\s*)(?P<quote>[\"']?){re.escape(old)}(?P=quote)(?=[\s,}}]|$)")
    present = re.compile(rf"\bmember:\s*[\"']?{re.escape(new)}[\"']?(?=[\s,}}]|$)")
    found: list[LineChange] = []
    within, role, there = False, "", set[str]()
    for number, line in enumerate(lines, start=1):
        code = _without_comment(line)
        if code.strip() and not code[0].isspace():
            within = code.startswith("roles:")
            continue
        if not within:
            continue
        if header := re.match(r"\s+([A-Z_]+):", code):
            role = header[1]
        if present.search(code):
            there.add(role)
        if naming.search(code):
            after = naming.sub(rf"\g<1>{new}", code) + line[len(code) :]
            found.append(LineChange(number, role, line, after))
    return [
        LineChange(c.number, c.role, c.before, "" if c.role in there else c.after) for c in found
    ]


def replace_member(path: Path, old: str, new: str) -> list[LineChange]:
    """Rewrite those lines of the policy at `path`, whole or not at all.

    Raises:
        InputError: the new text would not be the policy that is meant; the file is as it was.
    """
    changes = lines_to_change(path, old, new)
    by_number = {c.number: c for c in changes}
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = [
        by_number[n].after if n in by_number else line
        for n, line in enumerate(lines, start=1)
        if n not in by_number or by_number[n].after
    ]
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False, newline=""
    ) as file:
        file.write("\n".join(kept))
        temporary = Path(file.name)
    try:
        before, after = Policy.load(path), Policy.load(temporary)
        if (
            _members(after) != _replaced(_members(before), old, new)
            or after.model_copy(update={"roles": before.roles}) != before
        ):
            raise InputError(
                f"{path}: {old} cannot be replaced by {new} line by line, so nothing was written; edit it: "
                + "; ".join(f"line {c.number}: {c.after.strip() or 'remove it'}" for c in changes)
            )
        temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return changes


def _without_comment(line: str) -> str:
    """The line up to its comment; no value below `roles:` has a # in quotes."""
    if line.lstrip().startswith("#"):
        return ""
    return re.split(r"\s#", line, maxsplit=1)[0]


def _members(policy: Policy) -> dict[Role, dict[str, int]]:
    return {role: {m.member: m.delay for m in ms} for role, ms in policy.roles.items()}


def _replaced(
    members: dict[Role, dict[str, int]], old: str, new: str
) -> dict[Role, dict[str, int]]:
    return {
        role: ({new: ms[old]} if old in ms else {}) | {m: d for m, d in ms.items() if m != old}
        for role, ms in members.items()
    }
