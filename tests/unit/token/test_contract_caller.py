"""A contract that calls is the caller: not the person who sent the transaction, be it free or blocked."""

from __future__ import annotations

from typing import Any

import pytest
from support.bubbling import bubbles
from support.events import events

SOM = 1_000_000


@pytest.fixture
def rich(funded: Any, token: Any, holder: Any, wallet: Any) -> Any:
    """``wallet``, which ``outsider`` owns, with 100 som; ``holder`` lets it spend 50 som."""
    token.transfer(wallet, 100 * SOM, sender=holder)
    token.approve(wallet, 50 * SOM, sender=holder)
    return wallet


def calls(token: Any, holder: Any, receiver: Any, spender: Any) -> dict[str, bytes]:
    return {
        "transfer": token.transfer.encode_input(receiver, SOM),
        "transferFrom": token.transferFrom.encode_input(holder, receiver, SOM),
        "approve": token.approve.encode_input(spender, SOM),
        "payout": token.payout.encode_input([receiver], [SOM]),
    }


CALLS = ("transfer", "transferFrom", "approve", "payout")


@pytest.mark.parametrize("name", CALLS)
def test_contract_caller__owner_blocked__may_still_pay(
    rich: Any, token: Any, holder: Any, receiver: Any, spender: Any, outsider: Any,
    compliance: Any, name: str,
) -> None:  # fmt: skip
    token.blockAccount(outsider, sender=compliance)
    data = calls(token, holder, receiver, spender)[name]
    receipt = rich.execute(token, data, sender=outsider)
    ((event, fields),) = events(receipt, token)
    if name == "approve":
        assert event == "Approval"
        assert fields == {"owner": rich, "spender": spender, "value": SOM}
        assert token.allowance(rich, spender) == SOM
    else:
        payer = holder if name == "transferFrom" else rich
        assert event == "Transfer"
        assert fields == {"from": payer, "to": receiver, "value": SOM}
        assert token.balanceOf(receiver) == SOM


@pytest.mark.parametrize("name", CALLS)
def test_contract_caller__itself_blocked__reverts(
    rich: Any, token: Any, holder: Any, receiver: Any, spender: Any, outsider: Any,
    compliance: Any, name: str,
) -> None:  # fmt: skip
    token.blockAccount(rich, sender=compliance)
    data = calls(token, holder, receiver, spender)[name]
    with bubbles(token.ERC7943CannotSend, account=rich):
        rich.execute(token, data, sender=outsider)
