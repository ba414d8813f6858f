"""A transaction as JSON-RPC has it: its bytes, the hash that follows from them, and who signed it.

Legacy ones (yellow paper, 4.2; EIP-155), and those of EIP-2930, EIP-1559 and EIP-7702; a block's blobs (EIP-4844)
are sent by nobody who is asked about here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.proofs.encoding import (
    UINT256,
    json_bytes,
    json_list,
    json_number,
    json_object,
    number_of,
)
from kgst.proofs.errors import ProofError

__all__ = ["RecoveredTransaction"]

_ADDRESS: Final = 20
_HASH: Final = 32
_SIGNATURE: Final = ("r", "s")

# In the order in which they are signed, with the signature's parity and numbers behind.
_FIELDS: Final[Mapping[int, tuple[str, ...]]] = {
    0: ("nonce", "gasPrice", "gas", "to", "value", "input"),
    1: ("chainId", "nonce", "gasPrice", "gas", "to", "value", "input", "accessList"),
    2: (
        "chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "to", "value", "input",
        "accessList",
    ),
    4: (
        "chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "to", "value", "input",
        "accessList", "authorizationList",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class RecoveredTransaction:
    """A signed transaction.

    Attributes:
        hash: Of its bytes, 32.
        sender: Checksummed address, recovered from the signature.
        nonce: The sender's.
    """

    hash: bytes
    sender: str
    nonce: int

    @classmethod
    def of_json(cls, transaction: object) -> Self:
        """From a node's answer to `eth_getTransactionByHash`, or one of a block's `transactions`.

        Raises:
            ProofError: a part is missing, or is none; it is of another type than those above; its bytes do not have
                the hash that the answer says, or its signature is nobody's.
        """
        from eth_account import Account

        given = json_object(transaction, "the transaction")
        kind = json_number(given.get("type", "0x0"), "the transaction's type")
        if kind not in _FIELDS:
            raise ProofError(
                f"the transaction's type {kind} is not one of {', '.join(map(str, _FIELDS))}"
            )
        fields = [_field(given, name) for name in _FIELDS[kind]]
        # Nodes say yParity beside v, or instead of it.
        parity = (
            given.get("v", given.get("yParity"))
            if kind == 0
            else given.get("yParity", given.get("v"))
        )
        fields.append(number_of(json_number(parity, "the transaction's v")))
        fields += [_number(given, name) for name in _SIGNATURE]
        raw = (bytes([kind]) if kind else b"") + rlp.encode(fields)
        told = json_bytes(given.get("hash"), "the transaction's hash", _HASH)
        if keccak(raw) != told:
            raise ProofError(f"the transaction's fields do not hash to 0x{told.hex()}")
        try:
            sender = str(Account.recover_transaction(raw))
        except Exception as error:
            raise ProofError(f"the signature of 0x{told.hex()} is nobody's") from error
        said = json_bytes(given.get("from"), "the transaction's sender", _ADDRESS)
        if int(sender, 16) != int.from_bytes(said):
            raise ProofError(f"0x{told.hex()} was signed by {sender}, not by 0x{said.hex()}")
        nonce = json_number(given.get("nonce"), "the transaction's nonce")
        return cls(told, to_checksum_address(sender), nonce)


def _field(given: Mapping[str, Any], name: str) -> Any:
    if name == "to":
        to = given.get("to")
        return b"" if to is None else json_bytes(to, "the transaction's to", _ADDRESS)
    if name == "input":
        return json_bytes(given.get("input"), "the transaction's input")
    if name == "accessList":
        return [_access(one) for one in json_list(given.get(name), "the access list")]
    if name == "authorizationList":
        return [_authorization(one) for one in json_list(given.get(name), "the authorizations")]
    return _number(given, name)


def _number(given: Mapping[str, Any], name: str) -> bytes:
    return number_of(json_number(given.get(name), f"the transaction's {name}", UINT256))


def _access(entry: object) -> list[Any]:
    given = json_object(entry, "an entry of the access list")
    keys = json_list(given.get("storageKeys"), "its storage keys")
    return [
        json_bytes(given.get("address"), "its address", _ADDRESS),
        [json_bytes(key, "a storage key", _HASH) for key in keys],
    ]


def _authorization(entry: object) -> list[Any]:
    given = json_object(entry, "an authorization")
    parity = given.get("yParity", given.get("v"))
    return [
        _number(given, "chainId"),
        json_bytes(given.get("address"), "its address", _ADDRESS),
        _number(given, "nonce"),
        number_of(json_number(parity, "its parity")),
        *(_number(given, name) for name in _SIGNATURE),
    ]
