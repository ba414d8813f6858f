"""What a caller may do now, from what the AccessManager answers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from kgst.errors import RefusedError
from kgst.pipeline.operation import Operation
from kgst.pipeline.permission import Permission, PermissionStatus, as_call, permission
from kgst.policy import Policy
from kgst.roles import Role

POLICY = Policy.load(Path(__file__).parents[3] / "support/policy.yaml")
MANAGER = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
CALLER = POLICY.address("pauser")
NOW = 1_772_625_600


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


@dataclass
class Method:
    """One function of the stand-in: called, or encoded."""

    name: str
    answer: Any = None

    def __call__(self, *arguments: Any) -> Any:
        return self.answer(*arguments) if callable(self.answer) else self.answer

    def encode_input(self, *arguments: Any) -> bytes:
        return repr((self.name, arguments)).encode()


@dataclass
class Manager:
    """Answers as an AccessManager would.

    Attributes:
        member: Whether the caller is in the role.
        delay: Seconds, of the caller.
        target_delay: Seconds, of the target.
        scheduled: Second; 0 for not.
    """

    member: bool = True
    delay: int = 0
    target_delay: int = 0
    scheduled: int = 0
    address: str = MANAGER
    asked: list[bytes] = field(default_factory=list)

    def __getattr__(self, name: str) -> Method:
        answers = {
            "hasRole": (self.member, self.delay),
            "canCall": (self.member and not self.delay, self.delay if self.member else 0),
            "hashOperation": b"\x0f" * 32,
            "getSchedule": self.scheduled,
            "getTargetAdminDelay": self.target_delay,
        }
        return Method(name, answers.get(name))


@dataclass
class Stand:
    """As much of a `System` as is asked."""

    manager: Manager
    policy: Policy = POLICY

    def now(self) -> int:
        return NOW

    def named(self, address: str) -> str:
        return POLICY.named(address)


def stand(manager: Manager) -> Any:
    return Stand(manager)


def operation(to: str = TOKEN, signature: str = "pause(uint256)", *values: Any) -> Operation:
    types = signature[signature.index("(") + 1 : -1].split(",")
    data = selector(signature) + (encode(types, values) if values else bytes(32))
    return Operation("x", "pause MINTING", to, data, Role.PAUSER if to == TOKEN else Role.ADMIN)


GRANT = ("grantRole(uint64,address,uint32)", 4, CALLER, 0)
CLOSE = ("setTargetClosed(address,bool)", TOKEN, True)


@pytest.mark.parametrize(
    ("manager", "standing", "delay", "ready_at"),
    [
        (Manager(), PermissionStatus.AT_ONCE, 0, None),
        (Manager(delay=300), PermissionStatus.TO_SCHEDULE, 300, None),
        (Manager(delay=300, scheduled=NOW + 1), PermissionStatus.WAITING, 300, NOW + 1),
        (Manager(delay=300, scheduled=NOW), PermissionStatus.READY, 300, NOW),
        (Manager(scheduled=NOW + 1), PermissionStatus.AT_ONCE, 0, None),
    ],
)
@pytest.mark.parametrize("to", [TOKEN, MANAGER])
def test_permission__standing(
    manager: Manager, standing: PermissionStatus, delay: int, ready_at: int | None, to: str
) -> None:
    wanted = operation(to, *(GRANT if to == MANAGER else ()))
    found = permission(stand(manager), wanted, CALLER)
    assert (found.status, found.delay, found.ready_at) == (standing, delay, ready_at)
    at_once = standing is PermissionStatus.AT_ONCE
    assert found.operation_id == (None if at_once else b"\x0f" * 32)


@pytest.mark.parametrize("to", [TOKEN, MANAGER])
def test_permission__no_member__is_refused_and_names_the_members(to: str) -> None:
    wanted = operation(to, *(GRANT if to == MANAGER else ()))
    with pytest.raises(RefusedError) as caught:
        permission(stand(Manager(member=False, target_delay=60)), wanted, CALLER)
    members = "admin" if to == MANAGER else "pauser"
    assert f"by the policy its members are {members}" in str(caught.value)


def test_permission__targets_own_delay__counts_for_its_terms_only() -> None:
    system = stand(Manager(target_delay=60))
    found = permission(system, operation(MANAGER, *CLOSE), CALLER)
    assert (found.status, found.delay) == (PermissionStatus.TO_SCHEDULE, 60)
    assert permission(system, operation(MANAGER, *GRANT), CALLER).status is PermissionStatus.AT_ONCE
    refused = stand(Manager(member=False, target_delay=60))
    with pytest.raises(RefusedError):
        permission(refused, operation(MANAGER, *CLOSE), CALLER)


def test_permission__without_a_role__is_the_contracts_own_business() -> None:
    anyone = Operation("mint", "mint", TOKEN, b"\x01\x02\x03\x04")
    assert (
        permission(stand(Manager(member=False)), anyone, CALLER).status is PermissionStatus.AT_ONCE
    )


@pytest.mark.parametrize(
    ("standing", "to", "call"),
    [
        (PermissionStatus.TO_SCHEDULE, TOKEN, "schedule"),
        (PermissionStatus.READY, TOKEN, "execute"),
        (PermissionStatus.READY, MANAGER, "execute"),
        (PermissionStatus.AT_ONCE, TOKEN, "execute"),
    ],
)
def test_as_call__asks_the_manager(standing: PermissionStatus, to: str, call: str) -> None:
    wanted = operation(to, *(GRANT if to == MANAGER else ()))
    made = as_call(stand(Manager()), wanted, Permission(standing))
    arguments = (to, wanted.data, 0) if call == "schedule" else (to, wanted.data)
    assert made == repr((call, arguments)).encode()


def test_as_call__at_once_of_the_manager__is_the_call_itself() -> None:
    wanted = operation(MANAGER, *GRANT)
    assert as_call(stand(Manager()), wanted, Permission(PermissionStatus.AT_ONCE)) == wanted.data


def test_as_call__waiting__is_nothing() -> None:
    assert as_call(stand(Manager()), operation(), Permission(PermissionStatus.WAITING)) is None
