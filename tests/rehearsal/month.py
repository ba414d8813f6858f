"""A month in the rehearsal: when it ends, and whether its report says what the node's own logs say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.runbook import RehearsalError

from kgst.moments import BISHKEK
from kgst.units import TYIYN

if TYPE_CHECKING:
    from rehearsal.world import World

__all__ = ["begin_month", "end_month", "require_figures"]

_LASTING = timedelta(days=8)
"""Longer than an attestation: when the month has ended, so has that."""
_ABI = Path(__file__).parents[2] / "kgst" / "abi"
_ZERO = "0x" + 40 * "0"


def begin_month(world: World, today: date) -> None:
    """The month of the first report: from the launch to the end of a month that is not near."""
    folder = world.folder / "month"
    folder.mkdir()
    later = today + _LASTING
    last = (later.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    launched = world.web3.eth.get_block(world.record["token"]["transaction"]["block_number"])
    first = datetime.fromtimestamp(launched["timestamp"], BISHKEK).date()
    world.environment |= {"MONTH": str(folder), "FROM": str(first), "TO": str(last)}


def end_month(world: World) -> date:
    """The first banking day of the next one."""
    day = date.fromisoformat(world.environment["TO"]) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def require_figures(world: World) -> int:
    """Each figure of the token in the month's report follows from the node's logs, read past every command.

    Returns:
        How many figures.

    Raises:
        RehearsalError: one does not.
    """
    report = json.loads((Path(world.environment["MONTH"]) / "report" / "report.json").read_text())
    compared = list(_Logs(world, report).compared())
    wrong = [
        f"{name}: the report has {told}, the logs have {found}"
        for name, told, found in compared
        if told != found
    ]
    if wrong:
        raise RehearsalError("the month's report is not what happened:\n" + "\n".join(wrong))
    return len(compared)


class _Logs:
    """What contracts logged up to the period's end, and what follows from that."""

    def __init__(self, world: World, report: dict[str, Any]) -> None:
        self.world, self.report = world, report
        self.begin, self.end = (report["period"][key] for key in ("begin", "end"))
        self.desk = world.record["redemption_desk"]["address"]
        self._times: dict[int, int] = {}
        self.transfers = list(self._logs(world.token, "IKGST", "Transfer"))
        self.attested = list(self._logs(world.token, "IKGST", "ReservesAttested", late=True))

    def compared(self) -> Iterator[tuple[str, object, object]]:
        """Name, what the report has, what the logs have."""
        yield from self._tokens()
        yield from self._movements()
        yield from self._requests()
        yield from self._coverage()

    def _tokens(self) -> Iterator[tuple[str, object, object]]:
        minted, burned = self._supply(self.end)
        held = Counter[str]()
        for _, one in self.transfers:
            held[one["from"]] -= one["value"]
            held[one["to"]] += one["value"]
        held.pop(_ZERO)
        said = self.report["redeemable_tokens_outstanding"]
        yield "minted", said["tokens_minted"], str(minted)
        yield "burned", said["tokens_burned"], str(burned)
        yield "outstanding", said["total_tokens_outstanding"], str(minted - burned)
        kept = said["temporarily_nonredeemable_tokens"]["held_by_redemption_desk"]
        yield "held by the desk", kept, str(held.pop(self.desk, 0))
        holders = self.report["holders"]
        yield "holders", holders["count"], sum(value > 0 for value in held.values())
        amount = sum(int(band["amount"]) for band in holders["bands"])
        yield "held by holders", amount, sum(held.values())

    def _movements(self) -> Iterator[tuple[str, object, object]]:
        inside = [(time, one) for time, one in self.transfers if time >= self.begin]
        minted = [one["value"] for _, one in inside if one["from"] == _ZERO]
        burned = [one["value"] for _, one in inside if one["to"] == _ZERO]
        activity = self.report["activity"]
        for name, values in (("minted", minted), ("burned", burned)):
            parts = [part for key, part in activity.items() if key.startswith(name)]
            yield f"{name} in it, count", sum(part["count"] for part in parts), len(values)
            yield f"{name} in it", sum(int(part["amount"]) for part in parts), sum(values)
        days = Counter[str]()
        sums = Counter[str]()
        for time, one in inside:
            if _ZERO not in (one["from"], one["to"]) and one["from"] != one["to"] and one["value"]:
                day = str(datetime.fromtimestamp(time, BISHKEK).date())
                days[day] += 1
                sums[day] += one["value"]
        for told in self.report["transfers"]["by_day"]:
            found = days.pop(told["day"], 0), str(sums[told["day"]])
            yield f"payments of {told['day']}", (told["count"], told["amount"]), found
        yield "payments of other days", 0, sum(days.values())

    def _requests(self) -> Iterator[tuple[str, object, object]]:
        asked = {
            one["id"]: one["amount"]
            for _, one in self._logs(self.desk, "RedemptionDesk", "Requested")
        }
        for key in ("requested", "locked", "paid", "returned", "withdrawn", "rejected"):
            logs = self._logs(self.desk, "RedemptionDesk", key.capitalize())
            ids = [one["id"] for time, one in logs if time >= self.begin]
            said = self.report["redemptions"][key]
            found = len(ids), str(sum(asked[id_] for id_ in ids))
            yield key, (said["count"], said["amount"]), found

    def _coverage(self) -> Iterator[tuple[str, object, object]]:
        told = {one["epoch"]: one for one in self.report["attestations"]["attestations"]}
        found = {
            one["epoch"]: (time, one)
            for time, one in self.attested
            if self.begin <= time < self.end or self.begin < one["asOf"] <= self.end
        }
        yield "attestations", sorted(told), sorted(found)
        for epoch, (time, one) in found.items():
            said = told.get(epoch, {})
            keys = ("submitted", "as_of", "reserves", "settled", "report_hash")
            values = time, one["asOf"], *(str(one[key]) for key in ("reserves", "settled"))
            about = tuple(said.get(key) for key in keys)
            yield f"attestation {epoch}", about, (*values, "0x" + one["reportHash"].hex())
        for day in self.report["comparison"]["by_day"]:
            begin = datetime.combine(date.fromisoformat(day["day"]), datetime.min.time(), BISHKEK)
            yield day["day"], day["coverage_bps"], self._covered(int(begin.timestamp()) + 86_400)

    def _covered(self, end: int) -> int | None:
        """Assets by tokens outstanding and owed, at a moment, in 1/10,000."""
        minted, burned = self._supply(end)
        known = [one for _, one in self.attested if one["asOf"] <= end]
        if not known:
            return None
        last = max(known, key=lambda one: (one["asOf"], one["epoch"]))
        claims = minted - burned + burned - last["settled"]
        return last["reserves"] * TYIYN * 10_000 // claims if claims > 0 else None

    def _supply(self, end: int) -> tuple[int, int]:
        before = [one for time, one in self.transfers if time < end]
        minted = sum(one["value"] for one in before if one["from"] == _ZERO)
        return minted, sum(one["value"] for one in before if one["to"] == _ZERO)

    def _logs(
        self, address: str, contract: str, name: str, *, late: bool = False
    ) -> Iterator[tuple[int, Any]]:
        """Each with its second; those after the period only where they are asked for."""
        web3 = self.world.web3
        abi = json.loads((_ABI / f"{contract}.json").read_text())["abi"]
        event = getattr(web3.eth.contract(address=address, abi=abi).events, name)()  # type: ignore[call-overload]
        for log in event.get_logs(from_block=0, to_block="latest"):
            number = log["blockNumber"]
            if number not in self._times:
                self._times[number] = int(web3.eth.get_block(number)["timestamp"])
            if late or self._times[number] < self.end:
                yield self._times[number], log["args"]
