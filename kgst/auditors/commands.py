"""What `ape run auditors` does on a network: show, draft, submit, propose, accept, cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.auditors.documents import (
    AuditorsDraftDocument,
    AuditorsShowDocument,
    Rotation,
    Wanted,
    Warned,
)
from kgst.auditors.drafting import draft_warnings, make_draft
from kgst.auditors.operations import (
    acceptance,
    cancellation,
    proposing,
    rotation,
)
from kgst.auditors.reading import Found, read_auditors, successors
from kgst.auditors.views import print_auditors, print_rotation
from kgst.console import Answer
from kgst.deployment.system import System, open_system
from kgst.errors import ExitCode
from kgst.pipeline.documents import GiveUpDocument
from kgst.pipeline.pipeline import perform
from kgst.pipeline.views import nothing_done
from kgst.reserves.reading import final_enough
from kgst.reserves.views import print_warnings
from kgst.signing.deadlines import ORDER_VALID, deadline_after
from kgst.signing.views import namer, print_hashes
from kgst.storing import as_bytes, require_apart, write_new

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run

__all__ = ["accept", "cancel", "draft", "propose", "show", "submit"]


def show(policy_path: Path | None, *, quiet: bool) -> Answer[AuditorsShowDocument]:
    """Who the auditors are, who is proposed, and whether the policy says so."""
    system = open_system(policy_path, quiet=quiet)
    found = read_auditors(system)
    delay = found.recovery_delay
    new = successors(system.policy, found.auditors)
    proposal = found.ends.proposal
    people = (*found.auditors.members, *new.members, *(proposal.auditors if proposal else ()))
    labels = {one: system.policy.label(one) for one in people}
    document = AuditorsShowDocument(
        chain_id=system.domain.chain_id,
        token=system.token.address,
        block=found.state.block,
        auditors=found.auditors,
        proposal=proposal,
        recovery_delay_seconds=delay,
        policy=Wanted(agrees=found.are(new), auditors=list(new.members), threshold=new.threshold),
        labels={address: label for address, label in labels.items() if label},
    )
    return Answer(
        document, lambda out: print_auditors(out, found, new, delay, namer(system.policy))
    )


def draft(
    policy_path: Path | None,
    out_path: Path | None,
    valid_for: str | None,
    *,
    force: bool,
    quiet: bool,
) -> Answer[AuditorsDraftDocument]:
    """Write the rotation to the policy's auditors, or say that it is so already."""
    system = open_system(policy_path, quiet=quiet)
    found = read_auditors(system, final_enough(system))
    new = successors(system.policy, found.auditors)
    document = partial(
        AuditorsDraftDocument,
        chain_id=system.domain.chain_id,
        token=system.token.address,
        already=found.are(new),
        auditors=found.auditors,
    )
    if found.are(new):
        said = f"version {found.auditors.version} is as {system.policy_path} says, and nobody is suspended"
        return Answer(
            document(draft_file=None, rotation=None, warnings=[]),
            lambda out: out.print(
                f"✓ already so: {said}; nothing was written.", soft_wrap=True, markup=False
            ),
        )
    now = found.state.block.timestamp
    made = make_draft(system.domain, found, new, deadline_after(now, valid_for, usual=ORDER_VALID))
    target = out_path or system.policy_path.with_name(f"rotation-{made.number}.json")
    require_apart([target], [system.policy_path])
    write_new([(target, as_bytes(made))], force=force)
    named = namer(system.policy)
    warnings = draft_warnings(made, named, now=now)

    def show_it(out: Console) -> None:
        print_rotation(out, made, named)
        print_hashes(out, made.hashes)
        print_warnings(out, warnings)
        out.print(f"Draft to be signed: {target}", soft_wrap=True, markup=False)

    return Answer(
        document(
            draft_file=str(target), rotation=Rotation.of(made), warnings=Warned.all_of(warnings)
        ),
        show_it,
    )


def submit(path: Path, run: Run) -> Answer[WriteDocument]:
    """Submit a signed rotation, unless the chain has it already."""
    system = open_system(run.policy_path, quiet=run.json)
    return _with_advice(perform(system, [rotation(system, path)], run))


def propose(run: Run) -> Answer[WriteDocument]:
    """Propose the policy's auditors, as a RESERVE_ADMIN."""
    system = open_system(run.policy_path, quiet=run.json)
    found = read_auditors(system)
    if found.are(successors(system.policy, found.auditors)):
        return nothing_done(system, "the auditors are the policy's, and nobody is suspended")
    return perform(system, [proposing(system, found)], run)


def accept(run: Run) -> Answer[WriteDocument]:
    """Complete a recovery. Anyone may."""
    return _with_advice(_on_what_is_found(acceptance, run))


def cancel(run: Run) -> Answer[WriteDocument]:
    """End a recovery that was proposed, as a GUARDIAN."""
    return _on_what_is_found(cancellation, run)


def _on_what_is_found(
    operation: Callable[[System, Found], Operation], run: Run
) -> Answer[WriteDocument]:
    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [operation(system, read_auditors(system))], run)


def _with_advice(answer: Answer[WriteDocument]) -> Answer[WriteDocument]:
    """`answer`, and for people what comes next, once the auditors have changed."""
    if answer.exit_code is not ExitCode.DONE:
        return answer
    if isinstance(answer.content, GiveUpDocument) or answer.content.already:
        return answer

    def show_it(out: Console) -> None:
        answer.show(out)
        out.print(
            "The attestation has ended with the old set: nobody mints until the auditors have attested "
            "(`ape run reserves draft`)."
        )

    return replace(answer, show=show_it)
