"""Files that other commands printed with `--json`, kept as evidence that a control was carried out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.storing import FileError, json_in, read_bytes

if TYPE_CHECKING:
    from kgst.record import Record
    from kgst.report.period import Period

__all__ = ["KINDS", "Evidence", "read_evidence"]

_MOST: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Evidence:
    """One document.

    Attributes:
        kind: `doctor`, `drill` or `reconcile`.
        time: Seconds, as the document has it: of the block, of the machine's clock, of the end of the banking day.
        good: Whether it found what it should.
        found: In words.
    """

    kind: str
    path: Path
    sha256: str
    time: int
    good: bool
    found: str


def _doctor(document: dict[str, Any], _: Period) -> tuple[int, bool, str]:
    summary = {key: int(value) for key, value in document["summary"].items()}
    words = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in summary.items() if count
    )
    return int(document["block"]["time"]), not summary["failed"] + summary["not_checked"], words  # fmt: skip


def _drill(document: dict[str, Any], _: Period) -> tuple[int, bool, str]:
    passed, seconds = document["passed"] is True, float(document["seconds_to_proof"])
    words = f"everything paused in {seconds:.1f} s" if passed else "not passed"
    return int(document["started_at"]), passed, words


def _reconciled(document: dict[str, Any], period: Period) -> tuple[int, bool, str]:
    breaks = len(document["breaks"])
    end = period.second_of(date.fromisoformat(document["closing"])) + 86_399
    return end, not breaks, f"{breaks} breaks up to {date.fromisoformat(document['closing'])}"


KINDS: Final[dict[str, Callable[[dict[str, Any], Period], tuple[int, bool, str]]]] = {
    "doctor": _doctor,
    "drill": _drill,
    "reconcile": _reconciled,
}
"""By the command that prints it, what it says."""


def read_evidence(paths: Sequence[Path], record: Record, period: Period) -> list[Evidence]:
    """What these documents say, those of the period alone, in order of time.

    Raises:
        FileError: one is not such a document, or of another deployment.
    """
    found = [_read(path, record, period) for path in paths]
    inside = [one for one in found if period.begin <= one.time < period.end]
    return sorted(inside, key=lambda one: (one.time, one.kind, one.sha256))


def _read(path: Path, record: Record, period: Period) -> Evidence:
    data = read_bytes(path, _MOST)
    _, document = json_in(path, data)
    schema = document.get("schema") if isinstance(document, dict) else None
    kind = schema.split("/")[1] if isinstance(schema, str) and schema.count("/") == 2 else ""  # fmt: skip
    if kind not in KINDS:
        raise FileError(
            f"{path}: this is not what `ape run {'`, `ape run '.join(KINDS)}` print with --json; give their output, "
            "kept as it was."
        )
    ours = document.get("chain_id") == record.chain_id
    if not ours or document.get("token") not in (None, record.token.address):
        raise FileError(
            f"{path}: it is of another deployment than {record.token.address} on chain {record.chain_id}; give those "
            "of this one."
        )
    try:
        time, good, words = KINDS[kind](document, period)
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(
            f"{path}: it is no whole document of `ape run {kind}` ({type(error).__name__}: {error}); give the file as "
            "it was printed."
        ) from None
    return Evidence(kind, path, hashlib.sha256(data).hexdigest(), time, good, words)
