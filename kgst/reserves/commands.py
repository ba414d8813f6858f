"""What `ape run reserves` does on a network: draft, submit, show, halt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.multicall import Reads
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.pipeline import perform
from kgst.reserves.documents import (
    RecoveryPart,
    Report,
    ReservesDraftDocument,
    ReservesShowDocument,
    Warned,
    said_of,
)
from kgst.reserves.drafting import (
    caution,
    changed_accounts,
    draft_warnings,
    make_draft,
    read_statements,
    require_word,
    require_young,
)
from kgst.reserves.files import ChainState
from kgst.reserves.format import both_times
from kgst.reserves.progress import reading_shown
from kgst.reserves.reading import ReserveReads, block_of, final_enough, read_state
from kgst.reserves.report import hash_of_report, read_report
from kgst.reserves.settled import settled_now
from kgst.reserves.submitting import halting, require_auditor, submission
from kgst.reserves.views import (
    print_accounts,
    print_draft,
    print_state,
    print_warnings,
    safe,
)
from kgst.signing.deadlines import ATTESTATION_VALID, deadline_after
from kgst.signing.views import namer, print_hashes
from kgst.snapshot.token import Recovery, TokenReads
from kgst.statements import ReserveTotal
from kgst.storing import as_bytes, read_bytes, require_apart, write_new

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["draft", "halt", "show", "submit"]


def draft(
    policy_path: Path | None,
    statements: Sequence[Path],
    report: Path,
    out_path: Path | None,
    settled: str | None,
    valid_for: str | None,
    *,
    closing: date | None = None,
    previous: Path | None = None,
    because: str | None = None,
    force: bool,
    quiet: bool,
) -> Answer[ReservesDraftDocument]:
    """Read statements and chain; write the report and the draft of the next attestation."""
    system = open_system(policy_path, quiet=quiet)
    state = read_state(system, final_enough(system))
    out_path = out_path or report.with_name(f"attestation-{state.last.epoch + 1}.json")
    inputs = [*statements, system.policy_path, *([previous] if previous else [])]
    if settled is not None and Path(settled).is_file():
        inputs.append(Path(settled))
    require_apart([report, out_path], inputs)
    now, before = state.block.timestamp, _previous(previous, state)
    with reading_shown(quiet=quiet) as progress:
        total = read_statements(
            statements,
            system.policy,
            now=now,
            closing=closing,
            previous=before,
            progress=progress,
        )
    require_young(total, system.policy, now=now)
    require_word(total, before, state, because)
    figure = settled_now(settled, last=state.last.settled, burned=state.burned)
    deadline = deadline_after(
        state.block.timestamp, valid_for, usual=ATTESTATION_VALID, longest=state.max_age
    )
    made = make_draft(system.domain, state, total, figure, deadline, because or "")
    warnings = draft_warnings(made, total, now=now)
    if before is None and state.last.epoch:
        warnings.append(
            caution(
                "continuity",
                "without --previous nothing shows that no day is missing since the last report.",
            )
        )
    elif before is not None:
        warnings += [caution("accounts", f"{line}.") for line in changed_accounts(total, before)]
    write_new([(report, total.report()), (out_path, as_bytes(made))], force=force)

    def show_it(out: Console) -> None:
        print_accounts(out, total)
        print_draft(out, made, namer(system.policy))
        print_hashes(out, made.hashes)
        print_warnings(out, warnings)
        out.print(f"Report to publish: {report}", soft_wrap=True, markup=False)
        out.print(f"Draft to be signed: {out_path}", soft_wrap=True, markup=False)

    document = ReservesDraftDocument(
        draft_file=str(out_path),
        report_file=str(report),
        **said_of(made),
        warnings=Warned.all_of(warnings),
    )
    return Answer(document, show_it)


def _previous(path: Path | None, state: ChainState) -> ReserveTotal | None:
    """The last report, if it is given.

    Raises:
        InputError: it is not the one that the chain has the hash of.
    """
    if path is None:
        return None
    total, found = read_report(path)
    if state.last.epoch == 0 or found != state.last.report_hash:
        wanted = state.last.report_hash if state.last.epoch else "none yet"
        raise InputError(
            f"--previous {path}: its hash is {found}, and the last attested report's is {wanted}; give the report of "
            f"epoch {state.last.epoch}."
        )
    return total


def submit(path: Path, run: Run) -> Answer[WriteDocument]:
    """Submit a signed attestation, unless the chain has it already."""
    system = open_system(run.policy_path, quiet=run.json)
    return _then_show(system, perform(system, [submission(system, path)], run))


def halt(reason: str, run: Run) -> Answer[WriteDocument]:
    """Stop minting, as one auditor."""
    system = open_system(run.policy_path, quiet=run.json)
    operation = halting(system, reason)
    actor = choose_actor(system, [operation], run)
    require_auditor(system, actor.caller)
    # Whoever was asked for an account is not asked again.
    return _then_show(system, perform(system, [operation], replace(run, account=actor.account)))


def show(
    policy_path: Path | None, report: Path | None, *, quiet: bool
) -> Answer[ReservesShowDocument]:
    """What the chain says of the reserves; and whether a report is the one that was attested."""
    found = hash_of_report(read_bytes(report)) if report else None
    system = open_system(policy_path, quiet=quiet)
    state, headroom, proposal = _read(system)
    matches = None if found is None else state.last.epoch > 0 and found == state.last.report_hash

    def show_it(out: Console) -> None:
        print_state(out, state, headroom, state.block.timestamp, namer(system.policy))
        if proposal.acceptable_at:
            names = ", ".join(safe(namer(system.policy)(one)) for one in proposal.auditors)
            out.print(
                f"[bold yellow]A recovery is proposed:[/bold yellow] auditors {names}, threshold "
                f"{proposal.threshold}, from {both_times(proposal.acceptable_at)} on. Any attestation ends it."
            )
        if matches:
            out.print(f"[green]✓[/green] {safe(report)} is the attested report.")
        elif found is not None:
            out.print(
                f"[bold red]✗[/bold red] {safe(report)} is not the attested report: its hash is "
                f"{safe(found)}, the chain's "
                f"{safe(state.last.report_hash)}."
            )

    now = state.block.timestamp
    document = ReservesShowDocument(
        chain_id=system.domain.chain_id,
        token=system.token.address,
        chain=state,
        age_seconds=now - state.last.as_of if state.last.epoch else None,
        can_mint_until=state.valid_until if now < state.valid_until else None,
        headroom=headroom,
        shortfall=max(0, state.supply - state.backing),
        labels=_labels(system, state),
        proposal=RecoveryPart.taken_from(proposal, auditors=list(proposal.auditors))
        if proposal.acceptable_at
        else None,
        report=None
        if found is None
        else Report(file=str(report), hash=found, matches=bool(matches)),
    )
    return Answer(document, show_it, ExitCode.DRIFT if matches is False else ExitCode.DONE)


def _then_show(system: System, answer: Answer[WriteDocument]) -> Answer[WriteDocument]:
    """`answer`, and for people the reserves as they are now, once it is done."""
    if answer.exit_code is not ExitCode.DONE:
        return answer
    state, headroom, _ = _read(system)

    def show_it(out: Console) -> None:
        answer.show(out)
        print_state(out, state, headroom, state.block.timestamp, namer(system.policy))

    return replace(answer, show=show_it)


def _read(system: System) -> tuple[ChainState, int, Recovery]:
    """The reserves, the headroom, and the recovery of the auditors that any attestation would void."""
    head, reads = block_of(system, None), Reads()
    token = TokenReads(reads, system.token)
    asked, headroom, recovery = ReserveReads(token), token.headroom(), token.recovery()
    reads.fetch(system.provider, head, "read the reserves from the chain")
    return asked.state(head), headroom.value, recovery.value


def _labels(system: System, state: ChainState) -> dict[str, str]:
    names = ((one, system.policy.label(one)) for one in state.auditors.members)
    return {address: label for address, label in names if label}
