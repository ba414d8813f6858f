"""The chain behind the double in this process: revm in anvil's place, at thousands of questions a second.

It serves what the double asks of anvil, and no more. State of any block can be asked for: what came after is taken
back, and executed again. Blocks can be taken back for good, as in a fork.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import rlp
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pyrevm import EVM, AccountInfo, BlockEnv, CfgEnv, Env
from support.bsc.in_memory_blocks import (
    GAS,
    Block,
    Mined,
    Reverted,
    bloom_of,
    has_topics,
    header_of,
    revert_of,
    transaction_of,
    type_of,
)
from support.bsc.pool import Sent, decode

__all__ = ["InMemory"]

MILLISECONDS: Final = 450
_ZERO: Final = "0x" + 40 * "0"
_DEVELOPER: Final = to_checksum_address("0x" + 40 * "d")


_FORWARDER: Final = to_checksum_address("0x" + 40 * "f")
_FORWARDS: Final = bytes.fromhex("602036038060205f375f5f915f5f5f355af13d5f5f3e601c573d5ffd5b3d5ff3")
"""Calls the address in its first word with the rest, and answers what that answers."""
_SIMULATE: Final = keccak(text="simulateAndRevert(address,bytes)")[:4]


class InMemory:
    """As `Upstream`, without an anvil.

    Attributes:
        floor: Wei per gas below which nothing that waits is mined.
        drops: What a fork takes back does not come again by itself.
    """

    address = ""

    def __init__(self, chain_id: int = 97, start: int = 1_800_000_000) -> None:
        self.chain_id, self.floor, self.drops = chain_id, 0, False
        self._evm = EVM(
            Env(cfg=CfgEnv(chain_id=chain_id), block=BlockEnv(number=0, timestamp=start)), spec_id="PRAGUE"
        )  # fmt: skip
        self._blocks: list[Block] = []
        self._pool: dict[str, dict[int, tuple[Sent, str]]] = {}
        self._known: dict[str, tuple[int, int]] = {}
        self._nonces: dict[str, list[int]] = {}
        self._milliseconds, self._salt = start * 1000, 0
        self._evm.set_balance(_DEVELOPER, 10**24)
        self._evm.insert_account_info(_FORWARDER, AccountInfo(nonce=1, code=_FORWARDS))
        self.mine()

    # As `Upstream`

    def ask(self, method: str, *params: Any) -> Any:
        answer = self.pass_on({"method": method, "params": list(params)})
        assert "result" in answer, f"{method}: {answer}"
        return answer["result"]

    def ask_all(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        return [self.ask(method, *params) for method, params in calls]

    def pass_on(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            found = getattr(self, request["method"])(*request["params"])
        except Reverted as error:
            code = 3 if error.data or "revert" in str(error) else -32000
            return {"error": {"code": code, "message": str(error), "data": "0x" + error.data.hex()}}
        return {"result": found}

    # The chain

    @property
    def head(self) -> Block:
        return self._blocks[-1]

    def mine(self, blocks: int = 1) -> None:
        """So many blocks, the first with what waits and is paid for."""
        for _ in range(blocks):
            self._milliseconds += MILLISECONDS
            parent = self.head.header["hash"] if self._blocks else "0x" + 64 * "0"
            block = Block(len(self._blocks), self._milliseconds, parent, self._salt)
            self._blocks.append(block)
            self._clock(block)
            for sent, raw in self._ready():
                self._include(block, sent, raw)
            # The EVM's depth of calls counts open marks: a block in which nothing happened needs none.
            if block.mined or not block.number:
                block.mark = self._evm.snapshot()
            block.header = header_of(block)

    def advance(self, seconds: int) -> None:
        """The next block is so much later."""
        self._milliseconds += 1000 * seconds

    def take_back(self, blocks: int) -> None:
        """A fork: the last blocks are no more, and what follows is other ones; what was in them waits again."""
        gone = self._cut(len(self._blocks) - blocks)
        self._salt += 1
        if not self.drops:
            for mined in gone:
                self._pool.setdefault(mined.sent.sender, {})[mined.sent.nonce] = (
                    mined.sent,
                    mined.raw,
                )

    def back_to(self, number: int) -> None:
        """To block `number`, with nothing that waits."""
        self._cut(number + 1)
        self._pool.clear()
        self._milliseconds = self.head.milliseconds
        self.floor, self.drops, self._salt = 0, False, 0

    def _cut(self, length: int) -> list[Mined]:
        gone = [mined for block in self._blocks[length:] for mined in block.mined]
        self._undo(length)
        del self._blocks[length:]
        for mined in gone:
            del self._known[mined.sent.hash]
            self._nonces[mined.sent.sender].pop()
        self._clock(self.head)
        return gone

    def _undo(self, length: int) -> None:
        """To the state after so many blocks; marks are spent from the last to the first, as the EVM counts them."""
        later = [block for block in self._blocks[length:] if block.mark is not None]
        if not later:
            return
        here = next(block for block in reversed(self._blocks[:length]) if block.mark is not None)
        for block in [*reversed(later), here]:
            self._evm.revert(block.mark)
        here.mark = self._evm.snapshot()

    def _clock(self, block: Block) -> None:
        self._evm.set_block_env(
            BlockEnv(number=block.number, timestamp=block.time, gas_limit=2 * GAS)
        )

    def _ready(self) -> Iterator[tuple[Sent, str]]:
        """Of each account what its nonces allow, the dearest first."""
        while True:
            firsts = [
                waiting[self._count(sender)]
                for sender, waiting in self._pool.items()
                if self._count(sender) in waiting
            ]
            paying = [one for one in firsts if one[0].fee_cap >= self.floor]
            if not paying:
                return
            sent, raw = max(paying, key=lambda one: (one[0].fee_cap, one[0].hash))
            waiting = self._pool[sent.sender]
            for nonce in [n for n in waiting if n <= sent.nonce]:
                del waiting[nonce]
            yield sent, raw

    def _include(self, block: Block, sent: Sent, raw: str) -> None:
        status, gas, logs, created = self._execute(sent)
        before = sum(int(mined.receipt["gasUsed"], 16) for mined in block.mined)
        receipt = {
            "type": type_of(raw),
            "status": hex(status),
            "gasUsed": hex(gas),
            "cumulativeGasUsed": hex(before + gas),
            "effectiveGasPrice": hex(sent.fee_cap),
            "logs": logs,
            "from": sent.sender.lower(),
            "to": "0x" + sent.to.hex() if sent.to else None,
            "contractAddress": created,
            "transactionHash": sent.hash,
        }
        self._known[sent.hash] = (block.number, len(block.mined))
        self._nonces.setdefault(sent.sender, []).append(block.number)
        block.mined.append(Mined(sent, raw, receipt))

    def _execute(self, sent: Sent) -> tuple[int, int, list[dict[str, Any]], str | None]:
        evm, created = self._evm, None
        try:
            if sent.to:
                evm.message_call(
                    sent.sender, "0x" + sent.to.hex(), calldata=sent.data, value=sent.value, gas=min(sent.gas, GAS)
                )  # fmt: skip
            else:
                created = evm.deploy(sent.sender, sent.data, value=sent.value)
        except RuntimeError:
            return 0, 40_000, [], None
        finally:
            evm.reset_transient_storage()
        result: Any = evm.result
        logs = []
        for log in result.logs:
            topics, data = log.data
            told = ["0x" + bytes(topic).hex() for topic in topics]
            logs.append(
                {"address": log.address.lower(), "topics": told, "data": "0x" + bytes(data).hex()}
            )
        return 1, int(result.gas_used), logs, created

    @contextmanager
    def _state_of(self, number: int) -> Iterator[None]:
        """The state after block `number`; what is done to it within is forgotten."""
        self._undo(number + 1)
        self._clock(self._blocks[number])
        mark = self._evm.snapshot()
        try:
            yield
        finally:
            self._evm.reset_transient_storage()
            self._evm.revert(mark)
            for block in self._blocks[number + 1 :]:
                if block.mark is not None:
                    self._clock(block)
                    for mined in block.mined:
                        self._execute(mined.sent)
                    block.mark = self._evm.snapshot()
            self._clock(self.head)

    def _number(self, reference: Any) -> int:
        if reference in ("latest", "pending", None):
            return self.head.number
        return int(reference, 16)

    def _count(self, sender: str, at: int | None = None) -> int:
        mined = self._nonces.get(sender, [])
        return len(mined) if at is None else sum(number <= at for number in mined)

    # JSON-RPC, by its names

    def eth_chainId(self) -> str:
        return hex(self.chain_id)

    def eth_gasPrice(self) -> str:
        return hex(10**9)

    def eth_maxPriorityFeePerGas(self) -> str:
        return hex(10**9)

    def eth_blockNumber(self) -> str:
        return hex(self.head.number)

    def eth_getBlockByNumber(self, reference: str, full: bool) -> dict[str, Any] | None:
        number = self._number(reference)
        if number > self.head.number:
            return None
        block = self._blocks[number]
        hashes = [mined.sent.hash for mined in block.mined]
        dressed = [self.eth_getTransactionByHash(one) for one in hashes] if full else hashes
        return {**block.header, "transactions": dressed}

    def eth_getTransactionByHash(self, asked: str) -> dict[str, Any] | None:
        if asked in self._known:
            number, index = self._known[asked]
            block = self._blocks[number]
            place = {
                "blockHash": block.header["hash"],
                "blockNumber": hex(number),
                "transactionIndex": hex(index),
            }
            return {**transaction_of(block.mined[index].sent, block.mined[index].raw), **place}
        for waiting in self._pool.values():
            for sent, raw in waiting.values():
                if sent.hash == asked:
                    nowhere = dict.fromkeys(("blockHash", "blockNumber", "transactionIndex"))
                    return {**transaction_of(sent, raw), **nowhere}
        return None

    def eth_getTransactionReceipt(self, asked: str) -> dict[str, Any] | None:
        if asked not in self._known:
            return None
        number, index = self._known[asked]
        return self.eth_getBlockReceipts(hex(number))[index]

    def eth_getBlockReceipts(self, reference: str) -> list[dict[str, Any]]:
        block = self._blocks[self._number(reference)]
        return [
            {
                **mined.receipt,
                "blockNumber": hex(block.number),
                "blockHash": block.header["hash"],
                "transactionIndex": hex(index),
                "logsBloom": bloom_of(mined.receipt["logs"]),
                "logs": [
                    log for log in self._logs_of(block) if int(log["transactionIndex"], 16) == index
                ],
            }
            for index, mined in enumerate(block.mined)
        ]

    def eth_getLogs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = self._number(asked["fromBlock"]), self._number(asked["toBlock"])
        addresses = asked.get("address") or []
        among = {one.lower() for one in ([addresses] if isinstance(addresses, str) else addresses)}
        return [
            log
            for block in self._blocks[first : last + 1]
            if block.mined
            for log in self._logs_of(block)
            if (not among or log["address"] in among)
            and has_topics(log["topics"], asked.get("topics") or [])
        ]

    def _logs_of(self, block: Block) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for index, mined in enumerate(block.mined):
            for log in mined.receipt["logs"]:
                found.append(
                    {
                        **log,
                        "blockNumber": hex(block.number),
                        "blockHash": block.header["hash"],
                        "transactionHash": mined.sent.hash,
                        "transactionIndex": hex(index),
                        "logIndex": hex(len(found)),
                        "removed": False,
                    }
                )
        return found

    def eth_getTransactionCount(self, address: str, reference: str) -> str:
        sender = to_checksum_address(address)
        if reference != "pending":
            return hex(self._count(sender, self._number(reference)))
        count, waiting = self._count(sender), self._pool.get(sender, {})
        while count in waiting:
            count += 1
        return hex(count)

    def eth_getBalance(self, address: str, _: str) -> str:
        return hex(self._evm.get_balance(address))

    def eth_getCode(self, address: str, reference: str) -> str:
        with self._state_of(self._number(reference)):
            padded = bytes(self._evm.get_code(address) or b"")
            account: Any = self._evm.basic(address)
        # revm has zeros behind the code of what was created.
        code = padded[:-33]
        return "0x" + (code if keccak(code) == bytes(account.code_hash) else padded).hex()

    def eth_getStorageAt(self, address: str, slot: str, reference: str) -> str:
        with self._state_of(self._number(reference)):
            return f"0x{self._evm.storage(address, int(slot, 16)):064x}"

    def eth_call(self, asked: dict[str, Any], reference: str = "latest") -> str:
        number = self._number(reference)
        returned = self._called(asked, number).hex()
        # What BLOCKHASH gives here is of no chain.
        if len(returned) >= 64 and number:
            for one in range(max(0, number - 2), number):
                told = self._blocks[one].header["hash"][2:]
                returned = returned.replace(keccak(text=str(one)).hex(), told)
        return "0x" + returned

    def eth_estimateGas(self, asked: dict[str, Any], reference: str = "latest") -> str:
        self._called(asked, self._number(reference))
        return hex(self._gas * 5 // 4 + 10_000)

    def _called(self, asked: dict[str, Any], number: int) -> bytes:
        data = bytes.fromhex((asked.get("data") or asked.get("input") or "0x")[2:])
        value = int(str(asked.get("value") or "0x0"), 16)
        caller, to = asked.get("from") or _ZERO, asked.get("to")
        with self._state_of(number):
            if self._evm.get_code(caller) and to is not None:
                return self._as_safe(caller, to, data)
            try:
                if to is None:
                    self._evm.deploy(caller, data, value=value)
                    returned = b""
                else:
                    returned = bytes(
                        self._evm.message_call(caller, to, calldata=data, value=value, gas=GAS)
                    )
            except RuntimeError as error:
                raise revert_of(str(error)) from None
            result: Any = self._evm.result
            self._gas = int(result.gas_used)
            return returned

    def _as_safe(self, safe: str, to: str, data: bytes) -> bytes:
        """A call by a Safe: revm lets no account with code call, so the Safe itself is asked to try (EIP-3607)."""
        call = encode(
            ["address", "bytes"], [_FORWARDER, bytes.fromhex(to[2:]).rjust(32, b"\0") + data]
        )
        try:
            self._evm.message_call(_DEVELOPER, safe, calldata=_SIMULATE + call, gas=GAS)
        except RuntimeError as error:
            answer = revert_of(str(error)).data
        if len(answer) < 64:
            raise Reverted(answer)
        returned = answer[64 : 64 + int.from_bytes(answer[32:64])]
        if not int.from_bytes(answer[:32]):
            raise Reverted(returned)
        return returned

    def eth_sendRawTransaction(self, raw: str) -> str:
        sent = decode(raw)
        self._pool.setdefault(sent.sender, {})[sent.nonce] = (sent, raw)
        return sent.hash

    # anvil's own

    def eth_accounts(self) -> list[str]:
        return [_DEVELOPER]

    def eth_sendTransaction(self, asked: dict[str, Any]) -> str:
        """Of anybody, without a signature, in a block of its own."""
        sender, nonce = (
            to_checksum_address(asked["from"]),
            self._count(to_checksum_address(asked["from"])),
        )
        data = bytes.fromhex((asked.get("data") or asked.get("input") or "0x")[2:])
        to = bytes.fromhex((asked.get("to") or "0x")[2:])
        value = int(str(asked.get("value") or "0x0"), 16)
        raw = rlp.encode(
            [nonce, 10**9, GAS, to, value, data, 2 * self.chain_id + 35, 1, self._salt + 1]
        )
        sent = Sent(
            "0x" + keccak(raw).hex(), sender, nonce, GAS, 10**9, 10**9, to, value, data, self.chain_id, len(raw)
        )  # fmt: skip
        self._pool.setdefault(sender, {})[nonce] = (sent, "0x" + raw.hex())
        self.mine()
        return sent.hash

    def txpool_content(self) -> dict[str, Any]:
        return {
            "pending": {
                sender: {
                    str(nonce): transaction_of(sent, raw) for nonce, (sent, raw) in waiting.items()
                }
                for sender, waiting in self._pool.items()
            }
        }

    def anvil_mine(self, blocks: str, *_: str) -> None:
        self.mine(int(blocks, 16))

    def anvil_setCode(self, address: str, code: str) -> None:
        """Before the first transaction, since it cannot be gone back past."""
        self._evm.insert_account_info(address, AccountInfo(nonce=1, code=bytes.fromhex(code[2:])))
        self.head.mark = self._evm.snapshot()

    def anvil_setBalance(self, address: str, wei: str) -> None:
        self._evm.set_balance(address, int(wei, 16))
        self.head.mark = self._evm.snapshot()

    def anvil_dropAllTransactions(self) -> None:
        self._pool.clear()

    def evm_setIntervalMining(self, _: int) -> None:
        """Blocks come only when they are asked for."""

    def evm_setAutomine(self, _: bool) -> None:
        """As above."""

    def evm_snapshot(self) -> int:
        return self.head.number

    def evm_revert(self, number: int) -> bool:
        self.back_to(number)
        return True
