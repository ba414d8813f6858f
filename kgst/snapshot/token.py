"""What the token says of itself, each getter with its type. Amounts are base units, times and durations seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kgst.multicall import Read, Reads

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

__all__ = [
    "Attestation",
    "Auditors",
    "Consent",
    "Issuer",
    "Limits",
    "Recovery",
    "Solvency",
    "TokenReads",
]

T = TypeVar("T")


class Solvency(NamedTuple):
    """What is in circulation, and what covers it.

    Attributes:
        backing: What the last attestation allows, less burns since.
        burned: In the token's whole life.
        valid_until: Second from which minting reverts; 0 before the first attestation.
    """

    supply: int
    backing: int
    burned: int
    valid_until: int


class Limits(NamedTuple):
    """How long an attestation allows minting, by how much the threshold may let the backing rise, and what the reserves
    must hold above what is in circulation or owed.
    """

    max_age: int
    max_increase_bps: int
    margin_bps: int


class Attestation(NamedTuple):
    """The last accepted attestation; zeros before the first.

    Attributes:
        reserves: Tyiyn.
    """

    epoch: int
    reserves: int
    settled: int
    as_of: int
    report_hash: bytes


class Auditors(NamedTuple):
    """The auditors in office.

    Attributes:
        members: Checksummed addresses, in the order of their seats.
        seats_suspended: A bit for each seat whose auditor does not count.
    """

    members: tuple[str, ...]
    threshold: int
    version: int
    seats_suspended: int

    @property
    def suspended(self) -> tuple[str, ...]:
        """Those of `members` who do not count."""
        return tuple(a for seat, a in enumerate(self.members) if self.seats_suspended >> seat & 1)

    @property
    def active(self) -> tuple[str, ...]:
        """Those who do."""
        return tuple(one for one in self.members if one not in self.suspended)


class Recovery(NamedTuple):
    """Auditors to be, and the second from which anyone may complete it; nobody and 0 when none is under way."""

    auditors: tuple[str, ...]
    threshold: int
    acceptable_at: int


class Consent(NamedTuple):
    """The auditors' consent to an upgrade; zeros for none.

    Attributes:
        implementation: Checksummed address.
        code_hash: keccak256 of the code at that address.
        data_hash: keccak256 of the call data that the upgrade runs.
        nonce: Consents ever given.
    """

    implementation: str
    code_hash: bytes
    data_hash: bytes
    nonce: int


class Issuer(NamedTuple):
    """An issuer's bucket as of the block; all zeros for whoever is none."""

    available: int
    capacity: int
    refill_per_second: int
    may_burn: bool
    desk: bool

    @property
    def is_one(self) -> bool:
        """Whether anything was given to the account."""
        return self.may or self.desk

    @property
    def may(self) -> bool:
        """Whether a cut would take anything from it: a desk that was cut stays one."""
        return bool(self.capacity or self.refill_per_second or self.may_burn)

    def full_at(self, now: int) -> int | None:
        """The second at which the bucket is full again; None when it is full, or never refilled."""
        lacking = self.capacity - self.available
        if lacking == 0 or self.refill_per_second == 0:
            return None
        return now + -(-lacking // self.refill_per_second)


class TokenReads:
    """The token's getters; each call adds one to the reads that are fetched together."""

    def __init__(self, reads: Reads, token: ContractInstance) -> None:
        self._reads, self._token = reads, token

    def _ask(self, shape: Callable[..., T], method: str, *arguments: Any) -> Read[T]:
        return self._reads.typed(shape, self._token, method, *arguments)

    def solvency(self) -> Read[Solvency]:
        """Supply and what covers it."""
        return self._ask(Solvency, "solvency")

    def headroom(self) -> Read[int]:
        """What issuers together could mint in this block."""
        return self._ask(int, "headroom")

    def limits(self) -> Read[Limits]:
        """The limits of attesting."""
        return self._ask(Limits, "reserveLimits")

    def attestation(self) -> Read[Attestation]:
        """The last attestation."""
        return self._ask(Attestation, "lastAttestation")

    def auditors(self) -> Read[Auditors]:
        """The auditors in office."""
        return self._ask(Auditors, "auditorSet")

    def is_auditor(self, account: str) -> Read[bool]:
        """Whether `account` is one of them, suspended or not."""
        return self._ask(bool, "isAuditor", account)

    def recovery(self) -> Read[Recovery]:
        """The recovery of the auditors under way."""
        return self._ask(Recovery, "auditorsProposal")

    def recovery_delay(self) -> Read[int]:
        """Seconds that a recovery waits."""
        return self._ask(int, "RECOVERY_DELAY")

    def consent(self) -> Read[Consent]:
        """The auditors' consent to an upgrade."""
        return self._ask(Consent, "approvedImplementation")

    def halts(self) -> Read[int]:
        """How often minting was halted."""
        return self._ask(int, "halts")

    def pause_flags(self) -> Read[int]:
        """The pause flags that are set."""
        return self._ask(int, "pauseFlags")

    def delegate_all(self) -> Read[bool]:
        """Whether DELEGATE_ALL is set."""
        return self._ask(bool, "delegateAll")

    def issuer(self, account: str) -> Read[Issuer]:
        """What `account` may issue."""
        return self._ask(Issuer, "issuerOf", account)

    def authority(self) -> Read[str]:
        """Checksummed address of the AccessManager that rules the token."""
        return self._ask(str, "authority")

    def domain_separator(self) -> Read[bytes]:
        """Of the token's EIP-712 domain."""
        return self._ask(bytes, "DOMAIN_SEPARATOR")

    def balance(self, account: str) -> Read[int]:
        """What `account` holds."""
        return self._ask(int, "balanceOf", account)

    def frozen(self, account: str) -> Read[int]:
        """How much of it may not be sent; may exceed the balance."""
        return self._ask(int, "getFrozenTokens", account)

    def is_blocked(self, account: str) -> Read[bool]:
        """Whether `account` can neither send nor receive."""
        return self._ask(bool, "isBlocked", account)
