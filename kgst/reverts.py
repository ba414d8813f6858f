"""Reverts in words: the error's name and arguments, by the project's own ABIs."""

from __future__ import annotations

from ast import literal_eval
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector

from kgst.abi import NAMES, interface

__all__ = ["explain", "revert_data"]

_STANDARD: Final = {
    bytes.fromhex("08c379a0"): ("Error", ["string"], ["message"]),
    bytes.fromhex("4e487b71"): ("Panic", ["uint256"], ["code"]),
}


def revert_data(error: BaseException) -> bytes | None:
    """The bytes that a call reverted with, from what web3 or the in-process chain raised; None when it is no revert."""
    from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]
    from web3.exceptions import ContractLogicError

    if isinstance(error, ContractLogicError):
        data = error.data
        return bytes.fromhex(data[2:]) if isinstance(data, str) and data.startswith("0x") else b""
    if isinstance(error, TransactionFailed):
        text = str(error).partition("execution reverted: ")[2]
        # Custom errors arrive as the repr of their bytes.
        return bytes(literal_eval(text)) if text.startswith(("b'", 'b"')) else text.encode()
    return None


def explain(data: bytes) -> str:
    """`HeadroomExceeded(headroom=0, needed=5)`; the bare bytes of an error that no ABI of the project has."""
    if not data:
        return "no reason"
    known = _STANDARD.get(data[:4]) or _errors().get(data[:4])
    if known is None:
        text = data.decode("utf-8", "replace")
        return text if text.isprintable() else f"unknown error 0x{data.hex()[:200]}"
    name, types, names = known
    try:
        values = decode(types, data[4:])
    except (DecodingError, OverflowError):
        return f"{name}, with arguments that cannot be read"
    arguments = (f"{n}={_shown(v)}" for n, v in zip(names, values, strict=True))
    return f"{name}({', '.join(arguments)})"


def _shown(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


@cache
def _errors() -> dict[bytes, tuple[str, list[str], list[str]]]:
    found: dict[bytes, tuple[str, list[str], list[str]]] = {}
    # Of each, since they come back from the token's address or the manager's.
    for contract in NAMES:
        for abi in interface(contract).errors:
            types = [i.canonical_type for i in abi.inputs]
            selector = function_signature_to_4byte_selector(f"{abi.name}({','.join(types)})")
            found[selector] = (abi.name, types, [i.name or "?" for i in abi.inputs])
    return found
