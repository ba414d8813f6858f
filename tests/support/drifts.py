"""Every way in which the people in office can change what a policy decides, generated from tests/support/powers.py.

Each is one transaction by whoever may make it, with the words that a check of it must have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ape import accounts as ape_accounts
from ape import chain as ape_chain
from ape import project
from support.powers import (
    FUNCTIONS,
    GUARDIANS,
    MINT_DESK_FUNCTIONS,
    PUBLIC,
    REDEMPTION_DESK_FUNCTIONS,
    REVOKER_FUNCTION,
    ROLES,
    TARGETS,
)

__all__ = ["Drift", "drifts", "five_days_later"]

Make = Callable[[Any, Callable[[str], Any]], object]
"""Given the deployment and who has which label."""

DAY = 86_400
SOM = 1_000_000
STRANGER = ape_accounts.test_accounts[27]


@dataclass(frozen=True)
class Drift:
    """One change.

    Attributes:
        name: Of the case.
        item: What the check that names it begins with.
        make: Makes it.
        later: It holds from five days on only, and must be named before as well as then.
    """

    name: str
    item: str
    make: Make
    later: bool = False


def drifts() -> list[Drift]:
    """All of them, in the order of their names."""
    made = [*_terms(), *_members(), *_targets(), *_functions(), *_token(), *_issuers(), *_desks()]
    assert len({one.name for one in made}) == len(made)
    return sorted(made, key=lambda one: one.name)


@dataclass(frozen=True)
class _Who:
    """Whoever has the label."""

    label: str


@dataclass(frozen=True)
class _At:
    """The deployment's contract of that name."""

    name: str


def _call(contract: str, method: str, *arguments: Any, by: str) -> Make:
    """`contract.method(*arguments)`, sent by whoever has the label `by`."""

    def make(deployed: Any, person: Callable[[str], Any]) -> object:
        given = [
            person(one.label)
            if isinstance(one, _Who)
            else getattr(deployed, one.name)
            if isinstance(one, _At)
            else one
            for one in arguments
        ]
        return getattr(getattr(deployed, contract), method)(*given, sender=person(by))

    return make


def _admin(method: str, *arguments: Any) -> Make:
    """ADMIN's call of the AccessManager."""
    return _call("manager", method, *arguments, by="admin")


def _new_authority(name: str) -> Make:
    def make(deployed: Any, person: Callable[[str], Any]) -> object:
        other = STRANGER.deploy(project.KGSTAccessManager, STRANGER)
        return _admin("updateAuthority", _At(name), other)(deployed, person)

    return make


def _terms() -> Iterator[Drift]:
    for role, id_ in ROLES.items():
        if role != "ADMIN":  # OpenZeppelin fixes ADMIN's own guardian and admin
            other = ROLES["ADMIN" if GUARDIANS[role] == "GUARDIAN" else "GUARDIAN"]
            change = _admin("setRoleGuardian", id_, other)
            yield Drift(f"guardian of {role}", f"guardian of role {role}", change)
            yield Drift(f"admin of {role}", f"admin of role {role}", _admin("setRoleAdmin", id_, 8))
        change = _admin("setGrantDelay", id_, 60)
        yield Drift(f"grant delay of {role}", f"grant delay of role {role}", change, later=True)


def _members() -> Iterator[Drift]:
    for role, id_ in ROLES.items():
        member, item = _Who(role.lower()), f"role {role}, {role.lower()}"
        change = _admin("grantRole", id_, STRANGER, 0)
        yield Drift(f"stranger in {role}", f"role {role}, unknown", change)
        yield Drift(f"delay of {role}", item, _admin("grantRole", id_, member, 60))
        yield Drift(f"nobody in {role}", item, _admin("revokeRole", id_, member))
    change = _admin("grantRole", 77, STRANGER, 0)
    yield Drift("stranger in a role of its own", "role unknown role 77, unknown", change)
    yield Drift("no Revoker", "role ADMIN, Revoker", _admin("revokeRole", 0, _At("revoker")))


def _targets() -> Iterator[Drift]:
    for name in TARGETS:
        if name != "manager":  # OpenZeppelin refuses to close the AccessManager itself
            change = _admin("setTargetClosed", _At(name), True)
            yield Drift(f"{name} closed", f"{name} closed", change)
            item = {"token": "authority", "revoker": "authority of the Revoker"}.get(
                name, f"authority of the {name.replace('_', ' ')}"
            )
            yield Drift(f"authority of the {name}", item, _new_authority(name))
        change = _admin("setTargetAdminDelay", _At(name), 60)
        yield Drift(f"admin delay of the {name}", f"admin delay of the {name}", change, later=True)


def _functions() -> Iterator[Drift]:
    for contract, functions in (
        ("token", FUNCTIONS), ("redemption_desk", REDEMPTION_DESK_FUNCTIONS), ("mint_desk", MINT_DESK_FUNCTIONS),
    ):  # fmt: skip
        for signature, (selector, role) in functions.items():
            for to, id_ in (("everyone", PUBLIC), ("PAUSER", 4), ("ADMIN", 0)):
                if to != role:
                    yield _mapped(contract, signature, selector, to, id_)
    signature, selector, _ = REVOKER_FUNCTION
    yield _mapped("revoker", signature, selector, "ADMIN", 0)
    for contract, free in (
        ("token", ("mint(address,uint256)", "0x40c10f19")),
        ("revoker", ("whatever it may have", "0x12345678")),
        ("redemption_desk", ("withdraw(uint256)", "0x2e1a7d4d")),
        ("mint_desk", ("whatever it may have", "0x12345678")),
        ("manager", ("updateAuthority(address,address)", "0x18ff183c")),
    ):
        yield _mapped(contract, *free, "PAUSER", 4)


def _mapped(contract: str, signature: str, selector: str, to: str, id_: int) -> Drift:
    known, whose = {
        "token": (FUNCTIONS, ""),
        "revoker": ((REVOKER_FUNCTION[0],), "the Revoker's "),
        "manager": ((), "the AccessManager's "),
        "redemption_desk": (REDEMPTION_DESK_FUNCTIONS, "the redemption desk's "),
        "mint_desk": (MINT_DESK_FUNCTIONS, "the mint desk's "),
    }[contract]
    item = f"role of {whose}{signature if signature in known else selector}"
    change = _admin("setTargetFunctionRole", _At(contract), [selector], id_)
    return Drift(f"{contract}'s {signature} for {to}", item, change)


def _token() -> Iterator[Drift]:
    for flag in (1, 2, 4, 8):
        yield Drift(f"paused {flag}", "pause flags", _call("token", "pause", flag, by="pauser"))
    change = _call("token", "setDelegateAll", True, by="upgrader")
    yield Drift("DELEGATE_ALL", "DELEGATE_ALL", change)
    for item, setter, value, who in (
        ("max age", "setMaxAge", 3_600, "reserve_admin"),
        ("max increase", "setMaxIncrease", 1, "reserve_admin"),
        ("margin", "setMargin", 1, "reserve_admin"),
        ("margin", "raiseMargin", 2, "guardian"),
    ):
        yield Drift(f"{item} by {setter}", item, _call("token", setter, value, by=who))
    for auditor in ("auditor_a", "auditor_b", "auditor_c"):
        change = _call("token", "suspendAuditor", _Who(auditor), by="guardian")
        yield Drift(f"{auditor} suspended", "suspended auditors", change)
    two = sorted((STRANGER, ape_accounts.test_accounts[28]), key=lambda one: int(one.address, 16))
    change = _call("token", "proposeAuditors", two, 2, by="reserve_admin")
    yield Drift("auditors proposed", "proposed auditors (recovery)", change)


def _issuers() -> Iterator[Drift]:
    full, issuer = 1_000_000 * SOM, _Who("issuer")
    for name, terms in (
        ("may mint one more", (full + 1, 0, True)),
        ("may mint one less", (full - 1, 0, True)),
        ("is refilled", (full, 1, True)),
        ("may not burn", (full, 0, False)),
        ("may only burn", (0, 0, True)),
    ):
        change = _call("token", "setIssuer", issuer, *terms, by="issuance_admin")
        yield Drift(f"issuer {name}", "issuer issuer (", change)
    for name, terms in (
        ("mints", (1, 0, False)), ("is refilled", (1, 1, False)), ("only burns", (0, 0, True)),
    ):  # fmt: skip
        change = _call("token", "setIssuer", STRANGER, *terms, by="issuance_admin")
        yield Drift(f"stranger {name}", "issuer unknown", change)
    change = _call("token", "cutIssuer", issuer, by="guardian")
    yield Drift("issuer cut", "issuer issuer (", change)
    change = _call("token", "lowerIssuer", issuer, 1, 0, by="guardian")
    yield Drift("issuer lowered", "issuer issuer (", change)


def _desks() -> Iterator[Drift]:
    item = "destination unknown"
    change = _call("mint_desk", "allowDestination", STRANGER, by="issuance_admin")
    yield Drift("stranger is a destination", item, change)
    change = _call("mint_desk", "removeDestination", _Who("issuer"), by="guardian")
    yield Drift("destination removed", "destination issuer", change)
    for desk in ("redemption_desk", "mint_desk"):
        item = f"issuer {'RedemptionDesk' if desk == 'redemption_desk' else 'MintDesk'}"
        change = _call("token", "cutIssuer", _At(desk), by="guardian")
        yield Drift(f"{desk} cut", item, change)
        change = _call("token", "setIssuer", _At(desk), 1, 1, True, by="issuance_admin")
        yield Drift(f"{desk} on other terms", item, change)
    change = _call("token", "setDesk", _At("mint_desk"), by="issuance_admin")
    yield Drift("mint desk out of reach", "issuer MintDesk", change)


def five_days_later() -> None:
    """When what settles has settled."""
    ape_chain.mine(deltatime=5 * DAY)
