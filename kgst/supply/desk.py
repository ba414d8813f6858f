"""Minting through the mint desk: at once within its limits, or what was proposed once its time has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kgst.console import Answer
from kgst.errors import ExitCode, RefusedError
from kgst.events import event_topic
from kgst.moments import both_times, format_span, format_time
from kgst.node import chain_id
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.expected_events import ExpectedEvent, key_used, transferred
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.pipeline import perform
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.supply.desk_state import Proposal, Stage
from kgst.supply.desk_wanted import Wanted
from kgst.supply.issuing import issuers_of, mint_obstacles
from kgst.supply.once import once
from kgst.supply.words import balance_now, change, mint_lines, refuse, shown_now, supply_now
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["mint"]

_MINTED: Final = "Minted(address,uint256,bytes32)"


def mint(system: System, to: str, amount: str, reference: str, run: Run) -> Answer[WriteDocument]:
    """Have the desk mint `amount` to `to` by the deposit's `reference`: at once, or what was proposed by it.

    What was proposed and still waits is told, with exit code WAITING.

    Raises:
        InputError: no such receiver, amount or reference.
        RefusedError: destination, limits, pause, quota, attestation, headroom or receiver forbid it; the reference was
            used; or something else was proposed by it.
    """
    wanted = Wanted.read(system, to, amount, reference, run)
    proposal = wanted.proposal
    if run.give_up or (proposal is None and not _is_executing(wanted)):
        return perform(system, [_at_once(wanted)], wanted.run)
    if proposal is not None:
        _require_same(wanted, proposal)
        if proposal.stage(wanted.desk.head.time) is Stage.WAITING:
            return _waits(system, proposal, wanted.desk.head.time)
    return perform(system, [_proposed(wanted)], wanted.run)


def _is_executing(wanted: Wanted) -> bool:
    """Whether a run that carries out the proposal was begun here: when it has landed the chain no longer shows it."""
    if wanted.actor.account is None:
        return False
    here = chain_id(wanted.system.provider)
    subject = subject_of(
        here,
        wanted.actor.caller,
        wanted.system.deployment.mint_desk.address,
        _execute(wanted),
        wanted.reference,
    )
    return wanted.logbook().begun(subject)


def _require_same(wanted: Wanted, proposal: Proposal) -> None:
    """What is proposed is what is wanted: whoever has the operator's key can propose by any reference.

    Raises:
        RefusedError: it is something else.
    """
    if (proposal.to, proposal.value) != (wanted.receiver, wanted.value):
        raise RefusedError(
            f"by the reference {wanted.reference!r} something else is proposed: {format_som(proposal.value)} to "
            f"{wanted.system.named(proposal.to)} ({proposal.to}). Nothing is sent. If nobody here proposed that, the "
            f"operator's key is stolen; GUARDIAN or any auditor ends it: {wanted.cancel}."
        )


def _at_once(wanted: Wanted) -> Operation:
    """Within the desk's limits."""
    desk = wanted.desk
    title = f"mint {wanted.what} through the mint desk"
    left = desk.left_today
    lines = (
        ("the desk's limit of one mint", format_som(desk.mint_limit)),
        ("left of the limit of today", f"{change(left, left - wanted.value)}\nanew {format_time(desk.new_day)}"),
    )  # fmt: skip
    data = call_data(
        wanted.system.deployment.mint_desk.mint, wanted.receiver, wanted.value, wanted.key
    )
    return _minting(wanted, title, data, lines, [*_alone(wanted), *_beyond(wanted)])


def _proposed(wanted: Wanted) -> Operation:
    """What was proposed, when its time has come."""
    found, now = wanted.proposal, wanted.desk.head.time
    lines: tuple[tuple[str, str], ...] = ()
    obstacles = []
    if found is not None:
        lines = (
            ("proposed", f"can be minted since {both_times(found.ready_at)}"),
            ("it lapses", both_times(found.expires_at)),
        )
        if found.stage(now) is Stage.LAPSED:
            obstacles.append(
                f"it lapsed at {format_time(found.expires_at)}; GUARDIAN or any auditor ends it "
                f"({wanted.cancel}), then it can be proposed anew"
            )
    return _minting(
        wanted,
        f"mint {wanted.what} through the mint desk, as proposed",
        _execute(wanted),
        lines,
        obstacles,
    )


def _minting(
    wanted: Wanted,
    title: str,
    data: bytes,
    lines: tuple[tuple[str, str], ...],
    obstacles: list[str],
) -> Operation:
    """The desk's mint, whichever call of the desk it is by."""
    system, value = wanted.system, wanted.value
    contract = system.deployment.mint_desk
    at = contract.address
    operation = Operation(
        name="mint",
        title=title,
        to=at,
        data=data,
        role=Role.MINTER,
        lines=(
            *mint_lines(system, wanted.state, at, wanted.receiver, value),
            *lines,
            ("reference", wanted.reference),
            ("key", "0x" + wanted.key.hex()),
        ),
        readbacks=(
            supply_now(system),
            balance_now(system, wanted.receiver),
            shown_now("left of the limit of today", lambda: int(contract.leftToday())),
        ),
        emits=(
            transferred(system, None, wanted.receiver, value, f"minted {wanted.what}"),
            key_used(system, at, wanted.key, "the reference's key"),
            _by_desk(system, wanted.receiver, value, wanted.key),
        ),
        check=lambda: refuse(
            f"{wanted.what} cannot be minted through the mint desk",
            [
                *wanted.not_allowed(),
                *obstacles,
                *mint_obstacles(system, wanted.state, at, wanted.receiver, value),
            ],
        ),
        reference=wanted.reference,
    )
    return once(system, wanted.actor, operation, issuer=at, others=issuers_of(system))


def _beyond(wanted: Wanted) -> Iterator[str]:
    """Why it is too much to be minted at once."""
    desk, value = wanted.desk, wanted.value
    if value > desk.mint_limit:
        yield (
            f"the limit of one mint is {format_som(desk.mint_limit)}, {format_som(value - desk.mint_limit)} too little"
        )
    if value > desk.left_today:
        yield (
            f"of the limit of today {format_som(desk.left_today)} are left, {format_som(value - desk.left_today)} too "
            f"little; a new day begins at {format_time(desk.new_day)}"
        )
    if value > desk.at_once:
        yield (
            f"more waits {format_duration(desk.delay)}, so that it can be stopped: {wanted.propose}"
        )


def _alone(wanted: Wanted) -> Iterator[str]:
    """Why one key may not mint it at once, by the policy."""
    most = wanted.system.policy.limits.mint_alone
    if wanted.actor.safe is None and most is not None and wanted.value > most:
        yield (
            f"one key mints {format_som(most)} at most at a time (limits.mint_alone of {wanted.system.policy_path}); "
            f"more takes a Safe that is MINTER, or a proposal, which others can stop: {wanted.propose}"
        )


def _execute(wanted: Wanted) -> bytes:
    return call_data(wanted.system.deployment.mint_desk.execute, wanted.key)


def _waits(system: System, proposal: Proposal, now: int) -> Answer[WriteDocument]:
    """Its time has not come."""
    what = f"{format_som(proposal.value)} to {system.named(proposal.to)}"
    ready, lapses = both_times(proposal.ready_at), both_times(proposal.expires_at)

    def show(out: Console) -> None:
        out.print(
            f"[yellow]Proposed.[/yellow] {markup(what, None)} can be minted from [bold]{markup(ready)}[/bold] on, in "
            f"{markup(format_span(proposal.ready_at - now))}: give the same command again then, before "
            f"{markup(lapses)}. Until it is minted GUARDIAN or any auditor can cancel it (`ape run supply cancel "
            f"0x{markup(proposal.key.hex()[:12])}`)."
        )

    document = OperationDocument.of_nothing(system).model_copy(
        update={"done": False, "already": False, "waits_until": proposal.ready_at}
    )
    return Answer(document, show, ExitCode.WAITING)


def _by_desk(system: System, to: str, value: int, key: bytes) -> ExpectedEvent:
    topics = (event_topic(_MINTED), int(to, 16).to_bytes(32), key)
    return ExpectedEvent(
        "the desk's own event", system.deployment.mint_desk.address, topics, value.to_bytes(32)
    )
