"""Who may call what at both desks: one role each, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from support.at_the_desks import AMOUNT, ORDER, PAYMENT, State, state_of
from support.reverts import reverts

from kgst.roles import MINT_DESK_FUNCTIONS, REDEMPTION_DESK_FUNCTIONS, Role

PEOPLE = (
    "admin", "upgrader", "issuance_admin", "reserve_admin", "pauser", "unpauser", "compliance", "enforcer",
    "guardian", "redeemer", "minter", "issuer", "auditor_a", "holder", "destination", "outsider", "deployer",
)  # fmt: skip
RESTRICTED = sorted(
    (contract, role, function.partition("(")[0])
    for contract, table in (
        ("redemption_desk", REDEMPTION_DESK_FUNCTIONS),
        ("mint_desk", MINT_DESK_FUNCTIONS),
    )
    for role, functions in table.items()
    for function in functions
)


def arguments_of(function: str, token: Any, receiver: Any, destination: Any) -> tuple[Any, ...]:
    return {
        "rescueTokens": (token, receiver, 0),
        "seize": (1, receiver, AMOUNT, ORDER, AMOUNT),
        "lock": ([1],),
        "confirmPaid": ([1], PAYMENT),
        "returned": (1,),
        "reject": (1, ""),
        "allowDestination": (receiver,),
        "removeDestination": (destination,),
        "cancel": (ORDER,),
        "mint": (destination, AMOUNT, ORDER),
        "propose": (destination, AMOUNT, ORDER),
        "execute": (ORDER,),
    }[function]


@pytest.mark.parametrize(("contract", "role", "function"), RESTRICTED)
def test_desks__by_anyone_but_its_role__reverts(
    request: pytest.FixtureRequest, token: Any, receiver: Any, destination: Any, requested: int,
    contract: str, role: Role, function: str,
) -> None:  # fmt: skip
    desk = request.getfixturevalue(contract)
    given = arguments_of(function, token, receiver, destination)
    allowed = {role.name.lower()} | ({"auditor_a"} if function == "cancel" else set())
    for name in PEOPLE:
        if name in allowed:
            continue
        caller = request.getfixturevalue(name)
        with reverts(desk.AccessManagedUnauthorized, token, caller=caller):
            getattr(desk, function)(*given, sender=caller)
    assert state_of(request.getfixturevalue("redemption_desk"), requested) == State.REQUESTED


def test_desks__the_table__names_every_function_that_changes_something(
    redemption_desk: Any, mint_desk: Any
) -> None:
    """But those of requesters, of anyone, and the AccessManager's own."""
    free = {"request", "requestWithPermit", "requestWithAuthorization", "withdraw", "burnPaid"}
    for name, desk in (("redemption_desk", redemption_desk), ("mint_desk", mint_desk)):
        found = {method.name for method in desk.contract_type.mutable_methods}
        ruled = {function for contract, _, function in RESTRICTED if contract == name}
        assert found - free == ruled | {"setAuthority"}


def test_desks__another_authority__only_by_the_manager(
    redemption_desk: Any, mint_desk: Any, manager: Any, admin: Any, outsider: Any
) -> None:
    for desk in (redemption_desk, mint_desk):
        for caller in (admin, outsider):
            with reverts(desk.AccessManagedUnauthorized, manager, caller=caller):
                desk.setAuthority(outsider, sender=caller)
