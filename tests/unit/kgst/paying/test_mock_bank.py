"""Orders given to a bank that others wrote (mock-bank), and its own reports, notifications and statements read back."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from mockbank.server import Config, make_server
from support.redemptions import (
    CREATED,
    DEBTOR,
    SECRET,
    TERMS,
    ordered,
    payee,
    register,
    request,
)

from kgst.moments import BISHKEK
from kgst.paying.answers import Answer, answers
from kgst.paying.making import Made
from kgst.statements import Accounts, ReserveAccount
from kgst.statements.answers import read_answers

BIC = "MOCKNL2A"


def iban(number: int) -> str:
    """Of an account at the bank, with its check digits."""
    body = f"MOCK{number:010d}"
    digits = "".join(str(int(one, 36)) for one in f"{body}NL00")
    return f"NL{98 - int(digits) % 97:02d}{body}"


class Bank:
    """The bank, by its HTTP interface."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url, self.folder = f"http://127.0.0.1:{port}", folder

    def ask(self, method: str, path: str, data: bytes | dict[str, Any] | None = None) -> Any:
        body = json.dumps(data).encode() if isinstance(data, dict) else data
        kind = "application/json" if isinstance(data, dict) else "application/xml"
        asked = urllib.request.Request(
            self.url + path,
            body,
            {"Content-Type": kind, "Accept": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.loads(answer.read())

    def found(self, one: Made) -> tuple[Answer, ...]:
        """What its files say of a batch."""
        accounts = Accounts([ReserveAccount(account=iban(777))])
        read = read_answers(sorted(self.folder.glob("*.xml")), accounts=accounts)
        return answers(one.batch, read.entries, read.reports)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    start = datetime.fromtimestamp(CREATED, BISHKEK).strftime("%Y-%m-%dT%H:%M")
    folder = tmp_path / "pickup"
    folder.mkdir()
    server = make_server(
        Config(port=0, quiet=True, clock=start, timezone="Asia/Bishkek", pickup_dir=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        found = Bank(server.server_address[1], folder)
        account = {"iban": iban(777), "name": DEBTOR.name, "currency": "KGS", "balance": 100_000_00}
        found.ask("POST", "/_mock/accounts", {"id": "ISSUER", **account})
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def of(layout: Any = "pain.001.001.09", *amounts: int) -> Made:
    """A batch to accounts at the bank, which has four: 3 is closed, and 4 is of another bank than it says."""
    debtor = DEBTOR.model_copy(update={"account": iban(777), "bank": BIC})
    terms = replace(
        TERMS,
        debtor=debtor,
        # Tomorrow: what is asked for today this bank books at once.
        created=CREATED + 86_400,
        needed_by=CREATED + 30 * 86_400,
    )
    people = [
        payee(number, account=iban(number), bank=BIC) for number in range(1, len(amounts) + 1)
    ]
    asked = [
        request(number, tyiyn, of=one)
        for number, (tyiyn, one) in enumerate(zip(amounts, people, strict=True), 1)
    ]
    return ordered(asked, register(*people), terms, layout)


@pytest.mark.parametrize("layout", ["pain.001.001.03", "pain.001.001.09"])
def test_order__is_taken_paid_and_rejected(bank: Bank, layout: str) -> None:
    one = of(layout, 15_000_00, 700, 900, 15)
    assert bank.ask("POST", "/_mock/validate", one.bank_file)["findings"] == []
    assert bank.ask("POST", "/payments", one.bank_file)["status"] == "PART"
    # Reported, and nothing booked: what was accepted waits.
    found = bank.found(one)
    assert [answer.state for answer in found] == ["pending", "pending", "rejected", "rejected"]
    assert "AC04 (ClosedAccountNumber)" in found[2].why
    assert "RC01 (BankIdentifierIncorrect)" in found[3].why
    # The day ends: a notification and a statement of it, and each payment once.
    bank.ask("POST", "/_mock/advance?days=2")
    names = {path.name[:8] for path in bank.folder.glob("*.xml")}
    assert names >= {"camt.053", "camt.054", "pain.002"}
    found = bank.found(one)
    assert [answer.state for answer in found] == ["paid", "paid", "rejected", "rejected"]
    assert [answer.leg.tyiyn for answer in found if answer.leg] == [15_000_00, 700]


def test_order__what_comes_back_days_later__is_returned(bank: Bank) -> None:
    one = of("pain.001.001.09", 700, 900_00)
    name = SECRET.end_to_end_id(one.batch.desk, 97, 2)
    later = {"behaviour": "return-later", "parameters": {"days": 2, "end_to_end_id": name}}
    bank.ask("PATCH", "/_mock/accounts/ISSUER", later)
    bank.ask("POST", "/payments", one.bank_file)
    bank.ask("POST", "/_mock/advance?days=2")
    assert [answer.state for answer in bank.found(one)] == ["paid", "paid"]
    bank.ask("POST", "/_mock/advance?days=9")
    for path in bank.folder.glob("pacs*"):  # between banks, and no answer to a customer
        path.unlink()
    found = bank.found(one)
    assert [answer.state for answer in found] == ["paid", "returned"]
    assert found[1].why == "it came back: AC04 (ClosedAccountNumber)"


def test_order__of_whose_money_there_is_none__is_rejected(bank: Bank) -> None:
    one = of("pain.001.001.09", 700, 900_000_00)
    bank.ask("PATCH", "/_mock/accounts/ISSUER", {"behaviour": "insufficient-funds"})
    bank.ask("POST", "/payments", one.bank_file)
    found = bank.found(one)
    assert sorted(answer.state for answer in found) == ["pending", "rejected"]
    assert "AM04 (InsufficientFunds)" in found[1].why
