"""Payment orders: what a bank was asked to pay together, so that what it books as one sum can be told apart.

The id of an order is made of its payments: a file with other payments has another id, and no bank has booked that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.settling.model import Digits, Order
from kgst.storing import FileError, read_model

__all__ = ["OrderFile", "OrderedPayment", "order_id", "read_orders"]

MOST: Final = 4_000
"""Payments of one order: its file has less than 1 MiB."""

_WHAT: Final = "a payment order"


class OrderedPayment(BaseModel):
    """One payment.

    Attributes:
        reference: End-to-end id that the bank carries to the payee; its redemption's.
        tyiyn: Amount.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: Annotated[str, Field(min_length=1, max_length=35)]
    tyiyn: Annotated[Digits, Field(ge=1)]


class OrderFile(BaseModel):
    """An order of payments, to be given to the bank as its `PmtInfId` says, and kept.

    Attributes:
        id: `PmtInfId`: made of day and payments.
        day: On which it was made, in Bishkek.
        count: How many payments.
        tyiyn: Their sum.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-payment-order/1"] = "kgst-payment-order/1"
    id: Annotated[str, Field(max_length=35)]
    day: date
    count: Annotated[int, Field(ge=1, le=MOST)]
    tyiyn: Digits
    payments: Annotated[tuple[OrderedPayment, ...], Field(min_length=1, max_length=MOST)]

    @classmethod
    def of(cls, day: date, payments: Sequence[tuple[str, int]]) -> Self:
        """Of references and tyiyn."""
        rows = tuple(OrderedPayment(reference=name, tyiyn=tyiyn) for name, tyiyn in payments)
        total = sum(one.tyiyn for one in rows)
        return cls(id=order_id(day, rows), day=day, count=len(rows), tyiyn=total, payments=rows)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        names = {one.reference for one in self.payments}
        if self.count != len(self.payments) or len(names) != self.count:
            raise ValueError("count is not that of its payments, each once")
        if self.tyiyn != sum(one.tyiyn for one in self.payments):
            raise ValueError("tyiyn is not the sum of its payments")
        if self.id != order_id(self.day, self.payments):
            raise ValueError("id is not that of its payments: something in it was changed")
        return self

    @property
    def order(self) -> Order:
        """For the matching."""
        return Order(
            id=self.id, payments=tuple((one.reference, one.tyiyn) for one in self.payments)
        )


def order_id(day: date, payments: Sequence[OrderedPayment]) -> str:
    """34 characters: `KGST`, the day, 22 digits of the hash of day and payments; letters and digits only."""
    text = json.dumps([day.isoformat(), *([one.reference, str(one.tyiyn)] for one in payments)])
    return f"KGST{day:%Y%m%d}{keccak(text=text).hex()[:22].upper()}"


def read_orders(paths: Sequence[Path]) -> list[Order]:
    """The orders in these files.

    Raises:
        FileError: a file is none, was changed, or is given twice.
    """
    found: dict[str, Path] = {}
    orders = []
    for path in paths:
        order = read_model(path, OrderFile, _WHAT).order
        if (other := found.setdefault(order.id, path)) is not path:
            raise FileError(f"{path}: order {order.id} is also in {other}; give it once.")
        orders.append(order)
    return orders
