"""Who may call what: every restricted function, for every role."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from support.reverts import reverts

from kgst.roles import ROLE_FUNCTIONS, Role

RESTRICTED = [
    pytest.param(role, function, id=function)
    for role, functions in ROLE_FUNCTIONS.items()
    for function in functions
]


def call(token: Any, function: str, arguments: tuple[Any, ...], sender: Any) -> Any:
    return getattr(token, function.partition("(")[0])(*arguments, sender=sender)


@pytest.mark.parametrize(("role", "function"), RESTRICTED)
def test_restricted__its_own_role__may_call(
    token: Any, people: Any, arguments: Any, role: Role, function: str
) -> None:
    receipt = call(token, function, arguments[function], people[role])
    assert bytes(receipt.data)[:4] == keccak(text=function)[:4]
    assert not receipt.failed


@pytest.mark.parametrize(("role", "function"), RESTRICTED)
def test_restricted__every_other_role_and_everyone_else__reverts(
    token: Any, manager: Any, people: Any, arguments: Any, deployer: Any, outsider: Any,
    issuer: Any, holder: Any, auditor_a: Any, role: Role, function: str,
) -> None:  # fmt: skip
    others = [person for held, person in people.items() if held != role]
    for sender in (*others, deployer, outsider, issuer, holder, auditor_a):
        with reverts(token.AccessManagedUnauthorized, manager, caller=sender):
            call(token, function, arguments[function], sender)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
def test_role__revoked__loses_its_functions(
    token: Any, manager: Any, admin: Any, people: Any, arguments: Any, role: Role
) -> None:
    manager.revokeRole(int(role), people[role], sender=admin)
    for function in ROLE_FUNCTIONS.get(role, ()):
        with reverts(token.AccessManagedUnauthorized, manager, caller=people[role]):
            call(token, function, arguments[function], people[role])


def test_roles__each_function__is_assigned_in_the_manager(token: Any, manager: Any) -> None:
    for role, functions in ROLE_FUNCTIONS.items():
        for function in functions:
            selector = keccak(text=function)[:4]
            assert manager.getTargetFunctionRole(token, selector) == role


def test_roles__deployer__ends_with_none(manager: Any, deployer: Any) -> None:
    assert [role for role in Role if manager.hasRole(int(role), deployer)[0]] == []


def test_roles__members__have_just_their_own(manager: Any, people: Any) -> None:
    held = {
        person: [role for role in Role if manager.hasRole(int(role), person)[0]]
        for person in people.values()
    }
    assert held == {person: [role] for role, person in people.items()}
