"""Everything that a policy decides, in one block.

Requests: the latest block; events, which say whose roles and quotas to ask for, as one question to their contracts;
everything else through Multicall3 at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.decoding.pending import ScheduleReads
from kgst.deployment.contracts import Deployment
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.snapshot.desks import DeskReads
from kgst.snapshot.powers import IssuerReads, RoleReads
from kgst.snapshot.token import TokenReads
from kgst.snapshot.traces import Traces, read_traces

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["State", "TokenState", "read_state"]


class TokenState:
    """What the token says of itself that a policy decides."""

    def __init__(self, reads: Reads, deployment: Deployment) -> None:
        token = TokenReads(reads, deployment.token)
        self.authority = token.authority()
        self.recovery_delay = token.recovery_delay()
        self.limits = token.limits()
        self.auditors = token.auditors()
        self.recovery = token.recovery()
        self.domain_separator = token.domain_separator()
        self.pause_flags = token.pause_flags()
        self.delegate_all = token.delegate_all()
        self.deployer_is_auditor = token.is_auditor(deployment.record.deployer)


@dataclass(frozen=True)
class State:
    """A deployment on the chain, in the block `head`."""

    head: Head
    traces: Traces
    token: TokenState
    issuers: IssuerReads
    roles: RoleReads
    desks: DeskReads
    schedule: ScheduleReads


def read_state(
    deployment: Deployment,
    provider: ProviderAPI,
    head: Head | None = None,
    extra: Callable[[Reads, Traces], None] | None = None,
) -> State:
    """Ask the chain for everything that a policy decides.

    Args:
        deployment: There must be code at its addresses.
        provider: Connected.
        head: The block; None for the latest.
        extra: Adds reads of its own to the one request.

    Raises:
        NodeError: the node failed, or lied in a way that shows.
    """
    if head is None:
        ensure_multicall(provider)
        head = latest(provider)
    traces = read_traces(deployment.record, head.number)
    reads = Reads()
    state = State(
        head,
        traces,
        TokenState(reads, deployment),
        IssuerReads(reads, deployment, traces),
        RoleReads(reads, deployment, traces),
        DeskReads(reads, deployment, traces),
        ScheduleReads(reads, deployment.manager, traces.scheduled),
    )
    if extra is not None:
        extra(reads, traces)
    reads.fetch(provider, head, "read the deployment")
    return state
