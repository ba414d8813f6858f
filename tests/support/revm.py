"""The fast in-process engine: revm by pyrevm, at some tens of thousands of calls a second."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from pyrevm import EVM, BlockEnv, CfgEnv, Env
from support.engine import Call, Outcome, artifacts, encode_call

GAS = 30_000_000
READER = "0x00000000000000000000000000000000000d0123"


@lru_cache(maxsize=4096)
def hex_address(address: int) -> str:
    return f"0x{address:040x}"


class Revm:
    """revm by pyrevm. Never committed: one journal, marked and taken back."""

    def __init__(self, chain_id: int = 97, start: int = 1_800_000_000) -> None:
        self.chain_id = chain_id
        self.start = start
        # Artifacts of one's own may be unoptimized, and larger than a chain takes.
        limit = 1 << 17 if "KGST_ARTIFACTS" in os.environ else None
        self._evm = EVM(
            Env(
                cfg=CfgEnv(chain_id=chain_id, limit_contract_code_size=limit),
                block=BlockEnv(number=start, timestamp=start),
            ),
            spec_id="PRAGUE",
        )
        self._now = start
        self._artifacts = artifacts()
        self.calls = 0

    def deploy(self, sender: int, contract: str, *args: Any) -> int:
        code = self._artifacts.creation_code(contract, args)
        return int(self._evm.deploy(hex_address(sender), code), 16)

    def transact(self, sender: int, to: int, call: Call, now: int) -> Outcome:
        """Sends ``call``, at second ``now``."""
        self.clock(now)
        self.calls += 1
        evm = self._evm
        try:
            returned = evm.message_call(
                hex_address(sender), hex_address(to), calldata=call.data, gas=GAS
            )
        except RuntimeError as refusal:
            evm.reset_transient_storage()
            return Outcome(self._artifacts.error(_revert_data(str(refusal))), [])
        evm.reset_transient_storage()
        events = []
        result: Any = evm.result
        for log in result.logs:
            topics, data = log.data
            events.append(self._artifacts.event(int(log.address, 16), topics, data))
        return Outcome(None, events, returned)

    def read(self, to: int, function: str, *args: Any) -> bytes:
        """What a view returns now."""
        self.calls += 1
        data = encode_call(function, args)
        return self._evm.message_call(
            READER, hex_address(to), calldata=data, gas=GAS, is_static=True
        )

    def words(self, address: int, slots: Sequence[int]) -> list[int]:
        """The storage words at ``slots``."""
        storage: Callable[[str, int], int] = self._evm.storage
        account = hex_address(address)
        return [storage(account, slot) for slot in slots]

    def code_hash(self, address: int) -> int:
        """What EXTCODEHASH gives."""
        account: Any = self._evm.basic(hex_address(address))
        return int.from_bytes(bytes(account.code_hash), "big")

    def mark(self) -> Any:
        return self._evm.snapshot()

    def restore(self, mark: Any) -> None:
        """To ``mark``, which is spent: take a new one to come back again."""
        self._evm.revert(mark)

    def next_block(self, now: int) -> int:
        """Number of the block in which a call at second `now` is: one for each second."""
        return now

    def clock(self, now: int) -> None:
        """Sets the time of what follows."""
        if now != self._now:
            # A block for each second: what happens within one second is in one block.
            self._evm.set_block_env(BlockEnv(number=now, timestamp=now))
            self._now = now


def _revert_data(message: str) -> bytes:
    kind, _, output = message.partition("output: ")
    if not kind.startswith("Revert"):
        raise AssertionError(f"the EVM halted: {message[:200]}")
    return bytes.fromhex(output.split()[0].removeprefix("0x"))
