"""What `ape run deploy` does, and when sending is out of the question."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kgst.build import require_from_sources
from kgst.checks import drift_code, failed
from kgst.console import Answer, account_of, confirm, console, load_policy
from kgst.deploy.documents import (
    DeployApplyDocument,
    DeployedDocument,
    DeployPlanDocument,
    DeployResumeDocument,
    DeployVerifyDocument,
    Verification,
)
from kgst.deploy.plan import plan as make_plan
from kgst.deploy.views import (
    print_event,
    print_plan,
    print_record,
    print_verification,
)
from kgst.deployment.applying import apply as carry_out
from kgst.deployment.applying import resume as carry_on
from kgst.errors import ExitCode, InputError, KgstError, RefusedError, UnconfirmedError
from kgst.events import look_also_in
from kgst.files import Files
from kgst.journal import Journal
from kgst.node import connected, genesis, is_short_lived
from kgst.record import Record
from kgst.signing.own import print_read
from kgst.terminal import markup
from kgst.verify.comparing import inspect
from kgst.verify.creation import build_check

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI
    from rich.console import Console

    from kgst.deploy.plan import Plan
    from kgst.deployment.contracts import Deployment
    from kgst.policy import Policy

D = TypeVar("D", bound=DeployedDocument)

__all__ = ["apply", "plan", "resume", "verify"]


def plan(policy_path: Path | None, account: AccountAPI | None) -> Answer[DeployPlanDocument]:
    """What `apply` would send."""
    provider = connected()
    policy, _ = load_policy(policy_path, provider)
    planned = make_plan(_here(policy, provider), account_of(account, provider))

    def show(out: Console) -> None:
        print_plan(out, planned, policy)
        for refusal in planned.refusals:
            out.print(f"[red]Refused:[/red] {markup(refusal)}")

    code = ExitCode.REFUSED if planned.refusals else ExitCode.DONE
    return Answer(DeployPlanDocument.of(planned, policy), show, code)


def apply(
    policy_path: Path | None, account: AccountAPI | None, *, yes: bool, new: bool, quiet: bool
) -> Answer[DeployApplyDocument]:
    """Deploy; or, when that was done before, verify."""
    provider = connected()
    policy, path = load_policy(policy_path, provider)
    deployer = account_of(account, provider)
    out = console(stderr=quiet)
    if is_short_lived(provider):
        out.print(
            "[yellow]This chain lives no longer than this command: what is deployed is gone when it ends, "
            "and no record is kept. To keep it use --network bsc:local:foundry with an anvil of your own.[/yellow]"
        )
        here = _here(policy, provider)
        _agree(out, make_plan(here, deployer), policy, path, deployer, yes=yes)
        deployment = carry_out(here, deployer, None, lambda event: print_event(out, event))
        return _deployed(deployment, DeployApplyDocument)

    require_from_sources()
    files = Files(path.parent)
    if not new:
        if files.record.exists():
            return _already_there(policy, files, DeployApplyDocument)
        if files.finished():
            raise RefusedError(Record.missing(files.record))
        if files.begun():
            raise RefusedError(
                f"{files.journal} tells of a deployment that was not finished; continue it with "
                "`ape run deploy resume`, or start over with --new, which keeps the journal aside."
            )
    _agree(out, make_plan(policy, deployer), policy, path, deployer, yes=yes)
    if new:
        for moved in files.move_aside():
            out.print(f"[dim]kept aside: {markup(moved)}[/dim]")
    return _send(policy, deployer, files, out, carry_out, DeployApplyDocument)


def resume(
    policy_path: Path | None, account: AccountAPI | None, *, yes: bool, quiet: bool
) -> Answer[DeployResumeDocument]:
    """Continue a deployment that was interrupted; or write the record of a finished one again."""
    provider = connected()
    policy, path = load_policy(policy_path, provider)
    files, out = Files(path.parent), console(stderr=quiet)
    if not files.journal.exists():
        raise InputError(
            f"{files.journal} is not there, so there is nothing to resume; run `ape run deploy apply`."
        )
    if files.finished():
        if files.record.exists():
            return _already_there(policy, files, DeployResumeDocument)
        return _send(policy, None, files, out, carry_on, DeployResumeDocument)
    require_from_sources()
    deployer = account_of(account, provider)
    if not files.begun():  # it ended before its first signature
        _agree(out, make_plan(policy, deployer), policy, path, deployer, yes=yes)
        return _send(policy, deployer, files, out, carry_out, DeployResumeDocument)
    print_read(out, policy, path)
    confirm("Continue the deployment?", deployer, yes=yes)
    return _send(policy, deployer, files, out, carry_on, DeployResumeDocument)


def verify(policy_path: Path | None) -> Answer[DeployVerifyDocument]:
    """Compare chain, policy and record; sends nothing."""
    provider = connected()
    if is_short_lived(provider):
        raise InputError(
            "this chain began empty with this command, so there is nothing to verify; give the network that was "
            "deployed to with --network."
        )
    policy, path = load_policy(policy_path, provider)
    files = Files(path.parent)
    record = Record.load(files.record)
    look_also_in(provider, record, files.index)
    checks = [build_check(), *inspect(policy, record)]
    return Answer(
        DeployVerifyDocument.of(checks),
        lambda out: print_verification(out, checks),
        drift_code(checks),
    )


def _here(policy: Policy, provider: ProviderAPI) -> Policy:
    """`policy`, without its Safes on a chain that began empty with this command."""
    return policy.model_copy(update={"safes": {}}) if is_short_lived(provider) else policy


def _agree(
    out: Console, planned: Plan, policy: Policy, path: Path, deployer: AccountAPI, *, yes: bool
) -> None:
    """Show the plan, and go on only if it can be carried out and is agreed to.

    Raises:
        RefusedError: it cannot.
    """
    print_plan(out, planned, policy)
    if planned.refusals:
        raise RefusedError(" ".join(planned.refusals) + " Nothing was sent.")
    print_read(out, policy, path)
    confirm("Deploy?", deployer, yes=yes)


@dataclass(frozen=True)
class _Finished:
    """The deployer of a finished deployment, which needs no signature any more."""

    address: str


def _send(
    policy: Policy,
    deployer: AccountAPI | None,
    files: Files,
    out: Console,
    carry: Any,
    document: type[D],
) -> Answer[D]:
    """Carry out what the journal leaves to do; `deployer` is None when that is nothing."""
    files.forget_unsigned()
    with Journal(files.journal) as journal:
        account: Any = deployer
        if account is None and journal.header is not None:
            account = _Finished(journal.header.sender)
        try:
            deployment = carry(policy, account, journal, lambda event: print_event(out, event))
        except KeyboardInterrupt:
            open_steps = [signed.step for signed in journal.unresolved()]
            if not open_steps:
                raise
            raise UnconfirmedError(
                f"interrupted while {', '.join(open_steps)} may have been sent; continue with "
                "`ape run deploy resume`."
            ) from None
        deployment.record.save(files.record)
    _keep_layout(files, deployment.record, out)
    return _deployed(deployment, document, files.record)


def _keep_layout(files: Files, record: Record, out: Console) -> None:
    """For the day of an upgrade; the deployment is complete without."""
    from kgst.deployment.code import save_snapshot

    try:
        save_snapshot(files, record)
    except KgstError as error:
        out.print(
            f"[yellow]The storage layout was not kept:[/yellow] {markup(error)}\n"
            "Upgrades will read it from the checkout of "
            "this deployment."
        )


def _deployed(deployment: Deployment, document: type[D], saved: Path | None = None) -> Answer[D]:
    verification = inspect(deployment.policy, deployment.record)

    def show(out: Console) -> None:
        print_record(out, deployment.record)
        if saved:
            out.print(f"Record: {markup(saved)}")
        print_verification(out, verification)

    content = document(record=deployment.record, verification=Verification.of(verification))
    code = ExitCode.DRIFT if failed(verification) else ExitCode.DONE
    return Answer(content, show, code)


def _already_there(policy: Policy, files: Files, document: type[D]) -> Answer[D]:
    record = Record.load(files.record)
    if record.genesis != genesis(connected()):
        raise RefusedError(
            f"{files.record} is of another chain with this id (a development chain that was started anew has lost "
            "its contracts); deploy again with --new, which keeps the record aside."
        )
    verification = inspect(policy, record)

    def show(out: Console) -> None:
        print_record(out, record)
        out.print("[bold]Already deployed; nothing was sent.[/bold] To deploy again use --new.")
        print_verification(out, verification)

    content = document(
        already_deployed=True, record=record, verification=Verification.of(verification)
    )
    return Answer(content, show, drift_code(verification))
