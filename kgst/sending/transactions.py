"""Legacy transactions, which every BNB chain takes: made, signed, and read again from their bytes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.errors import RefusedError
from kgst.journal import Purpose, Signed
from kgst.node import chain_id
from kgst.sending.public_keys import require_own_key

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI

__all__ = ["Content", "content_of", "created_by", "sign"]


@dataclass(frozen=True)
class Content:
    """What a transaction does, and what it may cost.

    Attributes:
        to: Checksummed address; None creates a contract.
        value: Wei.
        price: Wei per gas.
    """

    nonce: int
    price: int
    gas: int
    to: str | None
    value: int
    data: bytes


def content_of(signed: Signed) -> Content:
    """What `signed` says, from its bytes."""
    import rlp

    nonce, price, gas, to, value, data, *_ = rlp.decode(bytes.fromhex(signed.raw[2:]))
    numbers = [int.from_bytes(field) for field in (nonce, price, gas, value)]
    return Content(
        numbers[0], numbers[1], numbers[2], to_checksum_address(to) if to else None, numbers[3],
        bytes(data),
    )  # fmt: skip


def created_by(sender: str, nonce: int) -> str:
    """The checksummed address of the contract that `sender` creates with `nonce` (CREATE)."""
    import rlp

    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:])


def sign(
    provider: ProviderAPI,
    account: AccountAPI,
    step: str,
    content: Content,
    purpose: Purpose = Purpose.STEP,
) -> Signed:
    """`content`, signed by `account`; ape checks that the signature is the account's own.

    Raises:
        RefusedError: the account did not sign, or everybody has its key.
    """
    require_own_key(account.address, provider)
    transaction: Any = provider.network.ecosystem.create_transaction(
        type=0,
        chain_id=chain_id(provider),
        sender=account.address,
        nonce=content.nonce,
        gas_limit=content.gas,
        gas_price=content.price,
        value=content.value,
        data=content.data,
        **({"receiver": content.to} if content.to else {}),
    )
    try:
        done = account.sign_transaction(transaction)
        raw = bytes(done.serialize_transaction()) if done is not None else None
    except click.Abort:  # a question of the account's own, answered with Ctrl-C
        raise
    except Exception as error:  # a device's plugin has its own, also for "reject"
        raise RefusedError(
            f"{step}: {str(error).rstrip('.!')}; nothing was sent. Use an account that signs by itself."
        ) from error
    if raw is None:
        raise RefusedError(f"{step}: the account did not sign; nothing was sent.")
    return Signed(
        step=step,
        nonce=content.nonce,
        hash="0x" + keccak(raw).hex(),
        raw="0x" + raw.hex(),
        purpose=purpose,
        at=int(time.time()),
    )
