"""What separates the chain from the policy, with who may undo it: what `govern plan` shows and `govern apply` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.crypto import keccak

from kgst.events import event_topic, read_logs
from kgst.govern.changes import Change, by_hand, changes_of
from kgst.govern.holders import Holders, RoleCall, holders_of, role_call
from kgst.node import NodeError
from kgst.verify.state import read_state

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["SETTLING", "Todo", "Work", "what_differs"]

# Changes of these delays come five days later, and until then no getter tells of them: only their events do.
SETTLING: Final = {
    function_signature_to_4byte_selector(
        "setGrantDelay(uint64,uint32)"
    ): "RoleGrantDelayChanged(uint64,uint32,uint48)",
    keccak(text="setTargetAdminDelay(address,uint32)")[
        :4
    ]: "TargetAdminDelayUpdated(address,uint32,uint48)",
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
    """Every difference between the chain and the policy.

    Raises:
        NodeError: the node failed, or refuses events, so that unknown members would be overlooked.
    """
    state = read_state(system.deployment, system.provider)
    if state.traces.gap:
        raise NodeError(
            f"members whom the policy does not name cannot be found without events: {state.traces.gap} Use a node "
            "that serves eth_getLogs."
        )
    holders = holders_of(state)
    found = changes_of(system.deployment, state)
    settling = _settling(system, found, state.head.number, holders.now)
    todos = [_todo(system, change, holders, settling) for change in found]
    return Work(state.head.number, holders, todos, by_hand(system.deployment, state))


def _todo(system: System, change: Change, holders: Holders, settling: dict[bytes, int]) -> Todo:
    call = role_call(system.manager.address, change.target, change.data)
    if call is None:
        sign = "-" if change.data[:4] == _CUT else "~"
    elif call.delay is None:
        sign = "-"
    else:
        sign = "~" if holders.in_role(call.role, call.account).since else "+"
    role = holders.admin.get(call.role, 0) if call else int(change.role)
    return Todo(change, call, sign, holders.of(role), settling.get(change.data))


def _settling(system: System, found: Sequence[Change], last: int, now: int) -> dict[bytes, int]:
    """By call data: when a change that was made already takes effect."""
    wanted = {c.data: SETTLING[c.data[:4]] for c in found if c.data[:4] in SETTLING}
    if not wanted:
        return {}
    manager = system.record.manager
    events = tuple(sorted(set(wanted.values())))
    coming: dict[bytes, int] = {}
    for log in read_logs(manager.address, events, manager.transaction.block_number, last):
        topic, about = (bytes(t) for t in log["topics"][:2])
        delay, effect = decode(["uint32", "uint48"], bytes(log["data"]))
        for data, event in wanted.items():
            # Both calls are (role or target, delay), each in a word of its own.
            if topic == event_topic(event) and data[4:36] == about:
                coming.pop(data, None)
                if data[36:] == encode(["uint32"], [delay]) and effect > now:
                    coming[data] = int(effect)
    return coming
