"""Exact amounts: what is read, what is refused, and that nothing is rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.errors import (
    DriftError,
    ExitCode,
    InputError,
    KgstError,
    RefusedError,
    UnconfirmedError,
    WaitingError,
)
from kgst.units import (
    MAX_BASE_UNITS,
    MAX_TYIYN,
    SOM,
    TYIYN,
    AmountError,
    base_to_tyiyn,
    format_som,
    parse_amount,
    tyiyn_to_base,
)

amounts = st.integers(min_value=0, max_value=MAX_BASE_UNITS)


@pytest.mark.parametrize(
    ("text", "base_units"),
    [
        ("5 000 000.00 som", 5_000_000 * SOM),
        ("100 tyiyn", SOM),
        ("1 tyiyn", TYIYN),
        ("0 som", 0),
        ("0.000001 som", 1),
        ("0.0001 tyiyn", 1),
        ("12.5000 tyiyn", 125_000),
        ("1000.5 som", 1_000 * SOM + 500_000),
        ("1.000000 som", SOM),
        ("1234567.891234 som", 1_234_567_891_234),
        ("1_000_000 som", 1_000_000 * SOM),
        ("1\u00a0000\u00a0000 som", 1_000_000 * SOM),
        ("1\u2009000 som", 1_000 * SOM),
        ("1\u202f000.10\u202fsom", 1_000 * SOM + 100_000),
        (" 7 som ", 7 * SOM),
        ("4 722 366 482 869 645.213695 som", MAX_BASE_UNITS),
    ],
)
def test_parse_amount__amount_with_unit__gives_base_units(text: str, base_units: int) -> None:
    assert parse_amount(text) == base_units


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("5000000", "unit is missing"),
        ("5 000 000.00", "unit is missing"),
        ("som", "not a plain"),
        ("5,000 som", 'write "5 000.00 som" or "5.000000 som"'),
        ("5.000 som", 'write "5 000.00 som" or "5.000000 som"'),
        ("999.123 som", 'write "999 123.00 som" or "999.123000 som"'),
        ("5,000 tyiyn", 'write "5 000 tyiyn" or "5.0000 tyiyn"'),
        ("1000.123 som", "3 decimals, which looks like a slip; write two decimals, or all six"),
        ("0.123 som", "3 decimals"),
        ("1 000.000 som", "3 decimals"),
        ("1.0000 som", "4 decimals"),
        ("1.00000 som", "5 decimals"),
        ("1.0 tyiyn", "1 decimals, which looks like a slip; write whole tyiyn, or all four"),
        ("1.000 tyiyn", "3 decimals"),
        ("5000,00 som", "comma"),
        ("-5 som", "sign"),
        ("+5 som", "sign"),
        ("\u22125 som", "sign"),
        ("1e3 som", "exponent"),
        ("1E-2 som", "exponent"),
        ("NaN som", "finite"),
        ("inf som", "finite"),
        ("Infinity som", "finite"),
        ("\uff15 som", "other than 0-9"),
        ("\u0665 som", "other than 0-9"),
        ("1\u00b2 som", "other than 0-9"),
        ("1. som", "not a plain"),
        (".5 som", "not a plain"),
        ("1.2.3 som", "not a plain"),
        ("007 som", "leading zero"),
        ("5som", "one space"),
        ("5  som", "not a plain"),
        ("5 000_000 som", "not a plain"),
        ("5 00 som", "not a plain"),
        ("5 0000 som", "not a plain"),
        ("5000 000 som", "not a plain"),
        ("0 000 som", "not a plain"),
        ("1.000 000 som", "not a plain"),
        ("1\u2003000 som", "not a plain"),
        ("1\n000 som", "not a plain"),
        ("5 som\n", "not a plain"),
        ("0x10 som", "not a plain"),
        ("5 SOM", "not som or tyiyn"),
        ("5 KGS", "not som or tyiyn"),
        ("5 s\u043em", "not a plain"),
        ("5 som som", "not a plain"),
        ("0.0000001 som", "7 decimals"),
        ("1.0000000 som", "7 decimals"),
        ("0.00001 tyiyn", "5 decimals"),
        ("4722366482869645.213696 som", "more than the token can hold"),
        ("472236648286964521.3696 tyiyn", "more than the token can hold"),
        ("9" * 70 + " som", "more than the token can hold"),
        ("9" * 100_000 + " som", "characters long"),
    ],
)
def test_parse_amount__not_an_exact_amount__says_why(text: str, reason: str) -> None:
    with pytest.raises(AmountError) as raised:
        parse_amount(text)
    assert reason in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("value", [5.0, 5, True, None, b"5 som", ["5 som"]])
def test_parse_amount__not_text__is_refused(value: object) -> None:
    with pytest.raises(AmountError, match="not text"):
        parse_amount(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base_units", "text"),
    [
        (0, "0.00 som"),
        (1, "0.000001 som"),
        (TYIYN, "0.01 som"),
        (10 * TYIYN, "0.10 som"),
        (123_000, "0.123000 som"),
        (120_000, "0.12 som"),
        (100, "0.000100 som"),
        (1_000_000 * SOM, "1 000 000.00 som"),
        (-400_000 * SOM, "-400 000.00 som"),
        (-1, "-0.000001 som"),
        (MAX_BASE_UNITS, "4 722 366 482 869 645.213695 som"),
    ],
)
def test_format_som__integer__is_exact(base_units: int, text: str) -> None:
    assert format_som(base_units) == text


@pytest.mark.parametrize("value", [1.0, "1", True, None])
@pytest.mark.parametrize("function", [format_som, tyiyn_to_base, base_to_tyiyn])
def test_conversion__not_an_integer__is_refused(function: object, value: object) -> None:
    with pytest.raises(AmountError, match="must be an integer"):
        function(value)  # type: ignore[operator]


@given(amounts)
def test_parse_amount__formatted_amount__reads_back(base_units: int) -> None:
    assert parse_amount(format_som(base_units)) == base_units


@given(amounts, st.sampled_from(["_", "\u00a0", "\u2009", "\u202f"]))
def test_parse_amount__any_separator__means_the_same(base_units: int, separator: str) -> None:
    number, unit = format_som(base_units).rsplit(" ", 1)
    assert parse_amount(f"{number.replace(' ', separator)} {unit}") == base_units


@given(st.integers(min_value=0, max_value=MAX_TYIYN))
def test_tyiyn_to_base__whole_tyiyn__round_trips(tyiyn: int) -> None:
    assert tyiyn_to_base(tyiyn) == parse_amount(f"{tyiyn} tyiyn")
    assert base_to_tyiyn(tyiyn_to_base(tyiyn)) == tyiyn


@given(st.integers(min_value=0, max_value=MAX_TYIYN - 1), st.integers(1, TYIYN - 1))
def test_base_to_tyiyn__part_of_a_tyiyn__is_refused(tyiyn: int, rest: int) -> None:
    with pytest.raises(AmountError, match="whole number of tyiyn"):
        base_to_tyiyn(tyiyn * TYIYN + rest)


def test_tyiyn_to_base__at_the_bound__fits_and_one_more_does_not() -> None:
    assert tyiyn_to_base(MAX_TYIYN) == 4_722_366_482_869_645_210_000
    assert tyiyn_to_base(MAX_TYIYN) <= MAX_BASE_UNITS
    with pytest.raises(AmountError, match="more than the token can hold"):
        tyiyn_to_base(MAX_TYIYN + 1)


@pytest.mark.parametrize("function", [tyiyn_to_base, base_to_tyiyn])
def test_conversion__negative__is_refused(function: object) -> None:
    with pytest.raises(AmountError, match="negative"):
        function(-TYIYN)  # type: ignore[operator]


def test_base_to_tyiyn__above_uint72__is_refused() -> None:
    with pytest.raises(AmountError, match="more than the token can hold"):
        base_to_tyiyn(MAX_BASE_UNITS + 1)


@given(st.text(max_size=40))
def test_parse_amount__any_text__gives_an_amount_or_an_amount_error(text: str) -> None:
    try:
        value = parse_amount(text)
    except AmountError:
        return
    assert parse_amount(format_som(value)) == value


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (KgstError, 1),
        (InputError, 2),
        (AmountError, 2),
        (DriftError, 3),
        (RefusedError, 4),
        (WaitingError, 5),
        (UnconfirmedError, 6),
    ],
)
def test_exit_code__error_class__is_the_documented_one(kind: type[KgstError], code: int) -> None:
    assert issubclass(kind, KgstError)
    assert kind("x").exit_code == code
    assert ExitCode(code) is kind.exit_code
