"""``Revoker``: a guardian takes roles away at once, and gives none."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from eth_utils import keccak
from support.bubbling import bubbles
from support.reverts import reverts

from kgst.roles import REVOKE, Role

KEPT = (Role.ADMIN, Role.UNPAUSER, Role.GUARDIAN)
TAKEN = tuple(role for role in Role if role not in KEPT)


def held(manager: Any, role: Role, account: Any) -> bool:
    return bool(manager.hasRole(int(role), account).isMember)


@pytest.mark.parametrize("role", TAKEN, ids=lambda role: role.name)
def test_revoke_role__by_a_guardian__is_gone_at_once(
    system: Any, manager: Any, people: Any, guardian: Any, role: Role
) -> None:
    assert held(manager, role, people[role])
    system.revoker.revokeRole(int(role), people[role], sender=guardian)
    assert not held(manager, role, people[role])
    for other in set(Role) - {role}:
        assert held(manager, other, people[other])


@pytest.mark.parametrize("role", KEPT, ids=lambda role: role.name)
def test_revoke_role__of_admin_unpauser_or_guardian__reverts(
    system: Any, manager: Any, people: Any, guardian: Any, role: Role
) -> None:
    with reverts(system.revoker.RoleNotRevocable, roleId=int(role)):
        system.revoker.revokeRole(int(role), people[role], sender=guardian)
    assert held(manager, role, people[role])


def test_revoke_role__of_the_revoker_itself__reverts(
    system: Any, manager: Any, guardian: Any
) -> None:
    with reverts(system.revoker.RoleNotRevocable, roleId=0):
        system.revoker.revokeRole(0, system.revoker, sender=guardian)
    assert held(manager, Role.ADMIN, system.revoker)


def test_revoke_role__by_everyone_else__reverts(
    system: Any, people: Any, deployer: Any, outsider: Any, pauser: Any
) -> None:
    others = [person for role, person in people.items() if role is not Role.GUARDIAN]
    for sender in (*others, deployer, outsider):
        with reverts(system.revoker.AccessManagedUnauthorized, caller=sender):
            system.revoker.revokeRole(int(Role.PAUSER), pauser, sender=sender)


def test_revoke_role__of_a_role_that_is_not_held__changes_nothing(
    system: Any, manager: Any, guardian: Any, outsider: Any
) -> None:
    receipt = system.revoker.revokeRole(int(Role.PAUSER), outsider, sender=guardian)
    assert not list(receipt.decode_logs(manager.RoleRevoked))


def test_revoker__functions__give_nothing(system: Any) -> None:
    found = {m.name for m in project.Revoker.contract_type.mutable_methods}
    assert found == {"revokeRole", "setAuthority"}
    assert system.revoker.authority() == system.manager


def test_revoker__authority__is_moved_by_the_manager_alone(
    system: Any, people: Any, guardian: Any
) -> None:
    for sender in (*people.values(), guardian):
        with reverts(system.revoker.AccessManagedUnauthorized, caller=sender):
            system.revoker.setAuthority(system.manager, sender=sender)


def test_revoker__member_with_a_delay__waits_it_out(
    system: Any, manager: Any, admin: Any, outsider: Any, pauser: Any
) -> None:
    manager.grantRole(int(Role.GUARDIAN), outsider, 3_600, sender=admin)
    data = system.revoker.revokeRole.encode_input(int(Role.PAUSER), pauser)
    operation = bytes(manager.hashOperation(outsider, system.revoker, data))
    with bubbles(manager.AccessManagerNotScheduled, system.revoker, operationId=operation):
        system.revoker.revokeRole(int(Role.PAUSER), pauser, sender=outsider)


def test_rogue_pauser__paused_again_after_each_unpause__ends_with_the_first_revocation(
    system: Any, token: Any, people: Any, guardian: Any, pauser: Any, unpauser: Any
) -> None:
    for _ in range(3):
        token.pause(15, sender=pauser)
        token.unpause(15, sender=unpauser)
    system.revoker.revokeRole(int(Role.PAUSER), pauser, sender=guardian)
    with reverts(token.AccessManagedUnauthorized, caller=pauser):
        token.pause(15, sender=pauser)


def test_powers__in_both_directions__only_admin_gives_and_the_guardian_takes(
    system: Any, manager: Any, people: Any, guardian: Any, admin: Any
) -> None:
    """All powers: each can be taken at once but three, and none can be given by anybody but ADMIN."""
    for role in Role:
        for giver, sender in people.items():
            if giver is Role.ADMIN:
                continue
            with reverts(manager.AccessManagerUnauthorizedAccount, msgsender=sender, roleId=0):
                manager.grantRole(int(role), sender, 0, sender=sender)
            with reverts(manager.AccessManagerUnauthorizedAccount, msgsender=sender, roleId=0):
                manager.revokeRole(int(role), people[role], sender=sender)
    for role in TAKEN:
        system.revoker.revokeRole(int(role), people[role], sender=guardian)
        assert not held(manager, role, people[role])
        manager.grantRole(int(role), people[role], 0, sender=admin)
        assert held(manager, role, people[role])


def test_revoke__its_selector__is_guardians(system: Any, manager: Any) -> None:
    selector = keccak(text=REVOKE)[:4]
    assert manager.getTargetFunctionRole(system.revoker, selector) == Role.GUARDIAN
