"""The powers of a deployment, the chain's and the product's, beside the literals of tests/support/powers.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak
from support.powers import (
    FUNCTIONS,
    GUARDIANS,
    LOCAL_MEMBERS,
    MINT_DESK_FUNCTIONS,
    OWN_SETTERS,
    PUBLIC,
    REDEMPTION_DESK_FUNCTIONS,
    REVOKER_FUNCTION,
    ROLES,
    TARGETS,
)

from kgst import roles
from kgst.deployment.applying import apply
from kgst.policy import Policy
from kgst.roles import REVOKE, Role
from kgst.verify.roles import guardian_of

LOCAL = Path(__file__).parents[3] / "deployments/local/policy.yaml"


def asked(target: str, signature: str, outputs: list[str], *arguments: Any) -> tuple[Any, ...]:
    """By bytes of this test's own."""
    types = [one for one in signature.partition("(")[2][:-1].split(",") if one]
    data = keccak(text=signature)[:4] + encode(types, arguments)
    answer = ape_chain.provider.web3.eth.call({"to": target, "data": data})  # type: ignore[typeddict-item]
    return tuple(decode(outputs, bytes(answer)))


def number(target: str, signature: str, *arguments: Any) -> int:
    return int(asked(target, signature, ["uint256"], *arguments)[0])


@pytest.fixture(scope="module")
def local() -> Any:
    """A deployment with delays."""
    return apply(Policy.load(LOCAL), ape_accounts.test_accounts[23])


def test_selectors__literals__are_those_of_their_signatures() -> None:
    told = {
        signature: selector
        for table in (FUNCTIONS, REDEMPTION_DESK_FUNCTIONS, MINT_DESK_FUNCTIONS)
        for signature, (selector, _) in table.items()
    }
    told[REVOKER_FUNCTION[0]] = REVOKER_FUNCTION[1]
    for signature, selector in told.items():
        assert keccak(text=signature)[:4].hex() == selector[2:], signature


def test_product__its_tables__say_the_same() -> None:
    assert {role.name: role.value for role in Role} == ROLES
    tables = {
        "KGST": FUNCTIONS, "RedemptionDesk": REDEMPTION_DESK_FUNCTIONS, "MintDesk": MINT_DESK_FUNCTIONS,
        "Revoker": {REVOKER_FUNCTION[0]: REVOKER_FUNCTION[1:]},
    }  # fmt: skip
    for contract, given in roles.FUNCTIONS.items():
        assert {f: role.name for role, fs in given.items() for f in fs} == {
            f: role for f, (_, role) in tables[contract].items()
        }
    assert set(roles.FUNCTIONS) == set(tables)
    assert {role.name: guardian_of(role).name for role in Role} == GUARDIANS
    assert REVOKER_FUNCTION[0] == REVOKE


def test_chain__each_function_of_the_token__needs_its_role_and_no_other_has_one(local: Any) -> None:
    of = "getTargetFunctionRole(address,bytes4)"
    for selector in selectors_of(local.token):
        wanted = dict(FUNCTIONS.values()).get(selector, "ADMIN")
        found = number(local.manager.address, of, local.token.address, bytes.fromhex(selector[2:]))
        assert found == ROLES[wanted], selector
    assert {chosen for chosen, _ in FUNCTIONS.values()} <= set(selectors_of(local.token))


OTHERS = {
    "manager": {}, "revoker": dict([REVOKER_FUNCTION[1:]]),
    "redemption_desk": dict(REDEMPTION_DESK_FUNCTIONS.values()), "mint_desk": dict(MINT_DESK_FUNCTIONS.values()),
}  # fmt: skip
"""By contract, the functions that a role other than ADMIN may call."""


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_chain__each_function_of_the_other_contracts__needs_its_role(local: Any, name: str) -> None:
    of, contract = "getTargetFunctionRole(address,bytes4)", getattr(local, name)
    for selector in selectors_of(contract):
        found = number(local.manager.address, of, contract.address, bytes.fromhex(selector[2:]))
        assert found == ROLES[OTHERS[name].get(selector, "ADMIN")], selector
    assert set(OTHERS[name]) <= set(selectors_of(contract))


def test_chain__the_manager__has_no_setter_that_is_not_listed(local: Any) -> None:
    own = {m.selector for m in local.manager.contract_type.mutable_methods}
    assert own - {"multicall(bytes[])", "renounceRole(uint64,address)"} - _CALLS == OWN_SETTERS


_CALLS = {
    "execute(address,bytes)", "schedule(address,bytes,uint48)", "cancel(address,address,bytes)",
    "consumeScheduledOp(address,bytes)",
}  # fmt: skip
"""With which members of any role use their power."""


def selectors_of(contract: Any) -> Iterator[str]:
    """Of everything that changes something."""
    for method in contract.contract_type.mutable_methods:
        yield "0x" + keccak(text=method.selector)[:4].hex()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_chain__each_role__has_its_guardian_admin_delay_and_members(local: Any, role: str) -> None:
    manager, id_ = local.manager.address, ROLES[role]
    assert number(manager, "getRoleGuardian(uint64)", id_) == ROLES[GUARDIANS[role]]
    assert number(manager, "getRoleAdmin(uint64)", id_) == ROLES["ADMIN"]
    assert number(manager, "getRoleGrantDelay(uint64)", id_) == 0
    shape = ["uint48", "uint32", "uint32", "uint48"]
    everyone = {account.address for account in ape_accounts.test_accounts[:30]}
    everyone |= {address for members in LOCAL_MEMBERS.values() for address, _ in members}
    everyone |= {getattr(local, name).address for name in ("token", "manager", "logic", "feed")}
    held = []
    for account in sorted(everyone | {local.revoker.address}):
        since, delay, _, effect = asked(manager, "getAccess(uint64,address)", shape, id_, account)
        assert effect == 0
        if since:
            held.append((account, delay))
    wanted = LOCAL_MEMBERS[role] + [(local.revoker.address, 0)] * (role == "ADMIN")
    assert sorted(held) == sorted(wanted)


def test_chain__targets__are_open_and_changed_at_once_by_the_one_manager(local: Any) -> None:
    for name in TARGETS:
        target, manager = getattr(local, name).address, local.manager.address
        assert number(manager, "isTargetClosed(address)", target) == 0
        assert number(manager, "getTargetAdminDelay(address)", target) == 0
        if name != "manager":
            assert asked(target, "authority()", ["address"])[0] == manager.lower()
    assert number(local.manager.address, "PUBLIC_ROLE()") == PUBLIC
