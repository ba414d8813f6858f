"""Chain against policy and record, read-only: every difference is named.

What is compared: code, proxy slot, roles and their members, which function needs which role, guardians, auditors,
limits, issuers, pause flags, the EIP-712 domain, and that the deployer is left with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.attestation import Domain, ReserveAttestation
from kgst.build import constructor_arguments, plain_runtime_code, runtime_code, token_runtime_code
from kgst.deploy import FEED_DECIMALS, Deployment, initialization
from kgst.errors import RefusedError
from kgst.node import connected, genesis, rpc
from kgst.policy import Policy
from kgst.preflight import require_chain
from kgst.quantities import format_bps, format_duration, format_refill
from kgst.record import Record
from kgst.units import format_som
from kgst.verify_roles import role_drifts

__all__ = ["Drift", "Verification", "inspect", "verify"]

# ERC-1967: bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1)
IMPLEMENTATION_SLOT = int.from_bytes(keccak(text="eip1967.proxy.implementation")) - 1


@dataclass(frozen=True)
class Drift:
    """One difference: what was looked at, what policy or record say, what the chain says."""

    item: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.item}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes:
        drifts: Differences.
        gaps: What could not be checked here, and why; empty when everything was.
        checks: How many comparisons were made.
    """

    drifts: list[Drift]
    gaps: list[str]
    checks: int


@dataclass
class Comparison:
    """Collects differences."""

    drifts: list[Drift] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    checks: int = 0

    def same(self, item: str, expected: object, found: object) -> bool:
        """Note a drift unless both are equal."""
        self.checks += 1
        if expected != found:
            self.drifts.append(Drift(item, str(expected), str(found)))
        return expected == found


def verify(policy: Policy, record: Record) -> list[Drift]:
    """Every difference between the connected chain and what `policy` and `record` say; see `inspect`."""
    return inspect(policy, record).drifts


def inspect(policy: Policy, record: Record) -> Verification:
    """Compare the connected chain with `policy` and `record`.

    Raises:
        RefusedError: the node, the policy and the record are not of one chain.
        NodeError: the node failed.
    """
    provider = connected()
    require_chain(policy, provider)
    found_genesis = genesis(provider)
    if not policy.allows_chain(record.chain_id) or record.genesis != found_genesis:
        raise RefusedError(
            f"the record is of chain {record.chain_id} with genesis {record.genesis[:10]}…, the node's chain has "
            f"genesis {found_genesis[:10]}…; a development chain that was started anew has lost the "
            "deployment: deploy again with --new."
        )
    comparison = Comparison()
    if _compare_code(comparison, policy, record):
        deployment = Deployment.of(policy, record)
        with rpc("read the deployment"):
            _compare_gate(comparison, record)
            _compare_token(comparison, deployment)
            _compare_issuers(comparison, deployment)
            role_drifts(comparison, deployment)
    return Verification(comparison.drifts, comparison.gaps, comparison.checks)


def _compare_code(comparison: Comparison, policy: Policy, record: Record) -> bool:
    """Whether there is code at every address, so that reading on makes sense."""
    eth = connected().web3.eth
    logic_code = runtime_code("KGSTLogic", policy.token.recovery_delay)
    manager, logic = record.manager.address, record.logic.address
    arguments = constructor_arguments("KGST", logic, initialization(policy, manager))
    token = Domain(record.chain_id, record.token.address)
    expected = {
        "KGSTAccessManager": plain_runtime_code("KGSTAccessManager"),
        "KGSTLogic": logic_code,
        "KGST": token_runtime_code(logic_code, arguments, manager, logic, token),
        "ReserveFeed": runtime_code("ReserveFeed", record.token.address, FEED_DECIMALS),
    }
    complete = True
    for name, contract in record.contracts.items():
        with rpc(f"read the code of {name}"):
            code = bytes(eth.get_code(contract.address))
        if not code:
            comparison.same(f"code of {name} at {contract.address}", "a contract", "no code")
            complete = False
            continue
        on_chain = _hex(keccak(code))
        comparison.same(
            f"code of {name}, chain against build", _hex(keccak(expected[name])), on_chain
        )
        comparison.same(f"code of {name}, chain against record", contract.code_hash, on_chain)
    return complete


def _compare_gate(comparison: Comparison, record: Record) -> None:
    word = bytes(connected().web3.eth.get_storage_at(record.token.address, IMPLEMENTATION_SLOT))
    gate = int.from_bytes(word)
    implementation = to_checksum_address((gate & (2**160 - 1)).to_bytes(20))
    comparison.same("implementation (ERC-1967 slot)", record.logic.address, implementation)
    comparison.same("pause flags", 0, gate >> 160 & 0xF)
    comparison.same("DELEGATE_ALL", False, bool(gate >> 164 & 1))
    comparison.same("spare bits of the implementation slot", 0, gate >> 165)


def _compare_token(comparison: Comparison, deployment: Deployment) -> None:
    policy, token = deployment.policy, deployment.token
    comparison.same("authority", deployment.record.manager.address, token.authority())
    comparison.same(
        "recovery delay",
        format_duration(policy.token.recovery_delay),
        format_duration(token.RECOVERY_DELAY()),
    )
    max_age, max_increase = token.reserveLimits()
    comparison.same("max age", format_duration(policy.token.max_age), format_duration(max_age))
    comparison.same(
        "max increase", format_bps(policy.token.max_increase_bps), format_bps(max_increase)
    )
    auditors, threshold, _, suspended = token.auditorSet()
    comparison.same("auditors", _names(policy, policy.auditor_addresses), _names(policy, auditors))
    comparison.same("auditors' threshold", policy.auditors.threshold, threshold)
    out = [address for seat, address in enumerate(auditors) if suspended >> seat & 1]
    comparison.same("suspended auditors", "none", _names(policy, out))
    proposed, _, _ = token.auditorsProposal()
    comparison.same("proposed auditors (recovery)", "none", _names(policy, proposed))
    # The domain separator does not depend on the message.
    separator = ReserveAttestation(1, 0, 0, 0, bytes(32)).message(deployment.domain).header
    comparison.same("EIP-712 domain separator", _hex(separator), _hex(token.DOMAIN_SEPARATOR()))
    auditor = token.isAuditor(deployment.record.deployer)
    comparison.same("deployer is an auditor", False, auditor)


def _compare_issuers(comparison: Comparison, deployment: Deployment) -> None:
    from kgst.logs import address_topic, read_logs
    from kgst.node import NodeError

    policy, record = deployment.policy, deployment.record
    granted = {policy.address(issuer.member): issuer for issuer in policy.issuers}
    accounts = {*granted, record.deployer}
    try:
        event = "IssuerSet(address,uint256,uint256,bool)"
        logs = read_logs(record.token.address, (event,), record.token.transaction.block_number)
        accounts |= {address_topic(log, 1) for log in logs}
    except NodeError as error:
        comparison.gaps.append(f"issuers that the policy does not name: {error}")
        accounts |= set(policy.people.values())
    for account in sorted(accounts, key=lambda a: int(a, 16)):
        wanted = granted.get(account)
        found = deployment.token.issuerOf(account)
        comparison.same(
            f"issuer {policy.named(account)}",
            _quota(wanted.capacity, wanted.refill_per_second, wanted.may_burn)
            if wanted
            else "not an issuer",
            _quota(found.capacity, found.refillPerSecond, found.mayBurn),
        )


def _quota(capacity: int, refill: int, may_burn: bool) -> str:
    if not capacity and not refill and not may_burn:
        return "not an issuer"
    burn = "may burn" if may_burn else "may not burn"
    return f"capacity {format_som(capacity)}, refill {format_refill(refill)}, {burn}"


def _names(policy: Policy, addresses: Any) -> str:
    return ", ".join(_each_name(policy, addresses)) or "none"


def _each_name(policy: Policy, addresses: Any) -> Iterator[str]:
    for address in addresses:
        yield policy.named(str(address))


def _hex(value: Any) -> str:
    return "0x" + bytes(value).hex()
