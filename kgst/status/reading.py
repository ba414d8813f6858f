"""How the token stands now, in one block: what an operator looks at first.

Requests besides those that open the deployment: the latest block, events, and one call through Multicall3; another for
every 200 requests at the redemption desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.decoding.pending import Pending, ScheduleReads
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.policy import Policy
from kgst.snapshot.powers import IssuerReads
from kgst.snapshot.requests import Request, every, read_requests
from kgst.snapshot.token import Attestation, Issuer, Recovery, TokenReads
from kgst.snapshot.traces import Traces, read_traces
from kgst.status.operators import Operator, OperatorReads
from kgst.status.redemptions import Redemptions

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Status", "operators", "read_status"]


@dataclass(frozen=True)
class Status:
    """The token in the block `head`. Amounts are base units, times seconds.

    Attributes:
        backing: Base units that the last attestation allows, less burns since.
        headroom: What issuers together could mint in this block.
        valid_until: Second from which minting reverts.
        max_age: Seconds during which an attestation allows minting.
        flags: Pause flags.
        suspended: Those of `auditors` who do not count.
        pending: None when the node refuses events.
        requests: Those at the redemption desk of which something is still to happen.
        gaps: What could not be looked at, and why.
    """

    head: Head
    supply: int
    backing: int
    burned: int
    headroom: int
    valid_until: int
    max_age: int
    attestation: Attestation
    flags: int
    delegate_all: bool
    auditors: tuple[str, ...]
    suspended: tuple[str, ...]
    threshold: int
    recovery: Recovery | None
    issuers: dict[str, Issuer]
    pending: list[Pending] | None
    requests: tuple[Request, ...]
    operators: list[Operator]
    gaps: list[str]

    @property
    def shortfall(self) -> int:
        """Base units in circulation that are not backed."""
        return max(0, self.supply - self.backing)

    @property
    def redemptions(self) -> Redemptions:
        """What the redemption desk waits for."""
        return Redemptions.of(self.requests, self.head.time)

    @property
    def expired(self) -> bool:
        """Whether minting has ended until the next attestation."""
        return self.head.time >= self.valid_until

    @property
    def age(self) -> int:
        """Seconds since the moment that the attestation describes."""
        return self.head.time - self.attestation.as_of


def read_status(system: System, head: Head | None = None, traces: Traces | None = None) -> Status:
    """Everything that one screen shows, in one block.

    Args:
        system: Whose.
        head: The block; None for the latest.
        traces: What the events up to it name; None: the node is asked for them.

    Raises:
        NodeError: the node failed, or lied in a way that shows.
    """
    provider, deployment, policy = system.provider, system.deployment, system.policy
    ensure_multicall(provider)
    head = head or latest(provider)
    traces = traces or read_traces(system.record, head.number)
    reads = Reads()
    token = TokenReads(reads, deployment.token)
    solvency, headroom = token.solvency(), token.headroom()
    attestation, limits = token.attestation(), token.limits()
    auditor_set, proposal = token.auditors(), token.recovery()
    flags, delegate_all = token.pause_flags(), token.delegate_all()
    issuers = IssuerReads(reads, deployment, traces)
    asked = reads.of(deployment.redemption_desk, "requestCount")
    schedule = ScheduleReads(reads, deployment.manager, traces.scheduled)
    people = OperatorReads(reads, deployment)
    reads.fetch(provider, head, "read the token's state")

    requests = read_requests(system, head, every(asked.value))
    stands, auditors, proposed = solvency.value, auditor_set.value, proposal.value
    named = {policy.address(issuer.member) for issuer in policy.issuers}
    return Status(
        head=head,
        supply=stands.supply,
        backing=stands.backing,
        burned=stands.burned,
        headroom=headroom.value,
        valid_until=stands.valid_until,
        max_age=limits.value.max_age,
        attestation=attestation.value,
        flags=flags.value,
        delegate_all=delegate_all.value,
        auditors=auditors.members,
        suspended=auditors.suspended,
        threshold=auditors.threshold,
        recovery=proposed if proposed.auditors else None,
        issuers={
            address: record
            for address, record in issuers.records.items()
            if address in named or record.is_one
        },
        pending=None if traces.gap else schedule.pending(system),
        requests=tuple(one for one in requests if one.is_open()),
        operators=list(
            people.found(
                head.time,
                auditors.members,
                {address for address, record in issuers.records.items() if record.is_one},
            )
        ),
        gaps=[f"pending operations, issuers without a label: {traces.gap}"] * bool(traces.gap),
    )


def operators(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Addresses that by the policy should be able to send, with the powers it gives: not Safes, but who owns them."""
    for label, address in policy.people.items():
        if label in policy.safes:
            continue
        powers = [power.removeprefix("role ") for power in policy.powers(address)]
        powers += [
            f"owner of {safe}" for safe, terms in policy.safes.items() if label in terms.owners
        ]
        if powers:
            yield address, tuple(powers)
