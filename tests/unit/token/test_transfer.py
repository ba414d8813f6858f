"""``transfer``"""

from typing import Any

from ape import chain
from support.reverts import reverts

SOM = 1_000_000


def test_transfer__within_balance__moves_and_logs(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    receipt = token.transfer(receiver, 400 * SOM, sender=holder)
    assert token.balanceOf(holder) == 600 * SOM
    assert token.balanceOf(receiver) == 400 * SOM
    assert token.totalSupply() == 1_000 * SOM
    [log] = receipt.decode_logs(token.Transfer)
    assert (log["from"], log["to"], log["value"]) == (holder, receiver, 400 * SOM)


def test_transfer__beyond_balance__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    with reverts(
        token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=1_000 * SOM + 1
    ):
        token.transfer(receiver, 1_000 * SOM + 1, sender=holder)
