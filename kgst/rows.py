"""How a table and a line become narrow: between words, never within an address or an amount; else rows are stacked.

Imports rich, which takes a while: whoever may end without printing imports this late.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

from kgst.terminal import clean

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

__all__ = ["Rows", "folded"]

_AMOUNT: Final = re.compile(r"(?<!\S)[+−-]?\d{1,3}(?: \d{3})*(?:\.\d+)?(?= )")
_UNIT: Final = r"(?:som|BNB|gwei|gas|ms|seconds?|minutes?|hours?|days?|%)(?!\w)"
_PIECE: Final = re.compile(
    rf"(?:{_AMOUNT.pattern} {_UNIT}\S*|\d{{1,3}}(?: \d{{3}})+(?!\w)\S*|\S+)\s*"
)
"""An amount with its unit, or a word; and the spaces behind it."""

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}(?![0-9a-fA-F])")
_MARKER: Final = re.compile(r" *(?:[✓✗!•+~-] +)?")
_WHOLE: Final = 42
"""Characters of an address: what is not longer is never cut. A hash of 66 may be folded."""


def folded(text: Text, width: int) -> Text:
    """`text` in lines of at most `width` cells, those that go on indented like the one before."""
    if all(cell_len(line) <= width for line in text.plain.split("\n")):
        return text
    made = text.blank_copy()
    lines = [line for one in text.split("\n", allow_blank=True) for line in _lines(one, width)]
    return made.append_text(Text("\n", end="").join(lines))


def _lines(line: Text, width: int) -> Iterator[Text]:
    plain = line.plain
    if cell_len(plain) <= width:
        yield line
        return
    marker = _MARKER.match(plain)
    indent = marker.end() if marker and 3 * marker.end() < width else 0
    whole = [piece.rstrip() for piece in _PIECE.findall(plain)] + _ADDRESS.findall(plain)
    if any(width - indent < cell_len(piece) <= width for piece in whole):
        indent = 0  # rather than to cut what fits into a line of its own
    cuts, start, room = [], 0, width
    for piece in _PIECE.finditer(plain):
        begin, end = piece.start(), piece.start() + len(piece[0].rstrip())
        if begin > start and cell_len(plain[start:end]) > room:
            cuts.append(begin)
            start, room = begin, width - indent
        while cell_len(plain[start:end]) > room:  # longer than a line
            start += _fits(plain[start:end], room)
            cuts.append(start)
            room = width - indent
    for number, found in enumerate(line.divide(cuts)):
        found.rstrip()
        yield Text(" " * indent).append_text(found) if number and indent else found


def _fits(piece: str, width: int) -> int:
    """How many characters of `piece` stand in `width` cells, one at least: up to its unit or its address, if any."""
    count = min(len(piece), width)
    while count > 1 and cell_len(piece[:count]) > width:
        count -= 1
    for address in _ADDRESS.finditer(piece):
        if 0 < address.start() < count < address.end():
            count = address.start()
    amount = _AMOUNT.match(piece)
    return amount.end() + 1 if amount and amount.end() <= count else max(count, 1)


class Rows(Table):
    """A table whose columns share the room that there is; where an address or a word would be cut, rows are stacked.

    Cells are markup or `Text`. The title goes over the whole width.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The title, then the table or its rows one below the other."""
        title, self.title = self.title, None
        try:
            if title:
                shown = console.render_str(title) if isinstance(title, str) else title
                shown.stylize_before(console.get_style(self.title_style or "table.title"))
                yield shown
            columns = [[_text(console, cell) for cell in column._cells] for column in self.columns]
            room = options.max_width - (3 * len(self.columns) - 1)  # what stands between columns
            needs = list(map(self._need, self.columns, columns))
            widths = _shared([(whole, most) for whole, _, most in needs], room) or _shared(
                [(least, most) for _, least, most in needs], room
            )
            if widths is None:
                yield from self._stacked(columns, options.max_width, titled=bool(title))
                return
            for column, width in zip(self.columns, widths, strict=True):
                column.width = width
            yield from super().__rich_console__(console, options)
        finally:
            self.title = title

    def _need(self, column: Column, cells: Sequence[Text]) -> tuple[int, int, int]:
        """The least width of a column, with units beside their amounts and below them; and what it would like."""
        header = _plain(column.header) if self.show_header else ""
        texts = [header, *(cell.plain for cell in cells)]
        pieces = [piece.rstrip() for text in texts for piece in _PIECE.findall(text)]
        whole = max((min(cell_len(piece), _WHOLE) for piece in pieces), default=1)
        parts = (part for piece in pieces for part in _parts(piece))
        least = max((min(cell_len(part), _WHOLE) for part in parts), default=1)
        most = max(cell_len(line) for text in texts for line in text.split("\n"))
        return max(whole, 1), max(least, 1), max(most, 1)

    def _stacked(
        self, columns: Sequence[Sequence[Text]], width: int, *, titled: bool
    ) -> Iterator[RenderableType]:
        """Each row: what it is about, then the other cells by the names of their columns; empty ones are left out."""
        names = [_plain(c.header) if self.show_header else "" for c in self.columns]
        first = next((i for i, name in enumerate(names) if name), 0) if self.show_header else 0
        beside = max(map(len, names[first + 1 :]), default=0)
        beside = min(beside, max(width - _WHOLE - 4, 8))
        for row in zip(*columns, strict=True):
            head = Text(" ").join(cell for cell in row[: first + 1] if cell.plain)
            if head.plain:
                head.stylize_before("bold")
                if names[0] and not titled:
                    head = Text(f"{names[0]} ", style="dim").append_text(head)
                yield Text(" ").append_text(head) if width > _WHOLE else head
            for name, cell in zip(names[first + 1 :], row[first + 1 :], strict=True):
                if cell.plain:
                    yield _field(name, cell, beside, width)
        yield Text()


def _field(name: str, cell: Text, beside: int, width: int) -> RenderableType:
    if not beside or width < _WHOLE + beside + 4:
        below = Text(f"  {name}\n" if name else "").append_text(_indented(cell, 2))
        return below if cell_len(max(cell.plain.split("\n"), key=cell_len)) + 2 <= width else cell
    made = Table.grid(padding=0)
    made.add_column(width=2)
    made.add_column(width=beside, style="dim")
    made.add_column(width=2)
    made.add_column(width=width - beside - 4)
    made.add_row("", Text(name), "", cell)
    return made


def _indented(text: Text, by: int) -> Text:
    lines = text.split("\n", allow_blank=True)
    return Text("\n").join(Text(" " * by).append_text(line) for line in lines)


def _parts(piece: str) -> list[str]:
    amount = _AMOUNT.match(piece)
    return [amount[0], piece[amount.end() + 1 :]] if amount else [piece]


def _shared(needs: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """A width for each column of (least, most): the rest goes to the narrowest; None without room for the least."""
    widths = [least for least, _ in needs]
    if sum(widths) > room:
        return None
    for _ in range(room - sum(widths)):
        growing = [i for i, (_, most) in enumerate(needs) if widths[i] < most]
        if not growing:
            break
        widths[min(growing, key=widths.__getitem__)] += 1
    return widths


def _text(console: Console, cell: RenderableType) -> Text:
    if not isinstance(cell, str | Text):
        raise TypeError(f"a cell is markup or Text, not {type(cell).__name__}")
    text = console.render_str(cell) if isinstance(cell, str) else cell.copy()
    # What has no width becomes a question mark, which has one.
    text.plain = "\n".join(map(clean, text.plain.split("\n")))
    return text


def _plain(header: RenderableType) -> str:
    return header.plain if isinstance(header, Text) else str(header)
