"""Errors of the EVM in geth's words, made from what anvil says."""

from __future__ import annotations

import re
from typing import Any

from eth_abi.abi import decode
from support.bsc.terms import Terms, version_of
from support.bsc.wire import Refusal

__all__ = ["evm_refusal", "reverted", "unknown_method", "wrong_argument"]

_ERROR, _PANIC = bytes.fromhex("08c379a0"), bytes.fromhex("4e487b71")
_PANICS = {
    0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero", 0x21: "enum overflow", 0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array", 0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory", 0x51: "uninitialized function",
}  # fmt: skip
_FAILURES = (
    ("InvalidFEOpcode", "invalid opcode: INVALID"),
    ("OpcodeNotFound", "invalid opcode: opcode not defined"),
    ("OutOfGas", "out of gas"),
    ("StackUnderflow", "stack underflow"),
    ("InvalidJump", "invalid jump destination"),
)


def reverted(data: str, client: str) -> Refusal:
    """A revert, with its data; since v1.5.13 the data also ends the text."""
    raw = bytes.fromhex(data.removeprefix("0x"))
    reason = ""
    if raw[:4] == _ERROR:
        reason = f": {decode(['string'], raw[4:])[0]}"
    elif raw[:4] == _PANIC:
        number = int.from_bytes(raw[4:36])
        reason = f": {_PANICS.get(number, f'unknown panic code: {number:#x}')}"
    tail = f": {data}" if version_of(client) >= (1, 5, 13) else ""
    return Refusal(f"execution reverted{reason}{tail}", 3, data)


def evm_refusal(error: dict[str, Any], terms: Terms) -> Refusal:
    """What geth says to a call for which anvil answered with `error`."""
    message, data = str(error.get("message", "")), error.get("data")
    if error.get("code") == 3 or "revert" in message.lower():
        return reverted(data if isinstance(data, str) else "0x", terms.client)
    for word, said in _FAILURES:
        if word in message.replace(" ", ""):
            return Refusal(said)
    return Refusal(message)


def unknown_method(method: str) -> Refusal:
    """A method, or a whole namespace, that the node does not serve."""
    return Refusal(f"the method {method} does not exist/is not available", -32601)


def wrong_argument(
    place: int, value: Any, kind: str, length: int, field: str = ""
) -> Refusal | None:
    """Why `value` is no `0x…` of that many bytes; None when it is one.

    Args:
        place: Of the argument, from 0.
        value: As it was given.
        kind: `Address` or `Hash`.
        length: In bytes.
        field: `TransactionArgs.to` when it stands in an object.
    """
    into = (
        f"Go struct field {field} of type common.{kind}"
        if field
        else f"Go value of type common.{kind}"
    )
    begin = f"invalid argument {place}: "
    if not isinstance(value, str):
        return Refusal(f"{begin}json: cannot unmarshal non-string into {into}", -32602)
    if not value.startswith("0x"):
        return Refusal(
            f"{begin}json: cannot unmarshal hex string without 0x prefix into {into}", -32602
        )
    digits = value[2:]
    if len(digits) % 2:
        return Refusal(
            f"{begin}json: cannot unmarshal hex string of odd length into {into}", -32602
        )
    if re.fullmatch("[0-9a-fA-F]*", digits) is None:
        return Refusal(f"{begin}json: cannot unmarshal invalid hex string into {into}", -32602)
    if len(digits) != 2 * length:
        said = f"hex string has length {len(digits)}, want {2 * length} for common.{kind}"
        return Refusal(f"{begin}{said}", -32602)
    return None
