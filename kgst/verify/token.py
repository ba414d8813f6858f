"""The token's side of a verification: its code, its terms, its auditors, and that its getters say what it stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from eth_utils.address import to_checksum_address

from kgst.checks import Check
from kgst.flags import flag_names
from kgst.quantities import format_bps, format_duration

if TYPE_CHECKING:
    from kgst.deployment.contracts import Deployment
    from kgst.policy import Policy
    from kgst.record import Record
    from kgst.snapshot.code import Code
    from kgst.snapshot.state import TokenState
    from kgst.snapshot.token import Auditors, Recovery

__all__ = ["token_checks"]


def token_checks(deployment: Deployment, code: Code, token: TokenState) -> Iterator[Check]:
    """What stands in its storage, and what its getters say."""
    yield from _word_checks(deployment.record, code)
    yield from _getter_checks(code, token)
    yield from _token_checks(deployment, token)


def _word_checks(record: Record, found: Code) -> Iterator[Check]:
    """By the storage itself: the answers of a wrong implementation are worth nothing."""
    implementation, word = record.implementation[1].address, found.implementation
    on_chain = f"{word:#x}" if word >> 160 else to_checksum_address(word.to_bytes(20))
    yield _token("implementation (ERC-1967 slot)", implementation, on_chain)
    yield _token("pause flags", "none", flag_names(found.flags.pause_flags))
    yield _token("DELEGATE_ALL", False, found.flags.delegate_all)
    yield _token("spare bits of the solvency", 0, found.flags.spare)


def _getter_checks(found: Code, token: TokenState) -> Iterator[Check]:
    """What everybody else reads is what stands in the storage: an implementation could say otherwise."""
    flags, pauses = found.flags, token.pause_flags.value
    yield _token("pause flags, by the getter", flag_names(flags.pause_flags), flag_names(pauses))
    yield _token("DELEGATE_ALL, by the getter", flags.delegate_all, token.delegate_all.value)


def _token_checks(deployment: Deployment, token: TokenState) -> Iterator[Check]:
    policy, terms = deployment.policy, deployment.policy.token
    yield _token("authority", deployment.record.manager.address, token.authority.value)
    yield _seconds("recovery delay", terms.recovery_delay, token.recovery_delay.value)
    limits = token.limits.value
    yield _seconds("max age", terms.max_age, limits.max_age)
    increase = format_bps(terms.max_increase_bps), format_bps(limits.max_increase_bps)
    yield _token("max increase", *increase)
    yield _token("margin", format_bps(terms.margin_bps), format_bps(limits.margin_bps))
    auditors = token.auditors.value
    members = _names(policy, policy.auditor_addresses), _names(policy, auditors.members)
    yield _token("auditors", *members)
    yield _token("auditors' threshold", policy.auditors.threshold, auditors.threshold)
    yield _token("suspended auditors", "none", _suspended(policy, auditors))
    yield _token("proposed auditors (recovery)", "none", _proposed(policy, token.recovery.value))
    separators = deployment.domain.separator.hex(), token.domain_separator.value.hex()
    yield _token("EIP-712 domain separator", *("0x" + one for one in separators))
    yield _token("deployer is an auditor", False, token.deployer_is_auditor.value)


def _suspended(policy: Policy, auditors: Auditors) -> str:
    names = _names(policy, auditors.suspended)
    beyond = auditors.seats_suspended >> len(auditors.members)
    return f"{names}, and of seats that nobody has: {beyond:#x}" if beyond else names


def _proposed(policy: Policy, recovery: Recovery) -> str:
    if not any(recovery):
        return "none"
    names = _names(policy, recovery.auditors)
    return f"{names}, threshold {recovery.threshold}, from {recovery.acceptable_at} on"


_token = partial(Check.same, "token")


def _seconds(item: str, expected: int, found: int) -> Check:
    return _token(item, format_duration(expected), format_duration(found))


def _names(policy: Policy, addresses: Iterable[str]) -> str:
    return ", ".join(map(policy.named, addresses)) or "none"
