"""Until when signatures can be submitted: chosen at the draft, looked at before signing and before sending.

A signature that lies about is a danger: whoever has enough of them submits them when it suits. So every message has a
deadline. The draft counts it from the block that the chain was read at; an auditor's machine has but its own clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from kgst.checks import Check, State
from kgst.errors import InputError, RefusedError
from kgst.moments import both_times, format_span
from kgst.quantities import DAY, QuantityError, format_duration, parse_duration
from kgst.signing.files import AuditorsOrder
from kgst.signing.kinds import Signable

__all__ = [
    "ATTESTATION_VALID",
    "CLOCK_SLACK",
    "LONGEST",
    "ORDER_VALID",
    "caution",
    "clock",
    "deadline_after",
    "early",
    "far",
    "in_words",
    "require_open",
    "until",
]

ATTESTATION_VALID: Final = 12 * 3_600
"""Seconds for which an attestation can be submitted, unless the desk says otherwise."""

ORDER_VALID: Final = 3 * DAY
"""The same for a rotation and for the consent to an upgrade."""

LONGEST: Final = 30 * DAY
"""Seconds for which any of them may; an attestation at most for the token's maximal age."""

SHORTEST: Final = 600

CLOCK_SLACK: Final = 600
"""Seconds by which clocks may differ without a warning."""


def caution(code: str, text: str) -> Check:
    """Something about a draft that is allowed, and should not happen unnoticed.

    Args:
        code: For programs.
        text: For people.
    """
    return Check("draft", code, State.WARNING, text)


def clock() -> int:
    """This computer's time, in seconds since 1970: where there is no chain to ask."""
    return int(time.time())


def deadline_after(start: int, valid_for: str | None, *, usual: int, longest: int = LONGEST) -> int:
    """The last second in which what is signed can be submitted.

    Args:
        start: Seconds since 1970: of the block that the chain was read at.
        valid_for: `--valid-for`, like `12 hours`; None for `usual`.
        usual: Seconds.
        longest: Seconds.

    Raises:
        InputError: it is no duration, or not between ten minutes and `longest`.
    """
    if valid_for is None:
        return start + min(usual, longest)
    try:
        seconds = parse_duration(valid_for)
    except QuantityError as error:
        raise InputError(f"--valid-for: {error}") from None
    if not SHORTEST <= seconds <= longest:
        raise InputError(
            f"--valid-for {format_duration(seconds)}: write {format_duration(SHORTEST)} to {format_duration(longest)}: "
            "long enough for all to sign, and not so long that signatures lie about."
        )
    return start + seconds


def require_open(draft: Signable, now: int) -> None:
    """The deadline, if there is one, has not passed.

    Args:
        draft: To be signed.
        now: By this computer's clock.

    Raises:
        RefusedError: it has.
    """
    if draft.closes is not None and now > draft.closes:
        raise RefusedError(
            f"the draft could be submitted until {both_times(draft.closes)}, which is "
            f"{format_span(now - draft.closes)} ago by this computer's clock: a signature on it is of no use. Ask the "
            "issuer to draft anew; if the clock is wrong, set it."
        )


def until(closes: int, now: int) -> str:
    """`2026-03-04 12:00:00 UTC = …, 11 hours 58 minutes from now`; `… ago` once it has passed."""
    left = closes - now
    how_far = f"{format_span(left)} from now" if left >= 0 else f"{format_span(-left)} ago"
    return f"{both_times(closes)}, {how_far}"


def in_words(draft: Signable, now: int) -> str:
    """How long a signature is good for: a line for whoever is about to give it.

    Args:
        draft: To be signed.
        now: By this computer's clock.
    """
    if draft.closes is None:
        return "Deadline: none; what is signed here stays good until it is carried out or overtaken"
    return f"Deadline: {until(draft.closes, now)} by this computer's clock"


def far(draft: AuditorsOrder, now: int) -> Iterator[Check]:
    """A deadline that no desk chooses by `--valid-for`, by this computer's clock or the chain's."""
    if draft.deadline > now + LONGEST + CLOCK_SLACK:
        yield caution(
            "far_deadline",
            f"it can be submitted until {both_times(draft.deadline)}, {format_span(draft.deadline - now)} from now by "
            f"this computer's clock, and none should be good for longer than {format_duration(LONGEST)}: the clock "
            "is wrong, or the draft.",
        )


def early(read_at: int, now: int) -> Iterator[Check]:
    """The chain was read, at second `read_at`, later than this computer's clock says it is."""
    if read_at > now + CLOCK_SLACK:
        yield caution(
            "clock",
            f"the chain was read on {both_times(read_at)}, {format_span(read_at - now)} from now by this computer's "
            "clock: one of the two is wrong, and so a deadline may have passed unnoticed.",
        )
