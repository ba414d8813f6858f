"""The product, broken on purpose in one place at a time: does the machine notice?

`broken.py` tries each with up to so many examples; `broken.py NAME` one of them. Each takes a write, an fsync or a
check out of the operators' Python. What the machine meets too rarely has a scene (`scenes.py`), which
`test_operators_scenes.py` plays.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from operators.scenes import SCENES  # noqa: E402

EXAMPLES = 120

Break = Callable[[Any], None]


def _journal_only_in_memory(patch: Any) -> None:
    from kgst.journal import Journal

    patch(Journal, "append", lambda self, line: self._lines.append(line))


def _signed_line_after_sending(patch: Any) -> None:
    """The line of a signature is on the disk only when its outcome is."""
    from kgst.journal import Journal, Signed

    append, waiting = Journal.append, dict[int, list[Any]]()

    def late(self: Any, line: Any) -> None:
        if isinstance(line, Signed):
            waiting.setdefault(id(self), []).append(line)
            self._lines.append(line)
            return
        for one in waiting.pop(id(self), []):
            self._lines.remove(one)
            append(self, one)
        append(self, line)

    patch(Journal, "append", late)


def _no_fsync_of_lines(patch: Any) -> None:
    from kgst.journal import file

    patch(file, "os", _NoSync())


class _NoSync:
    """The module `os`, whose `fsync` does nothing; the folder's as well as the file's."""

    def __getattr__(self, name: str) -> Any:
        return (lambda _: None) if name == "fsync" else getattr(os, name)


def _no_fsync_of_the_folder(patch: Any) -> None:
    from kgst.journal import file

    patch(file, "_sync_folder", lambda _: None)


def _runs_are_not_found_again(patch: Any) -> None:
    from kgst.pipeline.logbook import Logbook

    patch(Logbook, "_open_path", lambda *_: None)


def _other_runs_are_not_finished(patch: Any) -> None:
    from kgst.pipeline.others import OtherRuns

    patch(OtherRuns, "finish", lambda *_: False)


def _nonces_of_other_runs_are_forgotten(patch: Any) -> None:
    from kgst.pipeline.logbook import Logbook

    patch(Logbook, "next_nonce", lambda *_, **__: 0)


def _used_nonce_ends_a_step(patch: Any) -> None:
    from kgst.sending import delivery
    from kgst.sending.ends import NonceUsedError
    from kgst.sending.outcomes import superseded

    patch(
        delivery, "ended", lambda _, __, signed: NonceUsedError("used", superseded(signed, "used"))
    )


def _receipts_are_believed(patch: Any) -> None:
    from kgst.sending import delivery

    patch(delivery, "as_shown", lambda _, __, receipt, **___: receipt)


def _mined_is_final(patch: Any) -> None:
    from kgst.sending.delivery import Delivery

    patch(Delivery, "_is_final", lambda *_: True)


def _only_the_last_attempt_counts(patch: Any) -> None:
    from kgst.journal import Journal

    patch(Journal, "attempts", lambda _, signed: [signed])


def _keys_are_not_looked_at(patch: Any) -> None:
    """Nor are references in journals: only the token refuses a second use."""
    from kgst.supply import issuing

    patch(issuing, "once", lambda _, __, operation: operation)


def _keys_differ_each_time(patch: Any) -> None:
    """As if there were none: the token takes each mint and burn."""
    from kgst.supply import issuing

    patch(issuing, "key_of", lambda *_: os.urandom(31) + b"\0")


def _no_read_back(patch: Any) -> None:
    from kgst.pipeline.work import Work

    patch(Work, "read_back", lambda *_: None)


def _no_preview(patch: Any) -> None:
    from kgst.pipeline.work import Work

    patch(Work, "preview", lambda *_: None)


def _silence_is_an_error(patch: Any) -> None:
    """A send whose answer is lost is told as failed."""
    from kgst.errors import RefusedError
    from kgst.node import NoAnswerError
    from kgst.sending.delivery import Delivery

    submit = Delivery._submit

    def told(self: Any) -> None:
        try:
            submit(self)
        except NoAnswerError as error:
            raise RefusedError(f"{error} Nothing was sent.") from error

    patch(Delivery, "_submit", told)


def _done_before_the_end(patch: Any) -> None:
    """A run is put away as soon as it is signed."""
    from kgst.journal import Journal

    patch(Journal, "unresolved", lambda _: [])


BREAKS: dict[str, Break] = {
    function.__name__.removeprefix("_").replace("_", " "): function
    for function in (
        _journal_only_in_memory, _signed_line_after_sending, _no_fsync_of_lines, _no_fsync_of_the_folder,
        _runs_are_not_found_again, _other_runs_are_not_finished, _nonces_of_other_runs_are_forgotten,
        _used_nonce_ends_a_step, _receipts_are_believed, _mined_is_final, _only_the_last_attempt_counts,
        _keys_are_not_looked_at, _keys_differ_each_time, _no_read_back, _no_preview, _silence_is_an_error,
        _done_before_the_end,
    )
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", choices=sorted(BREAKS))
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--update", action="store_true", help="record it in docs/evidence")
    given = parser.parse_args()
    if given.name:
        return _try(given.name, given.examples)
    found = {name: _apart(name, given.examples) for name in BREAKS}
    for name, verdict in found.items():
        how = (
            "noticed" if verdict["noticed"] else "by a scene" if verdict["scene"] else "NOT NOTICED"
        )
        print(f"{how:12} {verdict['seconds']:>5} s  {name}")
    text = json.dumps(found, indent=2) + "\n"
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/operators-broken.json").write_text(text)
    if given.update:
        (ROOT / "docs/evidence/operators-broken.json").write_text(text)
    return 0 if all(v["noticed"] or v["scene"] for v in found.values()) else 1


def _apart(name: str, examples: int) -> dict[str, Any]:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, name, "--examples", str(examples)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return {
        "noticed": done.returncode == 3,
        "examples": examples,
        "scene": SCENES[name].__name__.replace("_", " ") if name in SCENES else "",
        "seconds": round(time.monotonic() - begun),
        "by": lines[-1][:200] if lines else done.stderr[-200:],
    }


def _try(name: str, examples: int) -> int:
    """3 when the machine notices it."""
    from operators.run import campaign
    from operators.world import BrokenError

    def patch(target: Any, attribute: str, value: Any) -> None:
        setattr(target, attribute, value)

    try:
        campaign(examples, 1, shrink=False, after=lambda: BREAKS[name](patch))
    except BrokenError as error:
        print(" ".join(str(error).split())[:300])
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
