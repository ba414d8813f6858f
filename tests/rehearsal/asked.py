"""The week's history, read back: who, when and why of each act is what the runbooks had the operators do."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from rehearsal.runbook import RehearsalError

__all__ = ["require_history"]

_LOUD = ("mint", "burn", "take")


def require_history(folder: Path, environment: dict[str, str], done: list[dict[str, Any]]) -> None:
    """`ape run history` tells every act that was typed, and no other as done by these people.

    Raises:
        RehearsalError: it does not.
    """
    said = subprocess.run(
        ["ape", "run", "history", str(folder), "--json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if said.returncode:
        raise RehearsalError(f"history: exit code {said.returncode}\n{said.stdout}\n{said.stderr}")
    document = json.loads(said.stdout)
    entries = [e for e in document["entries"] if e["state"] == "done"]
    _require_reasons(entries, done)
    _require_counts(entries, done)
    # What changes nothing (a block given twice) logs nothing; these always do.
    loud = [e for e in entries if e["titles"] and e["titles"][0].split()[0] in _LOUD]
    unseen = [e["words"] for e in loud if e["in_index"] is not True]
    if unseen:
        raise RehearsalError(f"history: the index has no event of {unseen}")
    begun = time.time() - 7 * 86_400
    late = [e["words"] for e in entries if not begun < (e["at"] or 0)]
    if late:
        raise RehearsalError(f"history: when is not known, or not true, of {late}")


def _typed(done: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Of each command that ended with 0 what it was given, by option; its own name is `command`."""
    found = []
    for one in done:
        words = shlex.split(one["command"], comments=True)
        if one["exit_code"] or words[:2] != ["ape", "run"]:
            continue
        options = {w: v for w, v in pairwise(words) if w.startswith("--")}
        found.append({"command": " ".join(words[2:4]), **options})
    return found


def _require_reasons(entries: list[dict[str, Any]], done: list[dict[str, Any]]) -> None:
    told = {
        (why["person"], why["reason"])
        for entry in entries
        for why in entry["signed"]
        if why["reason"]
    }
    typed = {(one["--account"], one["--reason"]) for one in _typed(done) if "--reason" in one}
    # What an owner said who signed first stands beside the signature, though that command ended with 5.
    if missing := typed - told:
        raise RehearsalError(f"history: nobody is told to have said {sorted(missing)}")
    orders = {why["order"]["case"] for e in entries for why in e["signed"] if why["order"]}
    seized = sum(one["command"] == "guard seize" for one in _typed(done))
    if len(orders) != seized:
        raise RehearsalError(f"history: {seized} orders were carried out, it tells {orders}")


def _require_counts(entries: list[dict[str, Any]], done: list[dict[str, Any]]) -> None:
    """Mints and burns: as many by each issuer as were typed."""
    typed = Counter(
        (one["--account"], one["command"].split()[1])
        for one in _typed(done)
        if one["command"] in ("supply mint", "supply burn")
    )
    told = Counter(
        (why["person"], entry["titles"][0].split()[0])
        for entry in entries
        for why in entry["signed"]
        if entry["titles"] and entry["titles"][0].split()[0] in ("mint", "burn")
    )
    if typed != told:
        raise RehearsalError(f"history: typed were {dict(typed)}, told are {dict(told)}")
