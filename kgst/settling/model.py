"""What is matched with what: redemptions, movements of money, orders; and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

__all__ = [
    "BREAKS",
    "Category",
    "Digits",
    "Finding",
    "Kind",
    "Leg",
    "Order",
    "Outcome",
    "Redemption",
]


def _digits(value: object, info: ValidationInfo) -> object:
    """Text in a file, which no reader rounds; an integer in the code."""
    if info.mode == "json":
        if not (
            isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 30
        ):
            raise ValueError("it is not a decimal string of digits")
        return int(value)
    return value


Digits = Annotated[
    int, BeforeValidator(_digits), PlainSerializer(str, when_used="json"), Field(ge=0)
]


class Category(StrEnum):
    """What moves money and pays nobody's redemption."""

    FEE = "fee"
    INTEREST = "interest"
    TAX = "tax"
    OWN_TRANSFER = "own_transfer"
    """To or from another reserve account."""
    TOP_UP = "top_up"
    """From another account of the issuer's."""
    WITHDRAWAL = "withdrawal"
    """To another account of the issuer's."""


class Kind(StrEnum):
    """What is to be said of a movement or a redemption."""

    RETURNED = "returned"
    """The payment came back: the redemption is open."""
    PROBABLE = "probable"
    """One debit and one open redemption have the same amount, and nothing else in common."""
    AMBIGUOUS = "ambiguous"
    """It fits several."""
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"
    UNMATCHED = "unmatched"
    """A debit that pays nothing known."""
    TO_ITSELF = "to_itself"
    """By a redemption's reference, to an account of the issuer's."""
    NO_ORDER = "no_order"
    """Several payments booked as one sum, and the order that they belong to was not given."""
    ORDER_DIFFERS = "order_differs"
    DETAILS_DIFFER = "details_differ"
    """The payments of an entry do not add up to it."""
    RETURNED_UNPAID = "returned_unpaid"
    """More came back than was paid."""
    RETURN_UNASSIGNED = "return_unassigned"
    """Money came back, and nothing says of which payment."""


BREAKS: Final = frozenset(Kind) - {Kind.RETURNED}
"""What has to be cleared up; a payment that came back is an open redemption, and nothing is wrong with the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """Tokens that were burned, for which the issuer owes money."""

    id: str
    """Its payment's reference, or what names the burn where it has no key."""
    tyiyn: int | None
    """None where the amount is not of whole tyiyn, which no bank pays."""
    ids: frozenset[str] = frozenset()
    """End-to-end ids that name it, exactly."""
    key: bytes | None = None
    """On the chain: a payment by any id of which this is the key (`key_of("burn", id)`) names it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Payments that a bank was ordered to make together."""

    id: str
    """`PmtInfId`."""
    payments: tuple[tuple[str, int], ...]
    """End-to-end id and tyiyn of each."""

    @property
    def tyiyn(self) -> int:
        """Of all payments."""
        return sum(tyiyn for _, tyiyn in self.payments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One movement of money: a payment of an entry, or the entry where it has no parts."""

    # For files that keep it: nothing unknown, each value of its own type.
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    file: str
    file_sha256: str
    account: str
    statement_id: str
    number: int
    """Of the entry in its statement, from 1."""
    day: date
    """Of booking."""
    tyiyn: Digits | None
    """None where the bank gives none."""
    credit: bool
    reversal: bool
    code: str | None
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    servicer_reference: str | None = None
    return_reason: str | None = None
    party: str | None = None
    party_account: str | None = None
    texts: tuple[str, ...] = ()
    adds_up: bool = True
    """Whether the payments of its entry, and its charges, are the entry."""
    order_id: str | None = None
    """Of payments that were booked as one sum."""
    order_count: int | None = None
    order_tyiyn: Digits | None = None

    @property
    def where(self) -> str:
        """For people."""
        statement = f"{self.file}: account {self.account}, statement {self.statement_id!r}"
        return f"{statement}, entry {self.number} of {self.day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to be said.

    Attributes:
        redemptions: Ids of those that it is about.
        tyiyn: How much: of a wrong amount the difference, paid less owed; else what moved.
        says: The bank's reason of a return, and what else there is to say.
    """

    kind: Kind
    leg: Leg
    redemptions: tuple[str, ...] = ()
    tyiyn: int | None = None
    says: str = ""

    @property
    def is_break(self) -> bool:
        """Whether somebody has to clear it up."""
        return self.kind in BREAKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What follows from the movements of one window.

    Attributes:
        settled: Ids that were open before and are settled now.
        reopened: Ids that were settled before and are open now.
        open: All that are open now, in the order of the redemptions.
        paid: The leg that settled each of `settled`.
        unassigned_tyiyn: What came back and names no payment: less is settled by so much.
        moved: By category, credits less debits.
        carried: Debits that settled nothing: the next window looks at them again.
        credits: What came in and is not one of the above: deposits.
        taken_back: Debits by which a bank takes back what had come in.
    """

    settled: tuple[str, ...]
    reopened: tuple[str, ...]
    open: tuple[str, ...]
    paid: Mapping[str, Leg]
    unassigned_tyiyn: int
    moved: Mapping[Category, int]
    findings: tuple[Finding, ...]
    carried: tuple[Leg, ...]
    credits: tuple[Leg, ...]
    taken_back: tuple[Leg, ...]

    @property
    def breaks(self) -> tuple[Finding, ...]:
        """What somebody has to clear up."""
        return tuple(one for one in self.findings if one.is_break)
