"""The two desks while everything is paused: what was begun at them waits or goes on, and nobody loses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak

from kgst.errors import RefusedError
from kgst.flags import PauseFlag
from kgst.fork.overrides import StorageOverrides, throwaway_accounts
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.permission import PermissionStatus, permission
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.fork.anvil import Fork

__all__ = ["DeskDrill"]

Note = Callable[[str, str, bool, str], None]
"""Area, item, whether it is as it must be, what was found."""

_PAYEE: Final = keccak(text="KGST, a fork, payee")
_KEY: Final = keccak(text="KGST, a fork, proposal")
_LATER: Final = keccak(text="KGST, a fork, mint")
_PAID: Final = 3
"""Of the desk's states."""


@dataclass
class DeskDrill:
    """What was begun at the desks before the pause, on a fork.

    Attributes:
        holder: Who asked for redemptions; pretended.
        amount: Base units of each.
        requests: Numbers of two of them: the first is paid while all is paused, the second withdrawn afterwards; none
            when the token does not know the desk, or nobody could lock.
        minter: Who proposed a mint; empty when nobody can.
    """

    system: System
    fork: Fork
    holder: str = ""
    amount: int = 0
    requests: list[int] = field(default_factory=list)
    redeemer: str = ""
    minter: str = ""
    guardian: str = ""
    destination: str = ""

    def begin(self, overrides: StorageOverrides) -> None:
        """Before the pause: two redemptions asked for, a mint proposed; by whom the policy lets do it at once."""
        desk, mint = self._redemption, self._mint
        self.redeemer = self._at_once(Role.REDEEMER, desk, call_data(desk.lock, [1]))
        terms = self.system.token.issuerOf(desk)
        if self.redeemer and terms.desk and terms.mayBurn:
            [account] = throwaway_accounts("redemptions", 1)
            self.holder, self.amount = account.address, int(desk.minimum())
            overrides.holder(self.holder, 3 * self.amount)
            token, first = self.system.token, int(desk.requestCount()) + 1
            self._send(self.holder, token, token.approve, desk.address, 3 * self.amount)
            for _ in range(2):
                self._send(self.holder, desk, desk.request, self.amount, _PAYEE)
            self.requests = [first, first + 1]
        self.minter = self._at_once(Role.MINTER, mint, call_data(mint.mint, mint.address, 0, _KEY))
        self.guardian = self._at_once(Role.GUARDIAN, mint, call_data(mint.cancel, _KEY))
        people = self.system.policy
        allowed = (people.address(label) for label in people.desks.mint.destinations)
        self.destination = next((one for one in allowed if mint.isDestination(one)), "")
        if self.minter and self.destination:
            self._send(self.minter, mint, mint.propose, self.destination, 1, _KEY)

    def stopped(self) -> Iterator[tuple[str, int, str, str, bytes]]:
        """Calls that must revert while all is paused: what, the flags that they must name, caller, contract, data."""
        desk, mint = self._redemption, self._mint
        transfers = int(PauseFlag.TRANSFERS)
        if self.requests:
            ask = call_data(desk.request, self.amount, _PAYEE)
            yield "request at the desk", transfers, self.holder, desk.address, ask
            back = call_data(desk.withdraw, self.requests[1])
            yield "withdraw at the desk", transfers, self.holder, desk.address, back
        if self.minter and self.destination:
            data = call_data(mint.mint, self.destination, 0, _LATER)
            yield "mint by the desk", int(PauseFlag.MINTING), self.minter, mint.address, data

    def go_on(self, note: Note) -> None:
        """What no pause stops: payments are locked and confirmed, proposals cancelled, destinations removed."""
        desk, mint = self._redemption, self._mint
        if self.requests:
            paid = self.requests[0]
            self._send(self.redeemer, desk, desk.lock, [paid])
            self._send(self.redeemer, desk, desk.confirmPaid, [paid], _PAYEE)
            state, burned = self._state(paid)
            good = state == _PAID and not burned
            note(
                "goes on",
                "confirmPaid works, its burn waits",
                good,
                "paid" if good else "it is not",
            )
        if self.guardian and self.minter and self.destination:
            self._send(self.guardian, mint, mint.cancel, _KEY)
            left = int(mint.proposalOf(_KEY).readyAt)
            note("goes on", "cancelling a proposed mint works", left == 0, "nothing is proposed")
        if self.guardian and self.destination:
            self._send(self.guardian, mint, mint.removeDestination, self.destination)
            still = bool(mint.isDestination(self.destination))
            note(
                "goes on", "removeDestination works", not still, self.system.named(self.destination)
            )

    def end(self, note: Note) -> None:
        """After the pause: who was not paid gets his tokens back, and what was paid is burned, by anybody."""
        if not self.requests:
            return
        desk, token = self._redemption, self.system.token
        paid, waiting = self.requests
        before = int(token.balanceOf(self.holder))
        self._send(self.holder, desk, desk.withdraw, waiting)
        back = int(token.balanceOf(self.holder)) - before
        note("resumed", "withdraw works", back == self.amount, format_som(back))
        self._send(self.holder, desk, desk.burnPaid, [paid])
        burned = self._state(paid)[1]
        note("resumed", "burnPaid works", burned, "burned" if burned else "it is not burned")

    @property
    def _redemption(self) -> Any:
        return self.system.deployment.redemption_desk

    @property
    def _mint(self) -> Any:
        return self.system.deployment.mint_desk

    def _state(self, id_: int) -> tuple[int, bool]:
        found = self._redemption.requestOf(id_)
        return int(found.state), bool(found.burned)

    def _send(self, caller: str, contract: Any, method: Any, *arguments: Any) -> None:
        self.fork.send(caller, contract.address, call_data(method, *arguments))

    def _at_once(self, role: Role, contract: Any, data: bytes) -> str:
        """The first member by the policy whom the chain lets make the call at once; empty for none."""
        operation = Operation(role.name, f"act as {role.name}", contract.address, data, role)
        for member in self.system.policy.roles[role]:
            address = self.system.policy.address(member.member)
            try:
                allowed = permission(self.system, operation, address)
            except RefusedError:
                continue
            if allowed.status is PermissionStatus.AT_ONCE:
                return address
        return ""
