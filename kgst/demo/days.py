"""Three banking days with two banks, each attested and reconciled; and what would be found, had they differed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kgst.demo.bank import batch, payment
from kgst.demo.office import Banks, Office
from kgst.demo.stage import Stage, check
from kgst.errors import ExitCode
from kgst.keys import key_of
from kgst.reconcile.documents import ReconcileDocument
from kgst.settling.references import payment_reference
from kgst.units import SOM, TYIYN, format_som

__all__ = ["breaks", "friday", "monday", "redeem", "tuesday"]

REDEEMED = {"R-1": 280_000 * SOM, "R-2": 120_000 * SOM}
DEPOSIT, INTEREST, MOVED, FEE = 250_000 * SOM, 1_500 * SOM, 1_000_000 * SOM, 120 * SOM
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = 4, 0, 1, 2


def redeem(stage: Stage) -> int:
    """A holder sends tokens back by two references, and the issuer burns them; base units."""
    stage.token.transfer(stage.issuer, sum(REDEEMED.values()), sender=stage.citizen(0))
    for ref, value in REDEEMED.items():
        stage.token.burn(value, key_of("burn", ref), sender=stage.issuer)
    return sum(REDEEMED.values())


def friday(stage: Stage) -> str:
    """A deposit; money between own accounts arrives, and leaves where it came from on Monday only."""
    office = stage.office
    day = office.wait_for(FRIDAY)
    _deposit(office.banks, day, DEPOSIT)
    ala_too, chui = office.banks["Ala-Too"], office.banks["Chui"]
    arrived = payment("OWN-1", other=chui.account, credit=True)
    ala_too.book(day, MOVED // TYIYN, arrived, credit=True, code=("RCDT", "ESCT"))
    office.wait_for(MONDAY)
    drafted, total = office.draft()
    stage.submit(drafted)
    held = 10_000_000 * SOM + DEPOSIT
    taken = [(one.kind, one.tyiyn * TYIYN) for one in total.deductions]
    check(taken == [("transfer_in_transit", MOVED)], f"what is under way is {taken}")
    check(total.closing_day == day, "the weekend has a statement")
    check(total.total_tyiyn * TYIYN == held, "the reserves are not what the banks hold")
    found = _clean(office)
    waits = [(one.side, one.base_units) for one in found.open]
    owed = [("redemption", value) for value in REDEEMED.values()]
    check(waits == [*owed, ("deposit", DEPOSIT)], f"what waits is {waits}")
    stage.token.mint(stage.citizen(0), DEPOSIT, key_of("mint", "DEP-1"), sender=stage.issuer)
    return (
        f"{format_som(MOVED)} stand at both banks: counted once\n"
        f"attested on Monday {format_som(held)}; deposit of {format_som(DEPOSIT)} minted\n{_AGREE}"
    )


def monday(stage: Stage) -> str:
    """What is owed is paid by one order, which the bank books as one sum; interest, a fee; the transfer leaves."""
    office = stage.office
    day, chui = office.closed + timedelta(days=3), office.banks["Chui"]
    order = office.order()
    chui.book(day, order.tyiyn, batch(order.id, order.count, order.tyiyn))
    office.banks["Ala-Too"].book(day, INTEREST // TYIYN, credit=True, code=("MDOP", "INTR"))
    chui.book(day, FEE // TYIYN, code=("MDOP", "CHRG"))
    chui.book(day, MOVED // TYIYN, payment("OWN-1", other=office.banks["Ala-Too"].account))
    office.wait_for(TUESDAY)
    drafted, total = office.draft()
    stage.submit(drafted)
    settled, paid = drafted.attestation.settled, order.tyiyn * TYIYN
    check(not total.deductions, "something is still under way")
    check(paid == settled == sum(REDEEMED.values()), "another sum is settled than was ordered")
    check(stage.headroom() == INTEREST - FEE, "headroom is not interest less the fee")
    found = _clean(office)
    check((found.settled, found.open, found.minted) == (2, [], 1), "something is open")
    return (
        f"{order.count} payments booked as one sum: {format_som(settled)} settled by the order\n"
        f"interest {format_som(INTEREST)}, fee {format_som(FEE)}: headroom {format_som(stage.headroom())}\n"
        f"{_AGREE}"
    )


def tuesday(stage: Stage) -> str:
    """One of the payments comes back: it is owed again, and makes no room for new tokens."""
    office = stage.office
    day, room, back = office.closed + timedelta(days=1), stage.headroom(), REDEEMED["R-2"]
    office.banks["Chui"].book(
        day, back // TYIYN, payment(_reference(stage, "R-2"), reason="AC04", credit=True),
        credit=True, code=("RCDT", "RRTN"),
    )  # fmt: skip
    office.wait_for(WEDNESDAY)
    drafted, _ = office.draft()
    stage.submit(drafted)
    check(drafted.attestation.settled == REDEEMED["R-1"], "the other payment came back, too")
    check(stage.headroom() == room, "a payment that came back changed the headroom")
    found = _clean(office)
    open_ones = [one.reference for one in found.open]
    check(open_ones == [_reference(stage, "R-2")], f"open are {open_ones}")
    return f"{format_som(back)} are owed again; headroom still {format_som(room)}\n{_AGREE}"


@dataclass(frozen=True)
class _Planted:
    """Something that the banks' files could have had instead; `change` and `keep` as in `Office.reconcile`."""

    told: str
    kind: str
    base_units: int | None
    change: Callable[[Banks], None] = lambda _: None
    keep: Callable[[Path], bool] = lambda _: True


def breaks(stage: Stage) -> str:
    """The same days with one thing changed in the banks' files, each time: found by name, and nothing else."""
    office = stage.office
    day = office.closed
    for one in _planted(office, _reference(stage, "R-1")):
        answer = office.reconcile(one.change, one.keep, one.told)
        said = None if one.base_units is None else str(one.base_units)
        found = [(broken.kind, broken.base_units) for broken in answer.content.breaks]
        check(found == [(one.kind, said)], f"{one.told}: found are {found}")
        check(answer.exit_code == ExitCode.DRIFT, f"{one.told}: exit code {answer.exit_code}")
    answer = office.reconcile(lambda banks: _deposit(banks, day, SOM, "DEP-9"), name="a deposit")
    waits = [one.reference for one in answer.content.open if one.side == "deposit"]
    check(waits == ["DEP-9"], f"deposits that wait are {waits}")
    check(answer.exit_code == ExitCode.DONE, "a deposit that waits is a break")
    told = [f"{one.told}: {one.kind}" for one in _planted(office, "")]
    return "\n".join([*told, "a deposit without a mint: no break; it is named as waiting"])


def _planted(office: Office, reference: str) -> tuple[_Planted, ...]:
    day, paid = office.closed, REDEEMED["R-1"]
    quiet = f"{office.banks['Ala-Too'].account}-{office.closed - timedelta(days=4)}"
    return (
        _Planted(
            "a payment executed twice", "paid_twice", paid,
            lambda banks: banks["Chui"].book(day, paid // TYIYN, payment(reference)),
        ),
        _Planted(
            "a debit without a redemption", "unmatched", 55_000 * SOM,
            lambda banks: banks["Chui"].book(day, 5_500_000),
        ),
        _Planted("a mint without its deposit", "mint_without_deposit", DEPOSIT, _without_deposit),
        _Planted("a deposit one tyiyn too small", "mint_differs", -TYIYN, _tyiyn_off),
        _Planted("a day that is missing", "discontinuous", None, keep=lambda path: path.stem != quiet),
    )  # fmt: skip


def _without_deposit(banks: Banks) -> None:
    lines = banks["Chui"].lines
    del lines[0]


def _tyiyn_off(banks: Banks) -> None:
    day = banks["Chui"].lines[0].day
    _without_deposit(banks)
    _deposit(banks, day, DEPOSIT - TYIYN)


def _deposit(banks: Banks, day: date, value: int, ref: str = "DEP-1") -> None:
    details = payment(ref, credit=True)
    banks["Chui"].book(day, value // TYIYN, details, credit=True, code=("RCDT", "ESCT"))


def _reference(stage: Stage, ref: str) -> str:
    token, issuer = stage.token.address, stage.issuer.address
    chain_id = stage.deployment.domain.chain_id
    return payment_reference(chain_id, token, issuer, key_of("burn", ref))


_AGREE = "reconciled: banks and chain agree"


def _clean(office: Office) -> ReconcileDocument:
    answer = office.reconcile()
    check(answer.exit_code == ExitCode.DONE, f"breaks: {answer.content.breaks}")
    return answer.content
