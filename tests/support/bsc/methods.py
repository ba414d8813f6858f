"""What the node serves, method by method. Everything else does not exist."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from support.bsc import pool
from support.bsc.history import View
from support.bsc.logs import check_range, check_shape
from support.bsc.roots import storage_root
from support.bsc.terms import Terms, version_of
from support.bsc.wire import Refusal
from support.bsc.words import evm_refusal, unknown_method, wrong_argument

if TYPE_CHECKING:
    from support.bsc.node import BscNode

__all__ = ["Methods"]

_OF_DEVELOPERS = ("anvil_", "evm_", "hardhat_", "debug_", "trace_", "ots_", "txpool_")
_AS_ANVIL = ("eth_accounts", "eth_sendTransaction", "eth_sign", "eth_signTypedData_v4")
_CALL = ("eth_call", "eth_estimateGas", "eth_createAccessList")
_STATE = {
    "eth_getBalance": 1, "eth_getCode": 1, "eth_getTransactionCount": 1, "eth_getStorageAt": 2, "eth_getProof": 2,
}  # fmt: skip
_HEX = {
    **dict.fromkeys(_STATE, ("Address", 20)),
    **dict.fromkeys(
        ("eth_getBlockByHash", "eth_getTransactionByHash", "eth_getTransactionReceipt"),
        ("Hash", 32),
    ),
}


class Methods:
    """One call to one machine.

    Args:
        node: The double.
        view: The chain as that machine sees it.
    """

    def __init__(self, node: BscNode, view: View) -> None:
        self.node, self.view = node, view

    @property
    def terms(self) -> Terms:
        return self.node.terms

    def call(self, method: str, params: list[Any]) -> Any:
        """The result.

        Raises:
            Refusal: the node refuses.
        """
        if self.terms.developer and (method.startswith(_OF_DEVELOPERS) or method in _AS_ANVIL):
            return self._anvil(method, params)
        self._check_arguments(method, params)
        if method in _STATE:
            return self._state(method, params, _STATE[method])
        if method in _CALL:
            return self._call(method, params)
        known: dict[str, Callable[[list[Any]], Any]] = {
            "web3_clientVersion": lambda _: (
                "anvil/v1.7.1" if self.terms.developer else self.terms.client
            ),
            "web3_sha3": lambda p: self._anvil("web3_sha3", p),
            "net_version": lambda _: self.terms.net_version or str(self.terms.chain_id),
            "net_listening": lambda _: True,
            "net_peerCount": lambda _: "0x32",
            "eth_chainId": lambda _: hex(self.terms.chain_id),
            "eth_syncing": lambda _: False,
            "eth_accounts": lambda _: [],
            "eth_sign": _unknown_account,
            "eth_sendTransaction": _unknown_account,
            "eth_blockNumber": lambda _: hex(self.view.head),
            "eth_gasPrice": lambda _: hex(self.terms.gas_price),
            "eth_maxPriorityFeePerGas": lambda _: hex(self.terms.gas_price),
            "eth_blobBaseFee": lambda _: "0x1",
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBlockReceipts": self._block_receipts,
            "eth_getBlockTransactionCountByNumber": self._count_by_number,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "eth_sendRawTransaction": self._send,
            "eth_subscribe": _no_notifications,
        }
        if method not in known:
            raise unknown_method(method)
        return known[method](params)

    def _check_arguments(self, method: str, params: list[Any]) -> None:
        wrong = None
        if method in _HEX:
            if not params:
                raise Refusal("missing value for required argument 0", -32602)
            wrong = wrong_argument(0, params[0], *_HEX[method])
        elif method in _CALL and params and isinstance(params[0], dict) and params[0].get("to"):
            wrong = wrong_argument(0, params[0]["to"], "Address", 20, "TransactionArgs.to")
        if wrong:
            raise wrong

    def _anvil(self, method: str, params: list[Any]) -> Any:
        answer = self.node.anvil.pass_on({"id": 1, "method": method, "params": params})
        if "error" in answer:
            error = answer["error"]
            raise Refusal(error["message"], error["code"], error.get("data"))
        return answer["result"]

    # State and calls

    def _state(self, method: str, params: list[Any], place: int) -> Any:
        reference = params[place] if len(params) > place else "latest"
        if method == "eth_getTransactionCount" and reference == "pending" and self._is_newest:
            return self._anvil(method, params)
        number = self.view.number(reference)
        self.view.require_state(number)
        answer = self._anvil(method, [*params[:place], hex(number)])
        if method == "eth_getProof":
            dump = str(self._anvil("anvil_dumpState", []))
            answer["storageHash"] = storage_root(dump, params[0])
        return answer

    @property
    def _is_newest(self) -> bool:
        return self.view.head == self.view.newest

    def _call(self, method: str, params: list[Any]) -> Any:
        if len(params) > 2 and not self.terms.state_overrides:
            raise Refusal("too many arguments, want at most 2", -32602)
        number = self.view.number(params[1] if len(params) > 1 else "latest")
        self.view.require_state(number)
        asked = dict(params[0])
        if method == "eth_call":
            asked["gas"] = hex(
                min(
                    int(asked.get("gas", hex(self.terms.call_gas_cap)), 16), self.terms.call_gas_cap
                )
            )
        answer = self.node.anvil.pass_on(
            {"id": 1, "method": method, "params": [asked, hex(number), *params[2:]]}
        )
        if "error" in answer:
            raise evm_refusal(answer["error"], self.terms)
        found = answer["result"]
        return self.node.chain.as_told(found, number) if method == "eth_call" else found

    def _fee_history(self, params: list[Any]) -> Any:
        count = int(params[0], 16) if isinstance(params[0], str) else params[0]
        last = self.view.number(params[1])
        if last > self.view.head:
            raise Refusal(f"request beyond head block: requested {last}, head {self.view.head}")
        count = max(0, min(count, last + 1))
        found = {
            "oldestBlock": hex(last - count + 1),
            "baseFeePerGas": ["0x0"] * (count + 1),
            "gasUsedRatio": [self._gas_ratio(n) for n in range(last - count + 1, last + 1)],
            "baseFeePerBlobGas": ["0x1"] * (count + 1),
            "blobGasUsedRatio": [0] * count,
        }
        if len(params) > 2 and params[2]:
            found["reward"] = [[hex(self.terms.gas_price)] * len(params[2])] * count
        return found

    def _gas_ratio(self, number: int) -> float:
        block = self.node.chain.block(number)
        assert block is not None
        return int(block.header["gasUsed"], 16) / int(block.header["gasLimit"], 16)

    # Blocks

    def _block_by_number(self, params: list[Any]) -> Any:
        number = self.view.number(params[0])
        block = self._block(number, bool(params[1]) if len(params) > 1 else False)
        if block is not None and params[0] == "pending":
            block |= {"hash": None, "nonce": None, "miner": None}
        return block

    def _block_by_hash(self, params: list[Any]) -> Any:
        number = self.view.find(params[0])
        return None if number is None else self._block(number, bool(params[1:] and params[1]))

    def _block(self, number: int, full: bool) -> dict[str, Any] | None:
        if not self.view.has_block(number):
            return None
        made = self.node.chain.block(number)
        assert made is not None
        behind = self._anvil("eth_getBlockByNumber", [hex(number), full])
        transactions = behind["transactions"]
        if full:
            transactions = [self._dressed(tx) for tx in transactions]
        block = {**made.header, "transactions": transactions, "uncles": []}
        if "withdrawalsRoot" in block:
            block["withdrawals"] = []
        if version_of(self.terms.client) < (1, 5, 9):
            del block["milliTimestamp"]
        return dict(sorted(block.items()))

    def _count_by_number(self, params: list[Any]) -> Any:
        block = self._block(self.view.number(params[0]), False)
        return None if block is None else hex(len(block["transactions"]))

    # Transactions

    def _transaction(self, params: list[Any]) -> Any:
        found = self._anvil("eth_getTransactionByHash", params[:1])
        if found is None:
            return self._not_found()
        number = found.get("blockNumber")
        if number is None:
            return found
        if int(number, 16) > self.view.head:
            return {**found, "blockHash": None, "blockNumber": None, "transactionIndex": None}
        return self._dressed(found) if self.view.has_block(int(number, 16)) else None

    def _receipt(self, params: list[Any]) -> Any:
        found = self._anvil("eth_getTransactionReceipt", params[:1])
        if found is None or int(found["blockNumber"], 16) > self.view.head:
            return self._not_found()
        if not self.view.has_receipt(int(found["blockNumber"], 16)):
            return None
        return self._dressed_receipt(found)

    def _block_receipts(self, params: list[Any]) -> Any:
        number = self.view.number(params[0])
        if not self.view.has_receipt(number):
            return None
        found = self._anvil("eth_getBlockReceipts", [hex(number)])
        return [self._dressed_receipt(receipt) for receipt in found]

    def _not_found(self) -> None:
        if self.terms.indexing:
            words = "transaction indexing is in progress"
            raise Refusal(words, data=words)

    def _dressed_receipt(self, receipt: dict[str, Any]) -> dict[str, Any]:
        dressed = self._dressed(receipt) | {"logs": [self._log(log) for log in receipt["logs"]]}
        dressed.pop("blockTimestamp", None)
        dressed.pop("blobGasPrice", None)
        return dressed

    def _log(self, log: dict[str, Any]) -> dict[str, Any]:
        dressed = self._dressed(log)
        if version_of(self.terms.client) < (1, 6, 0):
            dressed.pop("blockTimestamp", None)
        return dressed

    def _dressed(self, thing: dict[str, Any]) -> dict[str, Any]:
        """With the block's hash as it is here."""
        number = thing.get("blockNumber")
        if number is None:
            return thing
        return {**thing, "blockHash": self.node.chain.hash_at(int(number, 16))}

    def _send(self, params: list[Any]) -> Any:
        sent = pool.decode(params[0])
        pool.admit(sent, self.node.anvil, self.terms)
        self._anvil("eth_sendRawTransaction", params[:1])
        if self.terms.block_time is None and self.node.anvil.ask("anvil_getAutomine"):
            self._mined(sent.hash)
        return sent.hash

    def _mined(self, tx_hash: str) -> None:
        """Wait for the block that anvil mines for it beside its answer; one behind a gap in the nonces gets none."""
        for _ in range(200):
            known = self._anvil("eth_getTransactionByHash", [tx_hash])
            if known is None or known["blockNumber"] is not None:
                return
            if int(self._anvil("txpool_status", [])["pending"], 16) == 0:
                return
            time.sleep(0.005)

    # Logs

    def _logs(self, params: list[Any]) -> Any:
        if self.terms.logs_off:
            raise Refusal("limit exceeded", -32005)
        asked = params[0]
        check_shape(asked)
        if "blockHash" in asked:
            if (number := self.view.find(asked["blockHash"])) is None:
                raise Refusal("unknown block")
            first = last = number
        else:
            first = self._log_bound(asked.get("fromBlock"))
            last = self._log_bound(asked.get("toBlock"))
            check_range(asked, first, last, self.view.head, self.terms)
        if not self.view.has_logs(first):
            first = max(first, self._first_with_logs())
        last = min(last, self.view.head)
        if first > last:
            return []
        filters = {k: v for k, v in asked.items() if k in ("address", "topics") and v is not None}
        found = self._anvil(
            "eth_getLogs", [{**filters, "fromBlock": hex(first), "toBlock": hex(last)}]
        )
        return [self._log(log) for log in found]

    def _log_bound(self, reference: Any) -> int:
        if reference in ("finalized", "safe") and not self.terms.finality_known:
            raise Refusal(f"{reference} header not found")
        if reference == "pending":
            raise Refusal("pending logs are not supported")
        return self.view.number(reference)

    def _first_with_logs(self) -> int:
        depths = [d for d in (self.terms.history_blocks, self.terms.log_blocks) if d is not None]
        return self.view.newest - min(depths) + 1


def _unknown_account(_: list[Any]) -> None:
    raise Refusal("unknown account")


def _no_notifications(_: list[Any]) -> None:
    raise Refusal("notifications not supported", -32601)
