"""What became of a mined transaction, and why it reverted if it did."""

from __future__ import annotations

import time
from typing import Any, Final

from eth_utils.address import to_checksum_address

from kgst.journal import Outcome, Purpose, Signed
from kgst.node import ChainRevertError, NodeError, rpc
from kgst.sending.transactions import Content, content_of, created_by

__all__ = ["GIVEN_UP", "VOIDED", "outcome_of", "superseded"]

GIVEN_UP: Final = "nothing: it was given up, an empty transaction spent its nonce"
VOIDED: Final = "nothing: it was given up, its nonce and its key are spent on nothing, for ever"
"""Of outcomes whose steps were not carried out on purpose."""


def outcome_of(eth: Any, sender: str, signed: Signed, receipt: dict[str, Any]) -> Outcome:
    """The journal's line for `receipt`; `eth` is web3's.

    Raises:
        NodeError: the receipt names another contract than this transaction can have created.
    """
    mined = receipt["status"] == 1
    content = content_of(signed)
    created = created_by(sender, signed.nonce) if content.to is None and mined else None
    named = receipt.get("contractAddress")
    if created and (named is None or to_checksum_address(named) != created):
        raise NodeError(
            f"{signed.step}: the node says that {signed.hash} created {named}, and it can only have created {created}; "
            "the node gives wrong answers: use another."
        )
    given_up = signed.purpose is Purpose.GIVE_UP
    return Outcome(
        step=signed.step,
        hash=signed.hash,
        succeeded=mined and not given_up,
        block_number=receipt["blockNumber"],
        block_hash="0x" + bytes(receipt["blockHash"]).hex(),
        gas_used=receipt["gasUsed"],
        gas_price=receipt.get("effectiveGasPrice") or 0,
        contract=created,
        error=(VOIDED if mined and content.data else GIVEN_UP)
        if given_up
        else None
        if mined
        else _why(eth, sender, content, receipt),
        at=int(time.time()),
    )


def superseded(signed: Signed, error: str = "another transaction used its nonce") -> Outcome:
    """The journal's line when `signed` can no longer land."""
    return Outcome(
        step=signed.step, hash=signed.hash, succeeded=False, block_number=0, block_hash="0x", gas_used=0,
        gas_price=0, error=error, at=int(time.time()),
    )  # fmt: skip


def _why(eth: Any, sender: str, content: Content, receipt: dict[str, Any]) -> str:
    """The reason of a revert, found by calling it again on the state before its block."""
    if receipt["gasUsed"] == content.gas:
        return "all of its gas used"
    request = {
        "from": sender,
        "gas": content.gas,
        "value": content.value,
        "data": "0x" + content.data.hex(),
        **({"to": content.to} if content.to else {}),
    }
    try:
        with rpc("replay it"):
            eth.call(request, receipt["blockNumber"] - 1)
    except (ChainRevertError, NodeError) as error:
        return str(error).rstrip(".")
    return "a reason that a replay on the block before does not show"
