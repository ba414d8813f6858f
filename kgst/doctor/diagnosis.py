"""Everything that can be wrong with a node and a deployment, looked at without sending anything.

Requests: those of `node.py`; then, all in one block, code and the ERC-1967 slot as one batch, events as one
question to both contracts, and everything else, balances included, as one call through Multicall3; then code and
storage of the Safes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.checks import Check, State, drift_code, failed, unchecked
from kgst.console import load_policy
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System, open_system
from kgst.doctor.node import NodeFacts, ask_node, chain_checks, node_checks
from kgst.doctor.safes import safe_checks
from kgst.events import look_also_in
from kgst.files import Files
from kgst.moments import format_time
from kgst.multicall import Head, Read, Reads, ensure_multicall, latest
from kgst.node import NodeError, connected, is_short_lived, rpc
from kgst.policy import MAINNET, Policy
from kgst.quantities import bnb_held, format_bnb
from kgst.record import Record, RecordError
from kgst.snapshot.state import State as ChainState
from kgst.snapshot.token import Solvency, TokenReads
from kgst.snapshot.traces import Traces
from kgst.status.reading import operators
from kgst.units import format_som
from kgst.verify.comparing import compare
from kgst.verify.creation import build_check

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.errors import ExitCode

__all__ = ["Diagnosis", "diagnose"]


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        head: The block that everything was read in.
        system: None when there is no deployment of policy and record on this chain.
        state: None when it could not be read.
    """

    policy: Policy
    chain_id: int
    head: Head
    checks: list[Check]
    system: System | None = None
    state: ChainState | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Drift; or an error when something was not checked, since that is not a pass."""
        return drift_code(self.checks)


def diagnose(policy_path: Path | None, *, quiet: bool = False) -> Diagnosis:
    """Look at everything.

    Args:
        policy_path: None for the network's own.
        quiet: Stdout belongs to a JSON document.

    Raises:
        InputError: the policy is absent or unreadable.
        NodeError: the node does not answer at all.
    """
    provider = connected()
    policy, path = load_policy(policy_path, provider)
    node = ask_node(provider)
    checks = list(node_checks(provider, node))
    if is_short_lived(provider) and policy.allows_chain(node.chain_id):
        system = open_system(policy_path, quiet=quiet)
        node = replace(node, head=latest(provider))
        checks += chain_checks(provider, policy, system.record, node)
        return _examine(system, node, checks)
    record, missing = _record(Files(path.parent))
    on_chain = list(chain_checks(provider, policy, record, node))
    checks += on_chain
    if record is None or failed(on_chain) or unchecked(on_chain):
        reason = missing or "the node serves another chain than policy and record are of"
        checks.append(Check.open("chain", "the deployment", reason))
        checks.append(_events_alone(provider, node.head))
        return Diagnosis(policy, node.chain_id, node.head, checks)
    files = Files(path.parent)
    look_also_in(provider, record, files.index)
    checks.append(build_check())
    deployment = Deployment.of(policy, record)
    return _examine(System(deployment, provider, files, path), node, checks)


@dataclass
class _Extra:
    """What doctor asks in the same call, besides what `verify` does."""

    system: System
    solvency: Read[Solvency] | None = None
    balances: dict[str, tuple[tuple[str, ...], Read[int]]] = field(default_factory=dict)

    def add(self, reads: Reads, _: Traces) -> None:
        self.solvency = TokenReads(reads, self.system.token).solvency()
        for address, powers in operators(self.system.policy):
            self.balances[address] = (powers, reads.balance(address))


def _examine(system: System, node: NodeFacts, checks: list[Check]) -> Diagnosis:
    provider, policy, extra = system.provider, system.policy, _Extra(system)
    head, state = node.head, None
    try:
        ensure_multicall(provider)
        head = latest(provider)
    except NodeError as error:
        checks.append(Check.open("chain", "the deployment", error))
    else:
        compared = compare(system.deployment, provider, head, extra.add)
        state = compared.state
        if compared.traces is not None:
            checks.append(_events(compared.traces.gap, waits=compared.traces.waits))
        checks += compared.checks
        checks += safe_checks(system, head, compared.safes, dev=node.dev)
        if state is not None:
            checks += _balances(policy, extra)
            checks.append(_attestation(head, extra))
    checks += _plain_keys(policy)
    checks += _minting_alone(policy)
    return Diagnosis(policy, node.chain_id, head, checks, system, state)


def _record(files: Files) -> tuple[Record | None, str | None]:
    try:
        return Record.load(files.record), None
    except RecordError as error:
        return None, str(error)


def _events(gap: str | None, *, waits: bool = False) -> Check:
    if gap:
        return replace(
            Check.open("node", "events (eth_getLogs)", gap, waits=waits), expected="answered"
        )
    return Check(
        "node", "events (eth_getLogs)", State.OK, "answered since the deployment", "answered"
    )


def _events_alone(provider: ProviderAPI, head: Head) -> Check:
    try:
        with rpc("read the events of one block"):
            provider.web3.eth.get_logs({"fromBlock": head.number, "toBlock": head.number})
    except NodeError as error:
        return _events(str(error))
    return Check("node", "events (eth_getLogs)", State.OK, "answered for one block", "answered")


def _balances(policy: Policy, extra: _Extra) -> Iterable[Check]:
    least = policy.limits.min_balance
    for address, (powers, balance) in extra.balances.items():
        enough = balance.value >= least
        yield Check(
            "operators",
            f"BNB of {policy.named(address)}, {', '.join(powers)}",
            State.OK if enough else State.WARNING,
            bnb_held(balance.value),
            f"at least {format_bnb(least)}",
        )


def _attestation(head: Head, extra: _Extra) -> Check:
    """Whether minting has ended for want of a new one; before the first there is nothing to miss."""
    assert extra.solvency is not None  # noqa: S101 # asked with the balances
    until = extra.solvency.value.valid_until
    expired = 0 < until <= head.time
    return Check(
        "token",
        "attestation",
        State.WARNING if expired else State.OK,
        f"minting ended at {format_time(until)}"
        if expired
        else f"valid until {format_time(until)}"
        if until
        else "none yet",
        "one that allows minting",
        advice="Attest: `ape run reserves draft`." if expired else None,
    )


def _plain_issuers(policy: Policy) -> Iterable[Check]:
    """Off the local chains money comes in through the mint desk: a stolen key of an issuer mints a whole quota."""
    if policy.chain_id == "local":
        return
    for issuer in policy.issuers:
        if issuer.member not in policy.safes and not issuer.desk and issuer.capacity:
            yield Check(
                "operators",
                f"issuer {policy.named(policy.address(issuer.member))}, one key",
                State.WARNING,
                f"mints {format_som(issuer.capacity)} to anybody",
                "the mint desk alone, with its destinations and limits",
                "Let it mint through the mint desk (MINTER), and take its quota away.",
            )


def _minting_alone(policy: Policy) -> Iterable[Check]:
    """What one key can mint by itself: the commands' limit is no more than the quota of a key that gets past them."""
    most = policy.limits.mint_alone
    if most is None:
        if policy.chain_id == MAINNET:
            found = "no limit: one person mints a whole quota"
            yield Check(
                "operators", "limits.mint_alone", State.WARNING, found, "an amount, on mainnet"
            )
        return
    for issuer in policy.issuers:
        if issuer.member not in policy.safes and not issuer.desk and issuer.capacity > most:
            yield Check(
                "operators",
                f"quota of {policy.named(policy.address(issuer.member))}, one key",
                State.WARNING,
                format_som(issuer.capacity),
                f"at most {format_som(most)} (limits.mint_alone), or a Safe",
                advice="Commands refuse more at a time; whoever has the key alone does not need them. Lower the quota, "
                "or have a Safe be the issuer.",
            )


def _plain_keys(policy: Policy) -> Iterable[Check]:
    if policy.chain_id != MAINNET:
        return
    for role, members in policy.roles.items():
        for member in members:
            if member.member not in policy.safes:
                named = policy.named(policy.address(member.member))
                item = f"key of {named}, {role.name}"
                yield Check("operators", item, State.WARNING, "a plain key", "a Safe, on mainnet")
