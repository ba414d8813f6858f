"""Requests of redemption, the people behind them, and batches that pay them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from kgst.moments import BISHKEK
from kgst.paying.batch import Debtor, Layout
from kgst.paying.making import Made, Request, Terms, batch_of, make_batch
from kgst.paying.register import Payee, Register
from kgst.paying.secret import Secret
from kgst.units import TYIYN

DESK: Final = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
HOLDER: Final = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
OTHER: Final = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
SECRET: Final = Secret(bytes(range(32)))
DEBTOR: Final = Debtor(name="Your Issuer LLC", account="1990010000123456", bank="TLPRKG22")
DAY: Final = date(2026, 11, 30)
CREATED: Final = int(datetime(2026, 11, 30, 10, tzinfo=BISHKEK).timestamp())
NEEDED_BY: Final = int(datetime(2026, 12, 2, 16, tzinfo=BISHKEK).timestamp())

TERMS: Final = Terms(
    chain_id=97,
    desk=DESK,
    lock="0x" + "1c" * 32,
    debtor=DEBTOR,
    created=CREATED,
    needed_by=NEEDED_BY,
)


def payee(number: int, **more: Any) -> Payee:
    """A person, with details of their own."""
    salt = "0x" + sha256(f"salt {number}".encode()).hexdigest()
    fields: dict[str, Any] = {
        "name": f"Асанова Айгүл {number}",
        "account": f"{1_030_000_000_000_000 + number}",
        "bank": "103001",
        "salt": salt,
    }
    return Payee(**fields | more)


def register(*payees: Payee) -> Register:
    return Register({one.reference: one for one in payees})


def request(number: int, tyiyn: int, of: Payee | None = None, **more: Any) -> Request:
    """A request of `payee(number)`, or of another."""
    asked = Request(
        id=number,
        requester=HOLDER,
        value=tyiyn * TYIYN,
        reference=(of or payee(number)).reference,
    )
    return replace(asked, **more)


def ordered(
    asked: Sequence[Request],
    people: Register,
    terms: Terms = TERMS,
    layout: Layout = "pain.001.001.09",
    secret: Secret = SECRET,
) -> Made:
    """The batch of these requests, and the bank's file."""
    return make_batch(batch_of(asked, terms, secret), people, layout)


def made(*amounts: int, terms: Terms = TERMS, **more: Any) -> Made:
    """A batch of requests 1, 2, 3 … of so many tyiyn."""
    asked = [request(number, tyiyn) for number, tyiyn in enumerate(amounts, 1)]
    people = register(*(payee(one.id) for one in asked))
    return ordered(asked, people, terms, **more)
