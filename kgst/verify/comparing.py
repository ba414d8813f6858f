"""Chain against policy and record, read-only: every difference is named.

What is compared: the signed transactions of the record with this build and the policy, and what they left; code, proxy
slot, roles and their members, which function needs which role, guardians, auditors, limits, issuers, pause flags, the
EIP-712 domain, that the deployer is left with nothing, and that the policy's Safes are there and owned as it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from eth_utils.crypto import keccak

from kgst.attestation import Domain
from kgst.build import (
    constructor_arguments,
    plain_runtime_code,
    runtime_code,
    token_runtime_code,
)
from kgst.checks import Check, failed
from kgst.deployment.code import implementation_code
from kgst.deployment.concluding import awaited
from kgst.deployment.contracts import FEED_DECIMALS, Deployment, initialization
from kgst.deployment.creations import DESKS, desk_arguments
from kgst.deployment.people import FoundSafe, PeopleReads, people_checks
from kgst.deployment.preflight import CONTRACTS, require_chain
from kgst.errors import RefusedError
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.node import NodeError, connected, genesis
from kgst.policy import Policy
from kgst.quantities import format_refill
from kgst.record import Record
from kgst.snapshot.code import Code, read_code
from kgst.snapshot.state import State, read_state
from kgst.snapshot.traces import Traces
from kgst.units import format_som
from kgst.verify.creation import creation_checks
from kgst.verify.desks import desk_checks
from kgst.verify.keys import public_key_checks
from kgst.verify.roles import role_checks
from kgst.verify.storage import storage_checks
from kgst.verify.token import token_checks

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Comparison", "compare", "inspect", "quota"]


@dataclass
class Comparison:
    """What came of comparing.

    Attributes:
        traces: What events name; None when nothing could be read.
        state: None when it could not be read as a whole.
        safes: What is at the addresses of the policy's Safes, by label; empty too when that could not be read.
        failure: What ended it; None when it came to its end.
    """

    checks: list[Check] = field(default_factory=list)
    traces: Traces | None = None
    state: State | None = None
    safes: Mapping[str, FoundSafe] = field(default_factory=dict)
    failure: NodeError | None = None


def inspect(policy: Policy, record: Record) -> list[Check]:
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
    ensure_multicall(provider)
    head = _head(provider, record)
    done = compare(Deployment.of(policy, record), provider, head)
    # Where other code stands than should, that is a drift already, and why the rest cannot be asked.
    if done.failure is not None and not failed(done.checks):
        raise done.failure
    return done.checks + list(_left(record, provider, head))


def _left(record: Record, provider: ProviderAPI, head: Head) -> Iterator[Check]:
    try:
        yield from storage_checks(record, provider, head)
    except NodeError as error:
        yield Check.open("deployment", "what it left", error)


def compare(
    deployment: Deployment,
    provider: ProviderAPI,
    head: Head,
    extra: Callable[[Reads, Traces], None] | None = None,
) -> Comparison:
    """Everything that there is to compare in the block `head`; a node that fails on the way ends it with a check.

    Args:
        deployment: Chain, policy and record are of one chain.
        provider: Connected; it has Multicall3.
        head: The block.
        extra: Adds reads of its own to the one request.
    """
    policy, record, people = deployment.policy, deployment.record, PeopleReads(deployment.policy)
    done = Comparison()

    def ask(reads: Reads, traces: Traces) -> None:
        done.traces = traces
        people.ask(reads)
        if extra is not None:
            extra(reads, traces)

    done.checks += creation_checks(policy, record)
    try:
        code = read_code(record, provider, head)
        done.checks += _code_checks(policy, record, code)
        if not all(code.code.values()):
            everything = "token, roles, issuers, Safes"
            done.checks.append(Check.open("chain", everything, "contracts are missing"))
            return done
        state = read_state(deployment, provider, head, ask)
        for part in (
            token_checks(deployment, code, state.token),
            _issuer_checks(deployment, state),
            role_checks(deployment, state),
            desk_checks(deployment, state),
        ):
            for (
                check
            ) in part:  # one by one: what was compared before a contract fails to answer is kept
                done.checks.append(check)
        done.state = state
    except NodeError as error:
        done.failure = error
        done.checks.append(Check.open("chain", "the deployment", error))
        return done
    try:
        done.safes = people.found(provider, head)
        done.checks += [c for _, c in people_checks(policy, done.safes, _contracts_of(record))]
        done.checks += public_key_checks(policy, done.safes, provider)
    except NodeError as error:
        done.failure = error
        done.checks.append(Check.open("safes", "Safes of the policy", error))
    return done


def _contracts_of(record: Record) -> dict[str, str]:
    """Addresses at which nobody of the policy can be."""
    taken = {getattr(record, step).address: what for step, what in CONTRACTS.items()}
    taken[record.implementation[1].address] = "the token's logic"
    return taken


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


def _code_checks(policy: Policy, record: Record, found: Code) -> Iterator[Check]:
    same, expected = partial(Check.same, "code"), _expected_code(policy, record)
    for name, contract in record.contracts.items():
        if not (code := found.code[name]):
            yield same(f"code of {name} at {contract.address}", "a contract", "no code")
            continue
        on_chain = _hex(keccak(code))
        if name in expected:
            built = _hex(keccak(expected[name]))
            yield same(f"code of {name}, chain against build", built, on_chain)
        yield same(f"code of {name}, chain against record", contract.code_hash, on_chain)


def _expected_code(policy: Policy, record: Record) -> dict[str, bytes]:
    """What this checkout builds, by the contract's name."""
    if record.upgrades:
        # The others were built by an older checkout than this; an upgrade does not reach them.
        name, implementation = record.implementation
        return {
            name: implementation_code(name, implementation.constructor_args, implementation.address)
        }
    manager, logic = record.manager.address, record.logic.address
    logic_code = runtime_code("KGSTLogic", policy.token.recovery_delay, at=logic)
    arguments = constructor_arguments("KGST", logic, initialization(policy, manager))
    token = Domain(record.chain_id, record.token.address)
    return {
        "KGSTAccessManager": plain_runtime_code("KGSTAccessManager"),
        "KGSTLogic": logic_code,
        "KGST": token_runtime_code(logic_code, arguments, manager, logic, token),
        "ReserveFeed": runtime_code("ReserveFeed", record.token.address, FEED_DECIMALS),
        "BackingFeed": runtime_code("BackingFeed", record.token.address, FEED_DECIMALS),
        "Revoker": plain_runtime_code("Revoker"),
        **_desks_code(policy, record),
    }


def _desks_code(policy: Policy, record: Record) -> dict[str, bytes]:
    at = {"manager": record.manager.address, "token": record.token.address}
    return {
        contract: runtime_code(
            contract, *desk_arguments(step, policy, at), at=getattr(record, step).address
        )
        for step, contract in DESKS.items()
    }


def _issuer_checks(deployment: Deployment, state: State) -> Iterator[Check]:
    if state.traces.gap:
        item = "issuers that the policy does not name"
        yield Check.open("issuers", item, state.traces.gap, waits=state.traces.waits)
    granted = deployment.quotas
    for account, found in state.issuers.records.items():
        wanted = granted.get(account)
        yield Check.same(
            "issuers",
            f"issuer {deployment.named(account)}",
            quota(*wanted) if wanted else "not an issuer",
            quota(*found[1:]),
        )


def quota(capacity: int, refill: int, may_burn: bool, desk: bool) -> str:
    """An issuer's terms in words: base units, base units a second."""
    if not capacity and not refill and not may_burn and not desk:
        return "not an issuer"
    burn = "may burn" if may_burn else "may not burn"
    terms = f"capacity {format_som(capacity)}, refill {format_refill(refill)}, {burn}"
    return terms + ", a desk" * desk


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
