"""`redemptions confirm FILE...`: what the bank's answers mean for each request, and the proof of what it paid.

Everything but the answers follows from the chain, the policy and the secret: no batch of this checkout is needed, so
that it does not matter who wrote the order, or what was lost since. Only what is locked is confirmed; the chain takes a
confirmation once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer, console
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.multicall import latest
from kgst.paying.answers import Answer as Said
from kgst.paying.answers import answers
from kgst.paying.batch import Batch
from kgst.paying.confirming import ConfirmationFile
from kgst.paying.confirming import confirm as confirmation_of
from kgst.paying.payer import own_accounts, payer_of
from kgst.paying.register import read_register
from kgst.paying.secret import Secret, read_secret
from kgst.pipeline.documents import GiveUpDocument
from kgst.pipeline.pipeline import perform
from kgst.redemptions.confirm_views import print_answers
from kgst.redemptions.documents import AnsweredPart, RedemptionsConfirmDocument, WritePart
from kgst.redemptions.operations import MOST
from kgst.redemptions.operations import confirm as confirmation_in
from kgst.redemptions.pay import folder_of
from kgst.redemptions.verdicts import Verdict, verdict_on
from kgst.reserves.progress import reading_shown
from kgst.reserves.reading import block_of, final_enough
from kgst.snapshot.batches import whole_batch
from kgst.snapshot.locks import read_locks
from kgst.snapshot.requests import Request, read_desk
from kgst.statements import StatementError
from kgst.statements.answers import BankAnswers, read_answers
from kgst.storing import as_bytes, write_new

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["confirm_from_files"]


@dataclass(frozen=True)
class _Found:
    """What the answers say of one lock.

    Attributes:
        said: Of each request that is to be confirmed.
    """

    batch: Batch
    verdicts: tuple[Verdict, ...]
    said: tuple[Said, ...]


def confirm_from_files(
    files: Sequence[Path], register: Path | None, run: Run
) -> Answer[RedemptionsConfirmDocument] | Answer[WriteDocument]:
    """Confirm what the bank has booked; name everything else that its files say.

    Raises:
        InputError: no secret, no payer; a file that cannot be relied on.
        As `perform`.
    """
    system = open_system(run.policy_path, quiet=run.json)
    folder, secret = folder_of(system), read_secret()
    read = _read(system, files, quiet=run.json)
    accounts = _payees(register)
    locks = read_locks(system, block_of(system, final_enough(system)))
    newest = latest(system.provider)
    stands = read_desk(system, head=newest).requests
    debtor = payer_of(system.policy)
    batches = [whole_batch(system, lock, debtor, secret) for lock in locks.all]
    found = [_found(system, one, read, accounts, stands, newest.time) for one in batches]
    verdicts = [verdict for one in found for verdict in one.verdicts]
    proofs = [(one, _proof(one, secret)) for one in found if one.said]
    # Kept before anything is sent: a hash on the chain whose fields are lost proves nothing.
    kept = [(_path(folder, proof), as_bytes(proof)) for _, proof in proofs]
    _keep(folder, kept)
    print_answers(console(stderr=run.json), verdicts)
    writes: list[WritePart] = []
    code = ExitCode.DRIFT if any(one.trouble for one in verdicts) else ExitCode.DONE
    shows = []
    for ids, payment_hash in _calls(proofs):
        answer = perform(system, [confirmation_in(system, ids, payment_hash)], run)
        if isinstance(answer.content, GiveUpDocument):
            return answer
        writes.append(WritePart.taken_from(answer.content))
        shows.append(answer.show)
        if answer.exit_code is not ExitCode.DONE:
            code = answer.exit_code
            break

    def show_it(out: Console) -> None:
        for show in shows:
            show(out)
        for path, _ in kept:
            out.print(f"Proof of the payments, to be kept: {path}", soft_wrap=True, markup=False)
        if not kept:
            out.print("Nothing new was paid; nothing is confirmed.")

    document = RedemptionsConfirmDocument(
        chain_id=system.record.chain_id,
        desk=system.deployment.redemption_desk.address,
        answers=[AnsweredPart.of(one) for one in verdicts],
        proofs=[str(path) for path, _ in kept],
        writes=writes,
    )
    return Answer(document, show_it, code)


def _read(system: System, files: Sequence[Path], *, quiet: bool) -> BankAnswers:
    try:
        accounts = system.policy.accounts(system.policy_path)
        with reading_shown(quiet=quiet) as progress:
            return read_answers(files, accounts=accounts, progress=progress)
    except StatementError as error:
        raise InputError(str(error)) from error


def _payees(register: Path | None) -> Mapping[str, str]:
    """Accounts of payees, by reference."""
    if register is None:
        return {}
    return {reference: one.account for reference, one in read_register(register).payees.items()}


def _found(
    system: System,
    batch: Batch,
    read: BankAnswers,
    accounts: Mapping[str, str],
    stands: Sequence[Request],
    now: int,
) -> _Found:
    payees = {
        one.request: accounts[one.reference] for one in batch.payments if one.reference in accounts
    }
    said = answers(
        batch, read.entries, read.reports, payees=payees, own=own_accounts(system.policy)
    )
    pairs = [(one, verdict_on(one, stands[one.request - 1], now)) for one in said]
    return _Found(
        batch,
        tuple(verdict for _, verdict in pairs if verdict is not None),
        tuple(one for one, verdict in pairs if verdict is not None and verdict.confirms),
    )


def _proof(one: _Found, secret: Secret) -> ConfirmationFile:
    return confirmation_of(one.batch, one.said, secret.salt(one.batch.lock))


def _path(folder: Path, proof: ConfirmationFile) -> Path:
    return folder / f"{proof.batch}-paid-{proof.payment_hash[2:14]}.json"


def _keep(folder: Path, kept: Sequence[tuple[Path, bytes]]) -> None:
    before = os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(kept)
    finally:
        os.umask(before)


def _calls(
    proofs: Sequence[tuple[_Found, ConfirmationFile]],
) -> Iterator[tuple[list[int], str]]:
    for _, proof in proofs:
        ids = [one.request for one in proof.paid]
        for start in range(0, len(ids), MOST):
            yield ids[start : start + MOST], proof.payment_hash
