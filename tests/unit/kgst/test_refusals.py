"""Refusals of amounts and quantities, word for word: what was found, and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from kgst.errors import InputError
from kgst.quantities import parse_bnb, parse_bps, parse_duration, parse_gwei, parse_refill
from kgst.units import (
    MAX_BASE_UNITS,
    MAX_TYIYN,
    base_to_tyiyn,
    format_som,
    parse_amount,
    tyiyn_to_base,
)

AMOUNT = 'write it like "5 000 000.00 som" or "100 tyiyn".'
LOST = f"not text: a number alone has no unit, and a float has lost its exact value; {AMOUNT}"
PLAIN = "it is not a plain decimal number, thousands in groups of three, and a unit"
TOO_MUCH = (
    "is more than the token can hold (4 722 366 482 869 645.213695 som, uint72); "
    "check the number of zeros."
)
DURATION = 'like "10 minutes" or "7 days".'
NO_DURATION = f"is not a duration; write a whole number and second(s), minute(s), hour(s) or day(s), {DURATION}"
REFILL = 'write "none", "0.50 som per second" or "1 000 000.00 som per day".'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (5, f"5 is a int, {LOST}"),
        (1.5, f"1.5 is a float, {LOST}"),
        (
            "9" * 81,
            f"{'9' * 80!r}… is 81 characters long, more than any amount needs (80); {AMOUNT}",
        ),
        ("1" * 80, f"{'1' * 80!r}: the unit is missing; {AMOUNT}"),
        ("", f"'': it is empty; {AMOUNT}"),
        (" ", f"' ': it is empty; {AMOUNT}"),
        (
            "1,000 som",
            "'1,000 som': a comma before three digits may part thousands or decimals; "
            'write "1 000.00 som" or "1.000000 som".',
        ),
        (
            "1.000 som",
            "'1.000 som': a point before three digits may part thousands or decimals; "
            'write "1 000.00 som" or "1.000000 som".',
        ),
        (
            "1,00 som",
            f"'1,00 som': a comma may mean thousands or decimals, so it is refused; {AMOUNT}",
        ),
        ("-1 som", f"'-1 som': a sign is not part of an amount; {AMOUNT}"),
        (" +1 som", f"' +1 som': a sign is not part of an amount; {AMOUNT}"),
        ("\u22121 som", f"'\u22121 som': a sign is not part of an amount; {AMOUNT}"),
        ("1\u0661 som", f"'1\u0661 som': it has digits other than 0-9; {AMOUNT}"),
        ("X\u00b2 som", f"'X\u00b2 som': it has digits other than 0-9; {AMOUNT}"),
        ("NaN som", f"'NaN som': it is not a finite number; {AMOUNT}"),
        ("inf som", f"'inf som': it is not a finite number; {AMOUNT}"),
        ("1e3 som", f"'1e3 som': exponents are refused; {AMOUNT}"),
        ("1E-3 som", f"'1E-3 som': exponents are refused; {AMOUNT}"),
        ("1_000", f"'1_000': the unit is missing; {AMOUNT}"),
        ("007 som", f"'007 som': a leading zero looks like a slip; {AMOUNT}"),
        ("5som", f"'5som': put one space before the unit; {AMOUNT}"),
        ("5SOM", f"'5SOM': put one space before the unit; {AMOUNT}"),
        ("5 0000 som", f"'5 0000 som': {PLAIN}; {AMOUNT}"),
        ("Xsom", f"'Xsom': {PLAIN}; {AMOUNT}"),
        (
            "1.0000001 som",
            "'1.0000001 som' has 7 decimals, and a som has at most 6 (the token's base unit); "
            "drop the digits after the 6th.",
        ),
        (
            "1.00001 tyiyn",
            "'1.00001 tyiyn' has 5 decimals, and a tyiyn has at most 4 (the token's base unit); "
            "drop the digits after the 4th.",
        ),
        ("1 SOM", f"'1 SOM': the unit 'SOM' is not som or tyiyn; {AMOUNT}"),
        ("472236648286964522 tyiyn", f"'472236648286964522 tyiyn' {TOO_MUCH}"),
    ],
)
def test_parse_amount__refused__says_what_and_how(text: Any, said: str) -> None:
    assert refusal(parse_amount, text) == f"amount {said}"


@pytest.mark.parametrize(
    ("function", "value", "said"),
    [
        (format_som, 1.0, "1.0 is a float: a number of base units"),
        (format_som, True, "True is a bool: a number of base units"),
        (tyiyn_to_base, "1", "'1' is a str: a number of tyiyn"),
        (base_to_tyiyn, None, "None is a NoneType: a number of base units"),
    ],
)
def test_conversion__no_integer__says_so(function: Any, value: Any, said: str) -> None:
    assert refusal(function, value) == f"{said} must be an integer; read text with parse_amount."


@pytest.mark.parametrize(
    ("function", "value", "said"),
    [
        (tyiyn_to_base, -1, "-1 tyiyn is negative; give an amount of zero or more."),
        (tyiyn_to_base, MAX_TYIYN + 1, f"472236648286964522 tyiyn {TOO_MUCH}"),
        (base_to_tyiyn, -1, "-1 base units is negative; give an amount of zero or more."),
        (base_to_tyiyn, MAX_BASE_UNITS + 1, f"4722366482869645213696 base units {TOO_MUCH}"),
        (
            base_to_tyiyn,
            12_345,
            "12345 base units (0.012345 som) is not a whole number of tyiyn: 2345 base units are "
            "left over; round it down to 1 tyiyn yourself if that is what you mean.",
        ),
    ],
)
def test_conversion__out_of_range__says_so(function: Any, value: int, said: str) -> None:
    assert refusal(function, value) == said


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (parse_duration, 600, f"600 is a int, not text; write it {DURATION}"),
        (parse_duration, "10 weeks", f"'10 weeks' {NO_DURATION}"),
        (parse_bps, 10, '10 is a int, not text; write it like "10 %" or "0.25 %".'),
        (parse_bps, "10%", '\'10%\' is not a number of %; write it like "10 %" or "0.25 %".'),
        (
            parse_bps,
            "0.001 %",
            "'0.001 %' has 3 decimals, and % has at most 2 here; "
            'write it like "10 %" or "0.25 %".',
        ),
        (parse_gwei, 5, '5 is a int, not text; write it like "5 gwei" or "0.1 gwei".'),
        (parse_gwei, "5", '\'5\' is not a number of gwei; write it like "5 gwei" or "0.1 gwei".'),
        (
            parse_gwei,
            "0.0000000001 gwei",
            "'0.0000000001 gwei' has 10 decimals, and gwei has at most 9 here; "
            'write it like "5 gwei" or "0.1 gwei".',
        ),
        (parse_bnb, None, 'None is a NoneType, not text; write it like "0.05 BNB".'),
        (parse_bnb, "1 bnb", "'1 bnb' is not a number of BNB; write it like \"0.05 BNB\"."),
        (parse_refill, 0, f"0 is a int, not text; {REFILL}"),
        (parse_refill, "0", f"'0' is not a refill rate; {REFILL}"),
        (parse_refill, "1 som per hour", f"'1 som per hour' is not a refill rate; {REFILL}"),
        (
            parse_refill,
            "1 per second",
            f"refill '1 per second': amount '1': the unit is missing; {AMOUNT}",
        ),
        (
            parse_refill,
            "1 som per day per second",
            f"refill '1 som per day per second': amount '1 som per day': {PLAIN}; {AMOUNT}",
        ),
        (
            parse_refill,
            "0.01 som per day",
            "refill '0.01 som per day' is less than 0.000001 som per second, the slowest there is; "
            'write a higher rate, or "none".',
        ),
    ],
)
def test_parse__refused__says_what_and_how(parse: Any, text: Any, said: str) -> None:
    assert refusal(parse, text) == said


def refusal(function: Any, value: Any) -> str:
    with pytest.raises(InputError) as caught:
        function(value)
    return str(caught.value)
