"""What `ape run reserves` does without a network: sign, collect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.console import Answer
from kgst.reserves.documents import (
    ReservesCollectDocument,
    ReservesSignDocument,
    Warned,
    said_of,
)
from kgst.reserves.drafting import draft_warnings
from kgst.reserves.files import AttestationFile, SignedFile
from kgst.reserves.memory import remember, require_first_figure
from kgst.reserves.owed_views import print_named, print_owed
from kgst.reserves.signing import Checks, check
from kgst.reserves.sources import Source, SourcePart, fetched_in, print_sources, sources_of
from kgst.reserves.views import (
    print_accounts,
    print_draft,
    print_warnings,
)
from kgst.signing import ceremony, deadlines
from kgst.signing.own import own_policy
from kgst.signing.views import Namer, namer, print_list
from kgst.storing import read_model

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

    from kgst.signing.collecting import Collection

__all__ = ["collect", "sign"]


def sign(
    path: Path,
    account: AccountAPI | None,
    *,
    policy_path: Path | None,
    report: Path | None,
    statements: Sequence[Path],
    replacing: str | None = None,
    given: ceremony.Given | None = None,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[ReservesSignDocument]:
    """Check a draft, show it, and let an auditor's account sign it; or take the signature of one that is a contract."""
    draft = read_model(path, AttestationFile, AttestationFile.what)
    own = own_policy(policy_path, path, draft.token_domain.chain_id)
    policy, policy_path = (own.policy, own.path) if own else (None, None)
    checks = check(
        draft, policy=policy, policy_path=policy_path, report=report, statements=statements
    )
    warnings = draft_warnings(draft, checks.total, now=deadlines.clock())

    def show(out: Console) -> None:
        _print_all(out, draft, checks, namer(policy))
        print_warnings(out, warnings)

    def document(signed: dict[str, Any]) -> ReservesSignDocument:
        return ReservesSignDocument(
            **signed,
            **said_of(draft),
            checked=list(checks.done),
            not_checked=list(checks.open),
            warnings=Warned.all_of(warnings),
            files=SourcePart.all_of(sources_of(draft.files)),
            fetched=list(checks.fetched),
        )

    inputs = [*statements, *([report] if report else [])]
    reviewed = ceremony.Reviewed(
        draft, path, document, show, own, inputs, unsigned={"fetched": checks.fetched}
    )
    signer = given.signer if given else str(account.address) if account else None
    if signer is not None:
        require_first_figure(draft, signer, replacing)
    answer = ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)
    if signer is not None:
        remember(draft, signer)
    return answer


def collect(
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer[ReservesCollectDocument]:
    """Put signatures together; once there are enough, write the file to submit."""
    draft = read_model(path, AttestationFile, AttestationFile.what)
    fetched = fetched_in(draft, signatures)

    def sources(collection: Collection) -> list[Source]:
        return sources_of(draft.files, [one.signer for one in collection.signatures], fetched)

    return ceremony.collect(
        draft,
        SignedFile,
        ReservesCollectDocument,
        path,
        signatures,
        policy_path=policy_path,
        out_path=out_path,
        force=force,
        unsigned={"fetched": fetched},
        more=lambda collection: {"sources": SourcePart.all_of(sources(collection))},
        show=lambda out, collection, named: print_sources(out, sources(collection), named),
    )


def _print_all(out: Console, draft: AttestationFile, checks: Checks, named: Namer) -> None:
    if checks.total:
        print_accounts(out, checks.total)
    print_sources(out, checks.sources, str)
    if checks.published:
        print_owed(out, checks.published.report)
    if checks.annex:
        print_named(out, checks.annex.named)
    print_draft(out, draft, named)
    print_list(out, "[green]✓[/green]", checks.done)
    print_list(out, "[yellow]Not checked:[/yellow]", checks.open)
