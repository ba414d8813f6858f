"""The one gate for text of somebody else's making on its way to people: chain, node, files, explorer, arguments.

Such text may hold codes that repaint the screen, marks that turn the direction of writing, square brackets that rich
takes for its markup, or a megabyte. `plain` makes one harmless line of it, `markup` one that rich shows as it is.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["LIMIT", "clean", "lines", "markup", "markup_lines", "plain"]

LIMIT: Final = 500
"""Characters of one text, unless told otherwise; what is signed or sent is shown whole."""

_LINE_LIMIT: Final = 4_000
_MOST_LINES: Final = 400

# Letters and marks by Unicode's word, and nothing to be seen: fillers, joiners, variation selectors, Braille's blank.
_UNSEEN: Final = frozenset(
    map(
        chr,
        (
            0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
            *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip

# rich would read on to the next "]", in whatever is printed after the text.
_UNCLOSED: Final = re.compile(r"\[(?=[a-z#/@][^\[\]]*$)")


def clean(text: str) -> str:
    """`text` in one line and without what a terminal would act on; as long as it was.

    White space becomes a space; control characters, marks of direction, what has no width and what has no meaning
    become a question mark, so that it is seen that something was there.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text))


def _seen(c: str) -> str:
    if c.isprintable():
        return "?" if c in _UNSEEN else c
    return " " if c.isspace() else "?"


def plain(text: object, limit: int | None = LIMIT) -> str:
    """One harmless line of at most `limit` characters, the last an ellipsis when it was longer; None has no limit."""
    found = str(text)
    if limit is not None and len(found) > limit:
        found = found[: limit - 1] + "…"
    return clean(found)


def markup(text: object, limit: int | None = LIMIT) -> str:
    """`plain`, to be put into text with rich's markup: shown as it is, square brackets included.

    Only a bracket that is never closed becomes a round one.
    """
    from rich.markup import escape

    return escape(_UNCLOSED.sub("(", plain(text, limit)))


def markup_lines(text: object, limit: int | None = LIMIT) -> str:
    """`markup` of each line, for text that this package put together of several, its pieces being `plain`."""
    return "\n".join(markup(line, limit) for line in str(text).split("\n"))


def lines(text: object) -> str:
    """A message that may have several lines: each is made `plain`; the RPC's key and other secrets are taken out."""
    found = _redacted(str(text)).split("\n")
    if len(found) > _MOST_LINES:
        found = [*found[:_MOST_LINES], f"… and {len(found) - _MOST_LINES} more lines"]
    return "\n".join(plain(line, _LINE_LIMIT) for line in found)


def _redacted(text: str) -> str:
    try:
        from kgst.redaction import redact
    except ModuleNotFoundError:
        return text
    return str(redact(text))
