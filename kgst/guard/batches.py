"""Lists in files, brought to the chain: only what differs is sent, in transactions of many accounts each.

Killed at any point, the same command goes on; given again, it finds nothing left to do. See docs/files.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak

from kgst.csvfile import AMOUNT_COLUMNS, CsvFile, Row, parse_address, parse_amount_cell
from kgst.events import address_topic, read_logs
from kgst.guard.accounts import set_blocked
from kgst.pipeline.accounts import read_accounts
from kgst.pipeline.batches import Batch, perform_batch
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.pipeline.why import require_reason
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.console import Answer
    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["blocked_on_chain", "blocklist", "freezes", "read_blocklist", "read_freezes"]

_BLOCKED: Final = ("Blocked(address)", "Unblocked(address)")
_SHOWN: Final = 12


@dataclass(frozen=True)
class Listed:
    """A file's accounts in their order, each with its amount to freeze (base units; 0 on a blocklist).

    Attributes:
        sha256: Of the file.
        reasons: Why, of each account whose row says it.
    """

    name: str
    accounts: dict[str, int]
    sha256: str = ""
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Which accounts and amounts these are, in which order."""
        return subject_of(*(f"{account} {value}" for account, value in self.accounts.items()))


def blocklist(
    system: System, path: Path, chunk: int, run: Run, *, exact: bool
) -> Answer[WriteDocument]:
    """Block every account of the file at `path`.

    Args:
        system: Whose token.
        path: `address` and, if wanted, `reason`.
        chunk: Accounts of one transaction.
        run: The command line.
        exact: Also unblock those that are blocked and not in the file.
    """
    listed = read_blocklist(path, system.token.address)
    _require_reasons(listed, run, exact=exact)
    counted = f"{len(listed.accounts)} accounts of {listed.name}"
    title = f"block {counted}" + (", and unblock all others" if exact else "")

    def operations() -> list[Operation]:
        wanted = list(listed.accounts)
        states = read_accounts(system, wanted, "isBlocked")
        missing = [one for one, (blocked,) in zip(wanted, states, strict=True) if not blocked]
        surplus = [o for o in blocked_on_chain(system) if o not in listed.accounts] if exact else []
        return [
            *_blocking(system, listed, missing, chunk, blocked=True),
            *_blocking(system, listed, surplus, chunk, blocked=False),
        ]

    batch = Batch(
        "blocklist", title, Role.COMPLIANCE, (listed.key, exact, chunk), title, operations
    )
    return perform_batch(system, batch, run)


def freezes(system: System, path: Path, chunk: int, run: Run) -> Answer[WriteDocument]:
    """Make the frozen amounts those of the file at `path`; accounts that it does not name stay as they are.

    Args:
        system: Whose token.
        path: `address` and `amount_som` or `amount_tyiyn`.
        chunk: Accounts of one transaction.
        run: The command line.
    """
    listed = read_freezes(path, system.token.address)
    _require_reasons(listed, run)
    title = f"set what is frozen of {len(listed.accounts)} accounts of {listed.name}"

    def operations() -> list[Operation]:
        wanted = list(listed.accounts)
        states = read_accounts(system, wanted, "getFrozenTokens")
        differing = [
            (one, frozen)
            for one, (frozen,) in zip(wanted, states, strict=True)
            if frozen != listed.accounts[one]
        ]
        starts = range(0, len(differing), chunk)
        return [_freezing(system, listed, differing[at : at + chunk]) for at in starts]

    batch = Batch("freezes", title, Role.COMPLIANCE, (listed.key, chunk), title, operations)
    return perform_batch(system, batch, run)


def read_blocklist(path: Path, token: str) -> Listed:
    """The accounts in the CSV file at `path`.

    Raises:
        CsvFileError: it is no such file; names the line.
    """
    file = CsvFile.read(path, ["address"], ["reason"])
    seen: dict[str, int] = {}
    rows = list(file.each(lambda row: (_address(row, token, seen), row.cells.get("reason", ""))))
    return _listed(file, [(account, 0, why) for account, why in rows])


def read_freezes(path: Path, token: str) -> Listed:
    """The accounts and amounts in the CSV file at `path`.

    Raises:
        CsvFileError: it is no such file; names the line.
    """
    file = CsvFile.read(path, ["address", tuple(AMOUNT_COLUMNS)], ["reason"])
    column = next(name for name in file.columns if name in AMOUNT_COLUMNS)
    seen: dict[str, int] = {}

    def read(row: Row) -> tuple[str, int, str]:
        amount = parse_amount_cell(row, column, zero=True)
        return _address(row, token, seen), amount, row.cells.get("reason", "")

    return _listed(file, list(file.each(read)))


def _listed(file: CsvFile, rows: Sequence[tuple[str, int, str]]) -> Listed:
    return Listed(
        file.name,
        {account: value for account, value, _ in rows},
        file.sha256,
        {account: why.strip() for account, _, why in rows if why.strip()},
    )


def _require_reasons(listed: Listed, run: Run, *, exact: bool = False) -> None:
    """Why is said of each account, by its row or for all; of those that are unblocked because they are not listed, too.

    Raises:
        InputError: not so.
    """
    silent = [account for account in listed.accounts if account not in listed.reasons]
    if silent:
        require_reason(
            run,
            f"{listed.name}, in which {len(silent)} of {len(listed.accounts)} rows have no reason ({silent[0]} first),",
        )
    elif exact:
        require_reason(run, "--exact, which unblocks accounts that the file does not name,")


def blocked_on_chain(system: System) -> list[str]:
    """Every account that is blocked now, but for the zero address and the token, ascending.

    Events say whom to ask about; what counts is the token's own word.

    Raises:
        NodeError: the node refuses events, so that nothing is known.
    """
    token = system.record.token
    reserved = (0, int(token.address, 16))
    logs = read_logs(token.address, _BLOCKED, token.transaction.block_number)
    named = {address_topic(log, 1) for log in logs}
    candidates = sorted((a for a in named if int(a, 16) not in reserved), key=lambda a: int(a, 16))
    states = read_accounts(system, candidates, "isBlocked")
    return [one for one, (blocked,) in zip(candidates, states, strict=True) if blocked]


def _blocking(
    system: System, listed: Listed, accounts: Sequence[str], chunk: int, *, blocked: bool
) -> list[Operation]:
    found = []
    for at in range(0, len(accounts), chunk):
        some = accounts[at : at + chunk]
        operation = set_blocked(system, some, blocked=blocked)
        # Named by what it does: the journal knows it again when fewer are left.
        name = f"{operation.name}-{subject_of(operation.data)[:8]}"
        lines = operation.lines[:_SHOWN]
        if more := len(operation.lines) - len(lines):
            lines += (_rest(more, len(operation.lines), operation.data),)
        found.append(replace(operation, name=name, lines=lines, **_why(listed, some)))
    return found


def _why(listed: Listed, some: Sequence[str]) -> dict[str, Any]:
    """What the journal keeps of the file, for these accounts."""
    reasons = {one: listed.reasons[one] for one in some if one in listed.reasons}
    return {"reasons": reasons, "document_sha256": listed.sha256 or None}


def _rest(more: int, of: int, data: bytes) -> tuple[str, str]:
    """What is not shown of a list, by which two people can see that they have the same one."""
    return "", f"… {more} more; {of} in all, keccak256 of the call 0x{keccak(data).hex()}"


def _freezing(system: System, listed: Listed, some: Sequence[tuple[str, int]]) -> Operation:
    accounts = [account for account, _ in some]
    values = [listed.accounts[account] for account in accounts]
    data = call_data(system.token.setFrozenTokensBatch, accounts, values)
    lines = [
        (
            system.policy.label(account) or "",
            f"{account}\n{format_som(frozen)} → {format_som(listed.accounts[account])}",
        )
        for account, frozen in some[:_SHOWN]
    ]
    if (more := len(some) - _SHOWN) > 0:
        lines.append(_rest(more, len(some), data))

    def agreeing() -> int:
        states = read_accounts(system, accounts, "getFrozenTokens")
        return sum(f == v for (f,), v in zip(states, values, strict=True))

    return Operation(
        name=f"freeze-{subject_of(data)[:8]}",
        title=f"set what is frozen of {len(accounts)} accounts",
        to=system.token.address,
        data=data,
        role=Role.COMPLIANCE,
        lines=tuple(lines),
        readbacks=(
            Readback(f"frozen as listed, of {len(accounts)} accounts", len(accounts), agreeing),
        ),
        **_why(listed, accounts),
    )


def _address(row: Row, token: str, seen: dict[str, int]) -> str:
    """The row's address; no account appears twice, none is the token."""
    address = parse_address(row)
    if int(address, 16) == int(token, 16):
        raise row.fault(
            f"{address} is the token itself, which never holds tokens", "leave the row out"
        )
    if (line := seen.setdefault(address, row.line)) != row.line:
        raise row.fault(f"{address} stands already on line {line}", "keep one row an account")
    return address
