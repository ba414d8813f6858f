"""What happens around the operators: statements arrive, people pay, time passes, somebody meddles."""

from __future__ import annotations

import csv
import json
import re
import shutil
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from eth_account import Account
from rehearsal.books import Books
from rehearsal.month import begin_month, end_month
from rehearsal.people import addresses, keys
from rehearsal.redeemers import Redeemers
from support.bsc import BscNode, faults
from web3 import HTTPProvider, Web3

from kgst.demo.dates import copy_statements
from kgst.moments import BISHKEK, bishkek_day
from kgst.quantities import parse_duration
from kgst.roles import Role
from kgst.units import parse_amount

ROOT = Path(__file__).parents[2]
STATEMENTS = ROOT / "deployments" / "local" / "statements"
PENSION = "700.00"


class World:
    """The chain and the files around the commands.

    Args:
        node: Of the operators. What happens out there is done past it, on the anvil behind it.
        folder: Of the rehearsal; each day gets a folder below.
        environment: Of the commands; events change it (`DAY`, addresses).
    """

    def __init__(self, node: BscNode, folder: Path, environment: dict[str, str]) -> None:
        self.node, self.web3 = node, Web3(HTTPProvider(node.upstream))
        self.folder, self.environment = folder, environment
        self.people = addresses()
        self.pensioners: list[str] = []
        self._days = self._ahead = 0
        self._faults: dict[str, Any] = {}
        self._books: Books | None = None
        self._newest = folder
        self._desk = Redeemers(self)
        self._set_clock(0)
        self._next_day()

    def happen(self, event: str) -> None:
        """Let `event` happen: a verb and its arguments, as a runbook's comment has them.

        Raises:
            ValueError: no such verb.
        """
        verb, _, rest = event.partition(" ")
        verbs: dict[str, Callable[[str], None]] = {
            "statements": self._statements,
            "morning": self._morning,
            "booked": lambda entry: self.books.book(self._today(), self._filled(entry)),
            "week": self._week,
            "month": lambda _: begin_month(self, self._today()),
            "month-ends": lambda _: self._until(end_month(self)),
            "plant": self._plant,
            "pensions": self._pensions,
            "redeem": self._redeem,
            "payees": lambda _: self._desk.write_payees(),
            "ask": lambda amount: self._desk.ask(amount),
            "withdraw": lambda id_: self._desk.withdraw(int(id_)),
            "bank-pays": lambda ids: self._desk.book(self._today(), ids),
            "bank-returns": lambda ids: self._desk.book(self._today(), ids, back=True),
            "wait": self._wait,
            "pay": self._pay,
            "address": self._address,
            "order": self._order,
            "order-back": self._order_back,
            "node": self._node,
            "laptop": self._laptop,
            "blocklist": self._blocklist,
            "grant": self._grant,
            "proposal": self._proposal,
            "stolen": self._stolen,
        }
        if verb not in verbs:
            raise ValueError(f"nothing is known of the event {event!r}")
        verbs[verb](rest)

    # Files

    @property
    def day(self) -> Path:
        return Path(self.environment["DAY"])

    def _next_day(self) -> None:
        self._days += 1
        day = self.folder / f"day-{self._days:02}"
        day.mkdir()
        self.environment["LAST"] = self.environment.get("DAY", str(day))
        self.environment["DAY"] = str(day)

    def _statements(self, name: str) -> None:
        """`day-1`, `day-2`: the example files; without a name, of what was `booked` since the last ones."""
        books = None if name else self.books
        self._next_day()
        folder, yesterday = self.day / "statements", self._today() - timedelta(days=1)
        folder.mkdir()
        if books:
            books.write(folder, yesterday)
        else:
            source = STATEMENTS if name == "day-1" else STATEMENTS / name
            copy_statements(source, folder, yesterday)
            self._books = None
        self._newest = folder

    @property
    def books(self) -> Books:
        """The banks', from the last example files on."""
        if self._books is None:
            self._books = Books(self._newest)
        return self._books

    def _week(self, _: str) -> None:
        """From here on all is reconciled together."""
        self.environment["WEEK"] = self.environment["DAY"]

    def _plant(self, arguments: str) -> None:
        folder, _, what = arguments.partition(" ")
        path = Path(self._filled(folder))
        path.mkdir()
        self.books.plant(path, what)

    def _pensions(self, count: str) -> None:
        self.pensioners = [
            Account.from_key((n + 10**9).to_bytes(32)).address for n in range(int(count))
        ]
        with (self.day / "pensions.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["address", "amount_som"])
            rows.writerows([address, PENSION] for address in self.pensioners)

    def _order(self, path: str) -> None:
        self._ordered(path, "court-order.pdf", "2-117/2026", "750.00 som", "suspect", "court")

    def _order_back(self, path: str) -> None:
        """The court corrects itself."""
        self._ordered(path, "correction.pdf", "2-118/2026", "100.00 som", "court", "suspect")

    def _ordered(
        self, path: str, name: str, case: str, amount: str, source: str, receiver: str
    ) -> None:
        document = self.day / name
        document.write_bytes(f"Order {case} of an imaginary court".encode())
        order = {
            "format": "kgst-order/2",
            "kind": "transfer",
            "from": self.people[source],
            "to": self.people[receiver],
            "amount": amount,
            "authority": "Imaginary District Court",
            "case": case,
            "date": "2026-03-09",
            "document_sha256": _sha256(document),
        }
        Path(self._filled(path)).write_text(json.dumps(order, indent=2))

    def _laptop(self, state: str) -> None:
        """The journals of operators are on it, and come back from version control."""
        here, gone = self.folder / "operations", self.folder / "operations.gone"
        if state == "lost":
            here.rename(gone)
        else:
            shutil.rmtree(here, ignore_errors=True)
            gone.rename(here)

    def _node(self, state: str) -> None:
        """`limited`: a third of the answers is HTTP 429; `hides events`; `calm` again, as it was before."""
        faulty = {
            "limited": {"any": faults.sometimes(1 / 3, 7, faults.http(429))},
            "hides events": {"eth_getLogs": faults.says([])},
        }
        if state == "calm":
            self.node.faults.clear()
            self.node.faults.update(self._faults)
        else:
            self._faults = dict(self.node.faults)
            self.node.faults.update(faulty[state])

    def _blocklist(self, path: str) -> None:
        listed = [Account.from_key((n + 10**10).to_bytes(32)).address for n in range(5)]
        lines = ["address,reason", *(f"{address},sanctions list 12" for address in listed)]
        Path(self._filled(path)).write_text("\n".join(lines) + "\n")

    def _address(self, arguments: str) -> None:
        name, variable = arguments.split()
        self.environment[variable] = self.people[name]

    def _proposal(self, variable: str) -> None:
        """The transaction of a Safe that was written last: a command has named it."""
        found = (self.folder / "safe").glob("*/*.json")
        ours = [path for path in found if re.fullmatch(r"\d{6}-[0-9a-f]{8}\.json", path.name)]
        self.environment[variable] = str(max(ours, key=lambda path: path.stat().st_mtime))

    def _filled(self, text: str) -> str:
        week = self.environment.get("WEEK", "")
        return text.replace("$DAY", str(self.day)).replace("$WEEK", week)

    # Chain

    def _wait(self, duration: str) -> None:
        """Time passes for the chain, and for the operators' machines."""
        seconds = parse_duration(duration)
        self._rpc("evm_increaseTime", [seconds])
        self._rpc("evm_mine", [])
        self._set_clock(self._ahead + seconds)

    def _morning(self, weekday: str) -> None:
        """Nine o'clock in Bishkek, of the next such day."""
        today = self._today()
        wanted = time.strptime(weekday, "%A").tm_wday
        self._until(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1))

    def _until(self, day: date) -> None:
        """Nine o'clock in Bishkek, of that day."""
        opens = datetime.combine(day, datetime.min.time(), BISHKEK) + timedelta(hours=9)
        self._wait(f"{int(opens.timestamp()) - self._now()} seconds")

    def _now(self) -> int:
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def _today(self) -> date:
        return bishkek_day(self._now())

    def _set_clock(self, seconds: int) -> None:
        self._ahead = seconds
        path = self.folder / "clock"
        path.write_text(str(seconds))
        self.environment["REHEARSAL_CLOCK"] = str(path)
        self.environment["PYTHONPATH"] = str(Path(__file__).parent / "clock")

    def _pay(self, arguments: str) -> None:
        name, _, amount = arguments.partition(" ")
        self._transfer("treasury", name, parse_amount(amount))

    def _redeem(self, amount: str) -> None:
        """A holder sends tokens back; the bank pays them out: its statement of the day has that."""
        self._transfer("treasury", "issuer", parse_amount(amount))

    def _transfer(self, sender: str, receiver: str, value: int) -> None:
        data = self.call(
            "transfer(address,uint256)", ["address", "uint256"], [self.people[receiver], value]
        )
        self.send(self.people[sender], self.token, data, key=keys()[sender])

    def _grant(self, arguments: str) -> None:
        """`PAUSER to merchant behind the policy's back`: by the Safe, whose owners went past the commands."""
        role, _, rest = arguments.partition(" to ")
        manager, safe = self.record["manager"]["address"], self.people["governance"]
        grant = self.call(
            "grantRole(uint64,address,uint32)", ["uint64", "address", "uint32"],
            [int(Role[role]), self.people[rest.split()[0]], 0],
        )  # fmt: skip
        self._rpc("anvil_impersonateAccount", [safe])
        schedule = self.call(
            "schedule(address,bytes,uint48)", ["address", "bytes", "uint48"], [manager, grant, 0]
        )
        self.send(safe, manager, schedule)
        self._wait("5 minutes")
        self.send(
            safe,
            manager,
            self.call("execute(address,bytes)", ["address", "bytes"], [manager, grant]),
        )
        self._rpc("anvil_stopImpersonatingAccount", [safe])

    def _stolen(self, name: str) -> None:
        """Somebody else has the key of the mint desk's operator, and proposes by it; PROPOSAL is that."""
        key = Web3.keccak(text="nobody's deposit")
        data = self.call(
            "propose(address,uint256,bytes32)", ["address", "uint256", "bytes32"],
            [self.people["treasury"], parse_amount("9 000 000.00 som"), key],
        )  # fmt: skip
        desk = str(self.record["mint_desk"]["address"])
        self.send(self.people[name], desk, data, key=keys()[name])
        self.environment["PROPOSAL"] = "0x" + key.hex().removeprefix("0x")[:12]

    @property
    def record(self) -> dict[str, Any]:
        """What the commands wrote down of the deployment."""
        found: dict[str, Any] = json.loads((self.folder / "record.json").read_text())
        return found

    @property
    def token(self) -> str:
        return str(self.record["token"]["address"])

    def view(self, signature: str, types: list[str], values: list[Any], output: str) -> Any:
        """One value of the token."""
        answer = self.web3.eth.call({"to": self.token, "data": self.call(signature, types, values)})
        return self.web3.codec.decode([output], answer)[0]

    def call(self, signature: str, types: list[str], values: list[Any]) -> str:
        encoded = self.web3.codec.encode(types, values)
        return "0x" + bytes(Web3.keccak(text=signature)[:4] + encoded).hex()

    def send(self, sender: str, to: str, data: str, key: str | None = None) -> None:
        request: dict[str, Any] = {"from": sender, "to": to, "data": data, "gas": 1_000_000}
        if key is None:
            sent = self.web3.eth.send_transaction(request)
        else:
            request |= {
                "nonce": self.web3.eth.get_transaction_count(sender),
                "gasPrice": self.web3.eth.gas_price,
                "chainId": 97,
            }
            signed = Account.sign_transaction(request, key)
            sent = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.1)
        assert receipt["status"] == 1, f"the world's own transaction reverted: {receipt}"

    def _rpc(self, method: str, parameters: list[Any]) -> Any:
        answer = self.web3.provider.make_request(method, parameters)  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
