"""Who holds which role on the chain, with what delay, and what about it deserves a second look."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kgst.console import Answer
from kgst.govern.documents import GovernMatrixDocument
from kgst.govern.holders import Holders, holders_of
from kgst.govern.members import LEGEND, Kind, Matrix, Member
from kgst.multicall import Read, Reads, many
from kgst.quantities import format_duration
from kgst.roles import role_name
from kgst.snapshot.state import read_state
from kgst.snapshot.traces import Traces
from kgst.tables import table
from kgst.terminal import markup
from kgst.verify.roles import wanted_delay

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["answer", "matrix"]


def matrix(system: System) -> Matrix:
    """The roles as they are in the latest block.

    Raises:
        NodeError: the node failed. When it refuses events the matrix has a `gap`.
    """
    safes: dict[str, tuple[Read[Any], Read[Any]]] = {}

    def ask(reads: Reads, _: Traces) -> None:
        for label in system.policy.safes:
            at = system.policy.address(label)
            safes[at] = (
                reads.view(at, "getOwners()", ["address[]"]),
                reads.view(at, "getThreshold()", ["uint256"]),
            )

    state = read_state(system.deployment, system.provider, extra=ask)
    holders = holders_of(state)
    listed = {
        (role, account): access
        for (role, account), access in holders.access.items()
        if access.since or wanted_delay(system.deployment, role, account) is not None
    }
    kinds = _kinds(system, sorted({account for _, account in listed}), state.head.number, safes)
    members = [
        Member(
            role,
            account,
            access,
            wanted_delay(system.deployment, role, account),
            kinds[account],
            alone=_alone(holders, role, account),
        )
        for (role, account), access in sorted(listed.items())
    ]
    gap = f"members whom the policy does not name: {holders.gap}" if holders.gap else None
    return Matrix(state.head.number, state.head.time, members, gap)


def answer(system: System) -> Answer[GovernMatrixDocument]:
    """The matrix, for people and for programs."""
    found = matrix(system)
    return Answer(GovernMatrixDocument.of(system, found), partial(_print, system, found))


def _alone(holders: Holders, role: int, account: str) -> bool:
    return set(holders.of(role)) == {account}


def _kinds(
    system: System, accounts: list[str], block: int, safes: dict[str, tuple[Read[Any], Read[Any]]]
) -> dict[str, Kind]:
    # The in-process chain reads its latest block only; nothing moves it meanwhile.
    at: Any = "latest" if system.provider.name == "test" else block

    def code(account: str, eth: Any) -> Any:
        return eth.get_code(account, at)

    codes = many(
        system.provider, "read the code of the members", *(partial(code, a) for a in accounts)
    )
    return {
        account: _kind(bytes(found), safes.get(account))
        for account, found in zip(accounts, codes, strict=True)
    }


def _kind(code: bytes, safe: tuple[Read[Any], Read[Any]] | None) -> Kind:
    # EIP-7702: the account's one key decides which code it borrows.
    if not code or code.startswith(b"\xef\x01\x00"):
        return Kind("key")
    if safe is None or safe[0].failure or safe[1].failure:
        return Kind("contract")
    return Kind("Safe", int(safe[1].value), len(safe[0].value))


def _print(system: System, found: Matrix, out: Console) -> None:
    rows = table(f"Roles on chain {system.record.chain_id}, block {found.block}")
    rows.add_column("role", style="bold")
    rows.add_column("who")
    rows.add_column("remarks")
    before = None
    flags: set[str] = set()
    for m in found.members:
        remarks = m.remarks(found.now)
        flags |= set(m.flags(found.now))
        shown = [r.partition(":")[0] if r.startswith(tuple(LEGEND)) else r for r in remarks]
        terms = f", delay {format_duration(m.access.delay)}" if m.access.since else ""
        label = system.policy.label(m.account)
        known = markup(label) if label else "[yellow]unknown[/yellow]"
        who = f"{known}, {markup(m.kind)}{terms}\n{markup(m.account)}"
        role = role_name(m.role) if m.role != before else ""
        rows.add_row(role, who, "\n".join(map(markup, shown)))
        before = m.role
    out.print(rows)
    for flag, meaning in LEGEND.items():
        if flag in flags:
            out.print(f"[dim]{markup(flag)}: {markup(meaning)}[/dim]")
    if found.gap:
        out.print("[yellow]Not looked at:[/yellow]", end=" ")
        out.print(found.gap, markup=False)
