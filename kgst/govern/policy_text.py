"""Putting another member into a policy's roles without touching anything else: every other byte stays.

The YAML parser says where in the text a member stands; that word is replaced, and nothing is written anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kgst.errors import InputError
from kgst.policy import Policy
from kgst.yamlfile import YamlFileError, compose_yaml

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


@dataclass(frozen=True)
class _Edit:
    """The characters of a text from `start` to `end` become `by`; whole lines when that is empty."""

    role: str
    start: int
    end: int
    by: str


def lines_to_change(path: Path, old: str, new: str) -> list[LineChange]:
    """Lines below `roles:` that name `old` as a member, and what they should say.

    Args:
        path: The policy.
        old: A label.
        new: A label.

    Raises:
        InputError: the file cannot be read.
    """
    text, edits = _edits(path, old, new)
    return _as_lines(text, edits)


def replace_member(path: Path, old: str, new: str) -> list[LineChange]:
    """Rewrite those lines of the policy at `path`, whole or not at all.

    Raises:
        InputError: the new text would not be the policy that is meant; the file is as it was.
    """
    text, edits = _edits(path, old, new)
    changes = _as_lines(text, edits)
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.by + text[edit.end :]
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False, newline=""
    ) as file:
        file.write(text)
        temporary = Path(file.name)
    try:
        if not _is_meant(path, temporary, old, new):
            raise InputError(
                f"{path}: {old} cannot be replaced by {new} line by line, so nothing was written; edit it: "
                + "; ".join(f"line {c.number}: {c.after.strip() or 'remove it'}" for c in changes)
            )
        temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return changes


def _edits(path: Path, old: str, new: str) -> tuple[str, list[_Edit]]:
    """The policy's text, and what to do to it, a role at a time."""
    try:
        text, policy = compose_yaml(path)
    except YamlFileError as error:
        raise InputError(f"{path}: {error}") from None
    edits = []
    for role, members in _entries(_under(policy, "roles")):
        nodes = members.value if isinstance(members, SequenceNode) else []
        names = {
            name.value: (entry, name)
            for entry in nodes
            if isinstance(name := _under(entry, "member"), ScalarNode)
        }
        if old not in names:
            continue
        entry, name = names[old]
        start, end = name.start_mark.index, name.end_mark.index
        if new in names:
            start, end = _lines_of(text, entry)
            edits.append(_Edit(role, start, end, ""))
        else:
            quote = text[start] if text[start] in "'\"" else ""
            edits.append(_Edit(role, start, end, f"{quote}{new}{quote}"))
    return text, edits


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.value)


def _under(node: Node | None, key: str) -> Any:
    return next((value for name, value in _entries(node) if name == key), None)


def _lines_of(text: str, entry: MappingNode) -> tuple[int, int]:
    """From the start of the first line of `entry` to the end of its last, which is not that of what follows it."""
    last = entry if entry.flow_style else entry.value[-1][1]
    end = text.find("\n", last.end_mark.index)
    return text.rfind("\n", 0, entry.start_mark.index) + 1, end + 1 or len(text)


def _as_lines(text: str, edits: list[_Edit]) -> list[LineChange]:
    changes = []
    for edit in edits:
        start = text.rfind("\n", 0, edit.start) + 1
        number = text.count("\n", 0, start) + 1
        if not edit.by:
            gone = text[start : edit.end].removesuffix("\n").split("\n")
            changes += [LineChange(n, edit.role, line, "") for n, line in enumerate(gone, number)]
            continue
        rest = text[edit.end :].partition("\n")[0]
        before = text[start : edit.end] + rest
        after = text[start : edit.start] + edit.by + rest
        changes.append(LineChange(number, edit.role, before, after))
    return changes


def _is_meant(path: Path, changed: Path, old: str, new: str) -> bool:
    """Whether the policy in `changed` is the one at `path`, but for `new` in the place of `old`."""
    before, after = Policy.load(path), Policy.load(changed)
    return (
        _members(after) == _replaced(_members(before), old, new)
        and after.model_copy(update={"roles": before.roles}) == before
    )


def _members(policy: Policy) -> dict[Role, dict[str, int]]:
    return {role: {m.member: m.delay for m in ms} for role, ms in policy.roles.items()}


def _replaced(
    members: dict[Role, dict[str, int]], old: str, new: str
) -> dict[Role, dict[str, int]]:
    return {
        role: ({new: ms[old]} if old in ms else {}) | {m: d for m, d in ms.items() if m != old}
        for role, ms in members.items()
    }
