"""From one key to another: grant, prove that the new one works, revoke. No role is ever without a holder.

Where it stands is read from the chain, so the same command goes on after an interruption or a delay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from kgst.console import Answer
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.govern.holders import Holders, read_holders
from kgst.govern.policy_text import LineChange, lines_to_change, replace_member
from kgst.govern.proof import Challenge, Proof, challenge_for, prove
from kgst.pipeline import documents
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.pipeline.pipeline import carry_out
from kgst.pipeline.views import clock, nothing_done
from kgst.quantities import format_duration
from kgst.roles import Role, role_name
from kgst.signatures import Hashes
from kgst.signing.views import print_hash_lines
from kgst.terminal import markup

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.snapshot.powers import Access

__all__ = ["Rotation", "prove_key", "rotate"]


@dataclass
class Rotation:
    """How far it is.

    Attributes:
        roles: Names of those that are rotated.
        phase: `grant`, `prove`, `revoke`, `done`: what is to be done next.
        notes: What it does not cover.
        policy_lines: Lines of the policy that still name the old holder.
    """

    old: str
    new: str
    roles: list[str]
    phase: Literal["grant", "prove", "revoke", "done"] = "grant"
    challenge: Challenge | None = None
    proof: Proof | None = None
    notes: list[str] = field(default_factory=list)
    policy_lines: list[LineChange] = field(default_factory=list)
    policy_written: bool = False


def rotate(
    system: System,
    old: str,
    new: str,
    run: Run,
    *,
    new_account: AccountAPI | None = None,
    signature: bytes | None = None,
    write_policy: bool = False,
) -> Answer[WriteDocument]:
    """Move every role of `old` to `new`, as far as it is possible now.

    Args:
        system: Opened by the command.
        old: A label, or with `--allow-unknown` an address.
        new: The same.
        run: The command line; its account or Safe is an ADMIN.
        new_account: Of `new`, to prove its key.
        signature: Of `new` over the challenge, made elsewhere.
        write_policy: Put `new` into the policy once it is done.

    Raises:
        InputError: both are one, or `old` has nothing to rotate.
        RefusedError: the caller may not, or the proof is none.
    """
    if run.give_up:
        return give_up(system, run)
    old = system.require_known(old, allow_unknown=run.allow_unknown)
    new = system.require_known(new, allow_unknown=run.allow_unknown)
    labels = (system.policy.label(old), system.policy.label(new))
    if int(old, 16) == int(new, 16):
        raise InputError(f"{system.named(old)} is to replace itself; give another as NEW.")
    if write_policy and None in labels:
        raise InputError(
            f"--write-policy needs labels; add {new if labels[1] is None else old} to people in {system.policy_path}."
        )
    holders = read_holders(system, old, new)
    held = holders.roles_of(old)
    rotation = Rotation(old, new, [role_name(role) for role in held], notes=_notes(system, old))
    if not held:
        rotation.roles = [role_name(role) for role in holders.roles_of(new)]
        meant = {line.role for line in _policy_lines(system, labels)}
        if not rotation.roles or meant - set(rotation.roles):
            raise InputError(
                f"{system.named(old)} holds no role on the chain, so there is nothing to rotate; see `ape run govern "
                "matrix`, and `ape run govern plan` for what differs from the policy."
            )
        said = f"{system.named(old)} holds no role; {system.named(new)} holds {', '.join(rotation.roles)}"
        return _finished(system, rotation, [nothing_done(system, said)], labels, write_policy)

    answers: list[Answer[OperationDocument]] = []
    if grants := _grants(system, holders, held, new):
        answers.append(carry_out(system, grants, run))
        if answers[-1].exit_code is not ExitCode.DONE:
            return _answer(system, rotation, answers)
        holders = read_holders(system, old, new)
    if late := [holders.in_role(role, new).since for role in held if not _acts(holders, role, new)]:
        raise RefusedError(
            f"{system.named(new)} can act in every role only from {clock(max(late))} on (the roles' grant delay); give "
            "the same command then."
        )
    rotation.phase = "prove"
    rotation.challenge = challenge_for(system, holders, new, old)
    rotation.proof = prove(system, rotation.challenge, account=new_account, signature=signature)
    if rotation.proof.method is None:
        return _answer(system, rotation, answers, ExitCode.WAITING)
    rotation.phase = "revoke"
    answers.append(carry_out(system, _revokes(system, holders, held, old, new), run))
    if answers[-1].exit_code is not ExitCode.DONE:
        return _answer(system, rotation, answers)
    return _finished(system, rotation, answers, labels, write_policy)


def prove_key(system: System, old: str, new: str, run: Run) -> Answer[OperationDocument]:
    """The new holder signs, on a machine of its own, what `rotate` asks for; the file is then passed on.

    Raises:
        RefusedError: `new` holds no role yet.
    """
    old = system.require_known(old, allow_unknown=run.allow_unknown)
    new = system.require_known(new, allow_unknown=run.allow_unknown)
    holders = read_holders(system, old, new)
    if not holders.roles_of(new):
        raise RefusedError(
            f"{system.named(new)} holds no role yet: first `ape run govern rotate` grants them."
        )
    challenge = challenge_for(system, holders, new, old)
    rotation = Rotation(old, new, challenge.roles.split(", "), "prove", challenge)
    rotation.proof = prove(system, challenge, account=run.account)
    proved = rotation.proof.method is not None
    if proved:
        rotation.phase = "revoke"
    return _answer(system, rotation, [], ExitCode.DONE if proved else ExitCode.WAITING)


def _grants(system: System, holders: Holders, held: dict[int, Access], new: str) -> list[Operation]:
    """What `new` still lacks of what the old holder has."""
    operations = []
    for role, access in held.items():
        delay = _to_come(access)
        has = holders.in_role(role, new)
        if has.since and _to_come(has) == delay:
            continue
        title = f"grant {role_name(role)} to {system.named(new)}, delay {format_duration(delay)}"
        data = call_data(system.manager.grantRole, role, new, delay)
        shown = partial(_shown, system.named(new), role)
        operations.append(
            _admin(system, "grant", title, data, Readback(
                role_name(role), (True, delay), partial(_membership, system, role, new), shown,
            ))
        )  # fmt: skip
    return operations


def _revokes(
    system: System, holders: Holders, held: dict[int, Access], old: str, new: str
) -> list[Operation]:
    """What the old holder loses; ADMIN last, since it may be the caller."""
    operations = []
    for role in sorted(held, reverse=True):  # ADMIN is 0
        if new not in holders.of(role):
            raise RefusedError(
                f"{system.named(new)} does not hold {role_name(role)}, so nothing was revoked; give the command again."
            )
        title = f"take {role_name(role)} from {system.named(old)}"
        data = call_data(system.manager.revokeRole, role, old)
        shown = partial(_shown, system.named(old), role)
        operations.append(
            _admin(system, "revoke", title, data, Readback(
                role_name(role), (False, 0), partial(_membership, system, role, old), shown,
            ))
        )  # fmt: skip
    return operations


def _admin(system: System, name: str, title: str, data: bytes, readback: Readback) -> Operation:
    return Operation(
        name=name,
        title=title,
        to=system.manager.address,
        data=data,
        role=Role.ADMIN,
        readbacks=(readback,),
        repeatable=True,
    )


def _membership(system: System, role: int, account: str) -> tuple[bool, int]:
    since, delay, pending, effect = system.manager.getAccess(role, account)
    return bool(since), int(pending if effect else delay)


def _shown(name: str, role: int, value: tuple[bool, int]) -> str:
    member, delay = value
    return f"{name}, delay {format_duration(delay)}" if member else f"{name} holds it no more"


def _to_come(access: Access) -> int:
    return access.pending if access.effect else access.delay


def _acts(holders: Holders, role: int, account: str) -> bool:
    return account in holders.of(role)


def _notes(system: System, old: str) -> list[str]:
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


def _policy_lines(system: System, labels: tuple[str | None, str | None]) -> list[LineChange]:
    old, new = labels
    if old is None:
        return []
    return lines_to_change(system.policy_path, old, new or "NEW")


def _finished(
    system: System,
    rotation: Rotation,
    answers: list[Answer[OperationDocument]],
    labels: tuple[str | None, str | None],
    write_policy: bool,
) -> Answer[OperationDocument]:
    rotation.phase = "done"
    rotation.policy_lines = _policy_lines(system, labels)
    old, new = labels
    if write_policy and rotation.policy_lines and old is not None and new is not None:
        replace_member(system.policy_path, old, new)
        rotation.policy_written = True
    return _answer(system, rotation, answers)


def _answer(
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
            domain_hash=Hashes.of(challenge.message).domain,
            message_hash=Hashes.of(challenge.message).message,
            hash=Hashes.of(challenge.message).digest,
        )
        if challenge
        else None,
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
        print_hash_lines(out, Hashes.of(challenge.message))
        out.print(
            "Give this command with --new-account, if the key is on this machine; or its holder gives `ape run govern "
            "prove OLD NEW --account …` and shares the file; or give the signature with --signature."
        )
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
