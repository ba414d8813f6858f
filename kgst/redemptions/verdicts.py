"""What a bank's answer and the state of a request mean together: what is to be done next, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from kgst.moments import both_times
from kgst.paying.answers import Answer, State
from kgst.snapshot.requests import Request, Stage

__all__ = ["Verdict", "verdict_on"]


@dataclass(frozen=True)
class Verdict:
    """Of one request.

    Attributes:
        bank: What the bank's files say of it.
        stage: How it stands on the chain.
        text: What that means, and what is to be done.
        where: The entry of the bank's file; empty without one.
        confirms: It is to be confirmed now.
        trouble: Somebody has to do something else.
    """

    request: int
    amount: int
    bank: State
    stage: Stage
    text: str
    where: str = ""
    confirms: bool = False
    trouble: bool = False


def verdict_on(said: Answer, request: Request, now: int) -> Verdict | None:
    """What follows; None when nothing is to be said.

    Args:
        said: The bank's answer.
        request: As it stands.
        now: Seconds.
    """
    text, confirms, trouble = _meaning(said, request, now)
    if not text:
        return None
    return Verdict(
        request=request.id,
        amount=request.amount,
        bank=said.state,
        stage=request.stage,
        text=text,
        where=said.leg.where if said.leg else "",
        confirms=confirms,
        trouble=trouble,
    )


def _meaning(said: Answer, request: Request, now: int) -> tuple[str, bool, bool]:
    stage, state = request.stage, said.state
    if state is State.PENDING:
        return _pending(said, request, now)
    if state is State.DOUBTFUL:
        return _doubtful(said, request, now), False, True
    if state is State.PAID:
        return _paid(request)
    if state is State.RETURNED:
        if stage is Stage.PAID:
            return (
                f"{said.why}: ape run redemptions returned {request.id}", False, True,
            )  # fmt: skip
        if stage is Stage.RETURNED:
            return "it came back, as the chain says", False, False
        return f"{said.why}, and was never confirmed: {_otherwise(request)}", False, True
    if stage in (Stage.PAID, Stage.RETURNED):
        return (
            f"the bank says {said.why}, and it was confirmed as paid: ask the bank, and note it by "
            f"ape run redemptions returned {request.id} if it was not paid", False, True,
        )  # fmt: skip
    if stage is Stage.LOCKED:
        return f"the bank says {said.why}: {_otherwise(request)}", False, True
    return "", False, False


def _pending(said: Answer, request: Request, now: int) -> tuple[str, bool, bool]:
    if request.stage is not Stage.LOCKED:
        return "", False, False
    words = f"not booked yet{f', the bank says {said.why}' if said.why else ''}"
    if request.time <= now:
        return f"{words}; overdue since {both_times(request.time)}", False, True
    return f"{words}; to be paid before {both_times(request.time)}", False, False


def _doubtful(said: Answer, request: Request, now: int) -> str:
    if request.stage in (Stage.PAID, Stage.RETURNED):
        return f"confirmed, and now doubtful: {said.why}; give all files since it was paid, or ask the bank"
    if request.stage is not Stage.LOCKED:
        return f"doubtful: {said.why}; ask the bank"
    when = both_times(request.time)
    until = f"since {when} its holder may withdraw" if request.time <= now else f"before {when}"
    return f"doubtful: {said.why}; ask the bank, and confirm it by hand once it is sure, {until}"


def _paid(request: Request) -> tuple[str, bool, bool]:
    stage = request.stage
    if stage is Stage.LOCKED:
        return "paid: it is confirmed now, and its tokens burn", True, False
    if stage is Stage.PAID:
        return "paid, as the chain says", False, False
    if stage is Stage.RETURNED:
        return (
            "paid, and the chain says that it came back: give the bank's file of that, too; what was paid anew is "
            "confirmed by hand, with --again", False, False,
        )  # fmt: skip
    return (
        f"PAID, and its tokens are not there any more, the request is {stage.name.lower()}: ask the bank to call the "
        "payment back, and tell the auditors", False, True,
    )  # fmt: skip


def _otherwise(request: Request) -> str:
    if request.stage is not Stage.LOCKED:
        return f"nothing is owed, the request is {request.stage.name.lower()}"
    return f"pay it by other means and confirm it by hand, or its holder withdraws from {both_times(request.time)} on"
