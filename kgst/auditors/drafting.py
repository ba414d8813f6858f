"""From policy and chain to the draft of a rotation, and what its signers should think about first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kgst.attestation import Domain
from kgst.auditors.files import RotationFile
from kgst.auditors.reading import Found
from kgst.checks import Check
from kgst.reserves.format import both_times
from kgst.signing.deadlines import caution, early, far
from kgst.signing.files import AuditorSet, DomainFields

__all__ = ["draft_warnings", "make_draft"]


def make_draft(domain: Domain, found: Found, new: AuditorSet, deadline: int) -> RotationFile:
    """The rotation of the auditors that were `found` to `new`, who differ or end a suspension, until `deadline`."""
    return RotationFile(
        deadline=deadline,
        domain=DomainFields(chain_id=domain.chain_id, verifying_contract=domain.token),
        block=found.state.block,
        current=found.auditors,
        new=new,
        ends=found.ends,
    )


def draft_warnings(draft: RotationFile, named: Callable[[str], str], *, now: int) -> list[Check]:
    """What every auditor should see before signing.

    Args:
        draft: To be signed.
        named: Puts addresses into words.
        now: Seconds since 1970: the chain's, or of this computer's clock where there is no chain.
    """
    return [
        *_ended(draft, named),
        *_changed(draft, named),
        *early(draft.block.timestamp, now),
        *far(draft, now),
    ]


def _ended(draft: RotationFile, named: Callable[[str], str]) -> Iterator[Check]:
    ends = draft.ends
    if ends.valid_until:
        yield caution(
            "attestation",
            f"it ends the current attestation, valid until {both_times(ends.valid_until)}: nobody mints until the new "
            "auditors have attested.",
        )
    if ends.consent:
        yield caution(
            "consent",
            f"it ends the auditors' consent to the upgrade to the code {ends.consent}: the new auditors would have to "
            "consent anew.",
        )
    if ends.proposal:
        names = ", ".join(named(one) for one in ends.proposal.auditors)
        yield caution("proposal", f"it ends the recovery that is proposed, to {names}.")


def _changed(draft: RotationFile, named: Callable[[str], str]) -> Iterator[Check]:
    old, new = draft.current, draft.new
    for one in draft.returning:
        yield caution(
            "suspension",
            f"{named(one)} is suspended now and may sign again: is the key known to be safe?",
        )
    if new.threshold < old.threshold:
        yield caution(
            "threshold", f"fewer have to sign: {new.threshold} instead of {old.threshold}."
        )
    if len(draft.joining) >= new.threshold:
        yield caution(
            "newcomers",
            f"those who join ({len(draft.joining)}) suffice to attest ({new.threshold}), without any auditor of today.",
        )
