"""Proposing a mint to the mint desk: it waits the desk's delay, in which others can cancel it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgst.moments import both_times
from kgst.pipeline.operation import ANYTHING, Operation, Readback, call_data
from kgst.pipeline.pipeline import perform
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.supply.desk_state import PROPOSE, read_mint_desk
from kgst.supply.desk_wanted import Wanted
from kgst.supply.words import refuse
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.console import Answer
    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["propose"]


def propose(
    system: System, to: str, amount: str, reference: str, run: Run
) -> Answer[WriteDocument]:
    """Announce a mint of any size; the desk carries it out when its delay has passed and nobody has cancelled it.

    Raises:
        InputError: no such receiver, amount or reference.
        RefusedError: the destination is not allowed, or the reference was used.
    """
    wanted = Wanted.read(system, to, amount, reference, run)
    return perform(system, [_proposing(wanted)], wanted.run)


def _proposing(wanted: Wanted) -> Operation:
    """Announce it."""
    desk, there = wanted.desk, wanted.proposal
    contract = wanted.system.deployment.mint_desk
    same = there is not None and (there.to, there.value) == (wanted.receiver, wanted.value)
    ready = desk.head.time + desk.delay

    def stands() -> bool:
        found = read_mint_desk(wanted.system, keys=[wanted.key]).proposals[wanted.key]
        return found is not None and (found.to, found.value) == (wanted.receiver, wanted.value)

    def ready_at() -> int:
        found = read_mint_desk(wanted.system, keys=[wanted.key]).proposals[wanted.key]
        return found.ready_at if found else 0

    return Operation(
        name=PROPOSE,
        title=f"propose to mint {wanted.what} through the mint desk",
        to=contract.address,
        data=call_data(contract.propose, wanted.receiver, wanted.value, wanted.key),
        role=Role.MINTER,
        lines=(
            ("to", f"{wanted.name}\n{wanted.receiver}"),
            ("it can be minted", f"after {format_duration(desk.delay)}: about {both_times(ready)}"),
            ("until it is minted", "GUARDIAN or any auditor can cancel it (`ape run supply cancel`)"),
            ("could be minted at once", f"up to {format_som(desk.at_once)}"),
            ("headroom now", format_som(wanted.state.headroom)),
            ("reference", wanted.reference),
            ("key", "0x" + wanted.key.hex()),
        ),
        readbacks=(
            Readback(f"{wanted.what} is proposed", True, stands, lambda is_so: "yes" if is_so else "no"),
            Readback("it can be minted from", ANYTHING, ready_at, both_times),
        ),
        already=same,
        repeatable=True,
        check=lambda: refuse(f"{wanted.what} cannot be proposed", list(_unproposable(wanted))),
        reference=wanted.reference,
    )  # fmt: skip


def _unproposable(wanted: Wanted) -> Iterator[str]:
    yield from wanted.not_allowed()
    if wanted.desk.used[wanted.key]:
        yield f"by the reference {wanted.reference!r} the mint desk has minted before, says the token itself"
    there = wanted.proposal
    if there is not None:
        yield (
            f"by the reference {wanted.reference!r} {format_som(there.value)} to {wanted.system.named(there.to)} "
            "are proposed already; give another --ref"
        )
    logbook = wanted.logbook()
    used = logbook.carried_out("mint", wanted.reference)
    used = used or next((path for path, _ in logbook.runs(".", "mint", wanted.reference)), None)
    if used is not None:
        yield f"the reference {wanted.reference!r} was used before for a mint: {used}"
