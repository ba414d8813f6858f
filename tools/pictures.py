"""docs/pictures/demo.svg: the demonstration as a terminal shows it, from a run of it.

python tools/pictures.py [FILE]      (FILE: what a run printed, with its colours, in place of a run)
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURE: Final = ROOT / "docs" / "pictures" / "demo.svg"
COLUMNS: Final = 92

THEME: Final = TerminalTheme(
    (22, 27, 34),
    (222, 228, 235),
    [
        *[(72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65)],
        *[(121, 192, 255), (210, 168, 255), (86, 212, 221), (222, 228, 235)],
    ],
)
MOVES: Final = re.compile(r"\x1b\[(?:\?25[lh]|[0-9]*[A-DJKG])")
"""Sequences that move the cursor, hide it or clear a line."""

# rich's own form fetches a font from a server, which a reader's browser should not.
FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>make demo</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def told() -> str:
    """What the demonstration prints, in colour.

    Raises:
        SystemExit: it failed.
    """
    environment = os.environ | {
        "FORCE_COLOR": "1",
        "COLUMNS": str(COLUMNS),
        "TERM": "xterm-256color",
    }
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [ROOT / ".venv/bin/ape", "run", "demo"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the demonstration failed with {done.returncode}")
    return done.stdout.decode()  # with its carriage returns


def picture(output: str) -> str:
    """The SVG of what a terminal shows."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    # A bar that moves writes its line over and over: the last one stays.
    lines = [MOVES.sub("", line.rpartition("\r")[2]) for line in output.rstrip("\n").split("\n")]
    console.print(Text.from_ansi("\n".join(line for line in lines if line)), soft_wrap=True)
    return console.export_svg(
        title="make demo", theme=THEME, code_format=FORMAT, unique_id="demo", font_aspect_ratio=0.6
    )


def main() -> int:
    output = Path(sys.argv[1]).read_bytes().decode() if sys.argv[1:] else told()
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(output), encoding="utf8")
    print(f"{PICTURE.relative_to(ROOT)}: written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
