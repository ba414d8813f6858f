"""An AccessManager that another has replaced: nothing that its people do reaches the token any more."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.events import events
from support.reverts import reverts

from kgst.roles import ROLE_FUNCTIONS, Role


def the_function(token: Any, signature: str) -> Any:
    return getattr(token, signature.partition("(")[0])


@pytest.fixture
def new_manager(deployer: Any, admin: Any) -> Any:
    return deployer.deploy(project.KGSTAccessManager, admin)


@pytest.fixture
def replaced(
    arguments: Any, token: Any, manager: Any, new_manager: Any, admin: Any
) -> dict[str, Any]:
    """Arguments with which each restricted function succeeded before."""
    manager.updateAuthority(token, new_manager, sender=admin)
    taken: dict[str, Any] = arguments
    return taken


@pytest.mark.parametrize(
    ("role", "signature"), [(r, f) for r, functions in ROLE_FUNCTIONS.items() for f in functions]
)
def test_former_manager__its_people__reach_nothing(
    replaced: Any, token: Any, manager: Any, people: Any, admin: Any, role: Role, signature: str
) -> None:
    call, given = the_function(token, signature), replaced[signature]
    sender = people[role]
    if sender != admin:
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            call(*given, sender=sender)
    # Nor by the way of delayed calls, which the former manager still lets through.
    data = call.encode_input(*given)
    with reverts(token.AccessManagedUnauthorized, manager, caller=manager):
        manager.execute(token, data, sender=sender)


def test_former_manager__its_admin__cannot_bring_it_back(
    replaced: Any, token: Any, manager: Any, new_manager: Any, admin: Any
) -> None:
    with reverts(token.AccessManagedUnauthorized, manager, caller=manager):
        manager.updateAuthority(token, manager, sender=admin)
    receipt = new_manager.updateAuthority(token, manager, sender=admin)
    assert events(receipt, token) == [("AuthorityUpdated", {"authority": manager})]


def test_former_manager__scheduled_before__cannot_be_carried_out(
    token: Any, manager: Any, new_manager: Any, admin: Any, unpauser: Any, delayed: int, chain: Any
) -> None:
    data = token.unpause.encode_input(15)
    manager.schedule(token, data, 0, sender=unpauser)
    manager.updateAuthority(token, new_manager, sender=admin)
    chain.pending_timestamp += delayed
    with reverts(token.AccessManagedUnauthorized, manager, caller=unpauser):
        token.unpause(15, sender=unpauser)
    with reverts(token.AccessManagedUnauthorized, manager, caller=manager):
        manager.execute(token, data, sender=unpauser)
    assert token.pauseFlags() == 15
