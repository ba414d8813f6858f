"""What the journal says of a transaction that ended, or can no longer land."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from eth_account import Account

from kgst.journal import Outcome, Purpose, Signed
from kgst.node import NodeError
from kgst.sending.outcomes import GIVEN_UP, VOIDED, outcome_of, superseded
from kgst.sending.transactions import created_by

KEY = Account.from_key("0x" + 64 * "1")
TO = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


def signed(
    *, to: str | None = TO, data: str = "0x", nonce: int = 7, purpose: Purpose = Purpose.STEP
) -> Signed:
    fields = {
        "nonce": nonce,
        "gas": 50_000,
        "gasPrice": 10**9,
        "value": 0,
        "data": data,
        "chainId": 97,
    }
    made = KEY.sign_transaction(fields | ({"to": to} if to else {}))
    return Signed(
        step="pay", nonce=nonce, hash="0x" + made.hash.hex(), raw="0x" + made.raw_transaction.hex(), purpose=purpose
    )  # fmt: skip


def outcome(one: Signed, eth: Any = None, **receipt: Any) -> Outcome:
    told = {
        "status": 1,
        "blockNumber": 9,
        "blockHash": b"\x09" * 32,
        "gasUsed": 21_000,
        "effectiveGasPrice": 3,
    }
    return outcome_of(eth, KEY.address, one, told | receipt)


def test_superseded__says_that_nothing_was_mined() -> None:
    found = superseded(signed())
    assert (found.succeeded, found.block_number, found.gas_used, found.gas_price) == (
        False,
        0,
        0,
        0,
    )
    assert (found.step, found.hash, found.block_hash) == ("pay", signed().hash, "0x")
    assert found.error == "another transaction used its nonce"
    assert superseded(signed(), "given up").error == "given up"


def test_outcome__is_the_receipts() -> None:
    found = outcome(signed())
    assert (found.step, found.hash, found.succeeded, found.error) == (
        "pay",
        signed().hash,
        True,
        None,
    )
    assert (found.block_number, found.block_hash, found.contract) == (9, "0x" + 32 * "09", None)
    assert (found.gas_used, found.gas_price) == (21_000, 3)
    assert outcome(signed(), effectiveGasPrice=None).gas_price == 0


def test_outcome__of_a_creation__names_the_only_contract_that_it_can_be() -> None:
    one = signed(to=None, data="0x6001")
    created = created_by(KEY.address, 7)
    assert outcome(one, contractAddress=created).contract == created
    for named in (TO, None):
        with pytest.raises(NodeError, match="it can only have created"):
            outcome(one, contractAddress=named)


@pytest.mark.parametrize(("data", "said"), [("0x", GIVEN_UP), ("0x01", VOIDED)])
def test_outcome__of_what_was_given_up__is_no_success(data: str, said: str) -> None:
    found = outcome(signed(data=data, purpose=Purpose.GIVE_UP))
    assert (found.succeeded, found.error) == (False, said)
    reverted = outcome(signed(data=data, purpose=Purpose.GIVE_UP), status=0)
    assert (reverted.succeeded, reverted.error) == (False, GIVEN_UP)


def test_outcome__reverted__says_why_by_the_block_before() -> None:
    asked = []
    eth = SimpleNamespace(call=lambda request, block: asked.append((request, block)))
    found = outcome(signed(data="0x01"), eth, status=0)
    assert not found.succeeded
    assert found.error == "a reason that a replay on the block before does not show"
    assert asked == [
        ({"from": KEY.address, "gas": 50_000, "value": 0, "data": "0x01", "to": TO}, 8)
    ]
    assert outcome(signed(), eth, status=0, gasUsed=50_000).error == "all of its gas used"
    assert len(asked) == 1, "then there is nothing to ask"
