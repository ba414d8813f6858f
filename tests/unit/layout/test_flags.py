"""Where flags stand, bit by bit; and that the ERC-1967 slot is an address, whatever is set."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.auditing import approval, approve
from support.slots import FLAGS, IMPLEMENTATION, SOLVENCY, word

from kgst.flags import DELEGATE_ALL, PAUSE_FLAGS, PauseFlag

# By the drawings in Flags.sol and Solvency.sol.
PLACES = {
    PauseFlag.TRANSFERS: (FLAGS, 1 << 0),
    PauseFlag.AUTHORIZATIONS: (FLAGS, 1 << 1),
    PauseFlag.MINTING: (SOLVENCY, 1 << 252),
    PauseFlag.BURNING: (SOLVENCY, 1 << 253),
}


def number(account: Any) -> int:
    return int(account.address, 16)


def flag_words(token: Any) -> tuple[int, int]:
    return word(token, FLAGS), word(token, SOLVENCY)


def test_implementation__no_flag__is_a_plain_erc_1967_address(system: Any, token: Any) -> None:
    assert IMPLEMENTATION == 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
    assert word(token, IMPLEMENTATION) == number(system.logic)
    assert word(token, FLAGS) == 0


@pytest.mark.parametrize("flag", PauseFlag)
def test_flags__pause_flag__is_one_bit_and_nothing_else(
    funded: Any, token: Any, pauser: Any, unpauser: Any, flag: PauseFlag
) -> None:
    before = flag_words(token)
    token.pause(int(flag), sender=pauser)
    slot, bit = PLACES[flag]
    changed = [old ^ new for old, new in zip(before, flag_words(token), strict=True)]
    assert changed == [bit if slot == place else 0 for place in (FLAGS, SOLVENCY)]
    token.unpause(int(flag), sender=unpauser)
    assert flag_words(token) == before


def test_flags__delegate_all__is_the_top_bit(token: Any, upgrader: Any) -> None:
    token.setDelegateAll(True, sender=upgrader)
    assert word(token, FLAGS) == DELEGATE_ALL == 1 << 255
    token.setDelegateAll(False, sender=upgrader)
    assert word(token, FLAGS) == 0


def test_flags__all_set__stay_through_what_writes_the_same_words(
    funded: Any, token: Any, attest: Any, pauser: Any, upgrader: Any, auditor_a: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.setDelegateAll(True, sender=upgrader)
    attest(10_000 * 100)
    token.haltMinting("", sender=auditor_a)
    assert token.pauseFlags() == PAUSE_FLAGS
    assert token.delegateAll()


def test_flags__unpaused__delegate_all_stays(
    token: Any, pauser: Any, unpauser: Any, upgrader: Any
) -> None:
    token.setDelegateAll(True, sender=upgrader)
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.unpause(PAUSE_FLAGS, sender=unpauser)
    assert word(token, FLAGS) == DELEGATE_ALL


def test_implementation__upgraded_under_every_flag__is_a_plain_address(
    system: Any, token: Any, pauser: Any, upgrader: Any, auditors: Any, deployer: Any, relayer: Any
) -> None:
    second = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.setDelegateAll(True, sender=upgrader)
    before = flag_words(token)
    approve(system, approval(system, second), auditors, relayer)
    token.upgradeToAndCall(second, b"", sender=upgrader)
    assert word(token, IMPLEMENTATION) == number(second)
    assert flag_words(token) == before
