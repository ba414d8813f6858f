"""Consent is to code that stands: created, consented to, upgraded to and destroyed within a block it is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ape import chain, project
from eth_utils import keccak, to_checksum_address
from support import slots
from support.auditing import approval, approve, code_at, signed
from support.bubbling import bubbles
from support.quick import DAY, QuickToken, people
from support.reverts import reverts

from kgst.build import creation_code
from kgst.roles import Role

THREE = people(3)
UPGRADE = "upgradeToAndCall(address,bytes)"
EMPTY = keccak(b"")


@pytest.fixture
def keeper(deployer: Any, manager: Any, admin: Any) -> Any:
    """A contract that has UPGRADER, and hatches copies of any code at one address."""
    made = deployer.deploy(project.MayflyKeeperMock)
    manager.grantRole(int(Role.UPGRADER), made, 0, sender=admin)
    return made


@pytest.fixture
def mayfly(deployer: Any) -> Any:
    """An implementation that can be destroyed."""
    return deployer.deploy(project.MayflyMock)


@pytest.fixture
def nest(keeper: Any) -> str:
    """Where `keeper` hatches (EIP-1014)."""
    preimage = b"\xff" + bytes.fromhex(keeper.address[2:]) + bytes(32)
    return to_checksum_address(keccak(preimage + keccak(creation_code("ChameleonMock")))[12:])


@pytest.fixture
def calls(system: Any, token: Any, mayfly: Any, nest: str, auditors: Any) -> list[bytes]:
    """The submission of the auditors' consent to the mayfly's code at `nest`, and the upgrade to it."""
    consent = replace(approval(system, mayfly), implementation=nest)
    arguments = consent.arguments(signed(system, consent, auditors))
    return [
        bytes(token.approveImplementation.encode_input(*arguments)),
        bytes(token.upgradeToAndCall.encode_input(nest, b"")),
    ]


@pytest.mark.parametrize("lasting", [False, True])
def test_upgrade__consented_to_within_one_transaction__reverts(
    system: Any, token: Any, keeper: Any, mayfly: Any, calls: Any, relayer: Any, lasting: bool
) -> None:
    block = chain.blocks.head.number + 1
    with bubbles(token.ConsentTooRecent, keeper, givenIn=block):
        keeper.hatch(mayfly, token, calls, lasting, sender=relayer)
    assert token.implementation() == system.logic


def test_upgrade__consented_code_gone__needs_it_to_stand_again(
    system: Any, token: Any, keeper: Any, mayfly: Any, nest: str, calls: Any, relayer: Any
) -> None:
    keeper.hatch(mayfly, token, calls[:1], False, sender=relayer)
    assert bytes(chain.provider.get_code(nest)) == b""
    with bubbles(token.InvalidImplementation, keeper, implementation=nest):
        keeper.run(token, calls[1:], sender=relayer)
    keeper.hatch(mayfly, token, [], True, sender=relayer)
    keeper.run(token, calls[1:], sender=relayer)
    assert slots.word(token, slots.IMPLEMENTATION) == int(nest, 16)


def test_upgrade__consented_code_replaced_by_other_code__reverts(
    system: Any, token: Any, keeper: Any, mayfly: Any, second: Any, nest: str, calls: Any,
    relayer: Any,
) -> None:  # fmt: skip
    keeper.hatch(mayfly, token, calls[:1], False, sender=relayer)
    keeper.hatch(second, token, [], True, sender=relayer)
    assert bytes(chain.provider.get_code(nest)) == code_at(second)
    there = keccak(code_at(second))
    with bubbles(
        token.ImplementationNotApproved, keeper, implementation=nest, codeHash=there, dataHash=EMPTY
    ):
        keeper.run(token, calls[1:], sender=relayer)
    # Nor does a consent to the code that was there count any more.
    consented = keccak(code_at(mayfly))
    again = replace(approval(system, mayfly), implementation=nest)
    with reverts(token.CodeHashMismatch, actual=there, consented=consented):
        approve(system, again, [], relayer)


def test_upgrade__consent_before_the_code_is_there__reverts(
    token: Any, keeper: Any, nest: str, calls: Any, relayer: Any
) -> None:
    with bubbles(token.InvalidImplementation, keeper, implementation=nest):
        keeper.run(token, calls[:1], sender=relayer)


@pytest.fixture
def quick() -> QuickToken:
    return QuickToken(THREE, 2)


def test_upgrade__in_the_block_of_the_consent__reverts(quick: QuickToken) -> None:
    later = quick.engine.deploy(THREE[0].address, "KGSTLogicV2Mock", 30 * DAY)
    assert quick.approve(later, EMPTY, THREE[:2]).error is None
    refused = quick.governed(UPGRADE, later, b"").error
    assert refused is not None
    assert refused[0] == "ConsentTooRecent"
    quick.wait(1)
    # A newer consent to the same starts the wait anew.
    assert quick.approve(later, EMPTY, THREE[1:]).error is None
    again = quick.governed(UPGRADE, later, b"").error
    assert again == ("ConsentTooRecent", (refused[1][0] + 1,))
    quick.wait(1)
    assert quick.governed(UPGRADE, later, b"").error is None


def test_upgrade__one_of_several_with_the_same_code__is_the_one_consented_to(
    quick: QuickToken,
) -> None:
    twins = [quick.engine.deploy(THREE[0].address, "KGSTLogicV2Mock", 30 * DAY) for _ in range(3)]
    code = quick.engine.code_hash(twins[0])
    assert quick.approve(twins[1], EMPTY, THREE[:2]).error is None
    quick.wait(1)
    for other in (twins[0], twins[2]):
        assert quick.engine.code_hash(other) == code
        refused = quick.governed(UPGRADE, other, b"").error
        expected = (other, code, int.from_bytes(EMPTY, "big"))
        assert refused == ("ImplementationNotApproved", expected)
    assert quick.governed(UPGRADE, twins[1], b"").error is None


def test_upgrade__no_consent_ever__is_told_apart_from_a_recent_one(quick: QuickToken) -> None:
    later = quick.engine.deploy(THREE[0].address, "KGSTLogicV2Mock", 30 * DAY)
    refused = quick.governed(UPGRADE, later, b"").error
    assert refused is not None
    assert refused[0] == "ImplementationNotApproved"
    assert quick.read("approvedImplementation()") == ("0x" + "0" * 40, bytes(32), bytes(32), 0)
