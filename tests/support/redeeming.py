"""A redemption desk whose requests a bank pays: holders, the register, the bank's answers, and the commands."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from support.bank import payment
from support.desk import ACCOUNT, DAY, Desk
from support.in_process import invoke
from support.redemptions import payee

from kgst.chain import advance_time
from kgst.paying.register import Payee

SOM = 1_000_000
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
BY = ("--account", "TEST::30", "--yes")
ACCOUNTS = f"""
reserve_accounts:
  - {{account: "{ACCOUNT}", currency: KGS, bank: DEMOKG22, owner: Demo Issuer LLC}}
"""


class Redeeming:
    """Beside a desk's days: requests of `holder` to payees 1, 2, 3 …, each by its own details."""

    def __init__(self, desk: Desk, contract: Any, holder: Any, redeemer: Any) -> None:
        self.desk, self.contract, self.holder, self.redeemer = desk, contract, holder, redeemer
        self.folder = desk.folder
        policy = self.folder / "policy.yaml"
        policy.write_text(policy.read_text() + ACCOUNTS)
        self.people: list[Payee] = []
        self.amounts: list[int] = []
        desk.token.transfer(holder, 5_000 * SOM, sender=desk.issuer)
        desk.token.approve(contract, 2**256 - 1, sender=holder)

    @property
    def register(self) -> Path:
        path = self.folder / "register.json"
        rows = [one.model_dump(mode="json", exclude_none=True) for one in self.people]
        path.write_text(json.dumps({"format": "kgst-register/1", "payees": rows}))
        path.chmod(0o600)
        return path

    def request(self, *som: int) -> None:
        """Requests of so many som each."""
        for amount in som:
            one = payee(len(self.people) + 1)
            self.people.append(one)
            self.amounts.append(amount)
            self.contract.request(
                amount * SOM, bytes.fromhex(one.reference[2:]), sender=self.holder
            )

    def lock(self, *ids: int) -> str:
        """Hash of the transaction."""
        return "0x" + str(self.contract.lock(ids, sender=self.redeemer).txn_hash)[2:]

    def run(self, *arguments: object, policy: Path | None = None) -> Any:
        return invoke("redemptions", *arguments, policy=policy or self.folder / "policy.yaml")

    def pay(self, *arguments: object, policy: Path | None = None) -> Any:
        where = policy or self.folder / "policy.yaml"
        return invoke("redemptions", "pay", "--register", self.register, *arguments, policy=where)

    def paid(self, *arguments: object) -> dict[str, Any]:
        """The document of `pay`."""
        result = self.pay(*arguments, "--json")
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def confirm(self, *files: object, by: Sequence[object] = BY) -> tuple[int, dict[str, Any]]:
        """Exit code and document of `confirm`."""
        result = self.run("confirm", *files, *by, "--json")
        assert result.stdout.startswith("{"), result.output
        return result.exit_code, json.loads(result.stdout)

    def stages(self) -> list[int]:
        """As the contract counts them."""
        count = self.contract.requestCount()
        return [self.contract.requestOf(one).state for one in range(1, count + 1)]

    def names(self) -> dict[int, str]:
        """The end-to-end id of each request that was ordered, as the batches beside the bank's files have it."""
        found: dict[int, str] = {}
        for path in (self.folder / "payments").glob("KGST*.json"):
            if "-paid-" not in path.name:
                rows = json.loads(path.read_text())["payments"]
                found |= {one["request"]: one["end_to_end_id"] for one in rows}
        return found

    def book(self, *ids: int, **more: Any) -> None:
        """The bank's debits of today."""
        for one in ids:
            details = payment(
                self.names()[one],
                other=more.pop("other", self.people[one - 1].account),
                reason=more.pop("reason", None),
                credit=more.get("credit", False),
            )
            tyiyn = more.pop("tyiyn", self.amounts[one - 1] * 100)
            self.desk.bank.book(self.desk.day, tyiyn, details, **more)

    def notification(self, name: str = "camt054.xml", day: date | None = None) -> Path:
        """camt.054 of what is booked so far today."""
        folder = self.folder / "notified"
        folder.mkdir(exist_ok=True)
        text = self.desk.bank.write(folder, day or self.desk.day).read_text()
        text = re.sub(r"<Bal>.*?</Bal>", "", text)
        text = re.sub(r"<ElctrncSeqNb>.*?</ElctrncSeqNb>", "", text)
        text = text.replace("camt.053", "camt.054").replace(
            "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"
        )
        path = folder / name
        path.write_text(text.replace("<Stmt>", "<Ntfctn>").replace("</Stmt>", "</Ntfctn>"))
        return path

    def report(self, batch: str, statuses: dict[int, str], name: str = "pain002.xml") -> Path:
        """pain.002: a status of each request."""
        rows = "".join(
            f"<TxInfAndSts><OrgnlEndToEndId>{self.names()[one]}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
            "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
            for one, status in statuses.items()
        )
        path = self.folder / name
        path.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
            f"<GrpHdr><MsgId>R-{name}</MsgId><CreDtTm>{self.desk.day}T12:00:00+06:00</CreDtTm></GrpHdr>"
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
            f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{rows}"
            "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n"
        )
        return path

    def pass_days(self, days: float) -> None:
        advance_time(int(days * DAY))
