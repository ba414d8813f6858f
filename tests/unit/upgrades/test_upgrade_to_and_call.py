"""``upgradeToAndCall``: what an upgrade changes, and what it leaves."""

from __future__ import annotations

from typing import Any

from support.auditing import approval, approve, draft, submit
from support.bubbling import bubbles, fails_silently
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
NONE = b"\0" * 32
ZERO = "0x0000000000000000000000000000000000000000"
DELEGATE_ALL = 1 << 255


def state(token: Any, *people: Any) -> list[Any]:
    """Every getter's answer, for the token and for ``people``."""
    of_token = [
        token.name(), token.symbol(), token.decimals(), token.version(), token.currency(),
        token.totalSupply(), token.authority(), token.getOwner(), token.pauseFlags(),
        token.delegateAll(), token.headroom(), token.halts(), token.RECOVERY_DELAY(), token.DOMAIN_SEPARATOR(),
        tuple(token.solvency()), tuple(token.lastAttestation()), tuple(token.reserveLimits()),
        tuple(token.auditorSet()), tuple(token.auditorsProposal()),
    ]  # fmt: skip
    of_people = [
        (
            token.balanceOf(p), token.getFrozenTokens(p), token.isBlocked(p), token.nonces(p),
            token.isAuditor(p), tuple(token.issuerOf(p)), [token.allowance(p, q) for q in people],
            token.authorizationState(p, NONE),
        )
        for p in people
    ]  # fmt: skip
    return of_token + of_people


def test_upgrade_to_and_call__consented__changes_the_implementation_only(
    funded: Any, token: Any, second: Any, upgraded_token: Any, upgrader: Any, auditors: Any,
    auditor_c: Any, compliance: Any, guardian: Any, reserve_admin: Any, pauser: Any, holder: Any,
    receiver: Any, spender: Any, issuer: Any, relayer: Any,
) -> None:  # fmt: skip
    token.approve(spender, 7 * SOM, sender=holder)
    token.setFrozenTokens(holder, 3 * SOM, sender=compliance)
    token.blockAccount(receiver, sender=compliance)
    token.mint(issuer, 5, sender=issuer)
    token.burn(2, sender=issuer)
    token.suspendAuditor(auditor_c, sender=guardian)
    submit(funded, draft(token, 10_500 * 100, settled=1), auditors[:2], relayer)
    token.proposeAuditors([a.address for a in auditors], 3, sender=reserve_admin)
    token.pause(2, sender=pauser)
    approve(funded, approval(funded, second), auditors[:2], relayer)
    people = (holder, receiver, spender, issuer, *auditors)
    before = state(token, *people)

    receipt = token.upgradeToAndCall(second, b"", sender=upgrader)
    assert events(receipt, token) == [("Upgraded", {"implementation": second})]
    assert token.implementation() == second
    assert upgraded_token.generation() == 2
    assert tuple(token.approvedImplementation()) == (ZERO, NONE, NONE, 1)
    assert state(token, *people) == before


def test_upgrade_to_and_call__with_a_migration__runs_it(
    funded: Any, second: Any, upgraded_token: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    data = second.migrate.encode_input(7)
    approve(funded, approval(funded, second, data), auditors, relayer)
    receipt = upgraded_token.upgradeToAndCall(second, data, sender=upgrader)
    assert events(receipt, upgraded_token) == [
        ("Upgraded", {"implementation": second}),
        ("Migrated", {"generation": 7}),
    ]


def test_upgrade_to_and_call__pause_flags_and_delegate_all__stay(
    funded: Any, token: Any, second: Any, upgrader: Any, auditors: Any, pauser: Any, holder: Any,
    receiver: Any, relayer: Any,
) -> None:  # fmt: skip
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.setDelegateAll(True, sender=upgrader)
    approve(funded, approval(funded, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    assert token.implementation() == second
    assert token.pauseFlags() == PAUSE_FLAGS
    assert token.delegateAll() is True
    with reverts(token.OperationPaused, flags=1):
        token.transfer(receiver, 1, sender=holder)


def test_upgrade_to_and_call__payments__run_from_the_own_code_until_the_flag_is_raised(
    funded: Any, token: Any, second: Any, upgraded_token: Any, upgrader: Any, auditors: Any,
    holder: Any, receiver: Any, relayer: Any,
) -> None:  # fmt: skip
    approve(funded, approval(funded, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    paid = ("Transfer", {"from": holder, "to": receiver, "value": SOM})
    receipt = upgraded_token.transfer(receiver, SOM, sender=holder)
    assert events(receipt, upgraded_token) == [paid]

    token.setDelegateAll(True, sender=upgrader)
    receipt = upgraded_token.transfer(receiver, SOM, sender=holder)
    assert events(receipt, upgraded_token) == [("Diverted", {"flags": DELEGATE_ALL}), paid]
    token.approve(relayer, SOM, sender=holder)
    receipt = upgraded_token.transferFrom(holder, receiver, SOM, sender=relayer)
    assert events(receipt, upgraded_token) == [("Diverted", {"flags": DELEGATE_ALL}), paid]

    token.setDelegateAll(False, sender=upgrader)
    receipt = upgraded_token.transfer(receiver, SOM, sender=holder)
    assert events(receipt, upgraded_token) == [paid]
    assert token.balanceOf(receiver) == 4 * SOM


def test_upgrade_to_and_call__minting_afterwards__is_bound_as_before(
    funded: Any, token: Any, second: Any, upgrader: Any, auditors: Any, issuer: Any, relayer: Any
) -> None:
    approve(funded, approval(funded, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    with reverts(token.HeadroomExceeded, headroom=9_000 * SOM, needed=9_000 * SOM + 1):
        token.mint(issuer, 9_000 * SOM + 1, sender=issuer)
    token.mint(issuer, 9_000 * SOM, sender=issuer)
    assert token.headroom() == 0


def test_upgrade_to_and_call__migration_fails__undoes_all_and_keeps_the_consent(
    funded: Any, token: Any, second: Any, upgraded_token: Any, upgrader: Any, auditors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    data = second.migrate.encode_input(0)
    consent = approval(funded, second, data)
    approve(funded, consent, auditors, relayer)
    with bubbles(upgraded_token.MigrationFailed):
        token.upgradeToAndCall(second, data, sender=upgrader)
    assert token.implementation() == funded.logic
    assert tuple(token.approvedImplementation()) == (
        second.address,
        consent.code_hash,
        consent.data_hash,
        1,
    )


def test_upgrade_to_and_call__migration_unknown_to_the_code__reverts(
    funded: Any, token: Any, upgrader: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    data = b"\xde\xad\xbe\xef"
    approve(funded, approval(funded, second, data), auditors, relayer)
    with reverts(token.FailedCall):
        token.upgradeToAndCall(second, data, sender=upgrader)


def test_upgrade_to_and_call__migration_to_initialize_again__reverts(
    funded: Any, token: Any, upgrader: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    data = token.initialize.encode_input((upgrader.address, [], 0, 3_600, 0, 0))
    approve(funded, approval(funded, second, data), auditors, relayer)
    with reverts(token.AlreadyInitialized):
        token.upgradeToAndCall(second, data, sender=upgrader)


def test_upgrade_to_and_call__with_bnb__reverts(
    funded: Any, token: Any, upgrader: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    approve(funded, approval(funded, second), auditors, relayer)
    data = token.upgradeToAndCall.encode_input(second.address, b"")
    with fails_silently(token):
        upgrader.transfer(token.address, 1, data=data)
