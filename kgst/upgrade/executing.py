"""The upgrade itself: scheduled by an UPGRADER, executed after its delay, unless it is cancelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer, console
from kgst.deployment.code import save_snapshot
from kgst.errors import DriftError, ExitCode, RefusedError, WaitingError
from kgst.events import read_logs, topic_at
from kgst.moments import format_time
from kgst.node import NodeError, get_receipt, rpc
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.permission import PermissionStatus, permission
from kgst.pipeline.pipeline import carry_out, perform
from kgst.record import ContractRecord, Transaction, Upgrade, source_commit
from kgst.roles import Role
from kgst.terminal import markup
from kgst.upgrade.deploying import read_upgrade, require_there
from kgst.upgrade.getters import changes, read_getters, sample_accounts
from kgst.upgrade.intended import judged
from kgst.upgrade.operations import cancellation, consent_of, given_in, in_words, upgrade

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import OperationDocument, WriteDocument
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run
    from kgst.upgrade.files import UpgradeFile

__all__ = ["cancel", "execute", "schedule"]


def schedule(system: System, path: Path, run: Run) -> Answer[WriteDocument]:
    """Schedule the upgrade in the file at `path`.

    Raises:
        RefusedError: it is scheduled already, needs no delay, or lacks the auditors' consent.
        As `perform`.
    """
    if run.give_up:
        return give_up(system, run)
    operation = _operation(system, read_upgrade(system, path))
    run = _with_account(system, operation, run)
    if operation.already:
        return perform(system, [operation], run)
    found = permission(system, operation, _caller(system, operation, run))
    if found.status is PermissionStatus.AT_ONCE:
        raise RefusedError(
            f"{system.named(_caller(system, operation, run))} upgrades without a delay, so there is nothing to "
            f"schedule: `ape run upgrade execute {path}`."
        )
    if found.status is PermissionStatus.READY:
        raise RefusedError(f"it is scheduled and ready: `ape run upgrade execute {path}`.")
    answer = carry_out(system, [operation], run)
    if (ready_at := answer.content.waits_until) is None:
        return answer

    def show(out: Console) -> None:
        out.print(f"[yellow]Scheduled.[/yellow] From [bold]{format_time(ready_at)}[/bold] on:")
        out.print(f"  ape run upgrade execute {path}", markup=False, soft_wrap=True)
        out.print("Until then a guardian may cancel it:")
        out.print(f"  ape run upgrade cancel {path}", markup=False, soft_wrap=True)

    return replace(answer, show=show)


def execute(system: System, path: Path, run: Run) -> Answer[WriteDocument]:
    """Execute the upgrade in the file at `path`; then look at it, and record it.

    Raises:
        RefusedError: it was not scheduled, or lacks the auditors' consent.
        WaitingError: its delay has not passed, or no block has come since the consent.
        DriftError: a getter answers otherwise than before.
        As `perform`.
    """
    if run.give_up:
        return give_up(system, run)
    file = read_upgrade(system, path)
    operation = _operation(system, file)
    run = _with_account(system, operation, run)
    if not operation.already:
        found = permission(system, operation, _caller(system, operation, run))
        if found.status is PermissionStatus.TO_SCHEDULE:
            raise RefusedError(f"it is not scheduled yet: `ape run upgrade schedule {path}`.")
        if found.status is PermissionStatus.WAITING:
            raise WaitingError(
                f"it can be executed from {format_time(found.ready_at or 0)} on; give the same command again then."
            )
        _require_later_block(system)
    answer = carry_out(system, [operation], run)
    if answer.exit_code is not ExitCode.DONE:
        return answer
    return _concluded(system, file, answer, run)


def cancel(system: System, path: Path, run: Run) -> Answer[WriteDocument]:
    """Cancel the upgrade in the file at `path`, as a guardian or as whoever scheduled it.

    Raises:
        RefusedError: it is not scheduled.
        As `perform`.
    """
    file = read_upgrade(system, path)
    operation = upgrade(system, file.contract, file.implementation, file.call)
    run = _with_account(system, replace(operation, role=Role.GUARDIAN), run)
    return perform(system, [cancellation(system, operation, _caller(system, operation, run))], run)


def _operation(system: System, file: UpgradeFile) -> Operation:
    return upgrade(
        system,
        file.contract,
        file.implementation,
        file.call,
        lambda: _require_consent(system, file),
    )


def _require_consent(system: System, file: UpgradeFile) -> None:
    """The auditors consented to this code and call, and the code is there."""
    require_there(system, file)
    order, found = file.order, consent_of(system)
    if found[:3] != (order.implementation, order.code_hash, order.data_hash):
        raise RefusedError(
            f"the auditors' consent on the chain is not to this upgrade (it is: {in_words(found)}); a halt of minting "
            "and a change of the auditors end it. Collect it with `ape run upgrade consent`, then `submit-consent`. "
            "Nothing was sent."
        )


def _require_later_block(system: System) -> None:
    consented = given_in(system)
    with rpc("ask for the last block"):
        latest = int(system.provider.web3.eth.block_number)
    if latest <= consented:
        raise WaitingError(
            f"the auditors' consent was recorded in block {consented}, the latest there is, and an upgrade needs a "
            "later one; give the same command again in a few seconds."
        )


def _with_account(system: System, operation: Operation, run: Run) -> Run:
    """`run` with the account that is asked for once."""
    return replace(run, account=choose_actor(system, [operation], run).account)


def _caller(system: System, operation: Operation, run: Run) -> str:
    return choose_actor(system, [operation], run).caller


def _concluded(
    system: System, file: UpgradeFile, answer: Answer[OperationDocument], run: Run
) -> Answer[OperationDocument]:
    """Record the upgrade, and compare every getter in the block before with the block of the upgrade."""
    transaction = _transaction(system, file, answer)
    out = console(stderr=run.json)
    if system.files is not None:
        _record(system, file, transaction)
        out.print(f"Recorded in {system.files.record}", markup=False, soft_wrap=True)
    accounts = sample_accounts(system)
    try:
        before = read_getters(system, system.provider, accounts, transaction.block_number - 1)
        after = read_getters(system, system.provider, accounts, transaction.block_number)
    except NodeError as error:
        out.print(f"[yellow]Not compared:[/yellow] getters before and after: {markup(error)}")
        return answer
    different = judged(changes(before, after), file.changes)
    for one in different.intended:
        out.print(f"  changed on purpose: {markup(one, None)}", soft_wrap=True)
    if different.others:
        raise DriftError(
            "the upgrade is final and recorded, and the token answers otherwise than in the block before, not as the "
            f"upgrade declares: {'; '.join(different.others[:8])}. Unless payments in the same block explain it, pause "
            "with `ape run guard pause`, and find out."
        )
    out.print(
        f"[green]✓[/green] {len(before) - len(different.intended)} getters answer as before (blocks "
        f"{transaction.block_number - 1} and "
        f"{transaction.block_number})"
    )
    return answer


def _record(system: System, file: UpgradeFile, transaction: Transaction) -> None:
    from ape import project

    files, record = system.files, system.record
    assert files is not None  # noqa: S101 # the caller looked
    entry = Upgrade(
        contract=file.contract,
        implementation=ContractRecord(
            address=file.implementation,
            source=file.source,
            constructor_args=file.constructor_args,
            code_hash=file.code_hash,
            transaction=file.deployment,
        ),
        data=file.data,
        transaction=transaction,
        source=source_commit(project.path),
    )
    if any(u.transaction.hash == transaction.hash for u in record.upgrades):
        return
    record = record.model_copy(update={"upgrades": (*record.upgrades, entry)})
    record.save(files.record)
    if save_snapshot(files, record) is None:
        files.layout.unlink(missing_ok=True)


def _transaction(
    system: System, file: UpgradeFile, answer: Answer[OperationDocument]
) -> Transaction:
    """The transaction that upgraded: from what was sent just now, else from the log."""
    sent = answer.content.transactions
    found = sent[-1].hash if sent else _logged(system, file)
    receipt = get_receipt(system.provider, found)
    if receipt is None:
        raise NodeError(f"the node has no receipt of {found}; give the same command again.")
    return Transaction(
        hash=found,
        block_number=receipt["blockNumber"],
        block_hash="0x" + bytes(receipt["blockHash"]).hex(),
        gas_used=receipt["gasUsed"],
        gas_price=receipt.get("effectiveGasPrice") or 0,
    )


def _logged(system: System, file: UpgradeFile) -> str:
    first = file.deployment.block_number
    logs = list(read_logs(system.token.address, ("Upgraded(address)",), first))
    mine = [log for log in logs if topic_at(log, 1)[12:].hex() == file.implementation[2:].lower()]
    if not mine:
        raise DriftError(
            f"{file.implementation} is the implementation, but no upgrade to it is in the log since block {first}; "
            "look at `ape run deploy verify`."
        )
    with rpc("read the log"):
        return "0x" + bytes(mine[-1]["transactionHash"]).hex()
