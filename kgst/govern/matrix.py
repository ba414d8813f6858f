"""Who holds which role on the chain, with what delay, and what about it deserves a second look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kgst.console import Answer
from kgst.govern.holders import Holders, holders_of
from kgst.multicall import Read, Reads, many
from kgst.pipeline.views import clock, table
from kgst.quantities import format_duration
from kgst.roles import Role, role_name
from kgst.snapshot.powers import Access
from kgst.snapshot.state import read_state
from kgst.snapshot.traces import Traces
from kgst.terminal import markup
from kgst.verify.roles import wanted_delay

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["Kind", "Matrix", "Member", "answer", "matrix"]

_ADDRESS_WIDTH: Final = 42
_LEGEND: Final = {
    "missing": "the policy names it, the chain does not",
    "leftover": "the policy does not name it",
    "plain key": "one person with one device has this power; a Safe needs several",
    "single": "if it is lost, nobody can act in this role",
}


@dataclass(frozen=True)
class Kind:
    """What stands at an address.

    Attributes:
        name: `key`, `Safe`, `contract`.
        threshold: Of a Safe's owners, how many must sign; 0 for others.
        owners: Of a Safe, how many; 0 for others.
    """

    name: str
    threshold: int = 0
    owners: int = 0

    def __str__(self) -> str:
        return f"Safe {self.threshold}/{self.owners}" if self.name == "Safe" else self.name


@dataclass(frozen=True)
class Member:
    """One member of one role, on the chain or only in the policy.

    Attributes:
        role: Number.
        wanted: Seconds of delay by the policy; None when the policy does not name it.
        alone: Nobody else can act in the role.
    """

    role: int
    account: str
    access: Access
    wanted: int | None
    kind: Kind
    alone: bool

    def remarks(self, now: int) -> list[str]:
        """What deserves a second look; machine-readable words first.

        Args:
            now: Seconds.
        """
        found, access = [], self.access
        if not access.since:
            return [f"missing: {_LEGEND['missing']}"]
        if self.wanted is None:
            found.append(f"leftover: {_LEGEND['leftover']}")
        elif self.wanted != (access.pending if access.effect else access.delay):
            found.append(f"delay: the policy says {format_duration(self.wanted)}")
        if access.since > now:
            found.append(f"not yet: only from {clock(access.since)} on")
        if access.effect:
            found.append(f"changing: {format_duration(access.pending)} from {clock(access.effect)}")
        if self.kind.name == "key":
            found.append(f"plain key: {_LEGEND['plain key']}")
        if self.alone:
            found.append(f"single: {_LEGEND['single']}")
        return found


@dataclass(frozen=True)
class Matrix:
    """All members of all roles in one block.

    Attributes:
        block: Its number.
        now: Its time, in seconds.
        gap: What could not be looked at; None when everything was.
    """

    block: int
    now: int
    members: list[Member]
    gap: str | None


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
        if access.since or wanted_delay(system.policy, role, account) is not None
    }
    kinds = _kinds(system, sorted({account for _, account in listed}), state.head.number, safes)
    members = [
        Member(
            role,
            account,
            access,
            wanted_delay(system.policy, role, account),
            kinds[account],
            alone=_alone(holders, role, account),
        )
        for (role, account), access in sorted(listed.items())
    ]
    gap = f"members whom the policy does not name: {holders.gap}" if holders.gap else None
    return Matrix(state.head.number, state.head.time, members, gap)


def answer(system: System) -> Answer:
    """The matrix, for people and for programs."""
    found = matrix(system)
    return Answer(_document(system, found), partial(_print, system, found))


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


def _document(system: System, found: Matrix) -> dict[str, Any]:
    """`docs/schemas/govern-matrix.json`."""
    numbers = sorted({*map(int, Role), *(m.role for m in found.members)})
    return {
        "chain_id": system.record.chain_id,
        "block_number": found.block,
        "time": found.now,
        "roles": [
            {
                "id": number,
                "name": role_name(number),
                "members": [
                    {
                        "address": m.account,
                        "label": system.policy.label(m.account),
                        "kind": m.kind.name,
                        "safe": {"threshold": m.kind.threshold, "owners": m.kind.owners}
                        if m.kind.name == "Safe"
                        else None,
                        "since": m.access.since or None,
                        "delay_seconds": m.access.delay if m.access.since else None,
                        "pending_delay_seconds": m.access.pending if m.access.effect else None,
                        "pending_from": m.access.effect or None,
                        "policy_delay_seconds": m.wanted,
                        "flags": [r.partition(":")[0] for r in m.remarks(found.now)],
                    }
                    for m in found.members
                    if m.role == number
                ],
            }
            for number in numbers
        ],
        "not_checked": [found.gap] if found.gap else [],
    }


def _print(system: System, found: Matrix, out: Console) -> None:
    rows = table(f"Roles on chain {system.record.chain_id}, block {found.block}")
    rows.add_column("role", style="bold")
    rows.add_column("who", min_width=_ADDRESS_WIDTH)
    rows.add_column("remarks")
    before = None
    flags: set[str] = set()
    for m in found.members:
        remarks = m.remarks(found.now)
        flags |= {remark.partition(":")[0] for remark in remarks}
        shown = [r.partition(":")[0] if r.startswith(tuple(_LEGEND)) else r for r in remarks]
        terms = f", delay {format_duration(m.access.delay)}" if m.access.since else ""
        label = system.policy.label(m.account)
        known = markup(label) if label else "[yellow]unknown[/yellow]"
        who = f"{known}, {markup(m.kind)}{terms}\n{markup(m.account)}"
        role = role_name(m.role) if m.role != before else ""
        rows.add_row(role, who, "\n".join(map(markup, shown)))
        before = m.role
    out.print(rows)
    for flag, meaning in _LEGEND.items():
        if flag in flags:
            out.print(f"[dim]{markup(flag)}: {markup(meaning)}[/dim]")
    if found.gap:
        out.print("[yellow]Not looked at:[/yellow]", end=" ")
        out.print(found.gap, markup=False)
