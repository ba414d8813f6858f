"""From statements and chain to a draft, and what its signers should think about first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from kgst.attestation import Domain
from kgst.checks import Check
from kgst.errors import InputError, RefusedError
from kgst.moments import format_span
from kgst.quantities import format_bps
from kgst.reserves.files import (
    AttestationFile,
    ChainState,
    Result,
    SettledFrom,
    Statement,
)
from kgst.reserves.format import bishkek_day, both_times, som
from kgst.reserves.report import hash_of_report
from kgst.signing.deadlines import CLOCK_SLACK, caution, far
from kgst.signing.files import DomainFields
from kgst.statements import ReserveTotal, StatementError, read_reserves
from kgst.statements.model import account_key
from kgst.units import format_som

__all__ = ["caution", "draft_warnings", "make_draft", "read_statements", "require_accounts"]

OLD_DAYS: Final = 3
"""A statement that closes longer ago than this is worth a warning."""


def read_statements(
    paths: Sequence[Path], accounts: Sequence[str], *, as_of: int, where: str
) -> ReserveTotal:
    """The reserves in the statements, of days no later than `as_of` in Bishkek.

    Args:
        paths: camt.053 or CSV files.
        accounts: The policy's reserve accounts; empty leaves open which.
        as_of: Seconds since 1970.
        where: The policy's path, for messages.

    Raises:
        StatementError: a statement that cannot be counted.
        InputError: an account is missing or is none of the policy's.
    """
    try:
        total = read_reserves(paths, not_after=bishkek_day(as_of))
    except StatementError as error:
        raise InputError(str(error)) from error
    require_accounts(total, accounts, where)
    return total


def require_accounts(total: ReserveTotal, accounts: Sequence[str], where: str) -> None:
    """`total` is of exactly the policy's accounts, if it names any.

    Raises:
        InputError: naming each account that is missing or foreign.
    """
    if not accounts:
        return
    expected = {account_key(one): one for one in accounts}
    found = {account_key(one.account): one for one in total.accounts}
    lines = [
        f"{one.file}: account {one.account} is none of reserve_accounts in {where}; leave its statement out, or have "
        "the policy changed."
        for key, one in found.items()
        if key not in expected
    ]
    lines += [
        f"account {name} of reserve_accounts in {where} has no statement; add its statement, or have the policy "
        "changed if the account was closed."
        for key, name in expected.items()
        if key not in found
    ]
    if lines:
        raise InputError("\n".join(lines))


def make_draft(
    domain: Domain,
    state: ChainState,
    total: ReserveTotal,
    settled: tuple[int, SettledFrom],
    deadline: int,
) -> AttestationFile:
    """The next attestation, as of the block that the chain was read at, to be submitted until `deadline`.

    Raises:
        RefusedError: the chain would not accept it whoever signed.
    """
    last = state.last
    as_of = state.block.timestamp
    if as_of < last.as_of:
        raise RefusedError(
            f"the last attestation is as of second {last.as_of}, the last final block is of second {as_of}; wait a "
            "minute and draft again."
        )
    statement = Statement(
        epoch=last.epoch + 1,
        reserves=total.total_tyiyn,
        settled=settled[0],
        as_of=as_of,
        report_hash=hash_of_report(total.report()),
    )
    if not state.is_modest(statement) and state.auditors.suspended:
        why = _why_unanimous(state, statement)
        raise RefusedError(
            f"{why}, so every auditor must sign, and {', '.join(state.auditors.suspended)} is suspended; the auditors "
            "have to rotate first (`ape run auditors draft`)."
        )
    return AttestationFile(
        deadline=deadline,
        domain=DomainFields(chain_id=domain.chain_id, verifying_contract=domain.token),
        attestation=statement,
        settled_from=settled[1],
        chain=state,
        result=Result.of(state, statement),
    )


def draft_warnings(draft: AttestationFile, total: ReserveTotal | None, *, now: int) -> list[Check]:
    """What the desk and every auditor should see before the draft is signed.

    Args:
        draft: To be signed.
        total: The reserves account by account, if they are known.
        now: Seconds since 1970: the chain's, or of this computer's clock where there is no chain.
    """
    return [*_warnings(draft, total), *_untimely(draft, now)]


def _warnings(draft: AttestationFile, total: ReserveTotal | None) -> Iterator[Check]:
    state, new = draft.chain, draft.attestation
    if draft.is_unanimity_needed:
        yield caution(
            "unanimity",
            f"{_why_unanimous(state, new)}: all {len(state.auditors.members)} auditors must sign.",
        )
    if draft.result.deficit:
        yield caution(
            "deficit",
            f"this declares a DEFICIT of {format_som(draft.result.deficit)}: minting stops until a newer "
            "attestation; everything else goes on.",
        )
    elif draft.result.shortfall:
        yield caution(
            "margin",
            f"the reserves cover what is in circulation, but not the margin of {format_bps(state.margin_bps)} above "
            f"it, by {format_som(draft.result.shortfall)}: minting stops until a newer attestation.",
        )
    if state.last.epoch and new.reserves == state.last.reserves:
        yield caution(
            "unchanged",
            f"reserves are the same as in epoch {state.last.epoch}, {som(new.reserves)}: are these "
            "the new statements?",
        )
    if new.settled < state.last.settled:
        yield caution(
            "settled_falls",
            f"settled falls from {format_som(state.last.settled)} to {format_som(new.settled)}: right if banks "
            "returned payments that had been counted, or the last attestation counted too much; else a slip.",
        )
    if total is None:
        return
    oldest = bishkek_day(new.as_of) - timedelta(days=OLD_DAYS)
    for account in total.accounts:
        if account.closing_date < oldest:
            yield caution(
                "old_statement",
                f"{account.file}: account {account.account} closed on {account.closing_date}, more than {OLD_DAYS} "
                "days before this attestation; is there a later statement?",
            )


def _untimely(draft: AttestationFile, now: int) -> Iterator[Check]:
    as_of = draft.attestation.as_of
    if as_of > now + CLOCK_SLACK:
        yield caution(
            "future",
            f"it is as of {both_times(as_of)}, {format_span(as_of - now)} from now by this computer's clock: once "
            "signed it can be submitted then, whatever the reserves are.",
        )
    if now >= draft.result.valid_until:
        yield caution(
            "stale",
            f"it is as of {both_times(as_of)}, {format_span(now - as_of)} ago: older than "
            f"{format_span(draft.chain.max_age)} it enables no minting; the token takes it as figures, and "
            "as a sign that the auditors are alive.",
        )
    yield from far(draft, now)


def _why_unanimous(state: ChainState, statement: Statement) -> str:
    if state.last.epoch == 0:
        return "this is the first attestation"
    base = "what is in circulation" if state.supply > state.backing else "the last backing"
    return (
        f"the backing rises from {format_som(state.base)} ({base}) to "
        f"{format_som(state.backing_by(statement))}, more than the {format_bps(state.max_increase_bps)} that the "
        "threshold may declare"
    )
