"""What an invariant is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from property.campaign import CAMPAIGN
from property.step import View
from support.engine import Call

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step


class Invariant:
    number: int
    says: str

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.start(driver.view)

    def start(self, view: View) -> None:
        """Begins its own account of the example."""

    def prepare(self, call: Call) -> None:
        """Before a transaction."""

    def check(self, step: Step) -> None:
        """After each transaction, accepted or refused."""
        self.hold(step)
        CAMPAIGN.checked[self.number] += 1

    def hold(self, step: Step) -> None:
        raise NotImplementedError

    def ensure(self, holds: bool, detail: Any = "") -> None:
        if not holds:
            raise AssertionError(f"invariant {self.number} broken: {self.says} {detail}")
