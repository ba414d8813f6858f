"""Entries of statements, as the tests of what is matched with them write them down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from kgst.keys import key_of
from kgst.settling.model import Redemption
from kgst.settling.references import payment_reference
from kgst.statements.entries import Batch, Detail, Entry

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
ISSUER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
ACCOUNT = "1990010000123456"
DAY = date(2026, 11, 27)

_PLAIN = Entry(
    file="a.xml",
    file_sha256="aa" * 32,
    account=ACCOUNT,
    bank=None,
    statement_id="ST-331",
    number=1,
    tyiyn=0,
    credit=False,
    reversal=False,
    booked=True,
    booking_day=DAY,
    value_day=DAY,
    reference=None,
    servicer_reference=None,
    code=None,
)


def redemption(number: int, tyiyn: int | None) -> Redemption:
    """Of a burn with the reference `R-<number>`."""
    key = key_of("burn", f"R-{number}")
    name = payment_reference(97, TOKEN, ISSUER, key)
    return Redemption(id=name, tyiyn=tyiyn, ids=frozenset({name}), key=key)


def given(id_: str, tyiyn: int, end_to_end_id: str) -> Redemption:
    """Known to the bank by an id that nobody derived."""
    return Redemption(id=id_, tyiyn=tyiyn, ids=frozenset({end_to_end_id}))


def entry(tyiyn: int, *details: Detail, **more: Any) -> Entry:
    """A booked debit, unless `more` says otherwise."""
    return replace(_PLAIN, tyiyn=tyiyn, details=details, **more)


def detail(end_to_end_id: str | None = None, tyiyn: int | None = None, **more: Any) -> Detail:
    """A payment of a debit, unless `more` says otherwise."""
    return Detail(end_to_end_id=end_to_end_id, tyiyn=tyiyn, **{"credit": False, **more})


def payment(end_to_end_id: str | None, tyiyn: int, **more: Any) -> Entry:
    """A debit of one payment."""
    return entry(tyiyn, detail(end_to_end_id), **more)


def returned(
    end_to_end_id: str | None, tyiyn: int, reason: str | None = "AC04", **more: Any
) -> Entry:
    """A credit that returns a payment."""
    one = detail(end_to_end_id, credit=True, return_reason=reason)
    return entry(tyiyn, one, **{"credit": True, **more})


def batch(order_id: str | None, count: int | None, tyiyn: int, **more: Any) -> Entry:
    """An order that was booked as one sum."""
    return entry(
        tyiyn, batch=Batch(order_id=order_id, message_id=None, count=count, tyiyn=tyiyn), **more
    )
