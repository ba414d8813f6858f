"""What separates the chain from the policy, with who may undo it: what `govern plan` shows and `govern apply` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_utils.abi import function_signature_to_4byte_selector

from kgst.govern.changes import Change, by_hand, changes_of
from kgst.govern.holders import Holders, RoleCall, holders_of, revived_by, role_call
from kgst.roles import Role, role_name
from kgst.snapshot.state import State, read_state
from kgst.snapshot.traces import ADMIN_DELAY, GRANT_DELAY
from kgst.verify.roles import guardian_of, wanted_delay

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["SETTLING", "Todo", "Work", "what_differs", "work_in"]

# Calls whose change takes effect days after the event that tells of it.
SETTLING: Final = {
    function_signature_to_4byte_selector("setGrantDelay(uint64,uint32)"): GRANT_DELAY,
    function_signature_to_4byte_selector("setTargetAdminDelay(address,uint32)"): ADMIN_DELAY,
}
_CUT: Final = function_signature_to_4byte_selector("cutIssuer(address)")


@dataclass(frozen=True)
class Todo:
    """One difference, and how it is undone.

    Attributes:
        change: The call.
        call: What it does to a role's members, if that.
        sign: `+` gives, `-` takes, `~` alters.
        by: Who can make the call, each with the delay in seconds between scheduling and executing.
        settles_at: Second at which the same call, made before, takes effect; None when it was not made.
    """

    change: Change
    call: RoleCall | None
    sign: str
    by: dict[str, int]
    settles_at: int | None = None


@dataclass(frozen=True)
class Work:
    """All differences in one block.

    Attributes:
        block: Its number.
        by_hand: Differences that no call of these undoes, with who can.
    """

    block: int
    holders: Holders
    todos: list[Todo]
    by_hand: list[str]


def what_differs(system: System) -> Work:
    """Every difference between the chain and the policy, in the latest block.

    Raises:
        NodeError: the node failed, or refuses events; see `work_in`.
    """
    return work_in(system, read_state(system.deployment, system.provider))


def work_in(system: System, state: State) -> Work:
    """Every difference between the policy and a state that was read already.

    Raises:
        NodeError: the node refused events, so that members whom nobody names would be overlooked.
    """
    if state.traces.gap:
        raise state.traces.failure("members whom the policy does not name")
    holders = holders_of(state)
    todos = [
        _todo(change, system.manager.address, holders, _settles_at(change, state))
        for change in [*_cancellations(system, state), *changes_of(system.deployment, state)]
    ]
    return Work(state.head.number, holders, todos, by_hand(system.deployment, state))


def _cancellations(system: System, state: State) -> Iterator[Change]:
    """Of what the roles would revive that are to be given back."""
    manager = system.manager
    grants = {
        key
        for key, access in state.roles.members.items()
        if not access.since and wanted_delay(system.deployment, *key) is not None
    }
    pending = state.schedule.pending(system) if grants else []
    for operation, role in revived_by(system, grants, pending).items():
        who, of_manager = system.named(operation.caller), operation.target == manager.address
        arguments = operation.caller, operation.target, operation.data
        yield Change(
            summary=f"cancel what {who} scheduled before it lost {role_name(role)}: {operation.text}",
            # OpenZeppelin fixes that only ADMIN cancels calls of the manager itself.
            role=guardian_of(Role(role)) if not of_manager else Role.ADMIN,
            target=manager.address,
            data=bytes(manager.cancel.encode_input(*arguments)),
            loosens=False,
            before=(role, operation.caller),
        )


def _todo(change: Change, manager: str, holders: Holders, settles_at: int | None) -> Todo:
    call = role_call(manager, change.target, change.data)
    if call is None:
        sign = "-" if change.before or change.data[:4] == _CUT else "~"
    elif call.delay is None:
        sign = "-"
    else:
        sign = "~" if holders.in_role(call.role, call.account).since else "+"
    role = holders.admin.get(call.role, 0) if call else int(change.role)
    return Todo(change, call, sign, holders.of(role), settles_at)


def _settles_at(change: Change, state: State) -> int | None:
    """When a change that was made already takes effect; None when it was not, or is not of that kind."""
    event = SETTLING.get(change.data[:4])
    if event is None:
        return None
    # Both calls are (role or target, delay), each in a word of its own.
    delay, since = state.traces.delays.get((event, change.data[4:36]), (0, 0))
    made = change.data[36:] == delay.to_bytes(32) and since > state.head.time
    return since if made else None
