"""The Gate: the ERC-1967 slot, clean when no flag is set."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.auditing import approval, approve
from support.slots import GATE, packed, word

from kgst.gate import DELEGATE_ALL, PAUSE_FLAGS, PauseFlag


def number(account: Any) -> int:
    return int(account.address, 16)


def test_gate__no_flag__is_a_plain_erc_1967_address(system: Any, token: Any) -> None:
    assert GATE == 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
    assert word(token, GATE) == number(system.logic)


@pytest.mark.parametrize("flag", PauseFlag)
def test_gate__pause_flag__is_one_bit_above_the_address(
    system: Any, token: Any, pauser: Any, unpauser: Any, flag: PauseFlag
) -> None:
    token.pause(int(flag), sender=pauser)
    assert word(token, GATE) == packed((number(system.logic), 160), (flag, 5))
    token.unpause(int(flag), sender=unpauser)
    assert word(token, GATE) == number(system.logic)


def test_gate__delegate_all__is_the_fifth_bit(system: Any, token: Any, upgrader: Any) -> None:
    token.setDelegateAll(True, sender=upgrader)
    assert word(token, GATE) == packed((number(system.logic), 160), (DELEGATE_ALL, 5))
    token.setDelegateAll(False, sender=upgrader)
    assert word(token, GATE) == number(system.logic)


def test_gate__upgraded__keeps_every_flag(
    system: Any, token: Any, pauser: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any
) -> None:
    second = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.setDelegateAll(True, sender=upgrader)
    approve(system, approval(system, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    assert word(token, GATE) == packed((number(second), 160), (PAUSE_FLAGS | DELEGATE_ALL, 5))


def test_gate__upgraded_without_flags__is_a_plain_address(
    system: Any, token: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any
) -> None:
    second = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())
    approve(system, approval(system, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    assert word(token, GATE) == number(second)
