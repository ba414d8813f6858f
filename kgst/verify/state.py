"""What the chain says of a deployment, all of it in one block: what `verify`, `doctor` and `status` look at.

Requests: the latest block; code of the contracts and the ERC-1967 slot, as one batch; events, which say whose roles and
quotas to ask for, as one question to both contracts; everything else through Multicall3 at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from eth_utils.crypto import keccak

from kgst.decoding.pending import SCHEDULED, Scheduled, scheduled_in
from kgst.deployment.contracts import Deployment, selectors
from kgst.events import address_topic, event_topic, no_known_event, read_logs, uint_topic
from kgst.multicall import Head, Read, Reads, ensure_multicall, latest, many
from kgst.node import NodeError
from kgst.record import Record
from kgst.roles import Role

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "Access",
    "Code",
    "Issuer",
    "IssuerReads",
    "RoleReads",
    "State",
    "TokenReads",
    "Traces",
    "read_code",
    "read_state",
    "read_traces",
]

# ERC-1967: bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1)
IMPLEMENTATION_SLOT: Final = int.from_bytes(keccak(text="eip1967.proxy.implementation")) - 1

_GRANTED: Final = "RoleGranted(uint64,address,uint32,uint48,bool)"
_REVOKED: Final = "RoleRevoked(uint64,address)"
_MAPPED: Final = "TargetFunctionRoleUpdated(address,bytes4,uint64)"
_ISSUER: Final = "IssuerSet(address,uint256,uint256,bool)"


class Access(NamedTuple):
    """A member of a role, as `getAccess` gives it.

    Attributes:
        since: Second from which it is a member; 0 when it is none.
        delay: Seconds between scheduling and executing, now.
        pending: The delay that comes.
        effect: Second at which it comes; 0 when none comes.
    """

    since: int
    delay: int
    pending: int
    effect: int


class Issuer(NamedTuple):
    """An issuer's record as of the block: base units, base units a second."""

    available: int
    capacity: int
    refill_per_second: int
    may_burn: bool


@dataclass(frozen=True)
class Code:
    """What no contract can be asked for.

    Attributes:
        code: Runtime code by the contract's name; empty where there is none.
        gate: The token's ERC-1967 slot.
    """

    code: dict[str, bytes]
    gate: int


@dataclass
class Traces:
    """Whom and what the events of the deployment's life name: the candidates to ask the contracts about.

    Attributes:
        members: By role.
        functions: Selectors of the token that were ever given to a role.
        own_functions: Selectors of the AccessManager that were.
        gap: Why there are none: the node refuses events.
    """

    members: dict[int, set[str]] = field(default_factory=dict)
    functions: set[bytes] = field(default_factory=set)
    own_functions: set[bytes] = field(default_factory=set)
    issuers: set[str] = field(default_factory=set)
    scheduled: list[Scheduled] = field(default_factory=list)
    gap: str | None = None


def read_code(record: Record, provider: ProviderAPI, head: Head) -> Code:
    """Code of the contracts, and the ERC-1967 slot.

    Raises:
        NodeError: the node failed.
    """
    # The in-process chain reads storage of its latest block only; nothing moves it meanwhile.
    at: Any = "latest" if provider.name == "test" else head.number
    contracts = record.contracts

    def code(address: str, eth: Any) -> Any:
        return eth.get_code(address, at)

    def gate(eth: Any) -> Any:
        return eth.get_storage_at(record.token.address, IMPLEMENTATION_SLOT, at)

    requests = [partial(code, entry.address) for entry in contracts.values()]
    *codes, word = many(provider, "read the code of the contracts", *requests, gate)
    return Code(
        {name: bytes(found) for name, found in zip(contracts, codes, strict=True)},
        int.from_bytes(bytes(word)),
    )


def read_traces(record: Record, last: int) -> Traces:
    """What the events up to block `last` name; only a `gap` when the node refuses them."""
    manager, token = record.manager.address, record.token.address
    traces = Traces()
    events = (_GRANTED, _REVOKED, _MAPPED, _ISSUER, SCHEDULED)
    try:
        for log in read_logs(
            [manager, token], events, record.manager.transaction.block_number, last
        ):
            _note(traces, log, manager, token)
    except NodeError as error:
        return Traces(gap=str(error))
    if not traces.members:  # every deployment grants roles: this node shows no events
        return Traces(gap=no_known_event(record.configuration.block_number))
    return traces


def _note(traces: Traces, log: dict[str, Any], manager: str, token: str) -> None:
    topic, by_token = bytes(log["topics"][0]), int(log["address"], 16) == int(token, 16)
    if by_token:
        if topic == event_topic(_ISSUER):
            traces.issuers.add(address_topic(log, 1))
    elif topic in (event_topic(_GRANTED), event_topic(_REVOKED)):
        traces.members.setdefault(uint_topic(log, 1), set()).add(address_topic(log, 2))
    elif topic == event_topic(_MAPPED):
        target, selector = address_topic(log, 1), bytes(log["data"])[:4]
        if target == token:
            traces.functions.add(selector)
        elif target == manager:
            traces.own_functions.add(selector)
    elif (operation := scheduled_in(log)) is not None:
        traces.scheduled.append(operation)


class TokenReads:
    """What the token says of itself."""

    def __init__(self, reads: Reads, deployment: Deployment) -> None:
        ask = partial(reads.of, deployment.token)
        self.authority = ask("authority")
        self.recovery_delay = ask("RECOVERY_DELAY")
        self.reserve_limits = ask("reserveLimits")
        self.auditor_set = ask("auditorSet")
        self.auditors_proposal = ask("auditorsProposal")
        self.domain_separator = ask("DOMAIN_SEPARATOR")
        self.pause_flags = ask("pauseFlags")
        self.delegate_all = ask("delegateAll")
        self.deployer_is_auditor = ask("isAuditor", deployment.record.deployer)


class IssuerReads:
    """Issuers' records: those of the policy, and whoever events name or might have been made one."""

    def __init__(self, reads: Reads, deployment: Deployment, traces: Traces) -> None:
        policy = deployment.policy
        accounts = {policy.address(i.member) for i in policy.issuers}
        accounts |= {deployment.record.deployer} | traces.issuers
        if traces.gap:
            accounts |= set(policy.people.values())
        self._reads = {a: reads.of(deployment.token, "issuerOf", a) for a in _ascending(accounts)}

    @property
    def records(self) -> dict[str, Issuer]:
        """By address, ascending."""
        return {account: Issuer(*read.value) for account, read in self._reads.items()}


class RoleReads:
    """What the AccessManager says: members, terms of the roles, which function needs which."""

    def __init__(self, reads: Reads, deployment: Deployment, traces: Traces) -> None:
        policy, record, manager = deployment.policy, deployment.record, deployment.manager
        ask = partial(reads.of, manager)
        candidates: dict[int, set[str]] = {role: set(m) for role, m in traces.members.items()}
        for role in Role:
            members = candidates.setdefault(int(role), set())
            members |= {policy.address(m.member) for m in policy.roles[role]} | {record.deployer}
        if traces.gap:
            for members in candidates.values():
                members |= set(policy.people.values())
        self._access = {
            (role, account): ask("getAccess", role, account)
            for role, members in sorted(candidates.items())
            for account in _ascending(members)
        }
        self.guardian = {role: ask("getRoleGuardian", int(role)) for role in Role}
        self.admin = {role: ask("getRoleAdmin", int(role)) for role in Role}
        self.grant_delay = {role: ask("getRoleGrantDelay", int(role)) for role in Role}

        token = record.token.address
        expected = {selector: role for role in Role for selector in selectors(role)}
        for selector in sorted(traces.functions):
            expected.setdefault(selector, Role.ADMIN)
        self.functions: dict[bytes, tuple[Role, Read[int]]] = {
            selector: (role, ask("getTargetFunctionRole", token, selector))
            for selector, role in expected.items()
        }
        """Of the token, by selector: the role it should need, and the one it needs."""
        self.own_functions: dict[bytes, Read[int]] = {
            selector: ask("getTargetFunctionRole", manager.address, selector)
            for selector in sorted(traces.own_functions)
        }
        targets = {"token": token, "manager": manager.address}
        self.closed = {name: ask("isTargetClosed", at) for name, at in targets.items()}
        self.admin_delay = {name: ask("getTargetAdminDelay", at) for name, at in targets.items()}

    @property
    def members(self) -> dict[tuple[int, str], Access]:
        """By role and address, ascending; `since` is 0 for who is none."""
        return {key: Access(*read.value) for key, read in self._access.items()}


@dataclass(frozen=True)
class State:
    """A deployment on the chain, in the block `head`."""

    head: Head
    traces: Traces
    token: TokenReads
    issuers: IssuerReads
    roles: RoleReads


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
        TokenReads(reads, deployment),
        IssuerReads(reads, deployment, traces),
        RoleReads(reads, deployment, traces),
    )
    if extra is not None:
        extra(reads, traces)
    reads.fetch(provider, head, "read the deployment")
    return state


def _ascending(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda address: int(address, 16))
