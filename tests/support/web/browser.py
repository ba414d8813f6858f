"""A browser that tests command, and the page built and opened in it."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Browser", "Page", "build", "running_browser"]

ROOT = Path(__file__).parents[3]
_PATIENCE = 20
DRIVER = Path(__file__).with_name("driver.mjs")


class Browser:
    """One Chromium for many pages."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._numbers = process, itertools.count()

    def tell(self, page: int, method: str, *args: Any) -> Any:
        """What the driver answers.

        Raises:
            AssertionError: it could not be done.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"page": page, "method": method, "args": args}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{method} {args}: {answer.get('error')}"
        return answer["ok"]

    @contextmanager
    def opened(self, file: Path, fragment: str = "lang=en", **options: Any) -> Iterator[Page]:
        """The page from disk. At its end nothing was asked of a strange host, and no script failed.

        Args:
            file: The page.
            fragment: What stands behind `#` in its address.
            options: `js`, `width`, `dark`, `print`, `wallet`.
        """
        number = next(self._numbers)
        self.tell(number, "open", {"url": f"{file.as_uri()}#{fragment}", **options})
        try:
            yield Page(self, number)
        finally:
            ended = self.tell(number, "close")
        assert ended == {"strangers": [], "errors": []}


class Page:
    """One opened page."""

    def __init__(self, browser: Browser, number: int) -> None:
        self._browser, self._number = browser, number

    def do(self, method: str, *args: Any) -> Any:
        """A method of playwright's page."""
        return self._browser.tell(self._number, method, *args)

    def text(self, selector: str = "body") -> str:
        """What a reader sees there, in one line."""
        return " ".join(str(self.do("innerText", selector)).split())

    def texts(self, selector: str) -> list[str]:
        """Of each that matches."""
        script = f"[...document.querySelectorAll({selector!r})].map(one => one.innerText.trim())"
        found: list[str] = self.do("evaluate", script)
        return found

    def values(self, selector: str, attribute: str) -> list[str]:
        """An attribute of each that matches."""
        script = f"[...document.querySelectorAll({selector!r})].map(one => one.getAttribute({attribute!r}))"
        found: list[str] = self.do("evaluate", script)
        return found

    def wait_for(self, script: str) -> None:
        """Until it is true. Asked again and again from here: the page's policy lets nothing else evaluate."""
        end = time.monotonic() + _PATIENCE
        while not self.do("evaluate", script):
            assert time.monotonic() < end, f"{script} does not come true: {self.text()[:600]}"
            time.sleep(0.02)

    def exact(self, figure: str) -> int:
        """The integer behind a figure that is shown."""
        [value] = self.values(f"#figure-{figure} data", "value")
        return int(value)

    def read_chain(self, *nodes: str) -> None:
        """Name the nodes and press the button."""
        for field, url in zip(("#node-a", "#node-b"), nodes, strict=True):
            self.do("fill", field, url)
        self.do("evaluate", "document.getElementById('source').textContent = ''")
        self.do("click", "#read")
        self.wait_for("document.getElementById('source').textContent !== ''")

    @property
    def alarms(self) -> list[str]:
        """What stands in banners."""
        return self.texts(".alarm")

    def drop(self, *files: Path) -> None:
        """Give reports to the page."""
        before = len(self.texts(".report"))
        self.do("setInputFiles", "#files", [str(one) for one in files])
        self.wait_for(f"document.querySelectorAll('.report').length === {before + len(files)}")

    def serious(self) -> list[Any]:
        """What axe finds serious or critical."""
        found = self._browser.tell(self._number, "axe")
        return [one for one in found if one["impact"] in ("serious", "critical")]


def build(snapshot: Any, to: Path, *options: str, root: Path = ROOT) -> str:
    """Build the page of a snapshot; what the build printed."""
    given = to.with_suffix(".json")
    given.write_text(json.dumps(snapshot))
    words: Sequence[str] = ["node", str(root / "web/build.mjs"), str(given), str(to), *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser, until the block ends."""
    with subprocess.Popen(
        ["node", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield Browser(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
