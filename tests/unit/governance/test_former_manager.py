"""An AccessManager that another has replaced: nothing that its people do reaches the token any more."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.bubbling import bubbles
from support.events import events
from support.reverts import reverts

from kgst.roles import ROLE_FUNCTIONS, Role


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


def test_former_manager__its_people__reach_nothing(
    replaced: Any, token: Any, manager: Any, people: Any, admin: Any
) -> None:
    for role, functions in ROLE_FUNCTIONS.items():
        for signature in functions:
            call, given = getattr(token, signature.partition("(")[0]), replaced[signature]
            # ADMIN is the same person under both.
            if role is not Role.ADMIN:
                with reverts(token.AccessManagedUnauthorized, caller=people[role]):
                    call(*given, sender=people[role])
            # Nor by way of the former manager, which still lets its people through.
            with bubbles(token.AccessManagedUnauthorized, manager, caller=manager):
                manager.execute(token, call.encode_input(*given), sender=people[role])


def test_former_manager__its_admin__cannot_bring_it_back(
    replaced: Any, token: Any, manager: Any, new_manager: Any, admin: Any
) -> None:
    with bubbles(token.AccessManagedUnauthorized, manager, caller=manager):
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
    with bubbles(token.AccessManagedUnauthorized, manager, caller=manager):
        manager.execute(token, data, sender=unpauser)
    assert token.pauseFlags() == 15
