"""Who can hold what a policy gives: Safes as they may be found, and addresses that are nobody's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kgst.checks import State, failed
from kgst.deployment.people import FoundSafe, Said, people_checks
from kgst.policy import Membership, Policy, SafeTerms
from kgst.roles import Role
from kgst.safe.safes import is_usable
from kgst.safe.standing import Standing
from kgst.sending.transactions import created_by

ROOT = Path(__file__).parents[4]
BASE = Policy.load(ROOT / "tests/support/policy.yaml")
ARTIFACTS = ROOT / "node_modules/@safe-global/safe-contracts/build/artifacts/contracts"
SAFE = "0x1234567890AbcdEF1234567890aBcdef12345678"
SECOND = "0x0987654321098765432109876543210987654321"
TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
ZERO = "0x" + 40 * "0"
SENTINEL = "0x" + 39 * "0" + "1"
OWNERS = ("issuer", "issuer_b", "guardian")


def code_of(file: str) -> bytes:
    """What Safe's factory, or its deployer, puts on the chain."""
    artifact = json.loads((ARTIFACTS / file).read_text())
    return bytes.fromhex(artifact["deployedBytecode"][2:])


PROXY, SAFE_L2 = code_of("proxies/SafeProxy.sol/SafeProxy.json"), code_of("SafeL2.sol/SafeL2.json")


def policy_with(owners: tuple[str, ...] = OWNERS, **people: str) -> Policy:
    """The tests' policy with a Safe of two in three, `vault`, as its only ADMIN."""
    return BASE.model_copy(
        update={
            "people": {**BASE.people, "vault": SAFE, **people},
            "safes": {"vault": SafeTerms(owners=owners, threshold="2")},
            "roles": {**BASE.roles, Role.ADMIN: (Membership(member="vault", delay="0 seconds"),)},
        }
    )


POLICY = policy_with()
HANDLER = "0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99"
ADDRESSES = tuple(POLICY.address(label) for label in OWNERS)
GOOD = FoundSafe(
    Standing(
        code=PROXY,
        implementation="0x29fcB43b46531BcA003ddC8FCB67FFE91900C762",
        implementation_code=SAFE_L2,
        owners=ADDRESSES,
        threshold=2,
        handler=HANDLER,
        handler_code=code_of(
            "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json"
        ),
    ),
    Said(owners=ADDRESSES, threshold=2, modules=(), version="1.4.1"),
)
SAID = ("owners", "threshold", "modules")


def changed(safe: FoundSafe = GOOD, **changes: Any) -> FoundSafe:
    """Another Safe that tells the truth; a change that both know is of both."""
    if "failure" in changes:
        return FoundSafe(safe.standing, failure=changes["failure"])
    assert safe.said is not None
    version = {"version": changes.pop("version")} if "version" in changes else {}
    said = {name: value for name, value in changes.items() if name in SAID} | version
    return FoundSafe(replace(safe.standing, **changes), replace(safe.said, **said))


def faults(
    found: FoundSafe = GOOD, policy: Policy = POLICY, taken: dict[str, str] | None = None
) -> list[str]:
    return failed_items(policy, {"vault": found}, taken)


def failed_items(
    policy: Policy, safes: dict[str, FoundSafe], taken: dict[str, str] | None = None
) -> list[str]:
    return [c.item for c in failed(c for _, c in people_checks(policy, safes, taken or {}))]


def test_people__safe_as_the_policy_says__everything_is_good() -> None:
    looked_at = [c for _, c in people_checks(POLICY, {"vault": GOOD}, {TOKEN: "the token"})]
    assert [f.item for f in looked_at] == [
        "code of Safe vault", "implementation of Safe vault", "modules of Safe vault", "guard of Safe vault",
        "fallback handler of Safe vault", "owners of Safe vault", "threshold of Safe vault", "own word of Safe vault",
        "version of Safe vault",
    ]  # fmt: skip
    assert {c.state for c in looked_at} == {State.OK}
    assert looked_at[1].found == f"{GOOD.standing.implementation} (1.4.1 L2)"


def test_people__other_order_of_owners__is_good() -> None:
    assert faults(changed(owners=ADDRESSES[::-1])) == []


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"code": b""}, "Safe vault"),
        ({"failure": "could not read getOwners()"}, "own word of Safe vault"),
        ({"code": PROXY + b"\0"}, "code of Safe vault"),
        ({"code": bytes.fromhex("ef0100" + 20 * "11")}, "code of Safe vault"),  # EIP-7702
        ({"implementation_code": SAFE_L2[:-1]}, "implementation of Safe vault"),
        ({"implementation_code": b""}, "implementation of Safe vault"),
        ({"broken": "the list of its owners does not end"}, "storage of Safe vault"),
        ({"modules": (SECOND,)}, "modules of Safe vault"),
        ({"guards": (SECOND,)}, "guard of Safe vault"),
        ({"handler_code": b""}, "fallback handler of Safe vault"),
        ({"handler_code": PROXY}, "fallback handler of Safe vault"),
        ({"version": "1.2.0"}, "version of Safe vault"),
        ({"version": "nine"}, "version of Safe vault"),
        ({"owners": ADDRESSES[:2]}, "owners of Safe vault"),
        ({"owners": (*ADDRESSES, ADDRESSES[0])}, "owners of Safe vault"),
        ({"threshold": 1}, "threshold of Safe vault"),
        ({"threshold": 3}, "threshold of Safe vault"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_people__one_thing_wrong__names_it_and_who_is_left(
    changes: dict[str, Any], item: str
) -> None:
    assert faults(changed(**changes)) == [item, "holders of ADMIN"]


def test_people__safe_without_a_handler__is_good() -> None:
    assert faults(changed(handler=None, handler_code=b"")) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"owners": ADDRESSES[:2]}, {"owners": ADDRESSES[::-1]}, {"threshold": 3}, {"modules": (SECOND,)},
    ],
    ids=repr,
)  # fmt: skip
def test_people__safe_that_says_what_its_storage_does_not_hold__is_named(
    lie: dict[str, Any],
) -> None:
    assert GOOD.said is not None
    found = FoundSafe(GOOD.standing, replace(GOOD.said, **lie))
    assert faults(found) == ["own word of Safe vault", "holders of ADMIN"]


def test_people__several_things_wrong__names_all() -> None:
    found = changed(threshold=1, version="1.1.1", owners=ADDRESSES[1:])
    assert faults(found) == [
        "owners of Safe vault", "threshold of Safe vault", "version of Safe vault", "holders of ADMIN",
    ]  # fmt: skip


@pytest.mark.parametrize("nobody", [ZERO, SENTINEL, TOKEN, SAFE])
def test_people__owner_who_can_never_sign__is_named(nobody: str) -> None:
    found = changed(owners=(*ADDRESSES[:2], nobody))
    assert faults(found, taken={TOKEN: "the token"}) == [
        "owners of Safe vault", "an owner of Safe vault", "holders of ADMIN",
    ]  # fmt: skip


def test_people__safe_that_owns_itself__is_named_even_if_the_policy_says_so() -> None:
    policy = policy_with(("issuer", "issuer_b", "vault"))
    found = changed(owners=(*ADDRESSES[:2], SAFE))
    assert faults(found, policy) == ["an owner of Safe vault", "holders of ADMIN"]


@pytest.mark.parametrize("label", ["auditor_a", "issuer", "pauser", "stranger"])
def test_people__person_who_is_a_contract_of_the_deployment__is_named(label: str) -> None:
    person: dict[str, Any] = {label: TOKEN}
    policy = policy_with(**person)
    found = changed(owners=tuple(policy.address(owner) for owner in OWNERS))
    items = faults(found, policy, {TOKEN: "the token"})
    assert items[0] == f"address of {label}"
    [(_, check)] = [x for x in people_checks(policy, {}, {TOKEN: "the token"}) if x[0] == label]
    assert check.found == f"the token's: {TOKEN}"


def test_people__admin_with_a_key__stays() -> None:
    roles = {
        **POLICY.roles,
        Role.ADMIN: (*POLICY.roles[Role.ADMIN], Membership(member="admin", delay="0 seconds")),
    }
    policy = POLICY.model_copy(update={"roles": roles})
    assert faults(changed(code=b""), policy) == ["Safe vault"]


def test_people__safes_that_own_each_other__leave_nobody() -> None:
    policy = policy_with(("issuer", "second"), second=SECOND)
    terms = SafeTerms(owners=("issuer_b", "vault"), threshold="2")
    policy = policy.model_copy(update={"safes": {**policy.safes, "second": terms}})

    def items() -> list[str]:
        found = {
            label: changed(owners=tuple(map(policy.address, safe.owners)))
            for label, safe in policy.safes.items()
        }
        return failed_items(policy, found)

    assert items() == ["holders of ADMIN"]
    terms = SafeTerms(owners=("issuer_b", "guardian"), threshold="2")
    policy = policy.model_copy(update={"safes": {**policy.safes, "second": terms}})
    assert items() == []


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("1.3.0", True), ("1.4.1", True), ("1.3.0+L2", True), ("1.10.0", True), ("1.2.9", False), ("0.9.0", False),
        ("2.0.0", False), ("1.3", False), ("1.3.0 ", False), ("", False), ("1.3.0\n", False), ("v1.4.1", False),
    ],
)  # fmt: skip
def test_is_usable(version: str, usable: bool) -> None:
    assert is_usable(version) is usable


def test_created_by__known_contract__has_its_address() -> None:
    """The example of https://ethereum.stackexchange.com/a/761, nonces 0 to 2."""
    sender = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    assert [created_by(sender, nonce) for nonce in range(3)] == [
        "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d",
        "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8",
        "0xf778B86FA74E846c4f0a1fBd1335FE81c00a0C91",
    ]
