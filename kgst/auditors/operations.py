"""The calls that change the auditors: a signed rotation; a recovery proposed, accepted, cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode

from kgst.auditors.files import Proposal, RotationFile, SignedRotationFile
from kgst.auditors.reading import Found, read_auditors, read_proposal, successors
from kgst.errors import RefusedError, WaitingError
from kgst.events import read_logs, uint_topic
from kgst.moments import format_time
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.signing.collecting import require_signed
from kgst.signing.deadlines import until
from kgst.signing.files import AuditorSet
from kgst.signing.onchain import require_here, require_taken, structs
from kgst.storing import read_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgst.deployment.system import System

__all__ = ["acceptance", "cancellation", "proposing", "rotation"]

_SET: Final = "AuditorsSet(uint256,address[],uint256)"


def rotation(system: System, path: Path) -> Operation:
    """The call that submits the signed rotation at `path`.

    Raises:
        FileError: the file is none, or a signature in it is not good.
        RefusedError: it is for another chain or token, or the token would not accept it any more.
    """
    signed = read_model(path, SignedRotationFile, SignedRotationFile.what)
    require_signed(path, signed)
    draft = signed.draft
    require_here(system, path, draft)
    found = read_auditors(system)
    version = found.auditors.version
    already = version > draft.number and _was_accepted(draft)
    if not already:
        now = found.state.block.timestamp
        require_taken(system, path, draft, signed.signatures, found.auditors, now)
    return Operation(
        name="rotate-auditors",
        title=f"rotate the auditors, version {draft.number} → {draft.new.version}",
        to=system.token.address,
        data=call_data(
            system.token.rotateAuditors, *draft.order.arguments(structs(signed.signatures))
        ),
        lines=(
            *_set_lines(system, draft.current, draft.new),
            ("signed by", "\n".join(system.named(one.signer) for one in signed.signatures)),
            ("deadline", until(draft.deadline, found.state.block.timestamp)),
            *_ends_lines(system, found),
        ),
        # A set that was succeeded since is no longer in office.
        readbacks=() if version > draft.new.version else (_in_office(system, draft.new),),
        already=already,
    )


def proposing(system: System, found: Found) -> Operation:
    """The call by which a RESERVE_ADMIN proposes the policy's auditors."""
    new = successors(system.policy, found.auditors)
    wanted = (new.members, new.threshold)
    pending = found.ends.proposal
    lines = [
        *_set_lines(system, found.auditors, new),
        (
            "can be accepted",
            f"{format_duration(found.recovery_delay)} after the proposal, by anyone: `ape run auditors accept`",
        ),
        ("ended by", "any attestation or rotation until then: for auditors whose keys are lost"),
        ("undone by", "a GUARDIAN: `ape run auditors cancel`"),
    ]
    if pending is not None and _people(pending) != wanted:
        lines.append(("replaces", f"the proposal of {_names(system, pending.auditors)}"))
    return Operation(
        name="propose-auditors",
        title="propose the policy's auditors",
        to=system.token.address,
        data=call_data(system.token.proposeAuditors, list(new.members), new.threshold),
        role=Role.RESERVE_ADMIN,
        lines=tuple(lines),
        readbacks=(
            Readback(
                "proposed auditors",
                wanted,
                lambda: _people(read_proposal(system)),
                lambda people: _in_words(system, people),
            ),
        ),
        already=_people(pending) == wanted,
        repeatable=True,
    )


def acceptance(system: System, found: Found) -> Operation:
    """The call by which anyone completes a recovery, to the auditors that the policy names."""
    new = successors(system.policy, found.auditors)
    pending = found.ends.proposal

    def check() -> None:
        if pending is None:
            raise RefusedError(
                "no recovery is proposed, or an attestation or a rotation has shown that the auditors are alive, which "
                "ends it; see `ape run auditors show`, and `ape run govern pending` for a proposal that still waits."
            )
        if _people(pending) != (new.members, new.threshold):
            raise RefusedError(
                f"proposed are {_in_words(system, _people(pending))}; {system.policy_path} names "
                f"{_in_words(system, (new.members, new.threshold))}. Correct the policy if they are meant; else a "
                "GUARDIAN ends it: `ape run auditors cancel`."
            )
        if found.state.block.timestamp < pending.acceptable_at:
            raise WaitingError(
                f"the recovery can be accepted from {format_time(pending.acceptable_at)} on, unless the auditors "
                "attest or rotate before; give the same command again then."
            )

    return Operation(
        name="accept-auditors",
        title="complete the recovery of the auditors",
        to=system.token.address,
        data=call_data(system.token.acceptAuditors),
        lines=(*_set_lines(system, found.auditors, new), *_ends_lines(system, found)),
        readbacks=(_in_office(system, new),),
        already=pending is None and found.are(new),
        check=check,
        repeatable=True,
    )


def cancellation(system: System, found: Found) -> Operation:
    """The call by which a GUARDIAN ends a recovery that was proposed."""
    pending = found.ends.proposal
    lines = [("auditors stay", _names(system, found.auditors.members))]
    if pending is not None:
        lines.insert(0, ("proposed", _in_words(system, _people(pending))))
    return Operation(
        name="cancel-auditors",
        title="cancel the recovery of the auditors",
        to=system.token.address,
        data=call_data(system.token.cancelAuditorsProposal),
        role=Role.GUARDIAN,
        lines=tuple(lines),
        readbacks=(
            Readback(
                "proposed auditors",
                None,
                lambda: _people(read_proposal(system)),
                lambda people: _in_words(system, people),
            ),
        ),
        already=pending is None,
        repeatable=True,
    )


def _was_accepted(draft: RotationFile) -> bool:
    """Whether these very successors followed the draft's version, however many followed since.

    Raises:
        NodeError: the node does not show its events, so nobody can tell.
    """
    wanted = tuple(one.lower() for one in draft.new.members), draft.new.threshold
    # It cannot have been accepted before the block that it was drafted at.
    for log in read_logs(draft.domain.verifying_contract, (_SET,), draft.block.number):
        if uint_topic(log, 1) == draft.new.version:
            members, threshold = decode(["address[]", "uint256"], bytes(log["data"]))
            return (members, threshold) == wanted
    return False


def _in_office(system: System, new: AuditorSet) -> Readback:
    def read() -> tuple[tuple[str, ...], int]:
        members, threshold, _, _ = system.token.auditorSet()
        return tuple(members), int(threshold)

    return Readback(
        "auditors", (new.members, new.threshold), read, lambda people: _in_words(system, people)
    )


def _people(proposal: Proposal | None) -> tuple[tuple[str, ...], int] | None:
    return None if proposal is None else (proposal.auditors, proposal.threshold)


def _in_words(system: System, people: Any) -> str:
    if people is None:
        return "none"
    members, threshold = people
    return f"{threshold} of {_names(system, members)}"


def _names(system: System, addresses: Sequence[str]) -> str:
    return ", ".join(system.named(one) for one in addresses)


def _set_lines(system: System, old: AuditorSet, new: AuditorSet) -> list[tuple[str, str]]:
    rows = []
    for one in dict.fromkeys([*old.members, *new.members]):
        marks = [word for word, fits in (
            ("suspended now", one in old.suspended),
            ("joins", one not in old.members),
            ("leaves", one not in new.members),
        ) if fits]  # fmt: skip
        rows.append(f"{system.named(one)}: {', '.join(marks) or 'stays'}")
    before, after = (f"{s.threshold} of {len(s.members)}" for s in (old, new))
    return [("auditors", "\n".join(rows)), ("have to sign", f"{before} → {after}")]


def _ends_lines(system: System, found: Found) -> list[tuple[str, str]]:
    """What lapses with a change of the set."""
    ends = found.ends
    rows = []
    if ends.valid_until:
        rows.append(
            f"the attestation, valid until {format_time(ends.valid_until)}: nobody mints until a new one"
        )
    if ends.consent:
        rows.append(f"the consent to the upgrade to code {ends.consent[:10]}…")
    if ends.proposal:
        rows.append(f"the proposal of {_names(system, ends.proposal.auditors)}")
    return [("ends", "\n".join(rows))] if rows else []
