"""What anyone does with a signed attestation, and what one auditor can do alone: the calls of the token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode

from kgst.errors import InputError, RefusedError
from kgst.events import read_logs, uint_topic
from kgst.moments import format_span
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.reserves.attested import ATTESTED
from kgst.reserves.files import AttestationFile, ChainState, Result, SignedFile, Statement
from kgst.reserves.format import both_times, som
from kgst.reserves.reading import read_state, statement_of
from kgst.reserves.sources import sources_in
from kgst.reserves.views import moment, totals
from kgst.signing.collecting import require_signed
from kgst.signing.onchain import require_here, require_taken, structs
from kgst.snapshot.token import Attestation
from kgst.storing import read_model
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["halting", "require_auditor", "submission"]


MAX_REASON_BYTES: Final = 500
"""Longest reason: it is logged on the chain, and read by people."""


def submission(system: System, path: Path) -> Operation:
    """The call that submits the signed attestation at `path`.

    Raises:
        FileError: the file is none, or a signature in it is not good.
        RefusedError: it is for another chain or token, or the token would not accept it any more.
    """
    signed = read_model(path, SignedFile, SignedFile.what)
    require_signed(path, signed)
    draft = signed.draft
    require_here(system, path, draft)
    state = read_state(system)
    new = draft.attestation
    is_last = state.last == new
    already = is_last or _was_accepted(draft, state)
    if not already:
        _require_acceptable(system, path, signed, state)
    result = Result.of(state, new, draft.chain.halts) if not already else _result_now(state)
    lines = [
        ("reserves", som(new.reserves)),
        ("settled", format_som(new.settled)),
        ("as of", moment(new.as_of)),
        ("report", f"{new.report_hash[:34]}\n{new.report_hash[34:]}"),
        ("signed by", "\n".join(system.named(one.signer) for one in signed.signatures)),
        ("statements", _sources(system, signed)),
        ("follows", totals(result)),
    ]
    if result.shortfall:
        lines.append(("DEFICIT", format_som(result.shortfall)))
    if not already:
        lines.append(("deadline", moment(draft.deadline)))
        if (why := _why_no_minting(draft, state)) is not None:
            lines.append(("ENABLES NO MINTING", why))
    return Operation(
        name="attest",
        title=f"attest reserves, epoch {new.epoch}",
        to=system.token.address,
        data=call_data(system.token.attest, *draft.order.arguments(structs(signed.signatures))),
        lines=tuple(lines),
        # An older epoch, accepted once, is no longer the last.
        readbacks=() if already and not is_last else (_last_is(system, new),),
        already=already,
    )


def _sources(system: System, signed: SignedFile) -> str:
    return "\n".join(
        f"{one.file.file}: {line}" for one in sources_in(signed) for line in one.words(system.named)
    )


def _why_no_minting(draft: AttestationFile, state: ChainState) -> str | None:
    """What keeps an attestation from enabling minting, though the token takes it; None when it does enable it."""
    if draft.chain.halts < state.halts:
        return (
            "it was signed before minting was halted: the token takes it as figures, and as a sign that the auditors "
            "are alive; draft anew, so that they sign what they know of the halt"
        )
    age, limit = state.block.timestamp - draft.attestation.as_of, state.max_age
    if age >= limit:
        return (
            f"it is as of {format_span(age)} ago, and only for {format_span(limit)} does one enable minting; draft "
            "anew"
        )
    return None


def _last_is(system: System, statement: Statement) -> Readback:
    return Readback(
        "last attestation",
        statement,
        lambda: statement_of(Attestation(*system.token.lastAttestation())),
        _in_words,
    )


def _was_accepted(draft: AttestationFile, state: ChainState) -> bool:
    """Whether the token accepted this very attestation, and later ones since.

    Raises:
        NodeError: the node does not show its events, so nobody can tell.
    """
    new = draft.attestation
    if new.epoch >= state.last.epoch:
        return False
    # It cannot have been accepted before the block that it was drafted at.
    for log in read_logs(draft.domain.verifying_contract, (ATTESTED,), draft.chain.block.number):
        if uint_topic(log, 1) == new.epoch:
            reserves, settled, as_of, *_ = decode(["uint256"] * 6, bytes(log["data"]))
            return (reserves, settled, as_of, uint_topic(log, 2)) == (
                new.reserves,
                new.settled,
                new.as_of,
                int(new.report_hash, 16),
            )
    return False


def halting(system: System, reason: str) -> Operation:
    """The call by which one auditor stops minting.

    Raises:
        InputError: the reason is empty, too long, or cannot be printed.
    """
    reason = reason.strip()
    if not reason or not reason.isprintable() or len(reason.encode()) > MAX_REASON_BYTES:
        raise InputError(
            f"--reason: write one line of 1 to {MAX_REASON_BYTES} bytes: everyone will read it on the chain."
        )
    state = read_state(system)
    until = state.valid_until
    return Operation(
        name="halt",
        title="halt minting",
        to=system.token.address,
        data=call_data(system.token.haltMinting, reason),
        lines=(
            ("reason", reason),
            (
                "minting until now",
                both_times(until) if until > state.block.timestamp else "impossible already",
            ),
            (
                "ends with",
                f"an attestation that was drafted and signed after the halt, epoch {state.last.epoch + 1} or later; "
                "nothing else",
            ),
            (
                "ends besides",
                "the auditors' consent to an upgrade, and what of it was signed before",
            ),
        ),
        readbacks=(
            Readback(
                "minting is over",
                True,
                lambda: int(system.token.solvency().validUntil) <= system.now(),
                lambda over: "yes" if over else "no",
            ),
        ),
        by=state.auditors.active,
        emergency=True,
    )


def require_auditor(system: System, caller: str) -> None:
    """`caller` may halt minting.

    Raises:
        RefusedError: it is no auditor, or suspended.
    """
    auditors = read_state(system).auditors
    if caller not in auditors.active:
        names = ", ".join(system.named(one) for one in auditors.active)
        what = "is a suspended auditor" if caller in auditors.members else "is no auditor"
        raise RefusedError(
            f"{system.named(caller)} {what}, and only auditors halt minting: {names}. A pauser stops it as well: "
            "`ape run guard pause MINTING`."
        )


def _require_acceptable(system: System, path: Path, signed: SignedFile, state: ChainState) -> None:
    """What the token would refuse, in words.

    Raises:
        RefusedError: with the reason and what to do.
    """
    new, last = signed.draft.attestation, state.last
    now = state.block.timestamp
    anew = "draft anew and have it signed"
    if new.epoch <= last.epoch:
        other = (
            f"epoch {new.epoch} is taken by another attestation, with reserves of "
            f"{som(last.reserves)} and the report {last.report_hash}"
            if new.epoch == last.epoch
            else f"is of epoch {new.epoch}, and the chain is at epoch {last.epoch}"
        )
        raise RefusedError(f"{path}: {other}; {anew}.")
    if new.epoch != last.epoch + 1:
        raise RefusedError(
            f"{path}: is of epoch {new.epoch}, and the chain is at epoch {last.epoch}: epoch {last.epoch + 1} has to "
            "be submitted first, or the node lags behind."
        )
    if new.as_of < last.as_of:
        raise RefusedError(
            f"{path}: is as of {both_times(new.as_of)}, and the last attestation is as of {both_times(last.as_of)}; "
            f"{anew}."
        )
    if new.as_of > now:
        raise RefusedError(
            f"{path}: is as of {both_times(new.as_of)}, which the chain has not reached; wait, or use another node."
        )
    if new.settled > state.burned:
        raise RefusedError(
            f"{path}: settled {format_som(new.settled)} is more than {format_som(state.burned)}, all that was burned; "
            f"{anew}."
        )
    if signed.draft.chain.halts > state.halts:
        raise RefusedError(
            f"{path}: knows of {signed.draft.chain.halts} halts of minting, and the chain of {state.halts}: the node "
            f"lags behind, or the halt was undone with its block; wait, use another node, or {anew}."
        )
    auditors = state.auditors
    require_taken(system, path, signed.draft, signed.signatures, auditors, now)
    needed = auditors.threshold if state.is_modest(new) else len(auditors.members)
    if len(signed.signatures) < needed:
        raise RefusedError(
            f"{path}: {len(signed.signatures)} signatures, and {needed} of {len(auditors.members)} auditors are needed "
            "now; collect the others."
        )


def _result_now(state: ChainState) -> Result:
    return Result(
        backing=state.backing,
        headroom=max(0, state.backing - state.supply),
        shortfall=max(0, state.supply - state.backing),
        deficit=state.deficit_by(state.last),
        valid_until=state.valid_until,
        signatures_needed=state.auditors.threshold,
    )


def _in_words(statement: Statement) -> str:
    return (
        f"epoch {statement.epoch}, reserves {som(statement.reserves)}, report "
        f"{statement.report_hash}"
    )
