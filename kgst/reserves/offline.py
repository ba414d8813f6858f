"""What `ape run reserves` does without a network: sign, collect."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer, confirm, console
from kgst.errors import ExitCode, InputError
from kgst.policy import Policy
from kgst.reserves.collecting import Collection
from kgst.reserves.collecting import collect as put_together
from kgst.reserves.drafting import cautions_of
from kgst.reserves.files import AttestationFile, as_bytes
from kgst.reserves.signing import Checks, beside, check, require_signer, signature_path
from kgst.reserves.signing import sign as sign_with
from kgst.reserves.storing import read_model, require_apart, write_new
from kgst.reserves.views import (
    Namer,
    cautions_document,
    draft_document,
    print_accounts,
    print_cautions,
    print_draft,
    print_hashes,
    print_list,
    safe,
)

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["clock", "collect", "sign"]


def clock() -> int:
    """This computer's time, in seconds since 1970: there is no chain to ask."""
    return int(time.time())


def sign(
    path: Path,
    account: AccountAPI | None,
    *,
    policy_path: Path | None,
    report: Path | None,
    statements: Sequence[Path],
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer:
    """Check a draft, show it, and let an auditor's account sign it."""
    draft = read_model(path, AttestationFile, "a draft of an attestation")
    policy = Policy.load(policy_path) if policy_path else None
    checks = check(
        draft, policy=policy, policy_path=policy_path, report=report, statements=statements
    )
    if account is None:
        raise InputError(
            "no account was given; name the auditor's with --account (see `ape accounts list`)."
        )
    require_signer(draft, account.address)
    target = signature_path(path, account.address)
    inputs = [path, *statements, *(one for one in (policy_path, report) if one)]
    require_apart([target], inputs)

    out, named = console(stderr=quiet), _namer(policy)
    cautions = cautions_of(draft, checks.total, now=clock())
    _print_all(out, draft, checks, named)
    print_cautions(out, cautions)
    print_hashes(out, draft)
    out.print("A Ledger shows these two hashes, a Trezor the message: compare before you approve.")
    confirm(f"Sign epoch {draft.attestation.epoch} as {named(account.address)}?", account, yes=yes)
    signature = sign_with(draft, account)
    write_new([(target, as_bytes(signature))], force=force)

    def show_it(out: Console) -> None:
        out.print(f"[green]✓[/green] signed as {named(account.address)}")
        out.print(f"Send to the issuer: {target}", soft_wrap=True, markup=False)

    document = {
        "signature_file": str(target),
        "signer": account.address,
        "label": policy.label(account.address) if policy else None,
        **draft_document(draft),
        "checked": list(checks.done),
        "not_checked": list(checks.open),
        "warnings": cautions_document(cautions),
    }
    return Answer(document, show_it)


def collect(
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer:
    """Put signatures together; once there are enough, write the file to submit."""
    draft = read_model(path, AttestationFile, "a draft of an attestation")
    policy = Policy.load(policy_path) if policy_path else None
    collection = put_together(draft, signatures)
    target = out_path or beside(path, "signed.json")
    if collection.is_enough:
        require_apart([target], [path, *signatures, *([policy_path] if policy_path else [])])
        write_new([(target, as_bytes(collection.signed()))], force=force)
    document = {
        "epoch": draft.attestation.epoch,
        "digest": draft.digest,
        "signed_by": [one.signer for one in collection.signatures],
        "missing": list(collection.missing),
        "needed": collection.needed,
        "unanimity_needed": draft.is_unanimity_needed,
        "complete": collection.is_enough,
        "repeated_files": [str(one) for one in collection.repeated],
        "signed_file": str(target) if collection.is_enough else None,
    }
    code = ExitCode.DONE if collection.is_enough else ExitCode.WAITING
    return Answer(document, lambda out: _print_collection(out, collection, target, policy), code)


def _print_all(out: Console, draft: AttestationFile, checks: Checks, named: Namer) -> None:
    if checks.total:
        print_accounts(out, checks.total)
    print_draft(out, draft, named)
    print_list(out, "[green]✓[/green]", checks.done)
    print_list(out, "[yellow]Not checked:[/yellow]", checks.open)


def _print_collection(
    out: Console, collection: Collection, target: Path, policy: Policy | None
) -> None:
    named = _namer(policy)
    for one in collection.signatures:
        out.print(f"[green]✓[/green] {named(one.signer)}")
    for path in collection.repeated:
        out.print(f"[yellow]Counted once:[/yellow] {safe(path)}")
    count, all_of_them = len(collection.signatures), len(collection.draft.chain.auditors.members)
    needed = f"{count} of {collection.needed} signatures"
    if collection.draft.is_unanimity_needed:
        needed += f", since all {all_of_them} auditors must sign"
    if not collection.is_enough:
        missing = ", ".join(named(one) for one in collection.missing)
        out.print(f"[yellow]{needed}.[/yellow] Missing: {missing}")
        return
    out.print(f"[green]✓[/green] {needed}: enough.")
    out.print(f"Ready to submit: {target}", soft_wrap=True, markup=False)


def _namer(policy: Policy | None) -> Namer:
    if policy is None:
        return str
    return lambda address: f"{policy.label(address) or 'no label'}  {address}"
