"""The calls that would make the chain what the policy says, one for each difference that governance can undo.

Not everything can or should be undone by a call: `by_hand` names the rest. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kgst.decoding.calls import function_name
from kgst.deployment.contracts import Deployment
from kgst.flags import flag_names
from kgst.moments import format_time
from kgst.quantities import format_bps, format_duration
from kgst.roles import Role, role_name
from kgst.snapshot.desks import terms_of
from kgst.snapshot.state import State
from kgst.snapshot.traces import ADMIN_DELAY, GRANT_DELAY
from kgst.verify.comparing import quota
from kgst.verify.desks import wanted_destinations
from kgst.verify.roles import guardian_of, wanted_delay

__all__ = ["Change", "by_hand", "changes_of"]

PUBLIC: Final = 2**64 - 1


@dataclass(frozen=True)
class Change:
    """One call that restores one thing.

    Attributes:
        summary: For people: `grant PAUSER to ops (0x12ab…cdef), delay 0 seconds`.
        role: Whose members may make the call; it may still have to be scheduled, if they have a delay.
        target: Checksummed address of the token or the AccessManager.
        data: Call data for `target`, as the member calls it without a delay.
        loosens: It gives someone a power, or makes a limit wider.
        before: The grant (role, account) that has to wait for it; None when none has.
    """

    summary: str
    role: Role
    target: str
    data: bytes
    loosens: bool
    before: tuple[int, str] | None = None


def changes_of(deployment: Deployment, state: State) -> list[Change]:
    """What takes the chain, as it is in `state`, to the policy: what tightens first."""
    found = [
        *_terms(deployment, state),
        *_members(deployment, state),
        *_functions(deployment, state),
        *_issuers(deployment, state),
        *_destinations(deployment, state),
        *_limits(deployment, state),
    ]
    return sorted(found, key=lambda change: change.loosens)


def by_hand(deployment: Deployment, state: State) -> list[str]:
    """Differences that no batch undoes, each with who can undo it and how."""
    return list(_by_hand(deployment, state))


def _terms(deployment: Deployment, state: State) -> Iterator[Change]:
    """Guardians, admins, delays and locks. An admin first: the grants that follow need it."""
    roles, manager = state.roles, deployment.manager
    for role in Role:
        name, guardian = role.name, guardian_of(role)
        if role is not Role.ADMIN and roles.admin[role].value != Role.ADMIN:
            was = role_name(roles.admin[role].value)
            data = manager.setRoleAdmin.encode_input(int(role), int(Role.ADMIN))
            yield _admin(manager, f"make ADMIN the admin of {name}, not {was}", data, False)
        if role is not Role.ADMIN and roles.guardian[role].value != guardian:
            was = role_name(roles.guardian[role].value)
            data = manager.setRoleGuardian.encode_input(int(role), int(guardian))
            summary = f"make {guardian.name} the guardian of {name}, not {was}"
            yield _admin(manager, summary, data, False)
        if later := _later(state, roles.grant_delay[role].value, GRANT_DELAY, int(role)):
            data = manager.setGrantDelay.encode_input(int(role), 0)
            summary = f"let grants of {name} take effect at once, not after {later}"
            yield _admin(manager, summary, data, True)
    for label, target in roles.targets.items():
        if roles.closed[label].value:
            data = manager.setTargetClosed.encode_input(target, False)
            yield _admin(manager, f"open the {label}, which is closed", data, True)
        if later := _later(state, roles.admin_delay[label].value, ADMIN_DELAY, int(target, 16)):
            data = manager.setTargetAdminDelay.encode_input(target, 0)
            summary = f"let ADMIN change the {label} at once, not after {later}"
            yield _admin(manager, summary, data, True)


def _later(state: State, delay: int, event: str, about: int) -> str:
    """The delay that should be none, in words: that of now, else one that was set and comes; empty for none."""
    if delay:
        return format_duration(delay)
    coming = state.traces.coming(event, about, state.head.time)
    if coming is None or not coming[0]:
        return ""
    return f"{format_duration(coming[0])} from {format_time(coming[1])} on"


def _members(deployment: Deployment, state: State) -> Iterator[Change]:
    manager = deployment.manager
    for (role, account), access in state.roles.members.items():
        delay, who = wanted_delay(deployment, role, account), deployment.named(account)
        if delay is None:
            if access.since:
                data = manager.revokeRole.encode_input(role, account)
                yield _admin(manager, f"take {role_name(role)} from {who}", data, False)
            continue
        comes = access.pending if access.effect else access.delay
        if access.since and comes == delay:
            continue
        data = manager.grantRole.encode_input(role, account, delay)
        summary = f"grant {role_name(role)} to {who}, delay {format_duration(delay)}"
        if access.since:
            summary = (
                f"give {who} a delay of {format_duration(delay)} in {role_name(role)}, not "
                f"{format_duration(comes)}"
            )
        yield _admin(manager, summary, data, not access.since or delay < comes)


def _functions(deployment: Deployment, state: State) -> Iterator[Change]:
    manager = deployment.manager
    for step, functions in state.roles.functions.items():
        target = state.roles.targets[step]
        for role in Role:
            wrong = {
                selector: found.value
                for selector, (wanted, found) in functions.items()
                if wanted == role != found.value
            }
            if not wrong:
                continue
            data = manager.setTargetFunctionRole.encode_input(target, list(wrong), int(role))
            names = ", ".join(
                f"{function_name(s, step)} (now {role_name(r)})" for s, r in wrong.items()
            )
            # Whoever loses a function had more than the policy says; whoever gets one back has less.
            loosens = role is not Role.ADMIN and any(r != PUBLIC for r in wrong.values())
            yield _admin(manager, f"give {role.name} the functions {names}", data, loosens)


def _issuers(deployment: Deployment, state: State) -> Iterator[Change]:
    token, granted = deployment.token, deployment.quotas
    for account, found in state.issuers.records.items():
        wanted, who = granted.get(account), deployment.named(account)
        if wanted is None:
            if found.may:
                data = bytes(token.cutIssuer.encode_input(account))
                yield Change(f"cut the issuer {who}", Role.GUARDIAN, token.address, data, False)
            continue
        terms = wanted[:3]
        if terms != found[1:4]:
            data = bytes(token.setIssuer.encode_input(account, *terms))
            summary = f"make {who} an issuer with {quota(*terms, desk=found.desk)}"
            yield Change(summary, Role.ISSUANCE_ADMIN, token.address, data, True)
        if wanted.desk and not found.desk:
            data = bytes(token.setDesk.encode_input(account))
            yield Change(f"make {who} a desk", Role.ISSUANCE_ADMIN, token.address, data, True)


def _destinations(deployment: Deployment, state: State) -> Iterator[Change]:
    desk, wanted = deployment.mint_desk, wanted_destinations(deployment.policy)
    for account, allowed in state.desks.allowed.items():
        who = deployment.named(account)
        if allowed and account not in wanted:
            data = bytes(desk.removeDestination.encode_input(account))
            summary = f"let the mint desk no longer mint to {who}"
            yield Change(summary, Role.GUARDIAN, desk.address, data, False)
        elif account in wanted and not allowed:
            data = bytes(desk.allowDestination.encode_input(account))
            summary = f"let the mint desk mint to {who}"
            yield Change(summary, Role.ISSUANCE_ADMIN, desk.address, data, True)


def _limits(deployment: Deployment, state: State) -> Iterator[Change]:
    terms, token = deployment.policy.token, deployment.token
    max_age, max_increase, margin = state.token.limits.value
    if max_age != terms.max_age:
        data = bytes(token.setMaxAge.encode_input(terms.max_age))
        summary = f"let attestations last {format_duration(terms.max_age)}, not {format_duration(max_age)}"
        loosens = terms.max_age > max_age
        yield Change(summary, Role.RESERVE_ADMIN, token.address, data, loosens)
    if max_increase != terms.max_increase_bps:
        data = bytes(token.setMaxIncrease.encode_input(terms.max_increase_bps))
        summary = (
            f"let backing rise by {format_bps(terms.max_increase_bps)} without every auditor, not "
            f"{format_bps(max_increase)}"
        )
        loosens = terms.max_increase_bps > max_increase
        yield Change(summary, Role.RESERVE_ADMIN, token.address, data, loosens)
    if margin != terms.margin_bps:
        loosens = terms.margin_bps < margin
        method = token.setMargin if loosens else token.raiseMargin
        role = Role.RESERVE_ADMIN if loosens else Role.GUARDIAN
        data = bytes(method.encode_input(terms.margin_bps))
        summary = f"ask for a margin of {format_bps(terms.margin_bps)}, not {format_bps(margin)}"
        yield Change(summary, role, token.address, data, loosens)
    if state.token.delegate_all.value:
        data = bytes(token.setDelegateAll.encode_input(False))
        summary = "run payments from the token's own code again (DELEGATE_ALL off)"
        yield Change(summary, Role.UPGRADER, token.address, data, False)


def _by_hand(deployment: Deployment, state: State) -> Iterator[str]:
    policy, token = deployment.policy, state.token
    if flags := token.pause_flags.value:
        yield (
            f"paused: {flag_names(flags)}. Somebody had a reason: find out, then UNPAUSER calls unpause"
        )
    auditors, wanted = token.auditors.value, tuple(policy.auditor_addresses)
    if auditors.members != wanted or auditors.threshold != policy.auditors.threshold:
        yield "auditors or their threshold: only the auditors change them (rotateAuditors: `ape run auditors draft`)"
    elif auditors.seats_suspended:
        yield "suspended auditors: only the others bring one back (rotateAuditors: `ape run auditors draft`)"
    if any(token.recovery.value):
        yield (
            "a recovery of the auditors is under way: GUARDIAN ends it (cancelAuditorsProposal: `ape run auditors "
            "cancel`), the auditors with any attestation; if their keys are lost, put the new auditors into the policy"
        )
    manager = deployment.record.manager.address
    authorities = {"token": token.authority} | state.roles.authority
    for step, authority in authorities.items():
        if authority.value != manager:
            what = "Revoker" if step == "revoker" else step.replace("_", " ")
            yield (
                f"authority: another AccessManager rules the {what}; only that one can give it back (updateAuthority)"
            )
    for account, issuer in state.issuers.records.items():
        wanted_quota = deployment.quotas.get(account)
        if issuer.desk and not (wanted_quota and wanted_quota.desk):
            yield (
                f"{deployment.named(account)} is a desk, which no order reaches, and stays one: cut it, and let an "
                "upgrade end it, or put it into the policy"
            )
    wanted_terms = terms_of(policy)
    for step, terms in state.desks.terms.items():
        if terms != wanted_terms[step]:
            yield (
                f"the terms of the {step.replace('_', ' ')} are fixed with its code: deploy and register another, or "
                "put those of this one into the policy"
            )
    yield from _not_yet(deployment, state)
    code = {
        "its recovery delay": token.recovery_delay.value == policy.token.recovery_delay,
        "its EIP-712 domain": token.domain_separator.value == deployment.domain.separator,
        "the deployer, who is an auditor": not token.deployer_is_auditor.value,
    }
    if wrong := ", ".join(what for what, right in code.items() if not right):
        yield (
            f"the token answers otherwise than what was deployed ({wrong}): no call undoes that; see `ape run deploy "
            "verify`, and do not use the token until it is understood"
        )


def _not_yet(deployment: Deployment, state: State) -> Iterator[str]:
    """Members who were granted what the policy says and cannot act yet: the role had a grant delay."""
    for (role, account), access in state.roles.members.items():
        if access.since > state.head.time and wanted_delay(deployment, role, account) is not None:
            yield (
                f"{deployment.named(account)} can act as {role_name(role)} only from {format_time(access.since)} on "
                "(the role's grant delay): wait, and take nothing from whoever acts meanwhile"
            )


def _admin(manager: Any, summary: str, data: Any, loosens: bool) -> Change:
    return Change(summary, Role.ADMIN, manager.address, bytes(data), loosens)
