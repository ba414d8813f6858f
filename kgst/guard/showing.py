"""Everything about one account: what the chain says of it now, and who did what about it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.chronicle.documents import EntryPart
from kgst.chronicle.entry import Entry
from kgst.chronicle.filters import Filter
from kgst.chronicle.reading import Chronicle, read_chronicle
from kgst.chronicle.views import print_chronicle
from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.guard.documents import GuardShowDocument, RoleHeld
from kgst.moments import format_time
from kgst.multicall import Head, Read, Reads, ensure_multicall, latest
from kgst.quantities import format_duration, format_refill
from kgst.roles import Role
from kgst.signing.own import Names
from kgst.snapshot.powers import Access, access
from kgst.snapshot.token import Issuer, TokenReads
from kgst.tables import facts
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["show"]


@dataclass(frozen=True)
class _Account:
    """What the chain says of an account in one block."""

    address: str
    head: Head
    balance: int
    frozen: int
    blocked: bool
    issuer: Issuer
    auditor: bool
    access: dict[Role, Access]

    @property
    def roles(self) -> dict[Role, Access]:
        """Those that it has, or is to have."""
        return {role: one for role, one in self.access.items() if one.since}


def show(system: System, account: str) -> Answer[GuardShowDocument]:
    """Everything about `account`, a label or an address.

    Raises:
        InputError: it is neither.
        NodeError: the node failed.
        BrokenIndexError: the index cannot be read.
    """
    found = _read(system, system.require_known(account, allow_unknown=True))
    chronicle = _chronicle(system)
    entries = Filter(about=found.address).of(chronicle.entries)
    document = GuardShowDocument(
        chain_id=system.record.chain_id,
        account=found.address,
        label=system.policy.label(found.address),
        block=found.head.number,
        time=found.head.time,
        balance=found.balance,
        frozen=found.frozen,
        blocked=found.blocked,
        capacity=found.issuer.capacity,
        may_burn=found.issuer.may_burn,
        desk=found.issuer.desk,
        auditor=found.auditor,
        roles=[
            RoleHeld(role=role.name, since=one.since, delay=one.delay)
            for role, one in found.roles.items()
        ],
        history=[EntryPart.of(entry) for entry in entries],
        unreadable=list(chronicle.unreadable),
        index_reaches=chronicle.index.last_block if chronicle.index else None,
    )
    code = ExitCode.DRIFT if chronicle.unreadable else ExitCode.DONE
    return Answer(document, lambda out: _print(out, system, found, chronicle, entries), code)


def _read(system: System, address: str) -> _Account:
    ensure_multicall(system.provider)
    head, reads = latest(system.provider), Reads()
    token = system.token
    balance: Read[int] = reads.of(token, "balanceOf", address)
    frozen: Read[int] = reads.of(token, "getFrozenTokens", address)
    blocked: Read[bool] = reads.of(token, "isBlocked", address)
    auditor: Read[bool] = reads.of(token, "isAuditor", address)
    issuer = TokenReads(reads, token).issuer(address)
    roles = {role: access(reads, system.manager, int(role), address) for role in Role}
    reads.fetch(system.provider, head, "read the account")
    return _Account(
        address, head, balance.value, frozen.value, blocked.value, issuer.value, auditor.value,
        {role: read.value for role, read in roles.items()},
    )  # fmt: skip


def _chronicle(system: System) -> Chronicle:
    if system.files is None:
        return Chronicle((), (), None, 0, 0)
    contracts = {name: one.address for name, one in system.record.contracts.items()}
    return read_chronicle(system.files, Names(system.policy, contracts))


def _print(
    out: Console, system: System, found: _Account, chronicle: Chronicle, entries: list[Entry]
) -> None:
    rows = facts(f"{markup(system.named(found.address))}")
    rows.add_row("address", markup(found.address))
    rows.add_row("in block", f"{found.head.number} of {format_time(found.head.time)}")
    rows.add_row("holds", format_som(found.balance))
    free = 0 if found.blocked else max(0, found.balance - found.frozen)
    rows.add_row("frozen", f"{format_som(found.frozen)}; it can send {format_som(free)}")
    rows.add_row("blocked", "yes" if found.blocked else "no")
    if found.issuer.is_one:
        quota = found.issuer
        burns = "may burn" if quota.may_burn else "may not burn"
        rows.add_row(
            "issuer",
            f"{format_som(quota.available)} of {format_som(quota.capacity)} left, refill "
            f"{format_refill(quota.refill_per_second)}; {burns}",
        )
    if found.auditor:
        rows.add_row("auditor", "may sign now")
    for role, one in found.roles.items():
        begins = "from" if one.since > found.head.time else "since"
        rows.add_row(
            markup(role.name),
            f"{begins} {format_time(one.since)}, delay {format_duration(one.delay)}",
        )
    out.print(rows)
    if system.files is None:
        out.print("This chain ends with the command: there is no history of it.")
        return
    print_chronicle(out, chronicle, entries, system.named, found.address)
