"""Everything that can be wrong with a node and a deployment, looked at without sending anything.

Requests: those of `node.py`; then, all in one block, code and the ERC-1967 slot as one batch, events as one
question to both contracts, and everything else, Safes and balances included, as one call through Multicall3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import load_policy
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System, open_system
from kgst.doctor.node import NodeFacts, Row, State, ask_node, chain_rows, node_rows
from kgst.doctor.safes import SafeReads
from kgst.errors import ExitCode
from kgst.events import no_known_event
from kgst.files import Files
from kgst.multicall import Head, Read, Reads, ensure_multicall, latest
from kgst.node import NodeError, connected, is_short_lived, rpc
from kgst.policy import MAINNET, Policy
from kgst.quantities import format_bnb
from kgst.record import Record, RecordError
from kgst.status.reading import operators
from kgst.verify.comparing import compare, compare_code
from kgst.verify.comparison import Comparison
from kgst.verify.state import State as ChainState
from kgst.verify.state import Traces, read_code, read_state

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Diagnosis", "diagnose"]


_NOT_OURS: Final = (State.DRIFT, State.NOT_CHECKED)
_BY_EVENTS: Final = ("role members that nobody names", "issuers that the policy does not name")


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
    rows: list[Row]
    system: System | None = None
    state: ChainState | None = None

    def of(self, state: State) -> list[Row]:
        """The checks that ended so."""
        return [row for row in self.rows if row.state is state]

    @property
    def exit_code(self) -> ExitCode:
        """Drift; or an error when something was not checked, since that is no clean bill."""
        if self.of(State.DRIFT):
            return ExitCode.DRIFT
        return ExitCode.ERROR if self.of(State.NOT_CHECKED) else ExitCode.DONE


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
    rows = list(node_rows(provider, node))
    system: System | None
    if is_short_lived(provider) and policy.allows_chain(node.chain_id):
        system = open_system(policy_path, quiet=quiet)
        node = replace(node, head=latest(provider))
        rows += chain_rows(provider, policy, system.record, node)
    else:
        record, missing = _record(Files(path.parent))
        on_chain = list(chain_rows(provider, policy, record, node))
        rows += on_chain
        if record is None or any(row.state in _NOT_OURS for row in on_chain):
            reason = missing or "the node serves another chain than policy and record are of"
            rows.append(Row("chain", "the deployment", State.NOT_CHECKED, reason))
            rows.append(_events_alone(provider, node.head))
            return Diagnosis(policy, node.chain_id, node.head, rows)
        deployment = Deployment.of(policy, record)
        system = System(deployment, provider, Files(path.parent), path)
    return _examine(system, node, rows)


@dataclass
class _Extra:
    """What doctor asks in the same call, besides what `verify` does."""

    policy: Policy
    safes: SafeReads | None = None
    balances: dict[str, tuple[tuple[str, ...], Read[int]]] = field(default_factory=dict)

    def add(self, reads: Reads, _: Traces) -> None:
        self.safes = SafeReads(reads, self.policy)
        for address, powers in operators(self.policy):
            self.balances[address] = (powers, reads.balance(address))


def _examine(system: System, node: NodeFacts, rows: list[Row]) -> Diagnosis:
    provider, policy, comparison = system.provider, system.policy, Comparison()
    head, state, extra = node.head, None, _Extra(policy)
    try:
        ensure_multicall(provider)
        head = latest(provider)
        code = read_code(system.record, provider, head)
        if compare_code(comparison, policy, system.record, code):
            state = read_state(system.deployment, provider, head, extra.add)
            silent = _silence(state, system.record)
            rows.append(_events(state.traces.gap or silent))
            compare(comparison, system.deployment, code, state)
            if silent:
                comparison.gaps += [f"{item}: {silent}" for item in _BY_EVENTS]
        else:
            comparison.gaps.append("token, roles, issuers, Safes: contracts are missing")
    except NodeError as error:
        comparison.gaps.append(str(error))
    rows += _compared(comparison)
    if state is not None and extra.safes is not None:
        rows += extra.safes.rows(dev=node.dev)
        rows += _balances(policy, extra)
    rows += _plain_keys(policy)
    return Diagnosis(policy, node.chain_id, head, rows, system, state)


def _record(files: Files) -> tuple[Record | None, str | None]:
    try:
        return Record.load(files.record), None
    except RecordError as error:
        return None, str(error)


def _compared(comparison: Comparison) -> Iterator[Row]:
    for check in comparison.checks:
        state = State.OK if check.equal else State.DRIFT
        yield Row(check.area, check.item, state, check.found, check.expected)
    for gap in comparison.gaps:
        item, separator, reason = gap.partition(": ")
        known = separator and not item.startswith("could not")
        yield Row(
            "chain",
            item if known else "the deployment",
            State.NOT_CHECKED,
            reason if known else gap,
        )


def _silence(state: ChainState, record: Record) -> str | None:
    """Why no other event means nothing: not even those are shown in which the deployment gave its roles."""
    if state.traces.gap or state.traces.members:
        return None
    return no_known_event(record.configuration.block_number)


def _events(gap: str | None) -> Row:
    if gap:
        return Row("node", "events (eth_getLogs)", State.NOT_CHECKED, gap, "answered")
    return Row(
        "node", "events (eth_getLogs)", State.OK, "answered since the deployment", "answered"
    )


def _events_alone(provider: ProviderAPI, head: Head) -> Row:
    try:
        with rpc("read the events of one block"):
            provider.web3.eth.get_logs({"fromBlock": head.number, "toBlock": head.number})
    except NodeError as error:
        return _events(str(error))
    return Row("node", "events (eth_getLogs)", State.OK, "answered for one block", "answered")


def _balances(policy: Policy, extra: _Extra) -> Iterable[Row]:
    least = policy.limits.min_balance
    for address, (powers, balance) in extra.balances.items():
        enough = balance.value >= least
        yield Row(
            "operators",
            f"BNB of {policy.named(address)}, {', '.join(powers)}",
            State.OK if enough else State.WARNING,
            format_bnb(balance.value),
            f"at least {format_bnb(least)}",
        )


def _plain_keys(policy: Policy) -> Iterable[Row]:
    if policy.chain_id != MAINNET:
        return
    for role, members in policy.roles.items():
        for member in members:
            if member.member not in policy.safes:
                named = policy.named(policy.address(member.member))
                item = f"key of {named}, {role.name}"
                yield Row("operators", item, State.WARNING, "a plain key", "a Safe, on mainnet")
