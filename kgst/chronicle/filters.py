"""Which entries of a history somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from eth_utils.address import is_address, to_checksum_address

from kgst.errors import InputError
from kgst.moments import BISHKEK
from kgst.roles import Role
from kgst.terminal import plain

if TYPE_CHECKING:
    from kgst.chronicle.entry import Entry
    from kgst.policy import Policy

__all__ = ["Filter", "address_of", "day_of"]


@dataclass(frozen=True)
class Filter:
    """What an entry must have; None asks for nothing.

    Attributes:
        about: Checksummed address that it names, in a list too.
        contract: Checksummed address that it calls.
        role: Name of a role as whose member it can be called.
        by: Label or checksummed address of somebody who signed or sent it.
        since: First day, in Bishkek.
        until: Last day, in Bishkek.
    """

    about: str | None = None
    contract: str | None = None
    role: str | None = None
    by: str | None = None
    since: date | None = None
    until: date | None = None

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Those that have it all. One whose time nobody knows is in no period."""
        return [entry for entry in entries if self._takes(entry)]

    def _takes(self, entry: Entry) -> bool:
        return (
            self.about in (None, *entry.accounts)
            and self.contract in (None, entry.contract)
            and self.role in (None, *entry.roles)
            and self.by in (None, *entry.people)
            and (self.since is None or (entry.at or 0) >= _first_second(self.since))
            and (
                self.until is None
                or 0 < (entry.at or 0) < _first_second(self.until + timedelta(days=1))
            )
        )


def address_of(text: str, policy: Policy | None, option: str) -> str:
    """Whom an operator means: a label of the policy, or an address.

    Raises:
        InputError: neither.
    """
    if policy is not None and text in policy.people:
        return policy.people[text]
    if not is_address(text) or not text.startswith("0x"):
        raise InputError(
            f"{option} {plain(text, 80)!r}: it is neither a label of the policy nor an address."
        )
    return str(to_checksum_address(text))


def role_of_name(text: str) -> str:
    """The name of a role.

    Raises:
        InputError: there is none of it.
    """
    name = text.upper()
    if name not in Role.__members__:
        raise InputError(
            f"--role {plain(text, 80)!r}: there is no such role; roles: {', '.join(Role.__members__)}."
        )
    return name


def day_of(text: str, option: str) -> date:
    """A day of the calendar, in Bishkek.

    Raises:
        InputError: it is none.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or day == date.max:
        raise InputError(f"{option} {plain(text, 40)!r}: write a day in Bishkek like 2026-03-04.")
    return day


def _first_second(day: date) -> float:
    return datetime.combine(day, time(), BISHKEK).timestamp()
