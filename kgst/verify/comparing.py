"""Chain against policy and record, read-only: every difference is named.

What is compared: code, proxy slot, roles and their members, which function needs which role, guardians, auditors,
limits, issuers, pause flags, the EIP-712 domain, that the deployer is left with nothing, and that the policy's Safes
are there and owned as it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from eth_utils.crypto import keccak

from kgst.attestation import Domain
from kgst.build import constructor_arguments, plain_runtime_code, runtime_code, token_runtime_code
from kgst.deployment.code import implementation_code
from kgst.deployment.concluding import awaited
from kgst.deployment.contracts import FEED_DECIMALS, Deployment, initialization
from kgst.deployment.people import FoundSafe, PeopleReads, findings
from kgst.deployment.preflight import CONTRACTS, require_chain
from kgst.errors import RefusedError
from kgst.gate import GateWord
from kgst.multicall import Head, ensure_multicall, latest
from kgst.node import NodeError, connected, genesis
from kgst.policy import Policy
from kgst.quantities import format_bps, format_duration, format_refill
from kgst.record import Record
from kgst.units import format_som
from kgst.verify.comparison import Check, Comparison, Drift, Verification
from kgst.verify.roles import role_drifts
from kgst.verify.state import Code, State, TokenReads, read_code, read_state

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "compare",
    "compare_code",
    "compare_people",
    "inspect",
    "quota",
    "verify",
]


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
    deployment = Deployment.of(policy, record)
    ensure_multicall(provider)
    head = _head(provider, record)
    comparison, people = Comparison(), PeopleReads(policy)
    code = read_code(record, provider, head)
    if compare_code(comparison, policy, record, code):
        try:
            state = read_state(deployment, provider, head, lambda reads, _: people.ask(reads))
            compare(comparison, deployment, code, state)
            compare_people(comparison, policy, record, people.found(provider, head))
        except NodeError as error:
            if not comparison.verification.drifts:
                raise
            # Other code stands there than should: that is a drift already, and the rest cannot be asked.
            comparison.gaps.append(str(error))
    return comparison.verification


def compare(comparison: Comparison, deployment: Deployment, code: Code, state: State) -> None:
    """Everything but the code itself.

    Raises:
        NodeError: a contract did not answer as its interface says.
    """
    comparison.area = "token"
    _compare_gate(comparison, deployment.record, code.gate)
    _compare_token(comparison, deployment, state.token)
    comparison.area = "issuers"
    _compare_issuers(comparison, deployment, state)
    comparison.area = "roles"
    role_drifts(comparison, deployment, state)


def compare_people(
    comparison: Comparison, policy: Policy, record: Record, safes: Mapping[str, FoundSafe]
) -> None:
    """The policy's Safes, and that nobody in it is one of the deployment's contracts."""
    taken = {getattr(record, step).address: what for step, what in CONTRACTS.items()}
    taken[record.implementation[1].address] = "the token's logic"
    comparison.checks += [
        Check("safes", f.item, f.expected, f.found, f.good) for f in findings(policy, safes, taken)
    ]


def _head(provider: ProviderAPI, record: Record) -> Head:
    """The latest block, which is not before the one in which the deployment ended.

    Raises:
        NodeError: the node failed, or lags behind.
    """
    last = record.configuration.block_number
    head = awaited(partial(latest, provider), lambda head: head.number >= last)
    if head.number < last:
        raise NodeError(
            f"the node is at block {head.number}, and the deployment ended in block {last}: it lags; try again, or use "
            "another node."
        )
    return head


def compare_code(comparison: Comparison, policy: Policy, record: Record, found: Code) -> bool:
    """Whether there is code at every address, so that reading on makes sense."""
    expected = _expected_code(policy, record)
    complete = True
    for name, contract in record.contracts.items():
        if not (code := found.code[name]):
            comparison.same(f"code of {name} at {contract.address}", "a contract", "no code")
            complete = False
            continue
        on_chain = _hex(keccak(code))
        if name in expected:
            comparison.same(
                f"code of {name}, chain against build", _hex(keccak(expected[name])), on_chain
            )
        comparison.same(f"code of {name}, chain against record", contract.code_hash, on_chain)
    return complete


def _expected_code(policy: Policy, record: Record) -> dict[str, bytes]:
    """What this checkout builds, by the contract's name."""
    if record.upgrades:
        # The others were built by an older checkout than this; an upgrade does not reach them.
        name, implementation = record.implementation
        return {name: implementation_code(name, implementation.constructor_args)}
    logic_code = runtime_code("KGSTLogic", policy.token.recovery_delay)
    manager, logic = record.manager.address, record.logic.address
    arguments = constructor_arguments("KGST", logic, initialization(policy, manager))
    token = Domain(record.chain_id, record.token.address)
    return {
        "KGSTAccessManager": plain_runtime_code("KGSTAccessManager"),
        "KGSTLogic": logic_code,
        "KGST": token_runtime_code(logic_code, arguments, manager, logic, token),
        "ReserveFeed": runtime_code("ReserveFeed", record.token.address, FEED_DECIMALS),
    }


def _compare_gate(comparison: Comparison, record: Record, gate: int) -> None:
    found = GateWord(gate)
    comparison.same(
        "implementation (ERC-1967 slot)", record.implementation[1].address, found.implementation
    )
    comparison.same("pause flags", 0, found.pause_flags)
    comparison.same("DELEGATE_ALL", False, found.delegate_all)
    comparison.same("spare bits of the implementation slot", 0, found.spare)


def _compare_token(comparison: Comparison, deployment: Deployment, token: TokenReads) -> None:
    policy = deployment.policy
    comparison.same("authority", deployment.record.manager.address, token.authority.value)
    comparison.same(
        "recovery delay",
        format_duration(policy.token.recovery_delay),
        format_duration(token.recovery_delay.value),
    )
    max_age, max_increase = token.reserve_limits.value
    comparison.same("max age", format_duration(policy.token.max_age), format_duration(max_age))
    comparison.same(
        "max increase", format_bps(policy.token.max_increase_bps), format_bps(max_increase)
    )
    auditors, threshold, _, suspended = token.auditor_set.value
    comparison.same("auditors", _names(policy, policy.auditor_addresses), _names(policy, auditors))
    comparison.same("auditors' threshold", policy.auditors.threshold, threshold)
    out = [address for seat, address in enumerate(auditors) if suspended >> seat & 1]
    comparison.same("suspended auditors", "none", _names(policy, out))
    proposed, _, _ = token.auditors_proposal.value
    comparison.same("proposed auditors (recovery)", "none", _names(policy, proposed))
    comparison.same(
        "EIP-712 domain separator",
        _hex(deployment.domain.separator),
        _hex(token.domain_separator.value),
    )
    comparison.same("deployer is an auditor", False, token.deployer_is_auditor.value)


def _compare_issuers(comparison: Comparison, deployment: Deployment, state: State) -> None:
    policy = deployment.policy
    if state.traces.gap:
        comparison.gaps.append(f"issuers that the policy does not name: {state.traces.gap}")
    granted = {policy.address(issuer.member): issuer for issuer in policy.issuers}
    for account, found in state.issuers.records.items():
        wanted = granted.get(account)
        comparison.same(
            f"issuer {policy.named(account)}",
            quota(wanted.capacity, wanted.refill_per_second, wanted.may_burn)
            if wanted
            else "not an issuer",
            quota(found.capacity, found.refill_per_second, found.may_burn),
        )


def quota(capacity: int, refill: int, may_burn: bool) -> str:
    """An issuer's terms in words: base units, base units a second."""
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
