"""What `ape run reserves` does without a network: sign, collect."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.console import Answer, confirm, console
from kgst.errors import ExitCode, InputError
from kgst.policy import Policy
from kgst.reserves.collecting import Collection
from kgst.reserves.collecting import collect as put_together
from kgst.reserves.drafting import draft_warnings
from kgst.reserves.files import AttestationFile, Signable, SignedDraft, SignedFile
from kgst.reserves.signing import Checks, check, require_signer
from kgst.reserves.signing import sign as sign_with
from kgst.reserves.views import (
    Namer,
    draft_document,
    print_accounts,
    print_draft,
    print_hashes,
    print_list,
    print_warnings,
    safe,
    warnings_document,
)
from kgst.signing import beside, signature_path
from kgst.storing import as_bytes, read_model, require_apart, write_new

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["clock", "collect", "collecting", "namer", "sign", "signing"]


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
    warnings = draft_warnings(draft, checks.total, now=clock())

    def show(out: Console) -> None:
        _print_all(out, draft, checks, namer(policy))
        print_warnings(out, warnings)

    document = {
        **draft_document(draft),
        "checked": list(checks.done),
        "not_checked": list(checks.open),
        "warnings": warnings_document(warnings),
    }
    return signing(
        draft,
        path,
        account,
        document,
        show,
        policy=policy,
        inputs=[*statements, *(one for one in (policy_path, report) if one)],
        yes=yes,
        force=force,
        quiet=quiet,
    )


def signing(
    draft: Signable,
    path: Path,
    account: AccountAPI | None,
    document: dict[str, Any],
    show: Callable[[Console], None],
    *,
    policy: Policy | None,
    inputs: Sequence[Path],
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer:
    """Show a draft, ask, and let an auditor's account sign it.

    Args:
        draft: What was checked before.
        path: Of the draft; the signature is written beside it.
        account: The auditor's.
        document: What the answer says of the draft.
        show: Prints the draft.
        policy: Names people.
        inputs: Other files that were read, and must not be overwritten.
        yes: Do not ask.
        force: Replace a signature file of other content.
        quiet: Stdout belongs to a JSON document.

    Raises:
        InputError: no account was given.
        RefusedError: it may not sign, or did not.
    """
    if account is None:
        raise InputError(
            "no account was given; name the auditor's with --account (see `ape accounts list`)."
        )
    require_signer(draft, account.address)
    target = signature_path(path, account.address)
    require_apart([target], [path, *inputs])

    out, signer = console(stderr=quiet), namer(policy)(account.address)
    show(out)
    print_hashes(out, draft)
    out.print("A Ledger shows these two hashes, a Trezor the message: compare before you approve.")
    confirm(f"Sign {draft.title} as {signer}?", account, yes=yes)
    write_new([(target, as_bytes(sign_with(draft, account)))], force=force)

    def show_it(out: Console) -> None:
        out.print(f"[green]✓[/green] signed as {safe(signer)}")
        out.print(f"Send to the issuer: {target}", soft_wrap=True, markup=False)

    found = {
        "signature_file": str(target),
        "signer": account.address,
        "label": policy.label(account.address) if policy else None,
    }
    return Answer(found | document, show_it)


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
    answer = collecting(
        draft, SignedFile, path, signatures, policy_path=policy_path, out_path=out_path, force=force
    )
    unanimity = {"unanimity_needed": draft.is_unanimity_needed}
    return replace(answer, document=answer.document | unanimity)


def collecting(
    draft: Signable,
    signed: type[SignedDraft],
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer:
    """Put signatures on the draft at `path` together; once there are enough, write the file `signed`."""
    policy = Policy.load(policy_path) if policy_path else None
    collection = put_together(draft, signatures)
    target = out_path or beside(path, "signed.json")
    if collection.is_enough:
        require_apart([target], [path, *signatures, *([policy_path] if policy_path else [])])
        content = signed.model_validate({"draft": draft, "signatures": collection.signatures})
        write_new([(target, as_bytes(content))], force=force)
    document = {
        draft.numbered: draft.number,
        "digest": draft.digest,
        "signed_by": [one.signer for one in collection.signatures],
        "missing": list(collection.missing),
        "needed": collection.needed,
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
    named = namer(policy)
    for one in collection.signatures:
        out.print(f"[green]✓[/green] {safe(named(one.signer))}")
    for path in collection.repeated:
        out.print(f"[yellow]Counted once:[/yellow] {safe(path)}")
    count, all_of_them = len(collection.signatures), len(collection.draft.auditors.members)
    needed = f"{count} of {collection.needed} signatures"
    if collection.draft.is_unanimity_needed:
        needed += f", since all {all_of_them:d} auditors must sign"
    if not collection.is_enough:
        missing = ", ".join(safe(named(one)) for one in collection.missing)
        out.print(f"[yellow]{needed}.[/yellow] Missing: {missing}")
        return
    out.print(f"[green]✓[/green] {needed}: enough.")
    out.print(f"Ready to submit: {target}", soft_wrap=True, markup=False)


def namer(policy: Policy | None) -> Namer:
    """Puts addresses into the policy's words."""
    if policy is None:
        return str
    return lambda address: f"{policy.label(address) or 'no label'}  {address}"
