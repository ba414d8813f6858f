"""What an upgrade changes on purpose: declared with it, shown to who consents; only what differs otherwise alarms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kgst.errors import InputError
from kgst.terminal import plain
from kgst.upgrade.getters import Change

__all__ = ["Differences", "judged", "parse_changes"]

_CALL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\([^\n=]*\)")
_MOST: Final = 100
_LONGEST: Final = 4_000


@dataclass(frozen=True)
class Differences:
    """How the token answers after an upgrade.

    Attributes:
        intended: What was declared, and is so.
        others: What was not declared, or is otherwise than declared: sentences.
    """

    intended: tuple[str, ...]
    others: tuple[str, ...]


def parse_changes(texts: Iterable[str]) -> dict[str, str]:
    """What `--changes` declares: call to what it answers afterwards, both as `upgrade check` shows them.

    Raises:
        InputError: one is not `getter()=answer`, or a call appears twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        call, sign, answer = text.partition("=")
        if not sign or not _CALL.fullmatch(call) or not answer.isprintable():
            raise InputError(
                f"--changes {plain(text, 80)!r}: write a getter's call and what it answers afterwards, as `ape run "
                "upgrade check` shows both: 'contractURI()=data:…'."
            )
        if call in found:
            raise InputError(f"--changes {plain(call, 80)}: it appears twice; keep one of them.")
        if len(answer) > _LONGEST or len(found) == _MOST:
            raise InputError(
                f"--changes: {_MOST} changes of {_LONGEST} characters are the most that an auditor can read."
            )
        found[call] = answer
    return found


def judged(found: Sequence[Change], declared: Mapping[str, str]) -> Differences:
    """What of the differences that were found is as declared, and what is not."""
    by_call = {one.call: one for one in found}
    intended, others = [], []
    for one in found:
        if one.call not in declared:
            others.append(str(one))
        elif one.after == declared[one.call]:
            intended.append(str(one))
        else:
            others.append(f"{one}, and declared was {declared[one.call]}")
    others += [
        f"{call}: as before, and declared was {answer}"
        for call, answer in declared.items()
        if call not in by_call
    ]
    return Differences(tuple(intended), tuple(others))
