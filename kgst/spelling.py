"""What somebody may have meant by a word that nothing knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean mint?`, to be put behind a message; empty when nothing of `known` is near."""
    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(word.strip().lower(), by_lower, n=1, cutoff=0.7)
    return f" Did you mean {by_lower[near[0]]}?" if near else ""
