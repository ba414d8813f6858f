"""The published report: its hash, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from pydantic import ValidationError

from kgst.statements import ReserveTotal
from kgst.statements.model import REPORT_FORMAT
from kgst.storing import FileError, read_bytes, read_json

__all__ = ["hash_of_report", "read_report"]


def hash_of_report(report: bytes) -> str:
    """keccak256 of the report's bytes, as the token stores it."""
    return "0x" + keccak(report).hex()


def read_report(path: Path) -> tuple[ReserveTotal, str]:
    """What the report at `path` says, and the hash of its bytes.

    Raises:
        FileError: it is not byte for byte a report as `draft` writes it.
    """
    data = read_bytes(path)
    try:
        total = _total(read_json(path)[1])
    except (ValueError, KeyError, TypeError, ValidationError):
        total = None
    # Written again, it must be the same: nothing in the file is left unread.
    if total is None or total.report() != data:
        raise FileError(
            f"{path}: this is not a report of the format {REPORT_FORMAT}, or it was changed (an editor that adds a "
            "newline suffices); ask for the published file again, as an attachment."
        )
    return total, hash_of_report(data)


def _total(document: dict[str, Any]) -> ReserveTotal:
    if document["format"] != REPORT_FORMAT:
        raise ValueError
    accounts = [
        {**one, "closing_balance_tyiyn": int(one["closing_balance_tyiyn"])}
        for one in document["accounts"]
    ]
    deductions = [{**one, "tyiyn": int(one["tyiyn"])} for one in document["deductions"]]
    fields = {key: document[key] for key in document if key not in ("format", "accounts")}
    fields |= {"accounts": accounts, "deductions": deductions}
    fields |= {"total_tyiyn": int(document["total_tyiyn"])}
    return ReserveTotal.model_validate_json(json.dumps(fields))
