"""The console of every command: whatever it is given, it prints, and nothing that it prints acts on the terminal.

Views pass foreign text through `kgst.terminal`; this is for what slipped by. A module of its own, since rich takes a
while to import.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.errors import MarkupError
from rich.segment import Segment
from rich.text import Text

from kgst.rows import folded
from kgst.terminal import clean

__all__ = ["Screen"]


class Screen(Console):
    """Rich's console, but for what foreign text can do to it, and for how lines are folded."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Text that is no valid markup is shown as it stands, instead of ending the command."""
        try:
            return super().render_str(text, **options)
        except MarkupError:
            return super().render_str(text, **{**options, "markup": False})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Lines are folded as `kgst.rows` says; control characters in text are shown as question marks.

        Rich's own codes are not text.
        """
        options = options or self.options
        if isinstance(renderable, str):
            renderable = self.render_str(
                renderable, highlight=options.highlight, markup=options.markup
            )
        if isinstance(renderable, Text) and not (options.no_wrap or renderable.no_wrap):
            renderable = folded(renderable, options.max_width)
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control or text == "\n" or (text.isascii() and text.isprintable()):
                yield segment
            else:
                yield Segment("\n".join(map(clean, text.split("\n"))), style)
