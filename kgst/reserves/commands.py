"""What `ape run reserves` does on a network: draft, submit, show, halt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.checks import Check, CheckPart, failed, print_checks
from kgst.console import Answer
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.multicall import Reads
from kgst.node import NodeError
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.pipeline import perform
from kgst.reserves.annex import annex_of
from kgst.reserves.attested import check_reports, read_attested
from kgst.reserves.by_hand import read_by_hand
from kgst.reserves.composing import Previous, compose, read_previous
from kgst.reserves.desk import require_confirmed
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
    draft_warnings,
    make_draft,
    read_statements,
    require_young,
)
from kgst.reserves.files import ChainState, SignedFile
from kgst.reserves.owed_views import print_named, print_owed
from kgst.reserves.page import page_bytes, page_of
from kgst.reserves.progress import reading_shown
from kgst.reserves.reading import ReserveReads, block_of, final_enough, read_state
from kgst.reserves.report import MAX_BYTES, hash_of_report, read_report
from kgst.reserves.settled_cautions import settling_warnings
from kgst.reserves.sources import Source, SourcePart, print_sources, sources_in, sources_of
from kgst.reserves.submitting import halting, require_auditor, submission
from kgst.reserves.views import (
    print_accounts,
    print_draft,
    print_proposal,
    print_state,
    print_warnings,
    safe,
)
from kgst.reserves.word import changed_accounts, require_word
from kgst.settling.orders import read_orders
from kgst.signing.collecting import require_signed
from kgst.signing.deadlines import ATTESTATION_VALID, deadline_after
from kgst.signing.views import namer, print_hashes
from kgst.snapshot.token import Recovery, TokenReads
from kgst.statements import ReserveTotal
from kgst.storing import as_bytes, read_bytes, read_model, require_apart, write_new
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.statements.entries import Entry

__all__ = ["Given", "draft", "halt", "show", "submit"]


@dataclass(frozen=True)
class Given:
    """What the desk gives to a draft.

    Attributes:
        statements: The banks' files.
        report: Where to write the report; its annex and its page are written beside it.
        out_path: Where to write the draft; None for beside the report.
        settled, reason: What no bank shows, by hand.
        orders: Files of payment orders.
        closing: The day that is attested, where banks closed on different ones.
        previous: The last attested report.
        because: A word on what has changed.
    """

    policy_path: Path | None
    statements: Sequence[Path]
    report: Path
    out_path: Path | None = None
    settled: str | None = None
    reason: str | None = None
    orders: Sequence[Path] = ()
    valid_for: str | None = None
    closing: date | None = None
    previous: Path | None = None
    because: str | None = None

    @property
    def inputs(self) -> list[Path]:
        """Files that are read."""
        table = [Path(self.settled)] if self.settled and Path(self.settled).is_file() else []
        before = [self.previous, annex_of(self.previous)] if self.previous else []
        return [*self.statements, *self.orders, *before, *table]


def draft(given: Given, *, force: bool, quiet: bool) -> Answer[ReservesDraftDocument]:
    """Read statements and chain; write the report, its annex, and the draft of the next attestation."""
    system = open_system(given.policy_path, quiet=quiet)
    state = read_state(system, final_enough(system))
    report = given.report
    out_path = given.out_path or report.with_name(f"attestation-{state.last.epoch + 1}.json")
    annex, page = annex_of(report), page_of(report)
    require_apart([report, annex, page, out_path], [system.policy_path, *given.inputs])
    by_hand = read_by_hand(given.settled, given.reason)
    orders = read_orders(given.orders)
    previous = read_previous(given.previous, state)
    total, entries = _read_statements(system, state, given, previous, quiet=quiet)
    made = compose(system, state, total, entries, previous=previous, by_hand=by_hand, orders=orders)
    require_confirmed(made.unconfirmed, given.because)
    data = made.report.as_bytes()
    deadline = deadline_after(
        state.block.timestamp, given.valid_for, usual=ATTESTATION_VALID, longest=state.max_age
    )
    figure = (made.settled.base_units, made.settled.origin)
    drafted = make_draft(
        system.domain, state, total, figure, hash_of_report(data), deadline, given.because or ""
    )
    warnings = [
        *draft_warnings(drafted, total, now=state.block.timestamp),
        *_since_the_last(total, previous, state),
        *settling_warnings(made.settled),
        *_unconfirmed(made.unconfirmed),
    ]
    files = [(report, data), (annex, made.annex.as_bytes()), (page, page_bytes(made.report, data))]
    write_new([*files, (out_path, as_bytes(drafted))], force=force)

    def show_it(out: Console) -> None:
        print_accounts(out, total)
        print_sources(out, sources_of(total.files), str)
        print_owed(out, made.report)
        print_named(out, made.annex.named)
        print_draft(out, drafted, namer(system.policy))
        print_hashes(out, drafted.hashes)
        print_warnings(out, warnings)
        out.print(f"Report to publish: {report} and {page}", soft_wrap=True, markup=False)
        out.print(f"Confidential annex, for auditors: {annex}", soft_wrap=True, markup=False)
        out.print(f"Draft to be signed: {out_path}", soft_wrap=True, markup=False)

    document = ReservesDraftDocument(
        draft_file=str(out_path),
        report_file=str(report),
        annex_file=str(annex),
        page_file=str(page),
        **said_of(drafted),
        settled_from=drafted.settled_from,
        owed=made.report.owed,
        named=made.report.named,
        files=SourcePart.all_of(sources_of(total.files)),
        warnings=Warned.all_of(warnings),
    )
    return Answer(document, show_it)


def _read_statements(
    system: System, state: ChainState, given: Given, previous: Previous | None, *, quiet: bool
) -> tuple[ReserveTotal, list[Entry]]:
    """The reserves, and the entries of the accounts that count.

    Raises:
        InputError: a statement that cannot be counted.
        RefusedError: they are too old, or something about them needs a word.
    """
    now, before = state.block.timestamp, previous.report.total if previous else None
    entries: list[Entry] = []
    with reading_shown(quiet=quiet) as progress:
        total = read_statements(
            given.statements,
            system.policy,
            system.policy_path,
            now=now,
            closing=given.closing,
            previous=before,
            hand_on=entries.append,
            progress=progress,
        )
    require_young(total, system.policy, now=now)
    require_word(total, before, state, given.because)
    return total, entries


def _since_the_last(
    total: ReserveTotal, previous: Previous | None, state: ChainState
) -> Iterator[Check]:
    if previous is not None:
        for line in changed_accounts(total, previous.report.total):
            yield caution("accounts", f"{line}.")
    elif state.last.epoch:
        yield caution(
            "continuity",
            "without --previous nothing shows that no day is missing since the last report.",
        )


def _unconfirmed(requests: Sequence[int]) -> Iterator[Check]:
    if requests:
        yield caution(
            "unconfirmed",
            f"the bank has paid request {', '.join(map(str, requests))}, and their tokens are not burned: "
            "`ape run redemptions confirm`.",
        )


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
    policy_path: Path | None, reports: Sequence[Path], signed: Path | None = None, *, quiet: bool
) -> Answer[ReservesShowDocument]:
    """What the chain says of the reserves; and whether a report, or a chain of them, is what was attested."""
    report = reports[0] if len(reports) == 1 else None
    found = hash_of_report(read_bytes(report, MAX_BYTES)) if report else None
    system = open_system(policy_path, quiet=quiet)
    state, headroom, proposal = _read(system)
    matches = None if found is None else state.last.epoch > 0 and found == state.last.report_hash
    sources = _sources(report if matches else None, signed, state)
    checks: list[Check] = []
    if len(reports) > 1:
        attested = read_attested(system, state.last, state.block.number)
        checks = check_reports(reports, attested)

    def show_it(out: Console) -> None:
        print_state(out, state, headroom, state.block.timestamp, namer(system.policy))
        print_proposal(out, proposal, namer(system.policy))
        if checks:
            print_checks(out, checks, "Reports")
        if sources:
            print_sources(out, sources, system.named)
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
        reports=CheckPart.all_of(checks),
        sources=SourcePart.all_of(sources),
    )
    is_drift = matches is False or bool(failed(checks))
    return Answer(document, show_it, ExitCode.DRIFT if is_drift else ExitCode.DONE)


def _sources(report: Path | None, signed: Path | None, state: ChainState) -> list[Source]:
    """Whose word the statements of the last attestation are, as far as a file of it says.

    Raises:
        FileError: the signed attestation cannot be used.
        InputError: it is of another attestation.
    """
    if signed is not None:
        file = read_model(signed, SignedFile, SignedFile.what)
        require_signed(signed, file)
        if file.draft.attestation != state.last:
            raise InputError(
                f"--signed {signed}: is of epoch {file.draft.number}, and not the last attestation; give the file that "
                "was submitted last."
            )
        return sources_in(file)
    return sources_of(read_report(report).total.files) if report else []


def _then_show(system: System, answer: Answer[WriteDocument]) -> Answer[WriteDocument]:
    """`answer`, and for people the reserves as they are now, once it is done."""
    if answer.exit_code is not ExitCode.DONE:
        return answer

    def show_it(out: Console) -> None:
        answer.show(out)
        try:
            state, headroom, _ = _read(system)
        except NodeError as error:  # what was sent is final all the same
            out.print(f"[yellow]How the reserves are now was not read:[/yellow] {markup(error)}")
            return
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
