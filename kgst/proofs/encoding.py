"""Bytes as JSON-RPC and RLP write them, parsed strictly.

RLP (yellow paper, appendix B) is read here and not by the library `rlp`, which writes it: its reader calls itself for
each list in a list, and copies a list once for each of its items, so that a small file can keep it busy for hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from kgst.proofs.errors import ProofError

__all__ = [
    "UINT64",
    "UINT256",
    "Item",
    "as_bytes",
    "as_list",
    "as_number",
    "decode",
    "json_bytes",
    "json_list",
    "json_number",
    "json_object",
    "number_of",
]

Item: TypeAlias = "bytes | list[Item]"
"""What RLP holds: bytes, or a list of such."""

UINT64: Final = 8
UINT256: Final = 32
"""Bytes of a number at the most."""

_MOST_STEPS: Final = 1_000_000
"""More than the 450,000 of the receipt with the most logs: 375 gas each, of 2²⁴ gas (EIP-7825)."""

_STRING, _LONG_STRING, _LIST, _LONG_LIST = 0x80, 0xB7, 0xC0, 0xF7
_SHORT: Final = 56


def json_object(value: object, what: str) -> Mapping[str, Any]:
    """A JSON object.

    Raises:
        ProofError: it is none.
    """
    if not isinstance(value, Mapping):
        raise ProofError(f"{what} is no JSON object")
    return value


def json_list(value: object, what: str) -> Sequence[Any]:
    """A JSON array.

    Raises:
        ProofError: it is none.
    """
    if not isinstance(value, list | tuple):
        raise ProofError(f"{what} is no JSON array")
    return value


def json_bytes(value: object, what: str, length: int | None = None) -> bytes:
    """Bytes from `0x` and two hexadecimal digits for each.

    Args:
        value: As JSON has it.
        what: Names it in an error.
        length: So many bytes; None for any number.

    Raises:
        ProofError: it is no such text, or of another length.
    """
    data = _digits(value, what, even=True)
    if length is not None and len(data) != length:
        raise ProofError(f"{what} has {len(data)} bytes, not {length}")
    return data


def json_number(value: object, what: str, size: int = UINT64) -> int:
    """A number from `0x` and hexadecimal digits.

    Args:
        value: As JSON has it.
        what: Names it in an error.
        size: Its bytes at the most.

    Raises:
        ProofError: it is no such text, or too large.
    """
    data = _digits(value, what, even=False)
    if not data:
        raise ProofError(f"{what} is no number: 0x without a digit")
    number = int.from_bytes(data)
    if number >> (8 * size):
        raise ProofError(f"{what} is larger than {size} bytes")
    return number


def _digits(value: object, what: str, *, even: bool) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ProofError(f"{what} is no text that begins with 0x")
    digits = value[2:]
    if not even and len(digits) % 2:
        digits = "0" + digits
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise ProofError(f"{what} is not in hexadecimal digits") from None
    # fromhex() skips white space.
    if 2 * len(data) != len(digits):
        raise ProofError(f"{what} is not in hexadecimal digits")
    return data


def decode(data: bytes, what: str, *, depth: int) -> Item:
    """The one item that `data` is in RLP, in the one form that it has (yellow paper, appendix B).

    Args:
        data: All of it.
        what: Names it in an error.
        depth: Lists within each other, at the most; 0 for bytes alone.

    Raises:
        ProofError: it is cut off, goes on behind the item, says a length in another form than the shortest, or has
            more lists within each other, or more items, than anything that is read here.
    """
    if not isinstance(data, bytes):
        raise ProofError(f"{what} is not bytes")
    whole: list[Item] = []
    opened = [(whole, len(data))]
    at = 0
    for _ in range(_MOST_STEPS):
        items, end = opened[-1]
        if at == end:
            opened.pop()
            if not opened:
                break
            continue
        is_list, start, stop = _span(data, at, end, what)
        if is_list:
            if len(opened) > depth:
                raise ProofError(f"{what} has a list where bytes belong")
            inner: list[Item] = []
            items.append(inner)
            opened.append((inner, stop))
            at = start
        else:
            items.append(data[start:stop])
            at = stop
        if len(whole) > 1:
            raise ProofError(f"{what} goes on behind its end")
    if opened:
        raise ProofError(f"{what} has too many items")
    if not whole:
        raise ProofError(f"{what} is empty")
    return whole[0]


def _span(data: bytes, at: int, end: int, what: str) -> tuple[bool, int, int]:
    """Whether the item at `at` is a list, and where its content begins and stops."""
    first = data[at]
    if first < _STRING:
        return False, at, at + 1
    is_list = first >= _LIST
    short, long = (_LIST, _LONG_LIST) if is_list else (_STRING, _LONG_STRING)
    if first <= long:
        start, length = at + 1, first - short
    else:
        start = at + 1 + first - long
        size = data[at + 1 : min(start, end)]
        length = int.from_bytes(size)
        if start > end or size[0] == 0 or length < _SHORT:
            raise ProofError(f"{what} is not RLP in its one form: a length of its own form")
    if length > end - start:
        raise ProofError(f"{what} is cut off")
    if not is_list and length == 1 and data[start] < _STRING:
        raise ProofError(f"{what} is not RLP in its one form: a byte with a length")
    return is_list, start, start + length


def as_bytes(item: Item, what: str, length: int | None = None) -> bytes:
    """Bytes of this length.

    Raises:
        ProofError: it is a list, or of another length.
    """
    if not isinstance(item, bytes):
        raise ProofError(f"{what} is a list, not bytes")
    if length is not None and len(item) != length:
        raise ProofError(f"{what} has {len(item)} bytes, not {length}")
    return item


def as_list(item: Item, what: str, length: int | None = None) -> list[Item]:
    """A list of this length.

    Raises:
        ProofError: it is bytes, or of another length.
    """
    if not isinstance(item, list):
        raise ProofError(f"{what} is bytes, not a list")
    if length is not None and len(item) != length:
        raise ProofError(f"{what} has {len(item)} parts, not {length}")
    return item


def as_number(item: Item, what: str, size: int = UINT64) -> int:
    """A number of at most `size` bytes, without a zero before it.

    Raises:
        ProofError: it is a list, too large, or in another form.
    """
    data = as_bytes(item, what)
    if len(data) > size:
        raise ProofError(f"{what} is larger than {size} bytes")
    if data[:1] == b"\0":
        raise ProofError(f"{what} begins with a zero byte")
    return int.from_bytes(data)


def number_of(value: int) -> bytes:
    """`value` as RLP has numbers: big-endian, without a zero before it."""
    return value.to_bytes((value.bit_length() + 7) // 8)
