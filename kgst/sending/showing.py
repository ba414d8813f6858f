"""What a node says of a transaction, held against the block that it names: one changed field does not go through.

A receipt is shown by the block's header, whose fields hash to the block's hash, and by the root that it has of all the
block's receipts. That the block is the chain's own rests on the node, or on several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eth_utils.crypto import keccak

from kgst.node import NodeError, NodeRefusedError
from kgst.node.pool import Node
from kgst.proofs import BlockReceipts, Header, Log, ProofError, Receipt, RecoveredTransaction

__all__ = [
    "ContradictionError",
    "Shown",
    "as_shown",
    "receipt_shown",
    "taker_of",
    "transaction_shown",
    "user_of_key",
]

_STATE: Final = 120
"""Blocks whose state any node has; BSC's keep 128."""
_WINDOW: Final = 5_000
"""Blocks that any node looks through for events at once."""
_EVENTS: Final = 200_000
"""Blocks, some 25 hours, that are looked through for what used a key."""
_USES: Final = tuple(
    keccak(text=event)
    for event in ("AuthorizationUsed(address,bytes32)", "AuthorizationCanceled(address,bytes32)")
)
_BROKEN: Final = (ProofError, KeyError, IndexError, TypeError, ValueError)


class ContradictionError(NodeError):
    """What a node says of a transaction does not fit together."""


@dataclass(frozen=True)
class Shown:
    """What a transaction did, as its block commits to it.

    Attributes:
        succeeded: Whether it did not revert.
        block_number: Of its block.
        block_hash: 0x….
        gas_used: Gas.
        logs: Its events.
    """

    succeeded: bool
    block_number: int
    block_hash: str
    gas_used: int
    logs: tuple[Log, ...] = ()


def receipt_shown(node: Node, transaction: str) -> Shown:
    """What became of `transaction`, by the receipts of its block.

    Args:
        node: Asked.
        transaction: Hash of a mined one, 0x….

    Raises:
        ContradictionError: what the node says of it, of its block and of the block's receipts does not fit together.
        NodeError: the node does not say.
    """
    told = node.ask("eth_getTransactionReceipt", [transaction])
    try:
        if told is None:
            raise ProofError("it has no receipt any more")
        index, header, transactions = _place(node, told, transaction)
        receipts = BlockReceipts.of_json(_receipts(node, header.number, transactions))
        if receipts.root != header.receipts_root:
            raise ProofError("the receipts of its block are not those that the header names")
        receipt = receipts.receipts[index]
        if receipt != Receipt.of_json(told):
            raise ProofError("its receipt is not the one that its block has")
    except _BROKEN as error:
        raise _contradiction(node, transaction, error) from error
    before = receipts.receipts[index - 1].cumulative_gas_used if index else 0
    return Shown(
        succeeded=receipt.status == 1,
        block_number=header.number,
        block_hash="0x" + header.hash.hex(),
        gas_used=receipt.cumulative_gas_used - before,
        logs=receipt.logs,
    )


def as_shown(
    node: Node, transaction: str, receipt: dict[str, Any], *, lenient: bool
) -> dict[str, Any]:
    """`receipt`, as web3 gave it, with what the block commits to in the place of what the node says of it.

    Args:
        node: Asked.
        transaction: Its hash.
        receipt: Of a final block.
        lenient: An emergency does not wait for a node that merely shows no block: what was done is read back.

    Raises:
        NodeError: as `receipt_shown`, or the node tells two blocks of it.
    """
    try:
        shown = receipt_shown(node, transaction)
    except ContradictionError:
        raise
    except NodeError:
        if lenient and receipt["status"] == 1:
            return receipt
        raise
    if shown.block_hash != "0x" + bytes(receipt["blockHash"]).hex():
        raise ContradictionError(
            f"{node.name} tells two blocks of {transaction}; use another node."
        )
    return {
        **receipt,
        "status": int(shown.succeeded),
        "blockNumber": shown.block_number,
        "gasUsed": shown.gas_used,
    }


def transaction_shown(node: Node, transaction: str) -> tuple[RecoveredTransaction, int]:
    """The mined transaction with this hash, and the number of its block.

    Raises:
        ContradictionError: the node has none, or what it says of it does not fit together.
        NodeError: the node does not say.
    """
    told = node.ask("eth_getTransactionByHash", [transaction])
    try:
        if told is None or told.get("blockNumber") is None:
            raise ProofError("it is in no block")
        _, header, _ = _place(node, told, transaction)
        shown = RecoveredTransaction.of_json(told)
        if "0x" + shown.hash.hex() != transaction:
            raise ProofError("it is another transaction")
    except _BROKEN as error:
        raise _contradiction(node, transaction, error) from error
    return shown, header.number


def taker_of(node: Node, address: str, nonce: int, last: int) -> tuple[str, int] | None:
    """The transaction that used `nonce` of `address`, and the number of its block.

    Looked for by the account's nonce in past blocks, as far back as nodes keep their state.

    Args:
        node: Asked.
        address: Checksummed.
        nonce: Used.
        last: Number of a block in which it is.

    Returns:
        None when it was used before, or the node does not show it.
    """
    try:
        low, high = max(0, last - _STATE), last
        if not _is_used(node, address, nonce, high) or _is_used(node, address, nonce, low):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if _is_used(node, address, nonce, middle):
                high = middle
            else:
                low = middle
        block = node.ask("eth_getBlockByNumber", [hex(high), True])
        for told in block["transactions"]:
            if (int(told["from"], 16), int(told["nonce"], 16)) != (int(address, 16), nonce):
                continue
            shown, number = transaction_shown(node, str(told["hash"]))
            if (shown.sender, shown.nonce, number) == (address, nonce, high):
                return "0x" + shown.hash.hex(), number
    except (NodeError, KeyError, TypeError, ValueError):
        pass  # silence decides nothing
    return None


def user_of_key(
    node: Node, token: str, account: str, key: bytes, last: int
) -> tuple[str, int] | None:
    """The transaction that used the key of `account`, or declared it void, and the number of its block.

    Looked for among the token's events, which nodes keep longer than state, back from block `last`; what is found is
    held against its block.

    Returns:
        None when it was used before, or the node does not show it.
    """
    who = int(account, 16).to_bytes(32)
    asked = {
        "address": token,
        "topics": [["0x" + one.hex() for one in _USES], "0x" + who.hex(), "0x" + key.hex()],
    }
    try:
        for end in range(last, max(-1, last - _EVENTS), -_WINDOW):
            span = {"fromBlock": hex(max(0, end - _WINDOW + 1)), "toBlock": hex(end)}
            for told in node.ask("eth_getLogs", [asked | span]):
                transaction = str(told["transactionHash"])
                shown = receipt_shown(node, transaction)
                if any(_is_use(log, token, who, key) for log in shown.logs):
                    return transaction, shown.block_number
    except (NodeError, KeyError, TypeError, ValueError):
        pass  # silence decides nothing
    return None


def _is_use(log: Log, token: str, who: bytes, key: bytes) -> bool:
    topics = len(log.topics) == 3 and log.topics[0] in _USES and log.topics[1:] == (who, key)
    return topics and int.from_bytes(log.address) == int(token, 16)


def _is_used(node: Node, address: str, nonce: int, block: int) -> bool:
    return int(node.ask("eth_getTransactionCount", [address, hex(block)]), 16) > nonce


def _place(node: Node, told: dict[str, Any], transaction: str) -> tuple[int, Header, list[str]]:
    """Where in which block a transaction stands, and the hashes of all in the block."""
    number, index = int(told["blockNumber"], 16), int(told["transactionIndex"], 16)
    block = node.ask("eth_getBlockByNumber", [hex(number), False])
    if block is None:
        raise ProofError("its block is not there")
    header = Header.of_json(block)
    if header.number != number or "0x" + header.hash.hex() != told["blockHash"]:
        raise ProofError("it is said to be in another block")
    if block["transactions"][index] != transaction:
        raise ProofError("its block has another transaction in its place")
    return index, header, block["transactions"]


def _receipts(node: Node, number: int, transactions: list[str]) -> list[Any]:
    try:
        answer = node.ask("eth_getBlockReceipts", [hex(number)])
        if isinstance(answer, list):
            return answer
    except NodeRefusedError:  # not every node answers for a whole block
        pass
    answers = node.ask_all([("eth_getTransactionReceipt", [one]) for one in transactions])
    for one in answers:
        if isinstance(one, NodeRefusedError):
            raise one
    return answers


def _contradiction(node: Node, transaction: str, error: Exception) -> ContradictionError:
    why = str(error) if isinstance(error, ProofError) else "a part of its answer is missing"
    return ContradictionError(
        f"{node.name} does not show what became of {transaction}: {why}; use another node."
    )
