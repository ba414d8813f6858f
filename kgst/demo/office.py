"""The issuer's desk and its two banks in the demonstration: statements in, attestations out, and both held together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.chain import advance_time, now
from kgst.console import Answer
from kgst.demo.bank import Bank
from kgst.demo.dates import copy_statements
from kgst.deployment.system import System
from kgst.moments import BISHKEK, bishkek_day
from kgst.node import connected
from kgst.paying.answers import answers
from kgst.paying.batch import Batch, Debtor
from kgst.paying.confirming import ConfirmationFile
from kgst.paying.confirming import confirm as confirmation_of
from kgst.paying.making import Made, batch_of, make_batch, sort_out
from kgst.paying.register import Register
from kgst.paying.secret import read_secret
from kgst.reconcile.commands import Given, reconciled
from kgst.reconcile.documents import ReconcileDocument
from kgst.reserves.annex import annex_of
from kgst.reserves.composing import compose, read_previous
from kgst.reserves.drafting import make_draft, read_statements
from kgst.reserves.files import AttestationFile
from kgst.reserves.ordering import payable_of
from kgst.reserves.reading import block_of, final_enough, read_state
from kgst.reserves.report import hash_of_report
from kgst.settling.orders import OrderFile, read_orders
from kgst.snapshot.batches import requests_of, terms_of
from kgst.snapshot.locks import read_locks
from kgst.statements import ReserveTotal
from kgst.statements.answers import read_answers
from kgst.storing import as_bytes, write_new

if TYPE_CHECKING:
    from kgst.statements.entries import Entry

__all__ = ["Banks", "Office"]

_HOUR: Final = 3600
_OWNER: Final = "KGST Demonstration Issuer LLC (fictional)"
_OPENS: Final = time(9, tzinfo=BISHKEK)

Banks = dict[str, Bank]


class Office:
    """The desk.

    Args:
        deployment: The token that it issues.
        folder: Where its files lie.

    Attributes:
        banks: By the name that the story gives them.
        closed: The last banking day that was attested.
    """

    def __init__(self, deployment: Any, folder: Path) -> None:
        self.deployment, self.folder = deployment, folder
        self.banks: Banks = {}
        self.closed = self.first = date.min
        self._report: Path | None = None
        self._orders: list[Path] = []

    @cached_property
    def _system(self) -> System:
        provider = connected()
        return System(self.deployment, provider, None, self.folder / "policy.yaml")

    def wait_for(self, weekday: int) -> date:
        """Let the chain's clock go on to nine o'clock of the next such day in Bishkek (Monday is 0); that day."""
        today = bishkek_day(now())
        day = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
        advance_time(int(datetime.combine(day, _OPENS).timestamp()) - now())
        return day

    def open_with(self, samples: Path) -> AttestationFile:
        """The draft of the first attestation, of the example files as if yesterday had been their last day."""
        yesterday = bishkek_day(now()) - timedelta(days=1)
        folder = self._folder("samples")
        drafted, total = self._draft(copy_statements(samples, folder, yesterday))
        names = (("Ala-Too", "IMALKG22"), ("Chui", "NOWHKG22"))
        for one, (name, bic) in zip(total.accounts, names, strict=True):
            self.banks[name] = Bank(one.account, one.closing_balance_tyiyn, bic, _OWNER)
        self.closed = self.first = yesterday
        return drafted

    def draft(self) -> tuple[AttestationFile, ReserveTotal]:
        """The next attestation, of every day that has ended since the last one."""
        files = self._written(self.banks, self.closed, f"{bishkek_day(now())}")
        drafted, total = self._draft(files)
        self.closed = total.closing_day
        return drafted, total

    def again(self) -> AttestationFile:
        """The last attestation's figures once more."""
        day = self.closed - timedelta(days=1)
        return self._draft(self._written(self.banks, day, f"{self.closed} again"))[0]

    def order(self) -> OrderFile:
        """The order to pay everything that is owed and can be paid."""
        state = read_state(self._system, final_enough(self._system))
        made, _ = payable_of(self._system, state, read_previous(self._report, state))
        path = self.folder / f"{made.id}.json"
        write_new([(path, as_bytes(made))], force=True)
        self._orders.append(path)
        return made

    def pay(self, people: Register) -> Made:
        """The file by which the bank pays what was locked last."""
        system = self._system
        lock = read_locks(system, block_of(system, final_enough(system))).all[-1]
        bank = self.banks["Chui"]
        debtor = Debtor(name=bank.owner, account=bank.account, bank=bank.bic)
        payable, _ = sort_out(requests_of(lock), people)
        batch = batch_of(payable, terms_of(system, lock, debtor), read_secret())
        return make_batch(batch, people, "pain.001.001.09")

    def paid(self, batch: Batch) -> ConfirmationFile:
        """What the banks' statements since the last attestation show as paid, and the proof of it."""
        name = f"{bishkek_day(now())} answers"
        found = read_answers(self._written(self.banks, self.closed, name))
        return confirmation_of(batch, answers(batch, found.entries), read_secret().salt(batch.lock))

    def reconcile(
        self,
        change: Callable[[Banks], None] = lambda _: None,
        keep: Callable[[Path], bool] = lambda _: True,
        name: str = "as they were",
    ) -> Answer[ReconcileDocument]:
        """Every statement so far against the chain: as the banks wrote them, or as `change` would have had them.

        Args:
            change: What the banks' books have instead.
            keep: Which files are there.
            name: Of the folder.
        """
        banks = deepcopy(self.banks)
        change(banks)
        files = [one for one in self._written(banks, self.first, name) if keep(one)]
        return reconciled(self._system, Given(None, files, orders=self._orders))

    def _written(self, banks: Banks, after: date, name: str) -> list[Path]:
        """The statements of each banking day after one."""
        folder, today = self._folder(name), bishkek_day(now())
        days = [after + timedelta(days=n) for n in range(1, (today - after).days)]
        banking = [one for one in days if one.weekday() < 5]
        return [bank.write(folder, day) for bank in banks.values() for day in banking]

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def _draft(self, files: Sequence[Path]) -> tuple[AttestationFile, ReserveTotal]:
        """Report, annex and draft, as `ape run reserves draft` makes them."""
        system, entries = self._system, list["Entry"]()
        state = read_state(system, final_enough(system))
        previous = read_previous(self._report, state)
        total = read_statements(
            files,
            system.policy,
            system.policy_path,
            now=state.block.timestamp,
            previous=previous.report.total if previous else None,
            hand_on=entries.append,
        )
        orders = read_orders(self._orders)
        made = compose(system, state, total, entries, previous=previous, orders=orders)
        data, report = made.report.as_bytes(), self.folder / f"report-{made.report.epoch}.json"
        write_new([(report, data), (annex_of(report), made.annex.as_bytes())], force=True)
        self._report = report
        figure = (made.settled.base_units, made.settled.origin)
        deadline = state.block.timestamp + _HOUR
        return make_draft(
            system.domain, state, total, figure, hash_of_report(data), deadline
        ), total
