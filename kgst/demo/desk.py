"""One holder's way out: tokens to the desk, locked, paid by a bank's file, burned on its booked debit, settled."""

from __future__ import annotations

import secrets
from datetime import timedelta

from kgst.demo.bank import payment
from kgst.demo.stage import Call, Stage, check
from kgst.paying.register import Payee, Register
from kgst.roles import Role
from kgst.units import SOM, TYIYN, format_som

__all__ = ["redeemed_by_a_bank"]

VALUE = 5_000 * SOM
THURSDAY = 3


def redeemed_by_a_bank(stage: Stage) -> str:
    """The order for the bank is the same whoever writes it, and the tokens burn only when the bank has booked it."""
    office, desk, holder = stage.office, stage.deployment.redemption_desk, stage.citizen(0)
    redeemer, room, supply = (
        stage.member(Role.REDEEMER),
        stage.headroom(),
        stage.token.totalSupply(),
    )
    settled = stage.token.lastAttestation().settled
    payee = Payee(
        name="Asanova Aigul",
        account="1030120000123456",
        bank="103001",
        salt="0x" + secrets.token_hex(32),
    )
    people = Register({payee.reference: payee})
    stage.token.approve(desk, VALUE, sender=holder)
    desk.request(VALUE, bytes.fromhex(payee.reference[2:]), sender=holder)
    request = desk.requestCount()
    desk.lock([request], sender=redeemer)
    locked = desk.requestOf(request)
    error = stage.refuses(
        Call(desk.withdraw, (request,), holder),
        "NotPossible", id=request, state=locked.state, time=locked.time,
    )  # fmt: skip
    made, again = office.pay(people), office.pay(people)
    check(made == again, "the order for the bank is another the second time")
    check(stage.token.totalSupply() == supply, "tokens burned before the bank paid")

    [order] = made.batch.payments
    day = office.closed + timedelta(days=1)
    details = payment(order.end_to_end_id, other=payee.account)
    office.banks["Chui"].book(day, order.tyiyn, details)
    office.wait_for(THURSDAY)
    proof = office.paid(made.batch)
    check([one.request for one in proof.paid] == [request], f"paid are {proof.paid}")
    desk.confirmPaid([request], bytes.fromhex(proof.payment_hash[2:]), sender=redeemer)
    check(stage.token.totalSupply() == supply - VALUE, "another amount burned than was paid")
    drafted, _ = office.draft()
    stage.submit(drafted)
    check(drafted.attestation.settled == settled + VALUE, "it is not settled")
    check(stage.headroom() == room, "a redemption changed the headroom")
    return (
        f"{format_som(VALUE)} locked: a withdrawal before the deadline is refused, {error}\n"
        f"order {made.batch.id}: {format_som(made.batch.tyiyn * TYIYN)}, the same bytes each time\n"
        f"booked by the bank: burned, and settled {format_som(drafted.attestation.settled)}; "
        f"headroom still {format_som(room)}"
    )
