"""What `ape run govern` does without a network: sign the challenge of a rotation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.console import Answer
from kgst.govern.challenge import Challenge
from kgst.govern.offline_documents import GovernSignDocument
from kgst.moments import both_times
from kgst.signing import ceremony
from kgst.signing.comparing import check_deployment
from kgst.signing.own import own_policy
from kgst.signing.views import namer, print_list
from kgst.storing import read_model
from kgst.terminal import markup

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

__all__ = ["sign"]


def sign(
    path: Path,
    account: AccountAPI | None,
    *,
    policy_path: Path | None,
    given: ceremony.Given | None = None,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[GovernSignDocument]:
    """Show a challenge, and let the new holder's account sign it.

    Raises:
        RefusedError: the account is not the new holder's, or the policy differs.
        FileError: the challenge cannot be read.
    """
    challenge = read_model(path, Challenge, Challenge.what)
    own = own_policy(policy_path, path, challenge.chain_id)
    policy, policy_path = (own.policy, own.path) if own else (None, None)
    done: list[str] = []
    undone: list[str] = ["who holds which role: as the challenge says of the chain"]
    if policy is None or policy_path is None:
        undone.append("chain and manager: no --policy; compare them with the issuer's publication")
    else:
        chain, manager = challenge.chain_id, challenge.manager
        check_deployment(chain, "manager", manager, policy, policy_path, done, undone)
    named = namer(policy)

    def show(out: Console) -> None:
        out.print("[bold]Proof of a key[/bold]")
        for name, value in (
            ("chain", str(challenge.chain_id)),
            ("manager", challenge.manager),
            ("account", named(challenge.account)),
            ("replaces", named(challenge.replaces)),
            ("in roles", challenge.roles),
            ("granted", both_times(challenge.granted_at)),
        ):
            out.print(f"  {name:<9} {markup(value, None)}")
        print_list(out, "[green]✓[/green]", done)
        print_list(out, "[yellow]Not checked:[/yellow]", undone)

    def document(signed: dict[str, Any]) -> GovernSignDocument:
        hashes = challenge.hashes
        return GovernSignDocument.taken_from(
            challenge,
            **signed,
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            checked=done,
            not_checked=undone,
        )

    reviewed = ceremony.Reviewed(
        challenge, path, document, show, own, recipient="whoever rotates, for --proof"
    )
    return ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)
