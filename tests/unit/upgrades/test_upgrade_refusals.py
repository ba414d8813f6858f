"""``upgradeToAndCall``: which upgrades are refused."""

from __future__ import annotations

from typing import Any

import pytest
from ape import accounts, project
from eth_utils import keccak
from support.auditing import approval, approve, code_hash, rotate
from support.delegation import borrow_code
from support.reverts import reverts

EMPTY = keccak(b"")


def test_upgrade_to_and_call__no_consent__reverts(token: Any, second: Any, upgrader: Any) -> None:
    with reverts(token.ImplementationNotApproved, codeHash=code_hash(second), dataHash=EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_upgrade_to_and_call__consent_to_other_data__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    good = second.migrate.encode_input(1)
    approve(system, approval(system, second, good), auditors, relayer)
    for data in (b"", second.migrate.encode_input(2), bytes(good) + b"\0"):
        with reverts(
            token.ImplementationNotApproved, codeHash=code_hash(second), dataHash=keccak(data)
        ):
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
        with reverts(
            token.ImplementationNotApproved, codeHash=code_hash(candidate), dataHash=EMPTY
        ):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__same_code_elsewhere__is_what_was_consented_to(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any
) -> None:
    approve(system, approval(system, second), auditors, relayer)
    twin = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())
    token.upgradeToAndCall(twin, b"", sender=upgrader)
    assert token.implementation() == twin


def test_upgrade_to_and_call__consent_already_spent__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    approve(system, approval(system, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    for candidate in (second, system.logic):
        with reverts(
            token.ImplementationNotApproved, codeHash=code_hash(candidate), dataHash=EMPTY
        ):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__auditors_rotated_since__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, successors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    approve(system, approval(system, second), auditors, relayer)
    rotate(system, successors, 2, auditors, relayer)
    with reverts(token.ImplementationNotApproved, codeHash=code_hash(second), dataHash=EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)
    rotate(system, auditors, 2, successors, relayer)
    with reverts(token.ImplementationNotApproved, codeHash=code_hash(second), dataHash=EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_upgrade_to_and_call__consenting_auditor_suspended_since__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, guardian: Any, auditor_a: Any,
    auditor_b: Any, relayer: Any,
) -> None:  # fmt: skip
    approve(system, approval(system, second), [auditor_a, auditor_b], relayer)
    token.suspendAuditor(auditor_b, sender=guardian)
    with reverts(token.ImplementationNotApproved, codeHash=code_hash(second), dataHash=EMPTY):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_upgrade_to_and_call__account_without_code__reverts(
    system: Any, token: Any, upgrader: Any, outsider: Any, auditors: Any, relayer: Any
) -> None:
    approve(system, approval(system, outsider), auditors, relayer)
    # 28 has never been used, 16 has sent transactions: neither has code.
    for candidate in (outsider, accounts.test_accounts[28]):
        with reverts(token.InvalidImplementation, implementation=candidate):
            token.upgradeToAndCall(candidate, b"", sender=upgrader)


def test_upgrade_to_and_call__account_with_borrowed_code__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, outsider: Any, auditors: Any, relayer: Any
) -> None:
    borrow_code(outsider, second, relayer)
    for consent in (approval(system, outsider), approval(system, second)):
        approve(
            system,
            type(consent)(consent.code_hash, consent.data_hash, approval(system, second).nonce),
            auditors,
            relayer,
        )
        with reverts(token.InvalidImplementation, implementation=outsider):
            token.upgradeToAndCall(outsider, b"", sender=upgrader)


@pytest.mark.parametrize("name", ["WrongSlotMock", "ERC1271WalletMock", "KGSTAccessManager"])
def test_upgrade_to_and_call__not_an_implementation_for_this_slot__reverts(
    system: Any, token: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any, name: str
) -> None:
    arguments = [] if name == "WrongSlotMock" else [deployer]
    candidate = deployer.deploy(getattr(project, name), *arguments)
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
