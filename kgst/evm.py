"""An EVM within this process: py-evm, which ape's own in-process chain runs on, without blocks, fees or balances.

For what is asked of the contracts' code itself, whatever a node says: what a constructor leaves behind, what a function
answers. It is on every Python that ape is on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Evm", "EvmRevert", "Log"]

GAS = 30_000_000
LIMIT = 1 << 40
"""Of a block's gas; more than any call here is given."""


class EvmRevert(Exception):  # noqa: N818 # what happened, as an outcome
    """The call reverted, with ``data``; or halted (out of gas, an invalid instruction), with ``data`` None."""

    def __init__(self, data: bytes | None, said: str = "") -> None:
        self.data = data
        super().__init__(f"the EVM halted: {said}" if data is None else f"reverted: 0x{data.hex()}")


@dataclass(frozen=True, slots=True)
class Log:
    """An event as it is emitted: 20 bytes, words, bytes."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


class Evm:
    """One state, by the rules of Prague. Addresses are 20 bytes; ``timestamp`` is in seconds and may be set."""

    def __init__(self, chain_id: int = 1, timestamp: int = 1) -> None:
        from eth.constants import BLANK_ROOT_HASH
        from eth.db.atomic import AtomicDB
        from eth.vm.forks.prague.state import PragueState

        self.chain_id = chain_id
        self.timestamp = timestamp
        self.logs: list[Log] = []
        """Of the last call that succeeded."""
        self._state: Any = PragueState(AtomicDB(), self._context(), BLANK_ROOT_HASH)
        self._touched: dict[bytes, set[int]] = {}
        self._note_slots()

    def put(self, address: bytes, code: bytes, storage: Mapping[int, int] | None = None) -> None:
        """Lays `code`, and words by slot, at `address`."""
        self._state.set_code(address, code)
        for slot, word in (storage or {}).items():
            self._state.set_storage(address, slot, word)

    def deploy(self, sender: bytes, creation: bytes, at: bytes | None = None) -> bytes:
        """Runs the creation code, with its arguments behind it; returns the address: `at`, or CREATE's.

        Raises:
            EvmRevert: the constructor did not succeed.
        """
        from eth._utils.address import generate_contract_address
        from eth_typing import Address

        address: bytes = at or generate_contract_address(
            Address(sender), self._state.get_nonce(sender)
        )
        self._state.increment_nonce(sender)
        self._run("apply_create_message", sender, b"", b"", creation, create_address=address)
        return address

    def call(
        self, sender: bytes, to: bytes, data: bytes, *, static: bool = False, gas: int = GAS
    ) -> bytes:
        """What the code at `to` returns; it writes, unless `static`.

        Raises:
            EvmRevert: it did not succeed; then nothing was written.
        """
        code = self._state.get_code(to)
        return self._run("apply_message", sender, to, data, code, is_static=static, gas=gas)

    def code(self, address: bytes) -> bytes:
        """The runtime code there."""
        return bytes(self._state.get_code(address))

    def word(self, address: bytes, slot: int) -> int:
        """The storage word at `slot`."""
        return int(self._state.get_storage(address, slot))

    def storage(self, address: bytes) -> dict[int, int]:
        """Every word there that was read or written, by its slot, zeros too; all others are zero."""
        touched = sorted(self._touched.get(address, ()))
        return {slot: self.word(address, slot) for slot in touched}

    def _note_slots(self) -> None:
        """py-evm lists no slots: each place that is read or written is kept, also if the call is taken back."""
        state, read, write = self._state, self._state.get_storage, self._state.set_storage

        def noted_read(address: bytes, slot: int, from_journal: bool = True) -> int:
            self._touched.setdefault(bytes(address), set()).add(slot)
            return int(read(address, slot, from_journal))

        def noted_write(address: bytes, slot: int, value: int) -> None:
            self._touched.setdefault(bytes(address), set()).add(slot)
            write(address, slot, value)

        state.get_storage, state.set_storage = noted_read, noted_write

    def snapshot(self) -> Any:
        """To be given to `revert`, once."""
        return self._state.snapshot()

    def revert(self, mark: Any) -> None:
        """Takes back everything since `mark`, but the time."""
        self._state.revert(mark)

    def _run(
        self, how: str, sender: bytes, to: bytes, data: bytes, code: bytes, **more: Any
    ) -> bytes:
        from eth.exceptions import Revert
        from eth.vm.message import Message

        state = self._state
        state.execution_context = self._context()
        kind: Any = Message
        message = kind(
            **{"gas": GAS, "to": to, "sender": sender, "value": 0, "data": data, "code": code}
            | more
        )
        transaction = state.get_transaction_context_class()(gas_price=0, origin=sender)
        computation = getattr(state.computation_class, how)(state, message, transaction)
        state.clear_transient_storage()
        if computation.is_error:
            error = computation.error
            halted = not isinstance(error, Revert)
            raise EvmRevert(None if halted else bytes(computation.output), repr(error))
        self.logs = [
            Log(bytes(address), tuple(t.to_bytes(32, "big") for t in topics), bytes(content))
            for _, address, topics, content in computation.get_raw_log_entries()
        ]
        return bytes(computation.output)

    def _context(self) -> Any:
        from eth.vm.execution_context import ExecutionContext

        kind: Any = ExecutionContext
        return kind(
            coinbase=bytes(20),
            timestamp=self.timestamp,
            block_number=self.timestamp,
            difficulty=0,
            mix_hash=bytes(32),
            gas_limit=LIMIT,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )
