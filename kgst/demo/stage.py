"""What the acts of the demonstration share: the people, the signatures, the clock, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.attestation import in_signer_order
from kgst.chain import advance_time
from kgst.demo.office import Office
from kgst.errors import KgstError
from kgst.node import connected
from kgst.reverts import explain, revert_data
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.reserves.files import AttestationFile

DAY: Final = 86_400
HOUR: Final = 3600
"""Seconds for which what auditors sign can be submitted."""


class StoryError(KgstError):
    """A step of the demonstration went otherwise than told."""


def check(holds: bool, otherwise: str) -> None:
    """Raise StoryError with ``otherwise`` unless ``holds``."""
    if not holds:
        raise StoryError(otherwise)


@dataclass(frozen=True)
class Call:
    """A method of a contract instance with its arguments, and who calls."""

    method: Any
    arguments: tuple[Any, ...]
    sender: Any


@dataclass
class Stage:
    """The deployed token and its people.

    Args:
        deployment: What ``kgst.deployment.applying.apply`` returned.
        account_of: The signing account of an address.
        statements: Folder with the reserve accounts' bank statements of one day.
        folder: Where the desk's files lie.
    """

    deployment: Any
    account_of: Callable[[str], Any]
    statements: Path
    folder: Path

    @cached_property
    def office(self) -> Office:
        """The issuer's desk."""
        return Office(self.deployment, self.folder)

    @property
    def token(self) -> Any:
        """The token, through ``IKGST``."""
        return self.deployment.token

    @property
    def manager(self) -> Any:
        """The AccessManager."""
        return self.deployment.manager

    def member(self, role: Role) -> Any:
        """The first member of ``role``, as an account."""
        policy = self.deployment.policy
        return self.account_of(policy.address(policy.roles[role][0].member))

    @property
    def issuer(self) -> Any:
        """The first issuer of the policy."""
        policy = self.deployment.policy
        return self.account_of(policy.address(policy.issuers[0].member))

    @property
    def auditors(self) -> list[Any]:
        """All auditors of the policy."""
        return [self.account_of(address) for address in self.deployment.policy.auditor_addresses]

    def citizen(self, number: int) -> Any:
        """An account with no role."""
        from ape import accounts

        return accounts.test_accounts[12 + number]

    def submit(self, drafted: AttestationFile) -> Any:
        """As many auditors sign as have to, and an account with no role submits; returns the receipt."""
        signers = self.auditors[: drafted.signatures_needed]
        signatures = self.sign(drafted.order.message(self.deployment.domain), signers)
        return self.token.attest(*drafted.order.arguments(signatures), sender=self.citizen(4))

    def sign(self, message: Any, signers: Iterable[Any] | None = None) -> list[tuple[str, bytes]]:
        """``AuditorSignature`` structs over an EIP-712 message, ascending by signer."""
        people = self.auditors if signers is None else list(signers)
        return in_signer_order([(p.address, signature(p, message)) for p in people])

    def refuses(self, call: Call, error: str, **inputs: Any) -> str:
        """Require that ``call`` reverts with ``error`` and just these ``inputs``; returns its name.

        The node is asked directly, as for a gas estimate: ape would print a trace, and decodes only what it has cached.
        """
        arguments = ", ".join(f"{name}={_shown(value)}" for name, value in inputs.items())
        expected = f"{error}({arguments})"
        data = call.method.encode_input(*call.arguments)
        try:
            connected().web3.eth.estimate_gas(
                {"from": call.sender.address, "to": call.method.contract.address, "data": data}
            )
        except Exception as refusal:
            reason = revert_data(refusal)
            if reason is None:
                raise
            found = explain(reason)
            check(found.lower() == expected.lower(), f"refused with {found}, expected {expected}")
            return error
        raise StoryError(f"was not refused; expected {expected}")

    def headroom(self) -> int:
        """Base units that could be minted now."""
        return int(self.token.headroom())

    def som(self, account: Any) -> str:
        """The balance of ``account`` in som."""
        return format_som(self.token.balanceOf(account))

    def wait(self, seconds: int) -> None:
        """Let chain time pass."""
        advance_time(seconds)


def _shown(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def signature(signer: Any, message: Any) -> bytes:
    """65 bytes ``r ‖ s ‖ v`` of ``signer`` over an EIP-712 message."""
    signed = signer.sign_message(message)
    check(signed is not None, f"{signer.address} did not sign")
    return bytes(signed.encode_rsv())
