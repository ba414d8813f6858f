"""How far a rotation is, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.govern.challenge import Challenge
from kgst.govern.policy_text import LineChange, lines_to_change, replace_member
from kgst.govern.proof import Proof
from kgst.pipeline import documents
from kgst.pipeline.documents import OperationDocument
from kgst.signing.views import print_hash_lines
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["Labels", "Rotation", "answer_of", "finished", "notes_on", "policy_lines"]

Labels = tuple[str | None, str | None]
"""Of the old holder and of the new one, in the policy."""


@dataclass
class Rotation:
    """How far it is.

    Attributes:
        labels: Of both, in the policy.
        roles: Names of those that are rotated.
        phase: `grant`, `prove`, `revoke`, `done`: what is to be done next.
        challenge_file: Where the challenge was written.
        notes: What it does not cover.
        policy_lines: Lines of the policy that still name the old holder.
    """

    old: str
    new: str
    labels: Labels
    roles: list[str]
    phase: Literal["grant", "prove", "revoke", "done"] = "grant"
    challenge: Challenge | None = None
    challenge_file: Path | None = None
    proof: Proof | None = None
    notes: list[str] = field(default_factory=list)
    policy_lines: list[LineChange] = field(default_factory=list)
    policy_written: bool = False


def notes_on(system: System, old: str) -> list[str]:
    """Powers that are not roles."""
    powers = system.policy.powers(old)
    notes = []
    if "issuer" in powers:
        notes.append(
            "it is an issuer too: change issuers in the policy, then `ape run govern apply`"
        )
    if "auditor" in powers:
        notes.append("it is an auditor too: only auditors change their set (`ape run reserves`)")
    owned = [
        label
        for label, safe in system.policy.safes.items()
        if system.policy.label(old) in safe.owners
    ]
    if owned:
        notes.append(f"it owns the Safe {', '.join(owned)} too: the Safe's owners replace it there")
    return notes


def policy_lines(system: System, labels: Labels) -> list[LineChange]:
    """Lines of the policy that name the old holder among members, and what they become."""
    old, new = labels
    if old is None:
        return []
    return lines_to_change(system.policy_path, old, new or "NEW")


def finished(
    system: System,
    rotation: Rotation,
    answers: list[Answer[OperationDocument]],
    *,
    write_policy: bool,
) -> Answer[OperationDocument]:
    """The answer once everything is handed over; the policy is rewritten if that is asked for."""
    rotation.phase = "done"
    rotation.policy_lines = policy_lines(system, rotation.labels)
    old, new = rotation.labels
    if write_policy and rotation.policy_lines and old is not None and new is not None:
        replace_member(system.policy_path, old, new)
        rotation.policy_written = True
    return answer_of(system, rotation, answers)


def answer_of(
    system: System,
    rotation: Rotation,
    answers: Sequence[Answer[OperationDocument]],
    code: ExitCode | None = None,
) -> Answer[OperationDocument]:
    """One document of all that was done, with where the rotation stands."""
    last = answers[-1].content if answers else OperationDocument.of_nothing(system)
    if code is None:
        code = answers[-1].exit_code
    each = [answer.content for answer in answers]
    document = last.model_copy(
        update={
            "done": code is ExitCode.DONE,
            "already": all(one.already for one in each),
            "operations": [part for one in each for part in one.operations],
            "transactions": [part for one in each for part in one.transactions],
            "read_back": [part for one in each for part in one.read_back],
            "rotation": _as_part(rotation),
        }
    )
    return Answer(document, partial(_print, system, rotation, answers), code)


def _as_part(rotation: Rotation) -> documents.Rotation:
    challenge, proof = rotation.challenge, rotation.proof
    return documents.Rotation.taken_from(
        rotation,
        next=rotation.phase,
        challenge=documents.Challenge.taken_from(
            challenge,
            domain_hash=challenge.hashes.domain,
            message_hash=challenge.hashes.message,
            hash=challenge.digest,
        )
        if challenge
        else None,
        challenge_file=str(rotation.challenge_file) if rotation.challenge_file else None,
        proved_by=proof.method if proof else None,
        policy_lines=[
            documents.PolicyLine(
                line=c.number, role=c.role, before=c.before.strip(), after=c.after.strip() or None
            )
            for c in rotation.policy_lines
        ],
    )


def _print(
    system: System, rotation: Rotation, answers: Sequence[Answer[OperationDocument]], out: Console
) -> None:
    for answer in answers:
        answer.show(out)
    new = markup(system.named(rotation.new))
    challenge, proof = rotation.challenge, rotation.proof
    if challenge is not None and proof is not None and proof.method is None:
        out.print(
            f"\n[yellow]Not proved yet[/yellow] that the key of {new} works, so nothing is revoked. It signs:\n"
        )
        print_hash_lines(out, challenge.hashes)
        out.print(
            "Give this command with --new-account, if the key is on this machine. Or its holder signs without a "
            "network: --challenge FILE writes what `ape run govern sign FILE` takes, --proof takes what that writes. "
            "Or its holder gives `ape run govern prove OLD NEW --account …` and shares the file; or give the signature "
            "with --signature."
        )
        if rotation.challenge_file is not None:
            out.print(f"To be signed: {rotation.challenge_file}", soft_wrap=True, markup=False)
    elif proof is not None:
        out.print(f"[green]✓[/green] the key of {new} works: {markup(proof.said)}")
    for note in rotation.notes:
        out.print(f"[yellow]Not rotated:[/yellow] {markup(note, None)}")
    if rotation.policy_lines:
        done = "Rewritten" if rotation.policy_written else "Now change"
        out.print(f"{done} in {markup(system.policy_path)}:")
        for change in rotation.policy_lines:
            out.print(f"  {change.number}: - {change.before.strip()}", style="red", markup=False)
            if change.after:
                out.print(
                    f"  {change.number}: + {change.after.strip()}", style="green", markup=False
                )
