"""Every leaf of a policy's file with another value that the file may have, one at a time, generated from the file."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgst.policy import Policy
from kgst.yamlfile import read_yaml

__all__ = ["FILE", "NOT_ON_THE_CHAIN", "POLICY", "REFUSED", "Leaf", "leaves"]

_STRANGER = "0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec"
_SPARE = "spare"
"""Label of somebody who has no power."""
_TEXTS = {
    "token.recovery_delay": "31 days", "token.max_age": "6 days", "token.max_increase": "11 %", "token.margin": "1 %",
    "issuers.0.capacity": "999 999.99 som", "issuers.0.refill": "0.01 som per second",
    "limits.max_gas_price": "9 gwei", "limits.max_cost": "0.4 BNB", "limits.timeout": "4 minutes",
    "desks.redemption.redeem_within": "4 days", "desks.redemption.pay_within": "1 day",
    "desks.redemption.minimum": "200 som", "desks.mint.mint_limit": "99 999 som", "desks.mint.day_limit": "999 999 som",
    "desks.mint.delay": "2 days", "desks.mint.capacity": "9 999 999 som", "desks.mint.refill": "0.01 som per second",
    "limits.min_balance": "0.01 BNB", "limits.min_gas_price": "0.1 gwei",
}  # fmt: skip


FILE: dict[str, Any] = read_yaml(Path(__file__).parent / "policy.yaml")
FILE["people"]["spare"] = "0xbDA5747bFD65F08deb54cb465eB87D40e51B197E"
FILE["token"]["margin"] = "0 %"
FILE["issuers"][0]["desk"] = "false"
POLICY = Policy.model_validate(FILE)
"""The tests' policy, with what it leaves to defaults, and one person more, `spare`."""

NOT_ON_THE_CHAIN = ("limits.", "people.spare", "people.issuer_b")
"""What commands may spend and wait for; and people who have no power."""
REFUSED = (
    # What tightens acts at once, nothing is without a member, and two of four auditors are no majority.
    "auditors.members +", "roles.PAUSER.0.delay", "roles.COMPLIANCE.0.delay", "roles.GUARDIAN.0.delay",
    *(f"roles.{role} -" for role in FILE["roles"]),
)  # fmt: skip
"""What a policy cannot say."""


@dataclass(frozen=True)
class Leaf:
    """One change.

    Attributes:
        key: `roles.PAUSER.0.delay`; with ` +` and ` -` for an entry more and less in a list.
        policy: The whole file's content, with it.
    """

    key: str
    policy: dict[str, Any]


def leaves(policy: dict[str, Any]) -> list[Leaf]:
    """All of them, by key; `policy` is what the file has, and has one person `spare` more."""
    made = []
    for path in _paths(policy):
        made += list(_changed(policy, path))
    return sorted(made, key=lambda leaf: leaf.key)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*at, key))
    elif isinstance(value, list):
        yield at
        for index, inner in enumerate(value):
            yield from _paths(inner, (*at, index))
    else:
        yield at


def _changed(policy: dict[str, Any], path: tuple[Any, ...]) -> Iterator[Leaf]:
    key, value = ".".join(map(str, path)), _at(policy, path)
    if isinstance(value, list):
        more = {**value[0], "member": _SPARE} if value and isinstance(value[0], dict) else _SPARE
        yield Leaf(f"{key} +", _with(policy, path, [*value, more]))
        if value:
            yield Leaf(f"{key} -", _with(policy, path, value[:-1]))
        return
    if key in _TEXTS:
        other: Any = _TEXTS[key]
    elif value in ("true", "false"):
        other = "false" if value == "true" else "true"
    elif value.isdigit():
        other = str(int(value) + 1)
    elif path[0] == "people":
        other = _STRANGER
    elif path[-1] == "delay":
        other = "1 minute" if value != "1 minute" else "2 minutes"
    elif path[0] == "chain_id":
        other = "97"
    else:
        other = _SPARE
    yield Leaf(key, _with(policy, path, other))


def _at(policy: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        policy = policy[key]
    return policy


def _with(policy: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(policy)
    _at(changed, path[:-1])[path[-1]] = value
    return changed
