"""Durations, percentages, rates and fees as people write them in a policy, and back.

Every reader takes text and gives an integer in the unit that the contracts use; a missing unit, a sign, an exponent or
more digits than the unit has are errors (`QuantityError`). Nothing passes through a float.
"""

from __future__ import annotations

import re
from typing import Final

from kgst.errors import InputError
from kgst.units import AmountError, format_som, parse_amount

__all__ = [
    "GWEI",
    "QuantityError",
    "bnb_cost",
    "bnb_held",
    "format_bnb",
    "format_bps",
    "format_duration",
    "format_gwei",
    "format_refill",
    "parse_bnb",
    "parse_bps",
    "parse_duration",
    "parse_gwei",
    "parse_refill",
]

GWEI: Final = 10**9
"""Wei in one gwei."""

_MICRO: Final = 10**12
"""Wei in a millionth of a BNB."""

DAY: Final = 86_400
"""Seconds in one day."""

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": DAY}
_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,9}) (second|minute|hour|day)s?")
_DECIMAL: Final = r"(0|[1-9][0-9]{0,11})(?:\.([0-9]+))?"


class QuantityError(InputError, ValueError):
    """A duration, percentage, rate or fee that cannot be read."""


def parse_duration(text: str) -> int:
    """Seconds of `"10 minutes"`, `"1 hour"`, `"7 days"`, `"0 seconds"`.

    Raises:
        QuantityError: anything but one whole number and one unit.
    """
    match = _DURATION.fullmatch(_text(text, 'write it like "10 minutes" or "7 days"'))
    if match is None:
        raise QuantityError(
            f"{text!r} is not a duration; write a whole number and second(s), minute(s), hour(s) "
            'or day(s), like "10 minutes" or "7 days".'
        )
    return int(match[1]) * _SECONDS[match[2]]


def format_duration(seconds: int) -> str:
    """Seconds in the largest unit that holds them exactly: `10 minutes`."""
    for unit, size in reversed(_SECONDS.items()):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return "0 seconds" if seconds == 0 else f"{seconds} seconds"


def parse_bps(text: str) -> int:
    """Basis points (1/10,000) of `"10 %"` or `"0.25 %"`.

    Raises:
        QuantityError: no percent sign, or more than two decimals.
    """
    return _scaled(text, "%", 2, 'write it like "10 %" or "0.25 %"')


def format_bps(bps: int) -> str:
    """`10 %`, `0.25 %`."""
    return f"{_decimal(bps, 2)} %"


def parse_gwei(text: str) -> int:
    """Wei of `"5 gwei"` or `"0.05 gwei"`.

    Raises:
        QuantityError: no unit, or more than nine decimals.
    """
    return _scaled(text, "gwei", 9, 'write it like "5 gwei" or "0.1 gwei"')


def format_gwei(wei: int) -> str:
    """`5 gwei`, `0.05 gwei`."""
    return f"{_decimal(wei, 9)} gwei"


def parse_bnb(text: str) -> int:
    """Wei of `"0.05 BNB"`.

    Raises:
        QuantityError: no unit, or more than eighteen decimals.
    """
    return _scaled(text, "BNB", 18, 'write it like "0.05 BNB"')


def format_bnb(wei: int) -> str:
    """`0.05 BNB`, with every digit."""
    return f"{_decimal(wei, 18)} BNB"


def bnb_cost(wei: int) -> str:
    """What something may cost, for people: six decimals, rounded up."""
    return format_bnb(-(-wei // _MICRO) * _MICRO)


def bnb_held(wei: int) -> str:
    """What somebody has, for people: six decimals, rounded down."""
    return format_bnb(wei // _MICRO * _MICRO)


def parse_refill(text: str) -> int:
    """Base units per second of `"none"`, `"0.50 som per second"` or `"1 000 000.00 som per day"`.

    A daily rate is rounded down to whole base units per second: an issuer never gets more than was written.

    Raises:
        QuantityError: no such unit of time, or a rate above zero that is below one base unit per second, which would
            silently mean never.
    """
    example = 'write "none", "0.50 som per second" or "1 000 000.00 som per day"'
    if _text(text, example) == "none":
        return 0
    amount_text, separator, per = text.rpartition(" per ")
    if not separator or per not in ("second", "day"):
        raise QuantityError(f"{text!r} is not a refill rate; {example}.")
    try:
        amount = parse_amount(amount_text)
    except AmountError as error:
        raise QuantityError(f"refill {text!r}: {error}") from error
    rate = amount if per == "second" else amount // DAY
    if amount and not rate:
        raise QuantityError(
            f"refill {text!r} is less than 0.000001 som per second, the slowest there is; "
            'write a higher rate, or "none".'
        )
    return rate


def format_refill(per_second: int) -> str:
    """`none`, `0.50 som per second`."""
    return f"{format_som(per_second)} per second" if per_second else "none"


def _text(value: object, example: str) -> str:
    if not isinstance(value, str):
        raise QuantityError(f"{value!r} is a {type(value).__name__}, not text; {example}.")
    return value


def _scaled(text: str, unit: str, decimals: int, example: str) -> int:
    match = re.fullmatch(rf"{_DECIMAL} {unit}", _text(text, example))
    if match is None:
        raise QuantityError(f"{text!r} is not a number of {unit}; {example}.")
    fraction = match[2] or ""
    if len(fraction) > decimals:
        raise QuantityError(
            f"{text!r} has {len(fraction)} decimals, and {unit} has at most {decimals} here; "
            f"{example}."
        )
    return int(match[1] + fraction.ljust(decimals, "0"))


def _decimal(value: int, decimals: int) -> str:
    whole, rest = divmod(value, 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
