"""``upgradeToAndCall``: which upgrades are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ape import accounts, project
from eth_utils import keccak
from support.auditing import approval, approve, code_hash, rotate
from support.delegation import borrow_code
from support.reverts import reverts

EMPTY = keccak(b"")


def not_approved(token: Any, implementation: Any, data_hash: bytes) -> Any:
    """The block reverts for want of consent to this upgrade."""
    return reverts(
        token.ImplementationNotApproved,
        implementation=implementation,
        codeHash=code_hash(implementation),
        dataHash=data_hash,
    )


def test_upgrade_to_and_call__no_consent__reverts(token: Any, second: Any, upgrader: Any) -> None:
    with not_approved(token, second, EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_upgrade_to_and_call__consent_to_other_data__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    good = second.migrate.encode_input(1)
    approve(system, approval(system, second, good), auditors, relayer)
    for data in (b"", second.migrate.encode_input(2), bytes(good) + b"\0"):
        with not_approved(token, second, keccak(data)):
            token.upgradeToAndCall(second, data, sender=upgrader)
    token.upgradeToAndCall(second, good, sender=upgrader)
    assert token.implementation() == second


def test_upgrade_to_and_call__consent_to_other_code__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any
) -> None:
    approve(system, approval(system, second), auditors, relayer)
    # The same source with another immutable is other code.
    slower = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY() + 1)
    for candidate in (slower, system.logic):
        with not_approved(token, candidate, EMPTY):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__consent_already_spent__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    approve(system, approval(system, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    for candidate in (second, system.logic):
        with not_approved(token, candidate, EMPTY):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__auditors_rotated_since__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, successors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    approve(system, approval(system, second), auditors, relayer)
    rotate(system, successors, 2, auditors, relayer)
    with not_approved(token, second, EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)
    rotate(system, auditors, 2, successors, relayer)
    with not_approved(token, second, EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_upgrade_to_and_call__consenting_auditor_suspended_since__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, guardian: Any, auditor_a: Any,
    auditor_b: Any, relayer: Any,
) -> None:  # fmt: skip
    approve(system, approval(system, second), [auditor_a, auditor_b], relayer)
    token.suspendAuditor(auditor_b, sender=guardian)
    with not_approved(token, second, EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_implementation__account_without_code__reverts(
    system: Any, token: Any, upgrader: Any, outsider: Any, auditors: Any, relayer: Any
) -> None:
    # 28 has never been used, 16 has sent transactions: neither has code.
    for candidate in (outsider, accounts.test_accounts[28]):
        with reverts(token.InvalidImplementation, implementation=candidate):
            approve(system, approval(system, candidate), auditors, relayer)
        with reverts(token.InvalidImplementation, implementation=candidate):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_implementation__account_with_borrowed_code__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, outsider: Any, auditors: Any, relayer: Any
) -> None:
    borrow_code(outsider, second, relayer)
    own = approval(system, outsider)
    for consent in (own, replace(own, code_hash=code_hash(second))):
        with reverts(token.InvalidImplementation, implementation=outsider):
            approve(system, consent, auditors, relayer)
    with reverts(token.InvalidImplementation, implementation=outsider):
        token.upgradeToAndCall(outsider, b"", sender=upgrader)


@pytest.mark.parametrize("name", ["WrongSlotMock", "ERC1271WalletMock", "KGSTAccessManager"])
def test_implementation__not_one_for_this_slot__reverts(
    system: Any, token: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any, name: str
) -> None:
    arguments = [] if name == "WrongSlotMock" else [deployer]
    candidate = deployer.deploy(getattr(project, name), *arguments)
    with reverts(token.InvalidImplementation, implementation=candidate):
        approve(system, approval(system, candidate), auditors, relayer)
    with reverts(token.InvalidImplementation, implementation=candidate):
        token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__by_others__reverts(
    system: Any, token: Any, second: Any, admin: Any, outsider: Any, auditors: Any, auditor_a: Any,
    relayer: Any,
) -> None:  # fmt: skip
    approve(system, approval(system, second), auditors, relayer)
    for sender in (admin, outsider, auditor_a):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.upgradeToAndCall(second, b"", sender=sender)
