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
from support.powers import FUNCTIONS, GUARDIANS, PUBLIC, REVOKER_FUNCTION, ROLES, TARGETS

__all__ = ["Drift", "drifts"]

DAY = 86_400
SOM = 1_000_000
STRANGER = ape_accounts.test_accounts[27]


@dataclass(frozen=True)
class Drift:
    """One change.

    Attributes:
        name: Of the case.
        item: What the check that names it begins with.
        make: Given the deployment and who has which label.
        later: It holds from five days on only, and must be named before as well as then.
    """

    name: str
    item: str
    make: Callable[[Any, Callable[[str], Any]], object]
    later: bool = False


def drifts() -> list[Drift]:
    """All of them, in the order of their names."""
    made = [*_terms(), *_members(), *_targets(), *_functions(), *_token(), *_issuers()]
    assert len({one.name for one in made}) == len(made)
    return sorted(made, key=lambda one: one.name)


def _terms() -> Iterator[Drift]:
    for role, id_ in ROLES.items():
        if role != "ADMIN":  # OpenZeppelin fixes ADMIN's own guardian and admin
            other = "ADMIN" if GUARDIANS[role] == "GUARDIAN" else "GUARDIAN"
            yield Drift(
                f"guardian of {role}",
                f"guardian of role {role}",
                lambda d, p, id_=id_, to=ROLES[other]: d.manager.setRoleGuardian(
                    id_, to, sender=p("admin")
                ),
            )
            yield Drift(
                f"admin of {role}",
                f"admin of role {role}",
                lambda d, p, id_=id_: d.manager.setRoleAdmin(id_, 8, sender=p("admin")),
            )
        yield Drift(
            f"grant delay of {role}",
            f"grant delay of role {role}",
            lambda d, p, id_=id_: d.manager.setGrantDelay(id_, 60, sender=p("admin")),
            later=True,
        )


def _members() -> Iterator[Drift]:
    for role, id_ in ROLES.items():
        member = role.lower()
        yield Drift(
            f"stranger in {role}",
            f"role {role}, unknown",
            lambda d, p, id_=id_: d.manager.grantRole(id_, STRANGER, 0, sender=p("admin")),
        )
        yield Drift(
            f"delay of {role}",
            f"role {role}, {member}",
            lambda d, p, id_=id_, m=member: d.manager.grantRole(id_, p(m), 60, sender=p("admin")),
        )
        yield Drift(
            f"nobody in {role}",
            f"role {role}, {member}",
            lambda d, p, id_=id_, m=member: d.manager.revokeRole(id_, p(m), sender=p("admin")),
        )
    yield Drift(
        "stranger in a role of its own",
        "role unknown role 77, unknown",
        lambda d, p: d.manager.grantRole(77, STRANGER, 0, sender=p("admin")),
    )
    yield Drift(
        "no Revoker",
        "role ADMIN, Revoker",
        lambda d, p: d.manager.revokeRole(0, d.revoker, sender=p("admin")),
    )


def _targets() -> Iterator[Drift]:
    for name in TARGETS:
        if name != "manager":  # OpenZeppelin refuses to close the AccessManager itself
            yield Drift(
                f"{name} closed",
                f"{name} closed",
                lambda d, p, n=name: d.manager.setTargetClosed(
                    getattr(d, n), True, sender=p("admin")
                ),
            )
            yield Drift(
                f"authority of the {name}",
                "authority" if name == "token" else "authority of the Revoker",
                lambda d, p, n=name: d.manager.updateAuthority(
                    getattr(d, n),
                    STRANGER.deploy(project.KGSTAccessManager, STRANGER),
                    sender=p("admin"),
                ),
            )
        yield Drift(
            f"admin delay of the {name}",
            f"admin delay of the {name}",
            lambda d, p, n=name: d.manager.setTargetAdminDelay(
                getattr(d, n), 60, sender=p("admin")
            ),
            later=True,
        )


def _functions() -> Iterator[Drift]:
    for signature, (selector, role) in FUNCTIONS.items():
        for to, id_ in (("everyone", PUBLIC), ("PAUSER", 4), ("ADMIN", 0)):
            if to != role:
                yield _mapped("token", signature, selector, to, id_)
    signature, selector, _ = REVOKER_FUNCTION
    yield _mapped("revoker", signature, selector, "ADMIN", 0)
    for contract, free in (
        ("token", ("mint(address,uint256)", "0x40c10f19")),
        ("revoker", ("whatever it may have", "0x12345678")),
        ("manager", ("updateAuthority(address,address)", "0x18ff183c")),
    ):
        yield _mapped(contract, *free, "PAUSER", 4)


def _mapped(contract: str, signature: str, selector: str, to: str, id_: int) -> Drift:
    item = {
        "token": f"role of {signature if signature in FUNCTIONS else selector}",
        "revoker": f"role of the Revoker's {signature if signature == REVOKER_FUNCTION[0] else selector}",
        "manager": f"role of the AccessManager's own {selector}",
    }[contract]
    return Drift(
        f"{contract}'s {signature} for {to}",
        item,
        lambda d, p: d.manager.setTargetFunctionRole(
            getattr(d, contract), [selector], id_, sender=p("admin")
        ),
    )


def _token() -> Iterator[Drift]:
    for flag in (1, 2, 4, 8):
        yield Drift(
            f"paused {flag}",
            "pause flags",
            lambda d, p, f=flag: d.token.pause(f, sender=p("pauser")),
        )
    yield Drift(
        "DELEGATE_ALL",
        "DELEGATE_ALL",
        lambda d, p: d.token.setDelegateAll(True, sender=p("upgrader")),
    )
    for item, setter, value, who in (
        ("max age", "setMaxAge", 3_600, "reserve_admin"),
        ("max increase", "setMaxIncrease", 1, "reserve_admin"),
        ("margin", "setMargin", 1, "reserve_admin"),
        ("margin", "raiseMargin", 2, "guardian"),
    ):
        yield Drift(
            f"{item} by {setter}",
            item,
            lambda d, p, s=setter, v=value, w=who: getattr(d.token, s)(v, sender=p(w)),
        )
    for auditor in ("auditor_a", "auditor_b", "auditor_c"):
        yield Drift(
            f"{auditor} suspended",
            "suspended auditors",
            lambda d, p, a=auditor: d.token.suspendAuditor(p(a), sender=p("guardian")),
        )
    yield Drift(
        "auditors proposed",
        "proposed auditors (recovery)",
        lambda d, p: d.token.proposeAuditors(
            [p("pauser"), p("admin")][::-1], 2, sender=p("reserve_admin")
        ),
    )


def _issuers() -> Iterator[Drift]:
    full = 1_000_000 * SOM
    for name, terms in (
        ("may mint one more", (full + 1, 0, True)),
        ("may mint one less", (full - 1, 0, True)),
        ("is refilled", (full, 1, True)),
        ("may not burn", (full, 0, False)),
        ("may only burn", (0, 0, True)),
    ):
        yield Drift(
            f"issuer {name}",
            "issuer issuer (",
            lambda d, p, t=terms: d.token.setIssuer(p("issuer"), *t, sender=p("issuance_admin")),
        )
    for name, terms in (
        ("mints", (1, 0, False)), ("is refilled", (1, 1, False)), ("only burns", (0, 0, True)),
    ):  # fmt: skip
        yield Drift(
            f"stranger {name}",
            "issuer unknown",
            lambda d, p, t=terms: d.token.setIssuer(STRANGER, *t, sender=p("issuance_admin")),
        )
    yield Drift(
        "issuer cut",
        "issuer issuer (",
        lambda d, p: d.token.cutIssuer(p("issuer"), sender=p("guardian")),
    )
    yield Drift(
        "issuer lowered",
        "issuer issuer (",
        lambda d, p: d.token.lowerIssuer(p("issuer"), 1, 0, sender=p("guardian")),
    )


def five_days_later() -> None:
    """When what settles has settled."""
    ape_chain.mine(deltatime=5 * DAY)
