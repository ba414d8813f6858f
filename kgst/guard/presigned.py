"""The file of a pause that is signed beforehand: readable by its owner only, compared with the transaction in it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Final, Literal

from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgst.document import Address, ChainId, Count, Hash
from kgst.errors import InputError
from kgst.flags import PAUSE_FLAGS
from kgst.journal import Signed
from kgst.jsonfile import JsonError, parse_json
from kgst.sending.transactions import content_of
from kgst.storing import read_bytes

__all__ = ["Presigned", "read_presigned", "write_presigned"]

_MAX_BYTES: Final = 100_000


class Presigned(BaseModel):
    """A signed pause: docs/files.md.

    Attributes:
        flags: Of the token, as `PauseFlag` numbers them.
        account: Checksummed address that signed.
        gas_price: Wei per gas.
        raw: The signed transaction; everything else in the file is compared with it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-presigned/1"] = "kgst-presigned/1"
    chain_id: ChainId
    token: Address
    flags: Annotated[int, Field(ge=1, le=PAUSE_FLAGS)]
    account: Address
    nonce: Count
    gas_price: Annotated[int, Field(ge=1)]
    hash: Hash
    raw: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})+$")]


def read_presigned(path: Path) -> Presigned:
    """The file at `path`, compared with the transaction in it.

    Raises:
        InputError: it cannot be read, or is not what it says.
    """
    content = read_bytes(path, _MAX_BYTES)
    from rlp.exceptions import RLPException  # type: ignore[import-untyped]

    try:
        text, _ = parse_json(content)
        found = Presigned.model_validate_json(text)
        differs = _differences(found)
    except JsonError as error:
        raise InputError(f"{path}: {error}; sign a new one.") from None
    except (ValidationError, ValueError, RLPException) as error:
        raise InputError(
            f"{path} is not a file of `ape run guard pause --presign`, or was changed; sign a new one."
        ) from error
    if differs:
        raise InputError(
            f"{path} says another {', '.join(differs)} than the transaction in it; sign a new one."
        )
    return found


def _differences(file: Presigned) -> list[str]:
    """What the file says otherwise than the bytes that would be sent."""
    from eth_account import Account
    from eth_account._utils.legacy_transactions import Transaction

    content = content_of(Signed(step="pause", nonce=0, hash=file.hash, raw=file.raw))
    v = int(Transaction.from_bytes(bytes.fromhex(file.raw[2:])).v)
    data = function_signature_to_4byte_selector("pause(uint256)") + file.flags.to_bytes(32)
    pairs = {
        "hash": (file.hash, "0x" + keccak(bytes.fromhex(file.raw[2:])).hex()),
        "account": (file.account, Account.recover_transaction(file.raw)),
        "chain": (file.chain_id, (v - 35) // 2),
        "token": (file.token, content.to),
        "nonce": (file.nonce, content.nonce),
        "price": (file.gas_price, content.price),
        "call": (data, content.data),
        "value": (0, content.value),
    }
    return [what for what, (said, found) in pairs.items() if said != found]


def write_presigned(path: Path, file: Presigned) -> None:
    """A new file, which nobody else may read.

    Raises:
        InputError: something stands at `path`, or it cannot be written.
    """
    text = json.dumps(file.model_dump(), indent=2) + "\n"
    try:
        # Nobody else may read it, from its first moment on; a file that is there is never overwritten.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise InputError(
            f"--presign {path}: it cannot be written ({error.strerror}); give a new file in a folder that is there."
        ) from error
