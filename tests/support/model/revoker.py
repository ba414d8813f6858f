"""The contract through which GUARDIAN takes roles away at once."""

from __future__ import annotations

from support.engine import Call

from .core import Refused
from .manager import ManagerModel, operation_id

KEPT = (0, 5, 8)
"""ADMIN, UNPAUSER and GUARDIAN: to lose one of these would be a takeover, or a stop without end."""


class RevokerModel:
    """One Revoker at ``address``, under ``manager``."""

    def __init__(self, address: int, manager: ManagerModel) -> None:
        self.address = address
        self.manager = manager

    def revoke_role(self, caller: int, call: Call) -> None:
        immediate, delay = self.manager.can_call(caller, self.address, call)
        if not immediate:
            if delay == 0:
                raise Refused("AccessManagedUnauthorized", caller)
            self.manager.consume(operation_id(caller, self.address, call.data))
        role, account = call.arguments
        if role in KEPT:
            raise Refused("RoleNotRevocable", role)
        # It is a member of ADMIN itself, as long as ADMIN leaves it so.
        self.manager.authorize(self.address, call)
        self.manager.revoke_role(role, account)
