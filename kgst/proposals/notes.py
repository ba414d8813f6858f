"""What an owner should know of a transaction that its bytes do not say: how long it waits, whose code it brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eth_utils.abi import function_signature_to_4byte_selector

from kgst.decoding.calls import Inner, calls_in
from kgst.policy import Policy
from kgst.proposals.opened import Opened
from kgst.proposals.upgrades import code_note
from kgst.quantities import format_duration
from kgst.roles import FUNCTIONS, Role

__all__ = ["notes_on", "role_of"]

_TOKEN: Final = "KGST"  # noqa: S105 # the contract's name
_MANAGER: Final = "KGSTAccessManager"
_UPGRADE: Final = "upgradeToAndCall(address,bytes)"


def notes_on(opened: Opened) -> Iterator[str]:
    """What to know before signing, by the own policy and the files beside it; nothing of it without a policy."""
    transaction = opened.proposal.transaction
    if opened.own is None:
        return
    for inner in calls_in(opened.names, transaction.to, transaction.data):
        if inner.by == "schedule":
            yield _waits(opened, opened.own.policy, inner)
        if inner.function == _UPGRADE and inner.by != "upgradeToAndCall":
            yield code_note(opened.own, transaction.chain_id, inner)


def _waits(opened: Opened, policy: Policy, inner: Inner) -> str:
    """The delay that the AccessManager imposes on what is scheduled."""
    what = f"{inner.function} is scheduled, not done:"
    role = role_of(opened.names.named(inner.to), inner.data[:4])
    if role is None or opened.label is None:
        return f"{what} it waits as long as the AccessManager makes this Safe wait for it, which no policy here says"
    member = next((one for one in policy.roles[role] if one.member == opened.label), None)
    if member is None:
        return f"{what} by the policy {opened.label} is no {role.name}, so the AccessManager should refuse it"
    if not member.delay:
        return f"{what} the policy gives {opened.label} as {role.name} no delay, so it need not be scheduled; ask why"
    delay = format_duration(member.delay)
    return (
        f"{what} from when it is sent it waits {delay}, the delay that the policy gives {opened.label} as {role.name}, "
        "or longer if it names a later time; until then it can be cancelled"
    )


def role_of(target: str, selector: bytes) -> Role | None:
    """Who may call it, as the deployment has it; None for a stranger's."""
    if target == _MANAGER:
        return Role.ADMIN
    if target not in FUNCTIONS:
        return None
    for role, functions in FUNCTIONS[target].items():
        if any(function_signature_to_4byte_selector(one) == selector for one in functions):
            return role
    return Role.ADMIN
