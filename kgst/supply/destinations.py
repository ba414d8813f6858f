"""Where the mint desk may mint to: shown, allowed with a delay, removed at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kgst.console import Answer
from kgst.errors import ExitCode, RefusedError
from kgst.moments import format_time
from kgst.multicall import ensure_multicall, latest
from kgst.pipeline.operation import Fact, Operation, Readback, call_data
from kgst.pipeline.work import peers_of
from kgst.roles import Role
from kgst.snapshot.traces import read_traces
from kgst.supply.desk_documents import SupplyDestinationsDocument
from kgst.supply.desk_state import DeskState, read_mint_desk
from kgst.tables import table
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["allow_destination", "list_destinations", "remove_destination"]


def list_destinations(system: System) -> Answer[SupplyDestinationsDocument]:
    """Those of the policy, and all that were ever allowed; exit 3 where they differ, 1 where some may be missing."""
    ensure_multicall(system.provider)
    head = latest(system.provider)
    traces = read_traces(system.record, head.number)
    known = {system.policy.address(label) for label in system.policy.desks.mint.destinations}
    known |= set(system.policy.people.values()) if traces.gap else traces.destinations
    asked = sorted(known, key=lambda account: int(account, 16))
    desk = read_mint_desk(system, asked, head=head)
    document = SupplyDestinationsDocument.of(system, desk, traces.gap)
    # What was not looked at is not in order.
    seen = ExitCode.ERROR if document.gap else ExitCode.DONE
    code = ExitCode.DRIFT if document.differs else seen
    return Answer(document, partial(_show, system, desk, document), code)


def allow_destination(system: System, account: str, *, allow_unknown: bool) -> Operation:
    """Let the desk mint to `account`: ISSUANCE_ADMIN, with its delay."""
    desk, address, name, allowed = _known(system, account, allow_unknown=allow_unknown)
    token = system.token.address

    def check() -> None:
        if int(address, 16) in (0, int(token, 16), int(desk.address, 16)):
            raise RefusedError(f"{name} never holds tokens, or none would come out of it again.")

    return Operation(
        name="allow-destination",
        title=f"let the mint desk mint to {name}",
        to=desk.address,
        data=call_data(desk.allowDestination, address),
        role=Role.ISSUANCE_ADMIN,
        lines=(
            ("destination", f"{name}\n{address}"),
            ("of the policy", _in_policy(system, address)),
            ("it opens", "mints to it by the operator's key alone, within the desk's limits"),
            ("undone by", "GUARDIAN, at once: `ape run supply remove-destination`"),
        ),
        readbacks=(_destination(system, address, name, expected=True),),
        already=allowed,
        repeatable=True,
        check=check,
    )


def remove_destination(system: System, account: str, *, allow_unknown: bool) -> Operation:
    """No longer let the desk mint to `account`: GUARDIAN, at once; what is proposed for it is stopped too."""
    desk, address, name, allowed = _known(system, account, allow_unknown=allow_unknown)
    return Operation(
        name="remove-destination",
        title=f"no longer let the mint desk mint to {name}",
        to=desk.address,
        data=call_data(desk.removeDestination, address),
        role=Role.GUARDIAN,
        lines=(
            ("destination", f"{name}\n{address}"),
            ("of the policy", _in_policy(system, address)),
            ("it stops", "mints to it through the desk, those that are proposed too; it keeps what it holds"),
            ("undone by", "an ISSUANCE_ADMIN, with its delay: `ape run supply allow-destination`"),
        ),
        readbacks=(_destination(system, address, name, expected=False),),
        already=not allowed,
        repeatable=True,
        # Twice it reverts: where no further node can say that it is so, the one's word ends it.
        emergency=allowed or bool(peers_of(system)),
        fact=Fact(desk.address, call_data(desk.isDestination, address), _is_false),
    )  # fmt: skip


def _known(system: System, account: str, *, allow_unknown: bool) -> tuple[Any, str, str, bool]:
    address = system.require_known(account, allow_unknown=allow_unknown)
    allowed = read_mint_desk(system, [address]).allowed[address]
    return system.deployment.mint_desk, address, system.named(address), allowed


def _in_policy(system: System, address: str) -> str:
    wanted = {system.policy.address(d) for d in system.policy.desks.mint.destinations}
    if address in wanted:
        return "it is one of desks.mint.destinations"
    return "it is not one of desks.mint.destinations; what is allowed and not there is a drift"


def _destination(system: System, address: str, name: str, *, expected: bool) -> Readback:
    return Readback(
        f"the mint desk may mint to {name}",
        expected,
        lambda: bool(system.deployment.mint_desk.isDestination(address)),
        lambda is_so: "yes" if is_so else "no",
    )


def _is_false(answer: bytes) -> bool:
    return answer == bytes(32)


def _show(
    system: System, desk: DeskState, document: SupplyDestinationsDocument, out: Console
) -> None:
    head = desk.head
    rows = table(f"Destinations of the mint desk; block {head.number}, {format_time(head.time)}")
    for column in ("who", "address", "on the chain", "by the policy"):
        rows.add_column(column, overflow="fold")
    for one in document.destinations:
        rows.add_row(
            markup(one.label or "–"), markup(one.address), markup(_word(one.allowed)), markup(_word(one.in_policy)),
            style="bold red" if one.allowed != one.in_policy else None,
        )  # fmt: skip
    out.print(rows)
    if document.gap:
        out.print(
            f"Destinations that are no people of the policy are not shown: {document.gap}",
            style="yellow", markup=False,
        )  # fmt: skip


def _word(is_so: bool) -> str:
    return "allowed" if is_so else "–"
