"""What became of a mined transaction, and why it reverted if it did."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address

from kgst.journal import Outcome, Signed
from kgst.node import ChainRevertError, NodeError, rpc

__all__ = ["outcome_of"]


def outcome_of(eth: Any, sender: str, signed: Signed, receipt: dict[str, Any]) -> Outcome:
    """The journal's line for `receipt`; `eth` is web3's."""
    succeeded = receipt["status"] == 1
    created = receipt.get("contractAddress")
    return Outcome(
        step=signed.step,
        hash=signed.hash,
        succeeded=succeeded,
        block_number=receipt["blockNumber"],
        block_hash="0x" + bytes(receipt["blockHash"]).hex(),
        gas_used=receipt["gasUsed"],
        gas_price=receipt.get("effectiveGasPrice") or 0,
        contract=to_checksum_address(created) if created and succeeded else None,
        error=None if succeeded else _why(eth, sender, signed, receipt),
    )


def _why(eth: Any, sender: str, signed: Signed, receipt: dict[str, Any]) -> str:
    """The reason of a revert, found by calling it again on the state before its block."""
    import rlp  # type: ignore[import-untyped]

    _, _, gas, to, value, data, *_ = rlp.decode(bytes.fromhex(signed.raw[2:]))
    request = {
        "from": sender,
        "gas": int.from_bytes(gas),
        "value": int.from_bytes(value),
        "data": "0x" + data.hex(),
        **({"to": to_checksum_address(to)} if to else {}),
    }
    if receipt["gasUsed"] == request["gas"]:
        return "all of its gas used"
    try:
        with rpc("replay it"):
            eth.call(request, receipt["blockNumber"] - 1)
    except (ChainRevertError, NodeError) as error:
        return str(error).rstrip(".")
    return "a reason that a replay on the block before does not show"
