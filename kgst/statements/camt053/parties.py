"""Identifiers in an entry, and who is on the other side of a payment."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from kgst.statements.model import account_key

__all__ = ["id_at", "other_side"]

_NONE_GIVEN: Final = frozenset({"", "NOTPROVIDED", "NONREF"})
_MOST_TEXT: Final = 2_000


def id_at(element: Element, path: str) -> str | None:
    """An identifier, white space runs made one; None where the bank says that there is none."""
    text = " ".join((element.findtext(path) or "").split())
    return None if text.upper() in _NONE_GIVEN else text[:_MOST_TEXT]


def other_side(
    element: Element, credit: bool, reversal: bool, account: str
) -> tuple[str | None, str | None]:
    """Name and account of the other side: who paid what came in, who was paid what went out."""
    parties = element.find("RltdPties")
    if parties is None:
        return None, None
    # A reversal keeps the roles of what it undoes.
    order = ("Dbtr", "Cdtr") if credit != reversal else ("Cdtr", "Dbtr")
    sides = [_side(parties, role) for role in order]
    own = account_key(account)
    for name, number in sides:
        if number is not None and account_key(number) != own:
            return name, number
    return sides[0]


def _side(parties: Element, role: str) -> tuple[str | None, str | None]:
    name = id_at(parties, f"{role}/Pty/Nm") or id_at(parties, f"{role}/Nm")
    number = id_at(parties, f"{role}Acct/Id/IBAN") or id_at(parties, f"{role}Acct/Id/Othr/Id")
    return name, number
