"""Holders who ask the redemption desk for money, their details in the register, and the bank that pays them."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from rehearsal.people import keys

from kgst.demo.bank import payment
from kgst.paying.register import Payee
from kgst.units import parse_amount

if TYPE_CHECKING:
    from rehearsal.world import World

__all__ = ["Redeemers"]

_HOLDER = "treasury"
_MOST = 9


class Redeemers:
    """Everybody asks from one wallet, each for another payee."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = [_payee(number) for number in range(1, _MOST + 1)]
        self.asked = 0

    @property
    def desk(self) -> str:
        return str(self.world.record["redemption_desk"]["address"])

    def write_payees(self) -> None:
        """The register, the secret, and the variables that name them."""
        folder = self.world.folder
        register, secret = folder / "register.json", folder / "redemption.secret"
        rows = [one.model_dump(mode="json", exclude_none=True) for one in self.people]
        register.write_text(json.dumps({"format": "kgst-register/1", "payees": rows}))
        secret.write_text(sha256(b"the secret of a rehearsal").hexdigest())
        for path in (register, secret):
            path.chmod(0o600)
        self.world.environment |= {
            "REGISTER": str(register),
            "KGST_REDEMPTION_SECRET": str(secret),
        }

    def ask(self, amount: str) -> None:
        """A holder hands tokens to the desk, by the hash of the next payee's details."""
        value = parse_amount(amount)
        self._send(self.world.token, "approve(address,uint256)", self.desk, value)
        reference = bytes.fromhex(self.people[self.asked].reference[2:])
        self._send(self.desk, "request(uint256,bytes32)", value, reference)
        self.asked += 1

    def withdraw(self, id_: int) -> None:
        """The holder takes the tokens back, alone."""
        self._send(self.desk, "withdraw(uint256)", id_)

    def book(self, day: date, ids: str, *, back: bool = False) -> None:
        """The bank pays these requests as it was ordered, or their payments come back."""
        found: dict[int, Any] = {}
        for path in (self.world.folder / "payments").glob("KGST*.json"):
            if "-paid-" not in path.name:
                rows = json.loads(path.read_text())["payments"]
                found |= {one["request"]: one for one in rows}
        bank = self.world.books.banks["chui"]
        for number in map(int, ids.split()):
            order, other = found[number], self.people[number - 1].account
            if back:
                details = payment(order["end_to_end_id"], reason="AC04", other=other, credit=True)
                bank.book(day, int(order["tyiyn"]), details, credit=True, code=("RCDT", "RRTN"))
            else:
                bank.book(day, int(order["tyiyn"]), payment(order["end_to_end_id"], other=other))

    def _send(self, to: str, signature: str, *values: Any) -> None:
        types = signature.partition("(")[2].removesuffix(")").split(",")
        data = self.world.call(signature, types, list(values))
        self.world.send(self.world.people[_HOLDER], to, data, key=keys()[_HOLDER])


def _payee(number: int) -> Payee:
    return Payee(
        name=f"Асанова Айгүл {number}",
        account=f"{1_030_000_000_000_000 + number}",
        bank="103001",
        salt="0x" + sha256(f"a wallet's salt {number}".encode()).hexdigest(),
    )
