"""A short month of a token on the double, with real reports; and what the chain itself says of it, past any index."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from support.bsc.deployed import Deployed, deployed_in_memory
from support.drafts import report_of
from support.web.scenes import Stage

from kgst.attestation import ReserveAttestation
from kgst.moments import BISHKEK
from kgst.policy import Policy
from kgst.reserves.origin import SettledFrom
from kgst.reserves.report import Owed, by_age
from kgst.statements import read_reserves

SOM = 10**6
HOUR = 3_600
ACCOUNTS = ("1091820000998871", "1290010000456781")
ORDER = keccak(text="order 1 of the court")
OTHER_ORDER = keccak(text="order 2 of the court")
SEIZED_SOM, ORDERED_SOM, BURNED_SOM, FORCED_SOM = 1_000, 2_000, 500, 2


def second(day: int, hour: int = 0, minute: int = 0) -> int:
    """Of January 2027, in Bishkek."""
    return int(datetime(2027, 1, day, hour, minute, tzinfo=BISHKEK).timestamp())


class Month(Stage):
    """From 16 to 22 January 2027 in Bishkek, with a day before and a day after."""

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        super().__init__(deployed, folder)
        self.mint_desk = self._contract("mint_desk", "MintDesk")
        self.files: list[Path] = []
        self.statements: list[Path] = []

    def until(self, moment: int) -> None:
        """The next block is of that second."""
        assert moment > self.now, "time goes on"
        self.later(moment - self.now - 1)

    def by(self, label: str, call: Any) -> int:
        """As somebody of the policy."""
        return self.act(self.deployed.address(label), call)

    def attest_day(self, day: int, first_som: int, second_som: int, settled: int) -> None:
        """The end of a day: two accounts, attested half an hour after it, or at once."""
        closing = date(2027, 1, day)
        if self.reports:  # the first is attested when there is a token
            self.until(second(day + 1, 0, 30))
        statement = self.folder / f"bank-{closing}.csv"
        rows = "".join(
            f"{account},KGS,{closing},{som}.50,CRDT\n"
            for account, som in zip(ACCOUNTS, (first_som, second_som), strict=True)
        )
        statement.write_text("account,currency,date,closing_balance,indicator\n" + rows)
        policy = self.deployed.policy
        total = read_reserves([statement], accounts=Policy.load(policy).accounts(policy))
        burned = self.token.functions.solvency().call()[2]
        report = report_of(
            total,
            token=self.token.address,
            epoch=len(self.reports) + 1,
            previous_report="0x" + keccak(self.reports[-1]).hex() if self.reports else None,
            owed=Owed(
                burned=burned, settled=settled, settled_now=0, reopened_now=0, unassigned=0,
                origin=SettledFrom(kind="entries", redemptions=0), ages=by_age({}, closing),
            ),
        )  # fmt: skip
        self.reports.append(report)
        path = self.folder / f"report-{closing}.json"
        path.write_bytes(report)
        self.files.append(path)
        self.statements.append(statement)
        attestation = ReserveAttestation(
            epoch=len(self.reports),
            reserves=total.total_tyiyn,
            settled=settled,
            as_of=second(day + 1),
            report_hash=keccak(report),
            **self._bonds(),
        )
        signers = ("auditor_a", "auditor_b", "auditor_c")[: 3 if len(self.reports) < 3 else 2]
        self.by("outsider", self.token.functions.attest(*self._signed(attestation, *signers)))

    def live(self) -> None:
        """What the tests look for, each at least once."""
        self._begin()
        self._pay()
        self._redeem()
        self._seize()
        self._upgrade()
        self._end()
        synced = self.deployed.run("index", "sync")
        assert synced.code == 0, (synced.stdout, synced.stderr)

    def _begin(self) -> None:
        token = self.token.functions
        self.attest_day(14, 900_000, 100_000, 0)
        self.by("issuer", token.mint(self.holder, 300_000 * SOM))
        self.act(self.holder, token.transfer(self.puppet, 7 * SOM))

    def _pay(self) -> None:
        token = self.token.functions
        self.until(second(16, 10))
        desk = self.mint_desk.functions
        self.by("minter", desk.mint(self.deployed.address("issuer"), 40_000 * SOM, b"\x01" * 32))
        self.by("issuer", token.mint(self.deployed.address("issuer"), 5_000 * SOM))
        self.by("issuer", token.burn(2_000 * SOM))
        self.act(self.holder, token.transfer(self.other, 50_000 * SOM))
        self.act(self.holder, token.transfer(self.puppet, 20_000 * SOM + 1))
        self.act(self.holder, token.transfer(self.holder, SOM))
        self.act(self.holder, token.transfer(self.other, 0))
        self.attest_day(16, 850_000, 150_000, 500 * SOM)

    def _redeem(self) -> None:
        token, desk = self.token.functions, self.redemptions.functions
        self.until(second(17, 11))
        # The sixth is never locked, and late three days on.
        for som in (1_000, 2_000, 3_000, 500, 700, 800):
            self.ask(som * SOM)
            self.later(HOUR)
        self.by("redeemer", desk.lock([1, 2, 3]))
        self.act(self.holder, desk.withdraw(4))
        self.by("redeemer", desk.reject(5, "the account is closed"))
        self.by("compliance", token.setFrozenTokens(self.other, 10_000 * SOM))
        # More than there is: what is frozen is what is there.
        self.act(self.holder, token.transfer(self.deployed.address("owner_c"), 40 * SOM))
        self.by("compliance", token.setFrozenTokens(self.deployed.address("owner_c"), 100 * SOM))
        self.by("compliance", token.blockAccount(self.puppet))
        self.until(second(18, 12))
        self.by("redeemer", desk.confirmPaid([1], b"\x11" * 32))
        assert self.deployed.run("guard", "pause", "transfers", account="pauser").code == 0
        self.later(2 * HOUR)
        self.by("unpauser", token.unpause(1))
        self.by("issuer", token.mint(self.other, 30_000 * SOM))
        self.until(second(19, 9))
        self.by("redeemer", desk.confirmPaid([2], b"\x22" * 32))
        self.by("redeemer", desk.returned(2))

    def _seize(self) -> None:
        token, desk = self.token.functions, self.redemptions.functions
        self.until(second(20, 9))
        forced = token["forcedTransfer(address,address,uint256,bytes32,uint256)"]
        treasury = self.deployed.address("issuer")
        ordered = ORDERED_SOM * SOM
        self.by("enforcer", forced(self.puppet, treasury, SEIZED_SOM * SOM, ORDER, ordered))
        self.by("enforcer", token.burnBlocked(self.puppet, BURNED_SOM * SOM, ORDER, ordered))
        self.by("compliance", token.setFrozenTokens(self.puppet, 5 * SOM))
        self.ask(900 * SOM)
        self.by("enforcer", desk.seize(7, treasury, 300 * SOM, OTHER_ORDER, 300 * SOM))
        plain = token["forcedTransfer(address,address,uint256)"]
        self.as_admin(plain(self.holder, treasury, FORCED_SOM * SOM))
        # Paid after the end of payBy: locked on the 17th, for two days.
        self.by("redeemer", desk.confirmPaid([3], b"\x33" * 32))
        self.ask(450 * SOM)
        self.act(self.redemptions_stray, token.transfer(self.redemptions.address, 3 * SOM))
        self.attest_day(20, 700_000, 290_000, 3_000 * SOM)

    @property
    def redemptions_stray(self) -> str:
        """Who sends tokens to the desk by mistake."""
        return self.holder

    def _upgrade(self) -> None:
        self.until(second(21, 9))
        manager = self.manager.functions
        self.as_admin(manager.grantRole(1, self.other, 0))
        self.consent()
        logic = self.deployed.record["logic"]["address"]
        self.act(self.other, self.token.functions.upgradeToAndCall(logic, b""))

    def _end(self) -> None:
        self.until(second(22, 20))
        self.by("pauser", self.token.functions.pause(9))
        self.until(second(23, 0, 10))
        self.by("unpauser", self.token.functions.unpause(9))
        # Of the period by its moment, and submitted after it.
        self.attest_day(22, 690_000, 300_000, 3_000 * SOM)
        self.act(self.holder, self.token.functions.transfer(self.other, 11 * SOM))
        self.deployed.node.mine(8)


class OneDay(Month):
    """As little as there can be a report of."""

    def live(self) -> None:
        self.attest_day(14, 900_000, 100_000, 0)
        self.until(second(16))
        self.by("issuer", self.token.functions.mint(self.holder, 10**6))
        self.deployed.node.mine(8)
        assert self.deployed.run("index", "sync").code == 0


@contextmanager
def lived(folders: pytest.TempPathFactory) -> Iterator[Month]:
    """A month that has ended, with its index."""
    folder = folders.mktemp("deployment")
    with pytest.MonkeyPatch.context() as patch, deployed_in_memory(folder, patch) as (deployed, _):
        month = Month(deployed, folders.mktemp("reports"))
        month.live()
        yield month


class Chain:
    """What the chain says of a period, asked by logs and getters; nothing of kgst.report or of an index is used."""

    def __init__(self, month: Month, begin: int, end: int) -> None:
        self.month, self.begin, self.end = month, begin, end
        self.web3 = month.web3
        blocks = [self.web3.eth.get_block(n) for n in range(self.web3.eth.block_number + 1)]
        self.time = {int(one["number"]): int(one["timestamp"]) for one in blocks}
        self.last = max(number for number, time in self.time.items() if time < end)

    def logs(self, contract: Any, name: str, *, since: int = 0) -> list[Any]:
        """Decoded by the ABI, from the second `since` to the end."""
        event = getattr(contract.events, name)()
        topic = self.web3.keccak(text=_signature(event.abi)).to_0x_hex()
        asked = {
            "address": contract.address,
            "topics": [topic],
            "fromBlock": 0,
            "toBlock": self.last,
        }
        found = [event.process_log(log) for log in self.web3.eth.get_logs(asked)]  # type: ignore[arg-type]
        return [one for one in found if self.time[one["blockNumber"]] >= since]

    def within(self, contract: Any, name: str) -> list[Any]:
        """Of the period."""
        return self.logs(contract, name, since=self.begin)

    def call(self, call: Any) -> Any:
        """A getter in the last block of the period."""
        return call.call(block_identifier=self.last)

    @cached_property
    def accounts(self) -> set[str]:
        transfers = [one["args"] for one in self.logs(self.month.token, "Transfer")]
        found = {one[key] for one in transfers for key in ("from", "to")}
        return found - {"0x" + 40 * "0"}

    @cached_property
    def balances(self) -> dict[str, int]:
        token = self.month.token.functions
        found = {one: int(self.call(token.balanceOf(one))) for one in self.accounts}
        return {one: held for one, held in found.items() if held}

    def temporarily(self) -> dict[str, int]:
        """By the getters, account by account."""
        token, desk = self.month.token.functions, self.month.redemptions.address
        found = {"blocked": 0, "frozen": 0, "held_by_redemption_desk": 0}
        for account, held in self.balances.items():
            if self.call(token.isBlocked(account)):
                found["blocked"] += held
            elif account == desk:
                found["held_by_redemption_desk"] += held
            else:
                found["frozen"] += min(held, self.call(token.getFrozenTokens(account)))
        return found

    def days(self) -> Iterator[tuple[date, int, int]]:
        """Each day with its first second and the second after its last."""
        day = datetime.fromtimestamp(self.begin, BISHKEK)
        while int(day.timestamp()) < self.end:
            begin = int(day.timestamp())
            day += timedelta(days=1)
            yield datetime.fromtimestamp(begin, BISHKEK).date(), begin, int(day.timestamp())


def in_the_bank(statement: Path) -> dict[str, int]:
    """Tyiyn by account, out of the bank's file."""
    with statement.open(newline="") as file:
        return {
            row["account"]: int(Decimal(row["closing_balance"]) * 100)
            for row in csv.DictReader(file)
        }


def _signature(abi: Any) -> str:
    return f"{abi['name']}({','.join(one['type'] for one in abi['inputs'])})"
