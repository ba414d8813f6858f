"""What an answer must look like: a node that answers something else has not answered.

Checked is what the product reads, and what web3 would stumble over. Hexadecimal numbers may have leading zeros; fields
that nobody knows may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kgst.node.faults import Failure, Fault

__all__ = ["check"]

Check = Callable[[Any], bool]

_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_DATA: Final = re.compile(r"0x([0-9a-fA-F]{2})*", re.ASCII)
_TAGS: Final = ("latest", "finalized", "safe", "earliest", "pending")


def check(method: str, params: Sequence[Any], result: Any) -> None:
    """Whether `result` can be the answer to the question.

    Raises:
        Failure: it cannot.
    """
    if result is None:
        if method not in _MAY_BE_NULL and method.startswith(("eth_", "net_", "web3_")):
            raise Failure(Fault.NULL)
        if method == "eth_getBlockByNumber" and params and params[0] in _TAGS:
            raise Failure(Fault.NULL)
        return
    try:
        if (wanted := _RESULTS.get(method)) is not None:
            _require(wanted(result), method)
        if (compare := _COMPARED.get(method)) is not None:
            compare(params, result)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # What was asked is not as our own code asks, so it cannot be compared either.
        raise Failure(Fault.SHAPE, f"of {method}") from error


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Failure(Fault.SHAPE, f"of {what}")


# Values


def _quantity(value: Any) -> bool:
    return isinstance(value, str) and _QUANTITY.fullmatch(value) is not None


def _data(value: Any) -> bool:
    return isinstance(value, str) and _DATA.fullmatch(value) is not None


def _bytes(length: int) -> Check:
    return lambda value: _data(value) and len(value) == 2 + 2 * length


def _at_most(length: int) -> Check:
    return lambda value: _data(value) and len(value) <= 2 + 2 * length


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _nullable(one: Check) -> Check:
    return lambda value: value is None or one(value)


def _list_of(one: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(one, value))


_HASH: Final = _bytes(32)
_ADDRESS: Final = _bytes(20)
# eth_getStorageAt of some proxies leaves zeros out.
_WORD: Final = _at_most(32)


def _object(required: Mapping[str, Check], others: Mapping[str, Check]) -> Check:
    def holds(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value and one(value[name]) for name, one in required.items())
            and all(one(value[name]) for name, one in others.items() if name in value)
        )

    return holds


def _each(names: str, one: Check) -> dict[str, Check]:
    return dict.fromkeys(names.split(), one)


_ACCESS: Final = _object({}, {"address": _ADDRESS, "storageKeys": _list_of(_HASH)})
_AUTHORIZATION: Final = _object(
    {"address": _ADDRESS}, {**_each("chainId nonce yParity", _quantity), **_each("r s", _WORD)}
)
_TRANSACTION: Final = _object(
    {"hash": _HASH, "from": _ADDRESS},
    {
        **_each("blockHash", _nullable(_HASH)),
        **_each("blockNumber transactionIndex v yParity standardV type chainId", _nullable(_quantity)),
        **_each("nonce gas gasPrice maxFeePerGas maxPriorityFeePerGas value maxFeePerBlobGas", _quantity),
        **_each("r s", _nullable(lambda v: _quantity(v) and (len(v) % 2 == 0 or len(v) < 66))),
        "to": _nullable(_ADDRESS),
        "publicKey": _nullable(_bytes(64)),
        **_each("input data raw", _data),
        "accessList": _nullable(_list_of(_ACCESS)),
        "blobVersionedHashes": _nullable(_list_of(_HASH)),
        "authorizationList": _nullable(_list_of(_AUTHORIZATION)),
    },
)  # fmt: skip
_WITHDRAWAL: Final = _object(
    {}, {**_each("index validatorIndex amount", _quantity), "address": _ADDRESS}
)
_BLOCK_FIELDS: Final = {
    **_each("baseFeePerGas gasLimit gasUsed size difficulty totalDifficulty blobGasUsed excessBlobGas", _quantity),
    "extraData": _data,
    "logsBloom": _nullable(_at_most(256)),
    "miner": _nullable(_ADDRESS),
    "nonce": _nullable(_at_most(8)),
    **_each(
        "mixHash sha3Uncles receiptsRoot stateRoot transactionsRoot withdrawalsRoot parentBeaconBlockRoot requestsHash",
        _nullable(_HASH),
    ),
    "uncles": _list_of(_HASH),
    "transactions": lambda value: _list_of(_HASH)(value) or _list_of(_TRANSACTION)(value),
    "withdrawals": _nullable(_list_of(_WITHDRAWAL)),
}  # fmt: skip
_BLOCK: Final = _object(
    {
        **_each("number timestamp gasLimit", _quantity),
        **_each("hash parentHash", _HASH),
    },
    _BLOCK_FIELDS,
)
_PENDING: Final = _object(
    {"parentHash": _HASH, "timestamp": _quantity},
    {**_BLOCK_FIELDS, "number": _nullable(_quantity), "hash": _nullable(_HASH)},
)
_LOG: Final = _object(
    {
        "address": _ADDRESS, "topics": _list_of(_HASH), "data": _data, "blockNumber": _quantity, "blockHash": _HASH,
        "transactionHash": _HASH, "logIndex": _quantity,
    },
    {"transactionIndex": _quantity},
)  # fmt: skip
_RECEIPT: Final = _object(
    {
        "transactionHash": _HASH, "blockHash": _HASH, "blockNumber": _quantity, "status": _quantity,
        "gasUsed": _quantity, "logs": _list_of(_LOG),
    },
    {
        **_each("transactionIndex cumulativeGasUsed effectiveGasPrice type blobGasPrice blobGasUsed", _quantity),
        **_each("contractAddress from to", _nullable(_ADDRESS)),
        "logsBloom": _at_most(256),
    },
)  # fmt: skip

_MAY_BE_NULL: Final = frozenset({
    "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getTransactionReceipt", "eth_getTransactionByHash",
    "eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex", "eth_getBlockReceipts",
})  # fmt: skip

_RESULTS: Final[dict[str, Check]] = {
    **_each(
        "eth_blockNumber eth_chainId eth_gasPrice eth_maxPriorityFeePerGas eth_estimateGas eth_getBalance "
        "eth_getTransactionCount eth_blobBaseFee",
        _quantity,
    ),
    **_each("eth_call eth_getCode", _data),
    "eth_getStorageAt": _WORD,
    "eth_getBlockByHash": _BLOCK,
    "eth_getBlockByNumber": lambda value: _BLOCK(value) or _PENDING(value),
    "eth_getProof": _object(
        {"address": _ADDRESS, "storageHash": _HASH},
        {
            **_each("balance nonce", _quantity),
            "codeHash": _HASH,
            "accountProof": _list_of(_data),
            "storageProof": lambda value: value == [],
        },
    ),
    "eth_getTransactionByHash": _TRANSACTION,
    "eth_getTransactionByBlockHashAndIndex": _TRANSACTION,
    "eth_getTransactionByBlockNumberAndIndex": _TRANSACTION,
    "eth_getTransactionReceipt": _RECEIPT,
    "eth_getLogs": _list_of(_LOG),
    "eth_sendRawTransaction": _HASH,
    "eth_sendTransaction": _HASH,
    "eth_accounts": _list_of(_ADDRESS),
    "net_version": _text,
    "web3_clientVersion": _text,
}


# Answers that must fit their question


def _block_asked(params: Sequence[Any], block: Any) -> None:
    asked = params[0]
    if asked == "pending":
        return
    _require(_BLOCK(block), "eth_getBlockByNumber")
    if asked in _TAGS:
        return
    number = asked if isinstance(asked, int) else int(asked, 16)
    if int(block["number"], 16) != number:
        raise Failure(Fault.NOT_OURS, f"block {int(block['number'], 16)} for block {number}")


def _hash_asked(field: str) -> Callable[[Sequence[Any], Any], None]:
    def compare(params: Sequence[Any], result: Any) -> None:
        if _same(params[0], result[field]):
            return
        raise Failure(Fault.NOT_OURS, f"{result[field]} for {_hex(params[0])}")

    return compare


def _logs_asked(params: Sequence[Any], logs: Any) -> None:
    asked = params[0]
    addresses = asked.get("address")
    among = [addresses] if isinstance(addresses, str | bytes) else addresses
    topics = asked.get("topics") or [None]
    first = [topics[0]] if isinstance(topics[0], str | bytes) else topics[0]
    low, high = _number(asked.get("fromBlock")), _number(asked.get("toBlock"))
    for log in logs:
        number = int(log["blockNumber"], 16)
        if among and not any(_same(address, log["address"]) for address in among):
            raise Failure(Fault.NOT_OURS, f"a log of {log['address']}")
        if first and not any(_same(one, topic) for one in first for topic in log["topics"][:1]):
            raise Failure(Fault.NOT_OURS, "a log of another event")
        if (low is not None and number < low) or (high is not None and number > high):
            raise Failure(Fault.NOT_OURS, f"a log of block {number}")


def _number(value: Any) -> int | None:
    """None for a tag, and for nothing."""
    if isinstance(value, int):
        return value
    return int(value, 16) if _quantity(value) else None


def _same(asked: Any, found: str) -> bool:
    return _hex(asked) == found.lower()


def _hex(value: Any) -> str:
    return value.lower() if isinstance(value, str) else "0x" + bytes(value).hex()


_COMPARED: Final[dict[str, Callable[[Sequence[Any], Any], None]]] = {
    "eth_getBlockByNumber": _block_asked,
    "eth_getBlockByHash": _hash_asked("hash"),
    "eth_getTransactionByHash": _hash_asked("hash"),
    "eth_getTransactionReceipt": _hash_asked("transactionHash"),
    "eth_getLogs": _logs_asked,
}
