"""What a bank has to know of whom it pays and from which account: each field as banks take it, or refused."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

__all__ = [
    "Account",
    "Bank",
    "Inn",
    "Name",
    "Purpose",
    "Salt",
    "is_iban",
    "is_national_code",
]

MAX_NAME: Final = 140
"""`Max140Text` of ISO 20022, of names."""

MAX_PURPOSE: Final = 100
"""So much that a space and the payment's reference still fit into 140 characters."""

_LATIN: Final = "A-Za-z"
_CYRILLIC: Final = "А-Яа-яЁёҢңӨөҮү"
# SWIFT's set, and what companies' names have besides.
_TEXT: Final = re.compile(rf"[{_LATIN}{_CYRILLIC}0-9 /\-?:().,'+\"«»№]+")
_WORD: Final = re.compile(rf"[{_LATIN}{_CYRILLIC}]+")
_MIXED: Final = re.compile(rf"[{_LATIN}].*[{_CYRILLIC}]|[{_CYRILLIC}].*[{_LATIN}]")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ACCOUNT: Final = re.compile(r"[0-9]{16}")
# What the patterns of pain.001.001.03 and of .09 both take.
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
_NATIONAL: Final = re.compile(r"[0-9]{6}")
_INN: Final = re.compile(r"[0-9]{14}")
_SALT: Final = re.compile(r"0x[0-9a-f]{64}")
_FEWEST_BYTES: Final = 12


def is_iban(account: str) -> bool:
    """Whether it has an IBAN's form and check digits (ISO 13616)."""
    if _IBAN.fullmatch(account) is None:
        return False
    return int("".join(str(int(one, 36)) for one in account[4:] + account[:4])) % 97 == 1


def is_national_code(bank: str) -> bool:
    """Whether it is a bank's code in Kyrgyzstan (БИК), six digits, and no BIC."""
    return _NATIONAL.fullmatch(bank) is not None


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError("write it as text, in quotes")
    if not value or value != " ".join(value.split(" ")).strip() or "  " in value:
        raise ValueError("it is empty or has spaces at an end or two in a row; remove them")
    if len(value) > most:
        raise ValueError(f"it has {len(value)} characters, and banks take {most}; shorten it")
    if _TEXT.fullmatch(value) is None:
        odd = next(one for one in value if _TEXT.fullmatch(one) is None)
        raise ValueError(
            f"banks do not take the character U+{ord(odd):04X}; write Latin or Cyrillic letters, digits and "
            "/ - ? : ( ) . , ' + \" « » №"
        )
    for word in _WORD.findall(value):
        if _MIXED.search(word):
            raise ValueError(
                f"{word!r} has Latin and Cyrillic letters in one word, which look alike; type the word again"
            )
    return value


def _name(value: object) -> str:
    return _text(value, MAX_NAME)


def _purpose(value: object) -> str:
    return _text(value, MAX_PURPOSE)


def _account(value: object) -> str:
    if not isinstance(value, str) or not (_ACCOUNT.fullmatch(value) or _IBAN.fullmatch(value)):
        raise ValueError(
            "it is neither 16 digits nor an IBAN; write it in quotes, without spaces, as the payee's bank gives it"
        )
    if not _ACCOUNT.fullmatch(value) and not is_iban(value):
        raise ValueError("the IBAN's check digits are wrong, so a character is; copy it again")
    return value


def _bank(value: object) -> str:
    if not isinstance(value, str) or not (_BIC.fullmatch(value) or is_national_code(value)):
        raise ValueError(
            "it is neither a BIC of 8 or 11 characters nor a bank's code (БИК) of six digits"
        )
    return value


def _inn(value: object) -> str:
    if not isinstance(value, str) or _INN.fullmatch(value) is None:
        raise ValueError("it is not 14 digits; write the INN in quotes, or leave it out")
    return value


def _salt(value: object) -> str:
    if not isinstance(value, str) or _SALT.fullmatch(value) is None:
        raise ValueError("it is not 0x and 64 small hexadecimal digits")
    if len(set(bytes.fromhex(value[2:]))) < _FEWEST_BYTES:
        raise ValueError(
            "it is not random, so that the details could be guessed; take 32 random bytes"
        )
    return value


Name = Annotated[
    str,
    BeforeValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_NAME}),
]
Purpose = Annotated[
    str,
    BeforeValidator(_purpose),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_PURPOSE}),
]
Account = Annotated[
    str,
    BeforeValidator(_account),
    WithJsonSchema({"type": "string", "pattern": f"^({_ACCOUNT.pattern}|{_IBAN.pattern})$"}),
]
Bank = Annotated[
    str,
    BeforeValidator(_bank),
    WithJsonSchema({"type": "string", "pattern": f"^({_BIC.pattern}|{_NATIONAL.pattern})$"}),
]
Inn = Annotated[
    str,
    BeforeValidator(_inn),
    WithJsonSchema({"type": "string", "pattern": f"^{_INN.pattern}$"}),
]
Salt = Annotated[
    str,
    BeforeValidator(_salt),
    WithJsonSchema({"type": "string", "pattern": f"^{_SALT.pattern}$"}),
]
