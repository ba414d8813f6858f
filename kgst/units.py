"""Exact amounts of money.

1 som (ISO 4217: KGS) = 100 tyiyn = 1_000_000 base units; 1 tyiyn = 10_000 base units.
Amounts are integers everywhere; a float is an error, because it has already been rounded.
"""

import re
from typing import Final

from kgst.errors import InputError

__all__ = [
    "MAX_BASE_UNITS",
    "MAX_TYIYN",
    "SOM",
    "TYIYN",
    "TYIYN_PER_SOM",
    "AmountError",
    "base_to_tyiyn",
    "format_som",
    "parse_amount",
    "tyiyn_to_base",
]

TYIYN: Final = 10_000
"""Base units in one tyiyn."""

SOM: Final = 1_000_000
"""Base units in one som."""

TYIYN_PER_SOM: Final = 100
"""Tyiyn in one som."""

MAX_BASE_UNITS: Final = 2**72 - 1
"""Largest balance, supply or backing that the token can hold (uint72), in base units."""

MAX_TYIYN: Final = MAX_BASE_UNITS // TYIYN
"""Largest whole number of tyiyn whose base units still fit in uint72."""

# One base unit is 0.000001 som or 0.0001 tyiyn.
_DECIMALS: Final = {"som": 6, "tyiyn": 4}
# What people write: as banks do, or to the last base unit. What lies between is a slip, or thousands.
_USUAL: Final = {"som": (0, 1, 2, 6), "tyiyn": (0, 4)}

# Space, no-break space, thin space, narrow no-break space.
_SPACES: Final = "\u0020\u00a0\u2009\u202f"

# The back-reference keeps one separator through the whole number, so that
# "5 000_000" and "5 0000" are slips and not amounts.
_AMOUNT: Final = re.compile(
    rf"(?P<whole>0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?P<sep>[{_SPACES}_])[0-9]{{3}}"
    rf"(?:(?P=sep)[0-9]{{3}})*)"
    rf"(?:\.(?P<fraction>[0-9]+))?"
    rf"[{_SPACES}](?P<unit>[A-Za-z]+)"
)

_MAX_LENGTH: Final = 80
_EXAMPLE: Final = 'write it like "5 000 000.00 som" or "100 tyiyn"'


class AmountError(InputError, ValueError):
    """An amount that cannot be read, or does not convert exactly."""


def parse_amount(text: str) -> int:
    """Read an amount with its unit and return base units.

    The unit is `som` (at most two decimals, or all six) or `tyiyn` (none, or all four), one
    space after the number. Thousands may be separated, in groups of three, by one kind of separator
    throughout: space, no-break space, thin space, narrow no-break space or underscore.
    The decimal mark is a point.

    Raises:
        AmountError: not a string; no unit or an unknown one; a sign, an exponent, NaN or
            infinity; a comma; a digit outside 0-9; a leading zero; a group that is not of
            three; another number of decimals; more than `MAX_BASE_UNITS`.
    """
    if not isinstance(text, str):
        kind = type(text).__name__
        raise AmountError(
            f"amount {text!r} is a {kind}, not text: a number alone has no unit, and a float "
            f"has lost its exact value; {_EXAMPLE}."
        )
    if len(text) > _MAX_LENGTH:
        raise AmountError(
            f"amount {text[:_MAX_LENGTH]!r}… is {len(text)} characters long, more than any "
            f"amount needs ({_MAX_LENGTH}); {_EXAMPLE}."
        )
    match = _AMOUNT.fullmatch(text.strip(_SPACES))
    if match is None:
        fault = _fault(text.strip(_SPACES))
        example = "" if "; write " in fault else f"; {_EXAMPLE}"
        raise AmountError(f"amount {text!r}: {fault}{example}.")
    unit = match["unit"]
    if unit not in _DECIMALS:
        raise AmountError(f"amount {text!r}: the unit {unit!r} is not som or tyiyn; {_EXAMPLE}.")
    fraction = match["fraction"] or ""
    decimals = _DECIMALS[unit]
    if len(fraction) > decimals:
        raise AmountError(
            f"amount {text!r} has {len(fraction)} decimals, and a {unit} has at most {decimals} "
            f"(the token's base unit); drop the digits after the {decimals}th."
        )
    if len(fraction) not in _USUAL[unit]:
        raise AmountError(f"amount {text!r}: {_unusual(match['whole'], fraction, unit)}.")
    whole = match["whole"]
    if match["sep"]:
        whole = whole.replace(match["sep"], "")
    # Scaling by appending digits: no division, so nothing can be rounded.
    value = int(whole + fraction.ljust(decimals, "0"))
    return _within_token(value, f"amount {text!r}")


def format_som(base_units: int) -> str:
    """Write base units as som: `1 000 000.00 som`.

    Two decimals, all six when the amount needs more; groups of three separated by a plain
    space. A negative number, as a difference may be, gets a leading minus. The text of any
    amount from 0 to `MAX_BASE_UNITS` reads back with `parse_amount`.

    Raises:
        AmountError: not an integer.
    """
    value = _integer(base_units, "base units")
    whole, rest = divmod(abs(value), SOM)
    fraction = f"{rest:06d}" if rest % TYIYN else f"{rest // TYIYN:02d}"
    grouped = f"{whole:,}".replace(",", " ")
    return f"{'-' if value < 0 else ''}{grouped}.{fraction} som"


def tyiyn_to_base(tyiyn: int) -> int:
    """Convert tyiyn to base units.

    Raises:
        AmountError: not an integer, negative, or more than `MAX_TYIYN`.
    """
    value = _integer(tyiyn, "tyiyn")
    return _within_token(value * TYIYN, f"{value} tyiyn")


def base_to_tyiyn(base_units: int) -> int:
    """Convert base units to whole tyiyn, exactly.

    Raises:
        AmountError: not an integer, negative, more than `MAX_BASE_UNITS`, or not a whole
            number of tyiyn.
    """
    value = _within_token(_integer(base_units, "base units"), f"{base_units} base units")
    tyiyn, rest = divmod(value, TYIYN)
    if rest:
        raise AmountError(
            f"{value} base units ({format_som(value)}) is not a whole number of tyiyn: "
            f"{rest} base units are left over; round it down to {tyiyn} tyiyn yourself if that "
            "is what you mean."
        )
    return tyiyn


def _integer(value: int, unit: str) -> int:
    # bool is an int to Python, never an amount.
    if isinstance(value, bool) or not isinstance(value, int):
        raise AmountError(
            f"{value!r} is a {type(value).__name__}: a number of {unit} must be an integer; "
            "read text with parse_amount."
        )
    return value


def _within_token(value: int, what: str) -> int:
    if value < 0:
        raise AmountError(f"{what} is negative; give an amount of zero or more.")
    if value > MAX_BASE_UNITS:
        raise AmountError(
            f"{what} is more than the token can hold ({format_som(MAX_BASE_UNITS)}, uint72); "
            "check the number of zeros."
        )
    return value


def _unusual(whole: str, fraction: str, unit: str) -> str:
    """What is wrong with so many decimals."""
    if unit == "som" and len(fraction) == 3 and whole.isdecimal() and 0 < int(whole) < 1_000:
        return "a point" + _two_readings(whole, fraction, unit)
    wanted = "two decimals, or all six" if unit == "som" else "whole tyiyn, or all four decimals"
    return f"it has {len(fraction)} decimals, which looks like a slip; write {wanted}"


def _two_readings(whole: str, fraction: str, unit: str) -> str:
    decimals = ".00" if unit == "som" else ""
    least = f"{whole}.{fraction}".ljust(len(whole) + 1 + _DECIMALS.get(unit, 0), "0")
    return (
        f' before three digits may part thousands or decimals; write "{whole} {fraction}{decimals} {unit}" or '
        f'"{least} {unit}"'
    )


def _fault(text: str) -> str:
    """Name the most likely slip in a text that is not an amount."""
    if not text:
        return "it is empty"
    if (ambiguous := re.fullmatch(r"([1-9][0-9]{0,2}),([0-9]{3}) ([a-z]+)", text)) is not None:
        return "a comma" + _two_readings(*ambiguous.groups())
    if "," in text:
        return "a comma may mean thousands or decimals, so it is refused"
    if text[0] in "+-\u2212":
        return "a sign is not part of an amount"
    if any(character.isnumeric() and character not in "0123456789" for character in text):
        return "it has digits other than 0-9"
    if re.match(r"(nan|inf)", text, re.IGNORECASE):
        return "it is not a finite number"
    if re.search(r"[0-9][eE][+-]?[0-9]", text):
        return "exponents are refused"
    if re.fullmatch(rf"[0-9._{_SPACES}]+", text):
        return "the unit is missing"
    if re.match(r"0[0-9]", text):
        return "a leading zero looks like a slip"
    if re.fullmatch(r"[0-9._]+[A-Za-z]+", text):
        return "put one space before the unit"
    return "it is not a plain decimal number, thousands in groups of three, and a unit"
