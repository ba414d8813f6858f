"""What `ape run auditors` does without a network: sign, collect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.auditors.documents import (
    AuditorsCollectDocument,
    AuditorsSignDocument,
    Rotation,
    Warned,
)
from kgst.auditors.drafting import draft_warnings
from kgst.auditors.files import RotationFile, SignedRotationFile
from kgst.auditors.reading import successors
from kgst.auditors.views import print_rotation
from kgst.console import Answer
from kgst.errors import RefusedError
from kgst.policy import Policy
from kgst.reserves.views import print_warnings
from kgst.signing import ceremony, deadlines
from kgst.signing.comparing import check_deployment
from kgst.signing.own import own_policy
from kgst.signing.views import namer, print_list
from kgst.storing import read_model

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["check", "collect", "sign"]


def check(
    draft: RotationFile, policy: Policy | None, policy_path: Path | None
) -> tuple[list[str], list[str]]:
    """What agrees with the policy, and what could not be compared.

    Raises:
        RefusedError: something differs: do not sign.
    """
    if policy is None or policy_path is None:
        return [], [
            "chain, token and new auditors: no --policy; compare every address with the issuer's publication"
        ]
    done: list[str] = []
    undone: list[str] = []
    domain = draft.token_domain
    check_deployment(domain.chain_id, "token", domain.token, policy, policy_path, done, undone)
    wanted = successors(policy, draft.current)
    if not wanted.has_people_of(draft.new):
        strangers = [one for one in draft.new.members if one not in wanted.members]
        absent = [policy.named(one) for one in wanted.members if one not in draft.new.members]
        found = [
            *(f"{policy.named(one)} is to be an auditor" for one in strangers),
            *(f"{one} is not" for one in absent),
            f"{draft.new.threshold} have to sign, by the policy {wanted.threshold}",
        ]
        raise RefusedError(
            f"the draft's new auditors are not those of {policy_path}: {'; '.join(found)}. Do not sign; ask the issuer "
            "which is right."
        )
    done.append(f"the new auditors are the policy's, and {wanted.threshold} of them have to sign")
    undone.append("the auditors now, and what ends: as the draft says of the chain")
    return done, undone


def sign(
    path: Path,
    account: AccountAPI | None,
    *,
    policy_path: Path | None,
    given: ceremony.Given | None = None,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[AuditorsSignDocument]:
    """Check a rotation, show it, and let an auditor's account sign it."""
    draft = read_model(path, RotationFile, RotationFile.what)
    own = own_policy(policy_path, path, draft.token_domain.chain_id)
    policy, policy_path = (own.policy, own.path) if own else (None, None)
    done, undone = check(draft, policy, policy_path)
    named = namer(policy)
    warnings = draft_warnings(draft, named, now=deadlines.clock())

    def show(out: Console) -> None:
        print_rotation(out, draft, named)
        print_list(out, "[green]✓[/green]", done)
        print_list(out, "[yellow]Not checked:[/yellow]", undone)
        print_warnings(out, warnings)

    def document(signed: dict[str, Any]) -> AuditorsSignDocument:
        return AuditorsSignDocument(
            **signed,
            chain_id=draft.domain.chain_id,
            token=draft.domain.verifying_contract,
            rotation=Rotation.of(draft),
            checked=done,
            not_checked=undone,
            warnings=Warned.all_of(warnings),
        )

    reviewed = ceremony.Reviewed(draft, path, document, show, own)
    return ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)


def collect(
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer[AuditorsCollectDocument]:
    """Put signatures together; once there are enough, write the file to submit."""
    return ceremony.collect(
        read_model(path, RotationFile, RotationFile.what),
        SignedRotationFile,
        AuditorsCollectDocument,
        path,
        signatures,
        policy_path=policy_path,
        out_path=out_path,
        force=force,
    )
