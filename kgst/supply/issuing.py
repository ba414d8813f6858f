"""Minting within quota and headroom, burning on redemption: one call of the issuer each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kgst.flags import pauses_of
from kgst.keys import key_of
from kgst.moments import format_time
from kgst.pipeline.actor import Actor, choose_actor
from kgst.pipeline.expected_events import key_used, transferred
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.pipeline import perform
from kgst.settling.references import payment_reference
from kgst.snapshot.token import Issuer
from kgst.supply.once import once
from kgst.supply.state import SupplyState, read_supply
from kgst.supply.words import (
    balance_now,
    change,
    mint_lines,
    positive,
    refuse,
    require_reference,
    supply_now,
)
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.console import Answer
    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["alone", "burn", "burn_obstacles", "issuers_of", "mint", "mint_obstacles"]


def mint(system: System, to: str, amount: str, reference: str, run: Run) -> Answer[WriteDocument]:
    """Create `amount` for `to`, from the caller's quota, by the deposit's `reference`.

    Raises:
        InputError: no such receiver, amount or reference.
        RefusedError: pause, quota, attestation, headroom or receiver forbid it, or the reference was used.
    """
    value, reference = positive(amount), require_reference(reference)
    receiver = system.require_known(to, allow_unknown=run.allow_unknown)
    actor, run = _issuer(system, run)
    state = read_supply(system, [actor.caller], [receiver])
    name = system.named(receiver)
    key = key_of("mint", reference)
    lines = (
        *mint_lines(system, state, actor.caller, receiver, value),
        ("reference", reference),
        ("key", "0x" + key.hex()),
    )
    operation = Operation(
        name="mint",
        title=f"mint {format_som(value)} to {name}",
        to=system.token.address,
        data=call_data(system.token.mint, receiver, value, key),
        by=issuers_of(system),
        lines=lines,
        readbacks=(supply_now(system), balance_now(system, receiver)),
        emits=(
            transferred(system, None, receiver, value, f"minted {format_som(value)} to {name}"),
            key_used(system, actor.caller, key, "the reference's key"),
        ),
        check=lambda: refuse(
            f"{format_som(value)} cannot be minted to {name}",
            [
                *alone(system, actor, value),
                *mint_obstacles(system, state, actor.caller, receiver, value),
            ],
        ),
        reference=reference,
    )
    desk = system.deployment.mint_desk.address
    return perform(system, [once(system, actor, operation, others=[desk])], run)


def alone(system: System, actor: Actor, value: int) -> list[str]:
    """Why one key may not mint `value` by itself, by the policy; empty when it may, or when a Safe does."""
    policy, most = system.policy, system.policy.limits.mint_alone
    if actor.safe is not None or most is None or value <= most:
        return []
    safes = [one.member for one in policy.issuers if one.member in policy.safes]
    ways = " or ".join(f"--via safe:{one}" for one in safes) or "no issuer of the policy is one yet"
    return [
        f"one key mints {format_som(most)} at most at a time (limits.mint_alone of {system.policy_path}); more takes "
        f"a second person: a Safe that is an issuer ({ways})"
    ]


def burn(system: System, amount: str, reference: str, run: Run) -> Answer[WriteDocument]:
    """Destroy `amount` of the caller's own tokens, whose redemption the payment `reference` names.

    Raises:
        InputError: no such amount or reference.
        RefusedError: pause, quota or balance forbid it, or the reference was used.
    """
    value, reference = positive(amount), require_reference(reference)
    actor, run = _issuer(system, run)
    state = read_supply(system, [actor.caller], [actor.caller])
    held, name = state.holdings[actor.caller], system.named(actor.caller)
    key = key_of("burn", reference)
    domain = system.domain
    pays = payment_reference(domain.chain_id, domain.token, actor.caller, key)
    lines = (
        ("reference", reference),
        ("key", "0x" + key.hex()),
        ("reference of its payment", pays),
        ("balance of the issuer", change(held.balance, held.balance - value)),
        ("supply", change(state.supply, state.supply - value)),
        ("backing", change(state.backing, max(0, state.backing - value))),
        (
            "headroom",
            f"{format_som(state.headroom)}, before and after: what is burned is owed until it is settled",
        ),
    )
    operation = Operation(
        name="burn",
        title=f"burn {format_som(value)} for {reference!r}",
        to=system.token.address,
        data=call_data(system.token.burn, value, key),
        by=issuers_of(system),
        lines=lines,
        readbacks=(supply_now(system), balance_now(system, actor.caller)),
        emits=(
            transferred(system, actor.caller, None, value, f"burned {format_som(value)} of {name}"),
            key_used(system, actor.caller, key, "the reference's key"),
        ),
        check=lambda: refuse(
            f"{format_som(value)} cannot be burned",
            burn_obstacles(system, state, actor.caller, value),
        ),
        reference=reference,
    )
    return perform(system, [once(system, actor, operation)], run)


def mint_obstacles(
    system: System, state: SupplyState, issuer: str, receiver: str, value: int
) -> list[str]:
    """Why `issuer` cannot mint `value` to `receiver` now, in words; in the order of the contract's checks."""
    quota, held = state.quotas[issuer], state.holdings[receiver]
    found = state.closed()
    if quota.capacity == 0 and issuer == system.deployment.mint_desk.address:
        found.append(
            "the mint desk is no issuer: GUARDIAN has cut it, or it was never registered; an ISSUANCE_ADMIN gives it a "
            "quota (`ape run govern apply`)"
        )
    elif quota.capacity == 0:
        found.append(
            f"{system.named(issuer)} is no issuer; issuers by the policy: "
            f"{', '.join(i.member for i in system.policy.issuers) or 'none'} (give one with --account)"
        )
    elif value > quota.available:
        found.append(
            f"the bucket of {system.named(issuer)} has {format_som(quota.available)}, "
            f"{format_som(value - quota.available)} too little{_when(quota, state.head.time, value)}"
        )
    if state.backing >= state.supply and value > state.room:
        found.append(
            f"headroom is {format_som(state.room)} (backing {format_som(state.backing)} less supply "
            f"{format_som(state.supply)}), {format_som(value - state.room)} too little"
        )
    if int(receiver, 16) == int(system.token.address, 16):
        found.append("the receiver is the token itself, which never holds tokens")
    elif int(receiver, 16) == 0:
        found.append("the receiver is the zero address, which is nobody's")
    elif held.blocked:
        found.append(f"{system.named(receiver)} is blocked and can receive nothing")
    return found


def burn_obstacles(system: System, state: SupplyState, issuer: str, value: int) -> list[str]:
    """Why `issuer` cannot burn `value` now, in words."""
    quota, held = state.quotas[issuer], state.holdings[issuer]
    found = pauses_of("burn", state.flags)
    if not quota.may_burn:
        found.append(f"{system.named(issuer)} is no issuer that may burn; give one with --account")
    if held.blocked:
        found.append(f"{system.named(issuer)} is blocked")
    if value > held.balance:
        found.append(
            f"{system.named(issuer)} holds {format_som(held.balance)}, {format_som(value - held.balance)} too little"
        )
    elif value > held.unfrozen:
        found.append(
            f"{format_som(held.frozen)} of {system.named(issuer)} are frozen, so {format_som(held.unfrozen)} can be "
            f"burned, {format_som(value - held.unfrozen)} too little"
        )
    return found


def _issuer(system: System, run: Run) -> tuple[Actor, Run]:
    """Who acts; asked for only once."""
    template = Operation("mint", "mint", system.token.address, b"", by=issuers_of(system))
    actor = choose_actor(system, [template], run)
    return actor, replace(run, account=actor.account)


def issuers_of(system: System) -> tuple[str, ...]:
    return tuple(system.policy.address(i.member) for i in system.policy.issuers)


def _when(quota: Issuer, now: int, value: int) -> str:
    """When the bucket will have refilled enough."""
    if value > quota.capacity:
        return f"; it never holds more than {format_som(quota.capacity)}: mint less at a time"
    if quota.refill_per_second == 0:
        return "; it is not refilled: an ISSUANCE_ADMIN grants a new quota"
    seconds = -(-(value - quota.available) // quota.refill_per_second)
    return f"; it will have refilled enough at {format_time(now + seconds)}"
