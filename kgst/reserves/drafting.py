"""From statements and chain to a draft, and what its signers should think about first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from kgst.attestation import Domain
from kgst.checks import Check
from kgst.errors import InputError, RefusedError
from kgst.moments import format_span
from kgst.policy import Policy
from kgst.quantities import format_bps
from kgst.reserves.files import (
    AttestationFile,
    ChainState,
    Result,
    SettledFrom,
    Statement,
)
from kgst.reserves.format import bishkek_day, both_times, som
from kgst.reserves.settled_cautions import of_settled
from kgst.signing.deadlines import CLOCK_SLACK, caution, far
from kgst.signing.files import DomainFields
from kgst.statements import ReserveTotal, StatementError, read_reserves
from kgst.statements.model import end_of
from kgst.statements.opened import Progress
from kgst.statements.reading import HandOn
from kgst.units import format_som

__all__ = [
    "caution",
    "draft_warnings",
    "make_draft",
    "read_statements",
    "require_young",
]


def read_statements(
    paths: Sequence[Path],
    policy: Policy | None,
    policy_path: Path | None,
    *,
    now: int,
    closing: date | None = None,
    previous: ReserveTotal | None = None,
    hand_on: HandOn = lambda _: None,
    progress: Progress = lambda *_: None,
) -> ReserveTotal:
    """The reserves in the statements, at the end of a day that has ended in Bishkek.

    Args:
        paths: The files.
        policy: Says which accounts count, and which banks sign; None leaves it open.
        policy_path: Where it was read; the banks' certificates lie beside it.
        now: Seconds since 1970.
        closing: The day that is attested, where banks closed on different ones.
        previous: What was attested last.
        hand_on: Given each entry as it passes.
        progress: Told of each piece that is read.

    Raises:
        InputError: a statement that cannot be counted, or an account without one.
    """
    try:
        return read_reserves(
            paths,
            accounts=policy.accounts(policy_path) if policy and policy_path else None,
            not_after=bishkek_day(now) - timedelta(days=1),
            closing=closing,
            previous=previous,
            hand_on=hand_on,
            progress=progress,
        )
    except StatementError as error:
        raise InputError(str(error)) from error


def require_young(total: ReserveTotal, policy: Policy, *, now: int) -> None:
    """The statements are no older than the policy allows.

    Args:
        total: What they say.
        policy: Has `max_statement_age`, or else `token.max_age`.
        now: Seconds since 1970.

    Raises:
        RefusedError: they are.
    """
    limit = policy.max_statement_age or policy.token.max_age
    # Of an account whose bank had a holiday the earlier closing counts, and has to be young as well.
    oldest = min(total.accounts, key=lambda one: one.closing_date)
    age = now - int(end_of(oldest.closing_date).timestamp())
    if age > limit:
        raise RefusedError(
            f"{oldest.file}: account {oldest.account} closed on {oldest.closing_date}, {format_span(age)} ago, and the "
            f"policy's max_statement_age is {format_span(limit)}; give the statements of a later day."
        )


def make_draft(
    domain: Domain,
    state: ChainState,
    total: ReserveTotal,
    settled: tuple[int, SettledFrom],
    report_hash: str,
    deadline: int,
    because: str = "",
) -> AttestationFile:
    """The next attestation, as of the end of the statements' closing day, to be submitted until `deadline`.

    Raises:
        RefusedError: the chain would not accept it whoever signed.
    """
    last = state.last
    as_of = total.as_of
    if as_of < last.as_of:
        raise RefusedError(
            f"the statements are as of {both_times(as_of)}, and the last attestation is as of "
            f"{both_times(last.as_of)}; give the statements of that day or a later one."
        )
    statement = Statement(
        epoch=last.epoch + 1,
        reserves=total.total_tyiyn,
        settled=settled[0],
        as_of=as_of,
        report_hash=report_hash,
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
        files=total.files,
        because=because,
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
    yield from _against_last(draft)
    yield from of_settled(draft)
    if total is not None:
        yield from of_statements(total)


def _against_last(draft: AttestationFile) -> Iterator[Check]:
    new, last = draft.attestation, draft.chain.last
    if last.epoch == 0:
        return
    if new.as_of == last.as_of:
        same = new.reserves == last.reserves
        yield caution(
            "repeats",
            f"it is of the closing that epoch {last.epoch} attested, "
            + (
                "and repeats its reserves."
                if same
                else f"and says {som(new.reserves)} where that said {som(last.reserves)}: one of them is wrong."
            ),
        )
    elif new.reserves == last.reserves:
        yield caution(
            "unchanged",
            f"reserves are the same as in epoch {last.epoch}, {som(new.reserves)}: are these "
            "the new statements?",
        )
    if 10 * new.reserves <= 9 * last.reserves:
        yield caution(
            "reserves_fall",
            f"reserves fall by a tenth or more, from {som(last.reserves)} to {som(new.reserves)}"
            + (f": {draft.because!r}." if draft.because else "."),
        )


def of_statements(total: ReserveTotal) -> Iterator[Check]:
    """What the statements themselves give to think about."""
    for account in total.earlier:
        yield caution(
            "holiday",
            f"{account.file}: account {account.account} closed on {account.closing_date}, and its balance counts for "
            f"{total.closing_day} (--closing): right if its bank was closed since then, and nothing moved.",
        )
    for one in total.deductions:
        yield caution(
            one.kind, f"account {one.account}: {som(one.tyiyn)} is not counted: {one.reason}."
        )
    for account in total.accounts:
        if account.transcribed:
            yield caution(
                "transcribed",
                f"{account.file}: the balance of account {account.account} was written down by somebody: compare it "
                "with what the bank says.",
            )
    for left_out in total.left_out:
        owner = f", of {left_out.owner}" if left_out.owner else ""
        yield caution(
            "left_out",
            f"{left_out.file}: account {left_out.account} ({left_out.currency or 'no currency given'}{owner}) is not "
            "one of the reserve accounts and is not counted.",
        )
    for note in total.notes:
        yield caution("statements", note)


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
