"""`report sign` and `report verify`: the officers' certificates of a period's report, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.checks import Check, CheckPart, State, drift_code, print_checks
from kgst.console import Answer
from kgst.errors import ExitCode, InputError
from kgst.report.certificate_documents import ReportSignDocument, ReportVerifyDocument
from kgst.report.certifying import (
    MOST,
    ROLES,
    Certificate,
    OfficerRole,
    OfficerSignature,
    Written,
    certificate_for,
    read_written,
)
from kgst.report.page import page_bytes
from kgst.signing import ceremony
from kgst.signing.comparing import check_deployment
from kgst.signing.own import Own, own_policy, print_own
from kgst.signing.reading import read_signature
from kgst.signing.views import print_list
from kgst.storing import FileError, read_bytes, read_model
from kgst.terminal import markup
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["sign", "verify"]


def sign(
    path: Path,
    account: AccountAPI | None,
    *,
    role: OfficerRole,
    policy_path: Path | None,
    given: ceremony.Given | None = None,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[ReportSignDocument]:
    """Show a report, and let an officer's account sign its hash.

    Raises:
        InputError: there is no policy, or it names no officers.
        RefusedError: the account is not that officer's, or the policy is of another deployment.
        FileError: the report was changed, or its page is another's.
    """
    written, own = _opened(path, policy_path)
    draft = certificate_for(written, role, own.policy)
    done, undone = _compared(written, own)
    undone.append("the figures: `ape run report period` makes them again, byte for byte")

    def document(signed: dict[str, Any]) -> ReportSignDocument:
        hashes = draft.hashes
        return ReportSignDocument(
            **signed,
            chain_id=written.chain_id,
            token=written.token,
            sha256=written.sha256,
            role=role,
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            digest=hashes.digest,
            checked=done,
            not_checked=undone,
        )

    reviewed = ceremony.Reviewed(
        draft, path, document, partial(_show, draft, done, undone), own,
        inputs=[page for page in [path.with_suffix(".html")] if page.is_file()],
        recipient="whoever publishes the report",
    )  # fmt: skip
    return ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)


def verify(
    path: Path, signatures: Sequence[Path], *, policy_path: Path | None
) -> Answer[ReportVerifyDocument]:
    """Whether both officers of the policy signed the report at `path`.

    Raises:
        InputError: there is no policy, or it names no officers.
        RefusedError: the policy is of another deployment.
        FileError: a file is none, or its signature does not count.
    """
    written, own = _opened(path, policy_path)
    done, undone = _compared(written, own)
    officers = {role: certificate_for(written, role, own.policy) for role in ROLES}
    signed: dict[OfficerRole, str] = {}
    unchecked: list[str] = []
    for one in signatures:
        claimed = read_model(one, OfficerSignature, OfficerSignature.what)
        draft = officers[claimed.role]
        signature = read_signature(draft, draft.signers, one)
        signed[claimed.role] = signature.signer
        if signature.by_contract:
            unchecked.append(signature.signer)
    checks = [Check.that("report", text, good=True, found="as it says") for text in done]
    checks += [Check("report", text, State.WARNING, "not looked at") for text in undone]
    checks += [_certified(draft, signed, unchecked) for draft in officers.values()]
    missing = [role for role in ROLES if role not in signed]
    code = drift_code(checks) if not missing else ExitCode.WAITING
    content = ReportVerifyDocument(
        chain_id=written.chain_id,
        token=written.token,
        sha256=written.sha256,
        signed_by=dict(signed),
        missing=list(missing),
        checks=CheckPart.all_of(checks),
    )

    def show(out: Console) -> None:
        print_own(out, own)
        out.print(f"SHA-256 of the report: {written.sha256}", soft_wrap=True, markup=False)
        print_checks(out, checks)

    return Answer(content, show, code)


def _certified(draft: Certificate, signed: dict[OfficerRole, str], unchecked: list[str]) -> Check:
    if draft.role not in signed:
        return Check.open("signatures", draft.role, "no signature of its officer is here", waits=True)  # fmt: skip
    if draft.officer in unchecked:
        return Check.open(
            "signatures", draft.role, "a contract's: whether it takes the signature only a node can tell"
        )  # fmt: skip
    return Check.that("signatures", draft.role, good=True, found=f"signed by {draft.officer}")


def _opened(path: Path, policy_path: Path | None) -> tuple[Written, Own]:
    written = read_written(path)
    own = own_policy(policy_path, path, written.chain_id)
    if own is None:
        raise InputError(
            "who the officers are stands in the policy; name your own copy of it with --policy."
        )
    return written, own


def _compared(written: Written, own: Own) -> tuple[list[str], list[str]]:
    """What agrees with the policy, its record and the page beside the report; and what could not be looked at."""
    done: list[str] = []
    undone: list[str] = []
    check_deployment(written.chain_id, "token", written.token, own.policy, own.path, done, undone)
    page = written.path.with_suffix(".html")
    if not page.is_file():
        undone.append(f"the page: there is no {page.name} beside the report")
    elif read_bytes(page, MOST) != page_bytes(written.document, written.sha256):
        raise FileError(
            f"{page}: it is not the page of {written.path.name}: what people read is not what would be signed. Ask for "
            "both files again."
        )
    else:
        done.append(f"the page beside it ({page.name}) is this report's, figure for figure")
    return done, undone


def _show(draft: Certificate, done: list[str], undone: list[str], out: Console) -> None:
    report = draft.written.document
    tokens, comparison = report["redeemable_tokens_outstanding"], report["comparison"]
    assets = int(report["redemption_assets"]["redemption_assets"]) * TYIYN
    out.print(f"[bold]{markup(draft.question)}[/bold]")
    for name, value in (
        ("chain", draft.written.chain_id),
        ("token", draft.written.token),
        ("sha256", draft.written.sha256),
        ("days", report["period"]["days"]),
        ("tokens outstanding", format_som(int(tokens["total_tokens_outstanding"]))),
        ("redeemable", format_som(int(tokens["redeemable_tokens"]))),
        ("redemption assets", format_som(assets)),
        ("difference", format_som(int(comparison["difference"]))),
    ):
        out.print(f"  {name:<19} {markup(value, None)}", soft_wrap=True)
    for gap in report["missing"]:
        out.print(f"[yellow]Missing in it:[/yellow] {markup(gap['what'], None)}")
    print_list(out, "[green]✓[/green]", done)
    print_list(out, "[yellow]Not checked:[/yellow]", undone)
