"""From one key to another: grant, prove that the new one works, revoke. No role is ever without a holder.

Where it stands is read from the chain, so the same command goes on after an interruption or a delay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.govern.challenge import challenge_for
from kgst.govern.handing_over import grants, revokes
from kgst.govern.holders import Holders, read_holders
from kgst.govern.proof import prove
from kgst.govern.rotation import Rotation, answer_of, finished, notes_on, policy_lines
from kgst.moments import format_time
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.pipeline import carry_out
from kgst.pipeline.views import nothing_done
from kgst.roles import role_name
from kgst.storing import as_bytes, write_new

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.snapshot.powers import Access

__all__ = ["prove_key", "rotate"]


def rotate(
    system: System,
    old: str,
    new: str,
    run: Run,
    *,
    new_account: AccountAPI | None = None,
    signature: bytes | None = None,
    proof_path: Path | None = None,
    challenge_path: Path | None = None,
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
        proof_path: A file that has it.
        challenge_path: Where to write the challenge, while the key is not proved.
        write_policy: Put `new` into the policy once it is done.

    Raises:
        InputError: both are one, `old` has nothing to rotate, or a file cannot be used.
        RefusedError: the caller may not, or the proof is none.
    """
    if run.give_up:
        return give_up(system, run)
    rotation, holders = _begin(system, old, new, run, write_policy=write_policy)
    old, new = rotation.old, rotation.new
    held = holders.roles_of(old)
    if not held:
        return _nothing_held(system, rotation, holders, write_policy=write_policy)
    answers: list[Answer[OperationDocument]] = []
    if lacking := grants(system, holders, held, new):
        answers.append(carry_out(system, lacking, run))
        if answers[-1].exit_code is not ExitCode.DONE:
            return answer_of(system, rotation, answers)
        holders = read_holders(system, old, new)
    _require_acting(system, holders, held, new)
    rotation.phase = "prove"
    rotation.challenge = challenge_for(system, holders, new, old)
    rotation.proof = prove(
        system, rotation.challenge, account=new_account, signature=signature, file=proof_path
    )
    if rotation.proof.method is None:
        if challenge_path is not None:
            write_new([(challenge_path, as_bytes(rotation.challenge))])
            rotation.challenge_file = challenge_path
        return answer_of(system, rotation, answers, ExitCode.WAITING)
    rotation.phase = "revoke"
    answers.append(carry_out(system, revokes(system, holders, held, old, new), run))
    if answers[-1].exit_code is not ExitCode.DONE:
        return answer_of(system, rotation, answers)
    return finished(system, rotation, answers, write_policy=write_policy)


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
    labels = system.policy.label(old), system.policy.label(new)
    rotation = Rotation(old, new, labels, challenge.roles.split(", "), "prove", challenge)
    rotation.proof = prove(system, challenge, account=run.account)
    proved = rotation.proof.method is not None
    if proved:
        rotation.phase = "revoke"
    return answer_of(system, rotation, [], ExitCode.DONE if proved else ExitCode.WAITING)


def _begin(
    system: System, old: str, new: str, run: Run, *, write_policy: bool
) -> tuple[Rotation, Holders]:
    """Who hands over to whom, and who holds what.

    Raises:
        InputError: both are one, or are not known.
    """
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
    roles = [role_name(role) for role in holders.roles_of(old)]
    return Rotation(old, new, labels, roles, notes=notes_on(system, old)), holders


def _nothing_held(
    system: System, rotation: Rotation, holders: Holders, *, write_policy: bool
) -> Answer[OperationDocument]:
    """The answer when the old holder has no role any more.

    Raises:
        InputError: it never was that the new one took over.
    """
    old, new = system.named(rotation.old), system.named(rotation.new)
    rotation.roles = [role_name(role) for role in holders.roles_of(rotation.new)]
    meant = {line.role for line in policy_lines(system, rotation.labels)}
    if not rotation.roles or meant - set(rotation.roles):
        raise InputError(
            f"{old} holds no role on the chain, so there is nothing to rotate; see `ape run govern "
            "matrix`, and `ape run govern plan` for what differs from the policy."
        )
    said = f"{old} holds no role; {new} holds {', '.join(rotation.roles)}"
    return finished(system, rotation, [nothing_done(system, said)], write_policy=write_policy)


def _require_acting(system: System, holders: Holders, held: dict[int, Access], new: str) -> None:
    """The new holder can act in every role already.

    Raises:
        RefusedError: not in all of them.
    """
    late = [holders.in_role(role, new).since for role in held if new not in holders.of(role)]
    if late:
        raise RefusedError(
            f"{system.named(new)} can act in every role only from {format_time(max(late))} on (the roles' grant "
            "delay); give the same command then."
        )
