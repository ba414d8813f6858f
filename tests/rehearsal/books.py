"""The banks' books in the rehearsal: what is booked on which day, and its statements; also with something planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

from kgst.demo.bank import Bank, batch, payment
from kgst.statements import read_reserves
from kgst.units import TYIYN, parse_amount

__all__ = ["Books"]

_BICS = {"1290010000456781": "NOWHKG22", "1091820000998871": "IMALKG22"}
_NAMES = {"1290010000456781": "chui", "1091820000998871": "ala-too"}
_OWNER = "KGST Demonstration Issuer LLC (fictional)"


class Books:
    """Two banks, from the closings of statements on.

    Args:
        statements: The last that there are.
    """

    def __init__(self, statements: Path) -> None:
        total = read_reserves(sorted(statements.iterdir()))
        self.banks = {
            _NAMES[one.account]: Bank(
                one.account, one.closing_balance_tyiyn, _BICS[one.account], _OWNER
            )
            for one in total.accounts
        }
        self.first = self.written = total.closing_day

    def book(self, day: date, text: str) -> None:
        """One entry, like `chui deposit 250 000.00 som DEP-1`.

        Raises:
            ValueError: nothing is known of such an entry, or no bank books on that day.
        """
        if not _banking(day - timedelta(days=1), day):
            raise ValueError(f"{day} is no banking day: let it be a morning before {text!r}")
        name, kind, rest = text.split(maxsplit=2)
        bank = self.banks[name]
        if kind == "order":
            order = json.loads(Path(rest).read_text())
            tyiyn = int(order["tyiyn"])
            bank.book(day, tyiyn, batch(order["id"], order["count"], tyiyn))
            return
        amount, _, word = rest.partition(" som")
        tyiyn, word = parse_amount(f"{amount} som") // TYIYN, word.strip()
        other = self.banks["chui" if name == "ala-too" else "ala-too"].account
        into, out = ("RCDT", "ESCT"), ("ICDT", "ESCT")
        details, credit, code = {
            "deposit": (payment(word, credit=True), True, into),
            "own-in": (payment("OWN", other=other, credit=True), True, into),
            "own-out": (payment("OWN", other=other), False, out),
            "return": (payment(word, reason="AC04", credit=True), True, ("RCDT", "RRTN")),
            "pay": (payment(word), False, out),
            "interest": ("", True, ("MDOP", "INTR")),
            "fee": ("", False, ("MDOP", "CHRG")),
            "lose": ("", False, out),
        }[kind]
        bank.book(day, tyiyn, details, credit=credit, code=code)

    def write(self, folder: Path, until: date) -> None:
        """Every statement since those that were written last."""
        self._write(folder, self.written, until)
        self.written = until

    def plant(self, folder: Path, text: str) -> None:
        """All statements so far, as they would be had something been otherwise.

        Args:
            folder: Where to write them.
            text: `twice AMOUNT REFERENCE`, `debit AMOUNT`, `no-deposit`, `tyiyn` less deposited, or `no-day`.

        Raises:
            ValueError: nothing is known of such a thing.
        """
        what, _, rest = text.partition(" ")
        kept, day = self.banks, self.written
        planted: dict[str, Callable[[], None]] = {
            "twice": lambda: self.book(day, f"chui pay {rest}"),
            "debit": lambda: self.book(day, f"chui lose {rest}"),
            "no-deposit": self._without_deposit,
            "tyiyn": self._one_tyiyn_less,
            "no-day": lambda: None,
        }
        if what not in planted:
            raise ValueError(f"nothing is known of planting {text!r}")
        self.banks = deepcopy(kept)
        try:
            planted[what]()
            self._write(folder, self.first, day)
        finally:
            self.banks = kept
        if what == "no-day":
            # A day on which nothing was booked that anything else names.
            first_friday = next(d for d in _banking(self.first, day) if d.weekday() == 4)
            (folder / f"{self.banks['ala-too'].account}-{first_friday}.xml").unlink()

    def _write(self, folder: Path, after: date, until: date) -> None:
        for bank in self.banks.values():
            for day in _banking(after, until):
                bank.write(folder, day)

    def _without_deposit(self) -> None:
        lines = self.banks["chui"].lines
        lines.remove(next(one for one in lines if "DEP-" in one.details))

    def _one_tyiyn_less(self) -> None:
        lines = self.banks["chui"].lines
        at, one = next((n, one) for n, one in enumerate(lines) if "DEP-" in one.details)
        lines[at] = type(one)(one.day, one.tyiyn - 1, True, one.details, one.code)


def _banking(after: date, until: date) -> list[date]:
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return [day for day in days if day.weekday() < 5]
