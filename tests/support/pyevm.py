"""The in-process engine for Pythons that pyrevm has no wheel for: py-evm, as ape's own chain. Slower by far."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eth_hash.auto import keccak
from support.engine import Call, Outcome, artifacts, encode_call

from kgst.evm import Evm, EvmRevert

READER = (0xD0123).to_bytes(20, "big")


@lru_cache(maxsize=4096)
def _bytes(address: int) -> bytes:
    return address.to_bytes(20, "big")


class PyEvm:
    """One state, marked and taken back; no blocks."""

    def __init__(self, chain_id: int = 97, start: int = 1_800_000_000) -> None:
        self.chain_id = chain_id
        self.start = start
        self.calls = 0
        self._evm = Evm(chain_id, start)
        self._artifacts = artifacts()

    def deploy(self, sender: int, contract: str, *args: Any) -> int:
        code = self._artifacts.creation_code(contract, args)
        return int.from_bytes(self._evm.deploy(_bytes(sender), code), "big")

    def transact(self, sender: int, to: int, call: Call, now: int) -> Outcome:
        """Sends ``call``, at second ``now``."""
        self.clock(now)
        self.calls += 1
        try:
            returned = self._evm.call(_bytes(sender), _bytes(to), call.data)
        except EvmRevert as refusal:
            if refusal.data is None:
                raise AssertionError(str(refusal)) from refusal
            return Outcome(self._artifacts.error(refusal.data), [])
        events = [
            self._artifacts.event(int.from_bytes(log.address, "big"), log.topics, log.data)
            for log in self._evm.logs
        ]
        return Outcome(None, events, returned)

    def read(self, to: int, function: str, *args: Any) -> bytes:
        """What a view returns now."""
        self.calls += 1
        return self._evm.call(READER, _bytes(to), encode_call(function, args), static=True)

    def words(self, address: int, slots: Sequence[int]) -> list[int]:
        """The storage words at ``slots``."""
        account = _bytes(address)
        return [self._evm.word(account, slot) for slot in slots]

    def code_hash(self, address: int) -> int:
        """What EXTCODEHASH gives for a contract."""
        return int.from_bytes(keccak(self._evm.code(_bytes(address))), "big")

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
        self._evm.timestamp = now
