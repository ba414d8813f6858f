"""Delayed roles: announce, wait, carry out; or be canceled by a guardian."""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from support.bubbling import bubbles, fails_silently
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS
from kgst.roles import Role

FLAGS = PAUSE_FLAGS
WEEK = 7 * 86_400


@pytest.fixture
def operation(token: Any) -> bytes:
    """What is announced: to lift every pause."""
    return bytes(token.unpause.encode_input(FLAGS))


@pytest.fixture
def identifier(token: Any, manager: Any, unpauser: Any, operation: bytes) -> bytes:
    return bytes(manager.hashOperation(unpauser, token, operation))


@pytest.fixture
def due(delayed: int, token: Any, manager: Any, unpauser: Any, operation: bytes) -> int:
    """The operation is announced: the second from which it may be carried out."""
    return manager.schedule(token, operation, 0, sender=unpauser).timestamp + delayed


def test_delayed__not_announced__reverts(
    delayed: int, token: Any, manager: Any, unpauser: Any, identifier: bytes
) -> None:
    with bubbles(manager.AccessManagerNotScheduled, token, operationId=identifier):
        token.unpause(FLAGS, sender=unpauser)


def test_delayed__one_second_early__reverts(
    token: Any, manager: Any, unpauser: Any, identifier: bytes, due: int
) -> None:
    chain.pending_timestamp = due - 1
    with bubbles(manager.AccessManagerNotReady, token, operationId=identifier):
        token.unpause(FLAGS, sender=unpauser)


def test_delayed__when_due__is_carried_out_at_the_token(
    token: Any, manager: Any, unpauser: Any, due: int, identifier: bytes
) -> None:
    chain.pending_timestamp = due
    receipt = token.unpause(FLAGS, sender=unpauser)
    [changed] = receipt.decode_logs(token.PauseFlagsChanged)
    assert changed.event_arguments == {"previousFlags": FLAGS, "newFlags": 0}
    [executed] = receipt.decode_logs(manager.OperationExecuted)
    assert executed.event_arguments == {"operationId": identifier, "nonce": 1}
    assert token.pauseFlags() == 0
    assert token.isConsumingScheduledOp() == b"\0" * 4


def test_delayed__when_due__is_carried_out_through_the_manager(
    token: Any, manager: Any, unpauser: Any, operation: bytes, due: int
) -> None:
    chain.pending_timestamp = due
    manager.execute(token, operation, sender=unpauser)
    assert token.pauseFlags() == 0


def test_delayed__carried_out_once__needs_to_be_announced_again(
    token: Any, manager: Any, unpauser: Any, pauser: Any, identifier: bytes, due: int
) -> None:
    chain.pending_timestamp = due
    token.unpause(FLAGS, sender=unpauser)
    token.pause(FLAGS, sender=pauser)
    with bubbles(manager.AccessManagerNotScheduled, token, operationId=identifier):
        token.unpause(FLAGS, sender=unpauser)


def test_delayed__other_arguments_than_announced__reverts(
    token: Any, manager: Any, unpauser: Any, due: int
) -> None:
    chain.pending_timestamp = due
    other = manager.hashOperation(unpauser, token, token.unpause.encode_input(1))
    with bubbles(manager.AccessManagerNotScheduled, token, operationId=bytes(other)):
        token.unpause(1, sender=unpauser)


def test_delayed__announced_but_expired__reverts(
    token: Any, manager: Any, unpauser: Any, identifier: bytes, due: int
) -> None:
    chain.pending_timestamp = due + WEEK
    with bubbles(manager.AccessManagerExpired, token, operationId=identifier):
        token.unpause(FLAGS, sender=unpauser)


def test_delayed__canceled_by_the_guardian__reverts(
    token: Any, manager: Any, unpauser: Any, guardian: Any, operation: bytes, identifier: bytes,
    due: int,
) -> None:  # fmt: skip
    receipt = manager.cancel(unpauser, token, operation, sender=guardian)
    assert events(receipt, manager) == [
        ("OperationCanceled", {"operationId": identifier, "nonce": 1})
    ]
    chain.pending_timestamp = due
    with bubbles(manager.AccessManagerNotScheduled, token, operationId=identifier):
        token.unpause(FLAGS, sender=unpauser)
    assert token.pauseFlags() == FLAGS


def test_delayed__canceled_by_someone_else__reverts(
    token: Any, manager: Any, unpauser: Any, pauser: Any, operation: bytes, due: int
) -> None:
    with reverts(
        manager.AccessManagerUnauthorizedCancel,
        token,
        msgsender=pauser,
        caller=unpauser,
        target=token,
        selector=operation[:4],
    ):
        manager.cancel(unpauser, token, operation, sender=pauser)


def test_delayed__announced_by_an_outsider__reverts(
    delayed: int, token: Any, manager: Any, outsider: Any, operation: bytes
) -> None:
    with reverts(
        manager.AccessManagerUnauthorizedCall,
        token,
        caller=outsider,
        target=token,
        selector=operation[:4],
    ):
        manager.schedule(token, operation, 0, sender=outsider)


def test_delayed__role_revoked_while_waiting__reverts(
    token: Any, manager: Any, admin: Any, unpauser: Any, due: int
) -> None:
    manager.revokeRole(int(Role.UNPAUSER), unpauser, sender=admin)
    chain.pending_timestamp = due
    with reverts(token.AccessManagedUnauthorized, manager, caller=unpauser):
        token.unpause(FLAGS, sender=unpauser)


def test_delayed__target_closed_by_the_admin__refuses_every_role(
    token: Any, manager: Any, admin: Any, pauser: Any, guardian: Any, issuer: Any
) -> None:
    manager.setTargetClosed(token, True, sender=admin)
    with reverts(token.AccessManagedUnauthorized, manager, caller=pauser):
        token.pause(1, sender=pauser)
    with reverts(token.AccessManagedUnauthorized, manager, caller=guardian):
        token.cutIssuer(issuer, sender=guardian)


def test_is_consuming_scheduled_op__between_calls__is_zero(token: Any) -> None:
    assert token.isConsumingScheduledOp() == b"\0" * 4


def test_consume_scheduled_op__not_asked_by_the_token__reverts(
    token: Any, manager: Any, unpauser: Any, operation: bytes, due: int
) -> None:
    chain.pending_timestamp = due
    # The manager asks its caller whether it is consuming an operation; a person has no answer.
    with fails_silently(manager, token):
        manager.consumeScheduledOp(unpauser, operation, sender=unpauser)


def test_delayed__member_is_a_contract__carries_out_its_own(
    token: Any, manager: Any, admin: Any, pauser: Any, deployer: Any, outsider: Any
) -> None:
    council = deployer.deploy(project.ERC1271WalletMock, outsider)
    manager.grantRole(Role.UNPAUSER, council, 600, sender=admin)
    token.pause(FLAGS, sender=pauser)
    operation = token.unpause.encode_input(FLAGS)
    announce = manager.schedule.encode_input(token, operation, 0)
    announced = council.execute(manager, announce, sender=outsider)
    chain.pending_timestamp = announced.timestamp + 600
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.unpause(FLAGS, sender=outsider)
    council.execute(token, operation, sender=outsider)
    assert token.pauseFlags() == 0
