"""``authority``, ``setAuthority`` and ``initialize``; and the implementation's own address, which nobody governs"""

from __future__ import annotations

from typing import Any

import pytest
from ape import accounts, project
from ape.contracts import ContractInstance
from support.auditing import ascending
from support.bubbling import bubbles
from support.events import events
from support.reverts import reverts

from kgst.chain import token_at
from kgst.roles import ROLE_FUNCTIONS

DAY = 86_400


def initialization(manager: Any, members: list[Any], **changes: Any) -> tuple[Any, ...]:
    """The struct ``Initialization``."""
    fields = {
        "authority": manager.address,
        "auditors": [a.address for a in members],
        "threshold": 2,
        "maxAge": DAY,
        "maxIncreaseBps": 1_000,
        "marginBps": 0,
    }
    return tuple({**fields, **changes}.values())


@pytest.fixture
def new_manager(deployer: Any, admin: Any) -> Any:
    """Another AccessManager, under ``admin``."""
    return deployer.deploy(project.KGSTAccessManager, admin)


def test_authority__as_deployed__is_the_manager(token: Any, manager: Any) -> None:
    assert token.authority() == token.getOwner() == manager


def test_set_authority__through_the_manager__hands_over_every_role(
    token: Any, manager: Any, new_manager: Any, admin: Any, pauser: Any
) -> None:
    receipt = manager.updateAuthority(token, new_manager, sender=admin)
    assert events(receipt, token) == [("AuthorityUpdated", {"authority": new_manager})]
    assert token.authority() == token.getOwner() == new_manager
    with reverts(token.AccessManagedUnauthorized, caller=pauser):
        token.pause(1, sender=pauser)
    # In a fresh manager every function belongs to ADMIN.
    token.pause(1, sender=admin)
    assert token.pauseFlags() == 1


def test_set_authority__called_directly__reverts(
    token: Any, new_manager: Any, admin: Any, outsider: Any, upgrader: Any
) -> None:
    for sender in (admin, outsider, upgrader):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.setAuthority(new_manager, sender=sender)


def test_set_authority__update_by_an_outsider__reverts(
    token: Any, manager: Any, new_manager: Any, outsider: Any
) -> None:
    with reverts(manager.AccessManagerUnauthorizedAccount, token, msgsender=outsider, roleId=0):
        manager.updateAuthority(token, new_manager, sender=outsider)


def test_set_authority__account_without_code__reverts(
    token: Any, manager: Any, admin: Any, outsider: Any
) -> None:
    with bubbles(token.AccessManagedInvalidAuthority, manager, authority=outsider):
        manager.updateAuthority(token, outsider, sender=admin)


def test_initialize__again__reverts(
    token: Any, manager: Any, auditors: Any, admin: Any, outsider: Any
) -> None:
    for sender in (outsider, admin):
        with reverts(token.AlreadyInitialized):
            token.initialize(initialization(manager, auditors), sender=sender)


def test_initialize__by_the_constructor__sets_and_logs_everything(
    system: Any, deployer: Any, manager: Any, auditors: Any
) -> None:
    fields = initialization(manager, auditors, marginBps=150)
    data = system.logic.initialize.encode_input(fields)
    deployed = deployer.deploy(project.KGST, system.logic, data)
    token = token_at(deployed.address)
    zero = "0x0000000000000000000000000000000000000000"
    assert events(deployed.creation_metadata.receipt, token) == [
        ("Upgraded", {"implementation": system.logic}),
        ("AuthorityUpdated", {"authority": manager}),
        ("Blocked", {"account": zero}),
        ("Blocked", {"account": token}),
        ("MaxAgeSet", {"maxAge": DAY}),
        ("MaxIncreaseSet", {"maxIncreaseBps": 1_000}),
        ("MarginSet", {"marginBps": 150}),
        (
            "AuditorsSet",
            {"version": 1, "auditors": [a.address for a in auditors], "threshold": 2},
        ),
        ("Initialized", {"authority": manager}),
    ]
    assert tuple(token.reserveLimits()) == (DAY, 1_000, 150)
    assert token.implementation() == system.logic
    assert token.isBlocked(zero)
    assert token.isBlocked(token)
    assert tuple(token.solvency()) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "error", "inputs"),
    [
        ({"maxAge": 3_599}, "MaxAgeOutOfRange", {"maxAge": 3_599}),
        ({"maxAge": 15 * DAY + 1}, "MaxAgeOutOfRange", {"maxAge": 15 * DAY + 1}),
        ({"maxIncreaseBps": 10_001}, "MaxIncreaseOutOfRange", {"maxIncreaseBps": 10_001}),
        ({"marginBps": 2_001}, "MarginOutOfRange", {"marginBps": 2_001}),
        ({"threshold": 1}, "InvalidThreshold", {"threshold": 1, "auditors": 3}),
        ({"auditors": []}, "InvalidThreshold", {"threshold": 2, "auditors": 0}),
    ],
)
def test_initialize__figures_out_of_range__cannot_be_deployed(
    system: Any, deployer: Any, token: Any, manager: Any, auditors: Any, changes: Any, error: str,
    inputs: Any,
) -> None:  # fmt: skip
    data = system.logic.initialize.encode_input(initialization(manager, auditors, **changes))
    with bubbles(getattr(token, error), **inputs):
        deployer.deploy(project.KGST, system.logic, data)


def test_initialize__authority_without_code__cannot_be_deployed(
    system: Any, deployer: Any, token: Any, outsider: Any, auditors: Any
) -> None:
    data = system.logic.initialize.encode_input(initialization(outsider, auditors))
    with bubbles(token.AccessManagedInvalidAuthority, authority=outsider):
        deployer.deploy(project.KGST, system.logic, data)


def test_constructor__implementation_without_code__cannot_be_deployed(
    system: Any, deployer: Any, outsider: Any, manager: Any, auditors: Any
) -> None:
    data = system.logic.initialize.encode_input(initialization(manager, auditors))
    deployed = ContractInstance(system.token.address, project.KGST.contract_type)
    with bubbles(deployed.ERC1967InvalidImplementation, implementation=outsider):
        deployer.deploy(project.KGST, outsider, data)


def test_logic__own_address__cannot_be_initialized(
    system: Any, manager: Any, auditors: Any, outsider: Any
) -> None:
    logic = system.logic
    assert logic.authority() == logic
    with reverts(logic.AlreadyInitialized):
        logic.initialize(initialization(manager, auditors), sender=outsider)
    with reverts(logic.AccessManagedUnauthorized, caller=outsider):
        logic.setAuthority(manager, sender=outsider)


def test_logic__own_address__obeys_no_role(system: Any, people: Any, arguments: Any) -> None:
    logic = system.logic
    for role, functions in ROLE_FUNCTIONS.items():
        for function in functions:
            method = getattr(logic, function.partition("(")[0])
            with reverts(logic.AccessManagedUnauthorized, caller=people[role]):
                method(*arguments[function], sender=people[role])


def test_logic__own_address__seats_no_auditors_and_mints_nothing(
    system: Any, token: Any, issuer: Any, outsider: Any, upgrader: Any
) -> None:
    logic = system.logic
    before = tuple(token.auditorSet())
    members = [a.address for a in ascending(accounts.test_accounts[i] for i in (23, 24, 25))]
    with reverts(logic.ThresholdNotReached, signatures=0, threshold=255):
        logic.rotateAuditors(members, 2, 2**256 - 1, [], sender=outsider)
    with reverts(logic.OperationPaused, flags=4):
        logic.mint(issuer, 1, sender=issuer)
    with reverts(logic.AccessManagedUnauthorized, caller=upgrader):
        logic.upgradeToAndCall(logic, b"", sender=upgrader)
    assert logic.totalSupply() == 0
    assert tuple(token.auditorSet()) == before
