"""What the transaction pool refuses, in the order and the words of the client's version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rlp
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from support.bsc.terms import Terms, version_of
from support.bsc.upstream import Upstream
from support.bsc.wire import Refusal

__all__ = ["Sent", "admit", "decode", "underpriced_words"]

_BUMP = 10  # per cent that a replacement must offer more
_INIT_CODE = 49_152
_SIZE = 128 * 1024


@dataclass(frozen=True)
class Sent:
    """A signed transaction, as far as the pool looks at it. Prices in wei.

    Attributes:
        to: 20 bytes; empty when it creates a contract.
        chain_id: None when it is not protected against replay.
        authorizations: How many EIP-7702 authorizations it carries.
    """

    hash: str
    sender: str
    nonce: int
    gas: int
    fee_cap: int
    tip_cap: int
    to: bytes
    value: int
    data: bytes
    chain_id: int | None
    size: int
    access: tuple[tuple[Any, tuple[Any, ...]], ...] = ()
    authorizations: int = 0

    @property
    def cost(self) -> int:
        return self.gas * self.fee_cap + self.value

    @property
    def intrinsic_gas(self) -> int:
        zeros = self.data.count(0)
        gas = 21_000 + 4 * zeros + 16 * (len(self.data) - zeros)
        if not self.to:
            gas += 32_000 + 2 * -(-len(self.data) // 32)
        gas += sum(2_400 + 1_900 * len(slots) for _, slots in self.access)
        return gas + 25_000 * self.authorizations

    @property
    def floor_gas(self) -> int:
        """EIP-7623: what the data costs at least."""
        zeros = self.data.count(0)
        return 21_000 + 10 * (zeros + 4 * (len(self.data) - zeros))


def decode(raw: str) -> Sent:
    """A transaction from its signed bytes.

    Raises:
        Refusal: they are none.
    """
    try:
        data = bytes.fromhex(raw.removeprefix("0x"))
        sender = Account.recover_transaction(data)
        if data[0] >= 0xC0:
            nonce, price, gas, to, value, payload, v, _, _ = rlp.decode(data)
            signed = int.from_bytes(v)
            return Sent(
                _hash(data), sender, _int(nonce), _int(gas), _int(price), _int(price), to, _int(value), payload,
                (signed - 35) // 2 if signed > 28 else None, len(data),
            )  # fmt: skip
        fields = TypedTransaction.from_bytes(HexBytes(data)).as_dict()
    except Exception as error:
        raise Refusal(f"rlp: {error}"[:80]) from error
    price = fields.get("gasPrice")
    return Sent(
        _hash(data), sender, fields["nonce"], fields["gas"],
        fields["maxFeePerGas"] if price is None else price,
        fields["maxPriorityFeePerGas"] if price is None else price,
        bytes(fields["to"]), fields["value"], bytes(fields["data"]), fields["chainId"], len(data),
        tuple((a, tuple(s)) for a, s in _pairs(fields.get("accessList") or ())),
        len(fields.get("authorizationList") or ()),
    )  # fmt: skip


def admit(sent: Sent, upstream: Upstream, terms: Terms) -> None:
    """The pool takes the transaction.

    Raises:
        Refusal: it does not.
    """
    _check_by_api(sent, terms)
    pooled = _pooled(upstream, sent.sender)
    if any(known == sent.hash for known, *_ in pooled.values()):
        raise Refusal("already known")
    _check_alone(sent, terms)
    _check_with_account(sent, upstream)
    if sent.nonce in pooled:
        _, fee_cap, tip_cap = pooled[sent.nonce]
        wanted = [price * (100 + _BUMP) for price in (fee_cap, tip_cap)]
        if sent.fee_cap * 100 < wanted[0] or sent.tip_cap * 100 < wanted[1]:
            raise Refusal("replacement transaction underpriced")


def underpriced_words(client: str, offered: int, needed: int) -> str:
    """That a price is below the pool's minimum; the words changed twice."""
    version = version_of(client)
    if version >= (1, 6, 0):
        return (
            f"transaction gas price below minimum: gas tip cap {offered}, minimum needed {needed}"
        )
    if version >= (1, 4, 2):
        return f"transaction underpriced: gas tip cap {offered}, minimum needed {needed}"
    return f"transaction underpriced: tip needed {needed}, tip permitted {offered}"


def _check_by_api(sent: Sent, terms: Terms) -> None:
    fee = sent.gas * sent.fee_cap
    if fee > terms.fee_cap:
        said = f"tx fee ({fee / 10**18:.2f} ether) exceeds the configured cap ({terms.fee_cap / 10**18:.2f} ether)"
        raise Refusal(said)
    if sent.chain_id is None:
        raise Refusal("only replay-protected (EIP-155) transactions allowed over RPC")


def _check_alone(sent: Sent, terms: Terms) -> None:
    if sent.size > _SIZE:
        raise Refusal(f"oversized data: transaction size {sent.size}, limit {_SIZE}")
    if not sent.to and len(sent.data) > _INIT_CODE:
        raise Refusal(f"max initcode size exceeded: code size {len(sent.data)}, limit {_INIT_CODE}")
    if sent.gas > terms.tx_gas_cap:
        raise Refusal(f"transaction gas limit too high (cap: {terms.tx_gas_cap}, tx: {sent.gas})")
    if sent.gas > terms.gas_limit:
        raise Refusal("exceeds block gas limit")
    if sent.tip_cap > sent.fee_cap:
        raise Refusal(
            "max priority fee per gas higher than max fee per gas: address "
            f"{sent.sender}, maxPriorityFeePerGas: {sent.tip_cap}, maxFeePerGas: {sent.fee_cap}"
        )
    if sent.chain_id != terms.chain_id:
        raise Refusal(
            f"invalid sender: invalid chain id for signer: have {sent.chain_id} want {terms.chain_id}"
        )
    if sent.gas < sent.intrinsic_gas:
        raise Refusal(f"intrinsic gas too low: gas {sent.gas}, minimum needed {sent.intrinsic_gas}")
    if sent.gas < sent.floor_gas:
        raise Refusal(
            f"insufficient gas for floor data gas cost: gas {sent.gas}, minimum needed {sent.floor_gas}"
        )
    if sent.tip_cap < terms.min_gas_price:
        raise Refusal(underpriced_words(terms.client, sent.tip_cap, terms.min_gas_price))


def _check_with_account(sent: Sent, upstream: Upstream) -> None:
    nonce, balance = (
        int(value, 16)
        for value in upstream.ask_all(
            [
                ("eth_getTransactionCount", [sent.sender, "latest"]),
                ("eth_getBalance", [sent.sender, "latest"]),
            ]
        )
    )
    if sent.nonce < nonce:
        raise Refusal(f"nonce too low: next nonce {nonce}, tx nonce {sent.nonce}")
    if balance < sent.cost:
        raise Refusal(
            f"insufficient funds for gas * price + value: balance {balance}, tx cost {sent.cost}, "
            f"overshot {sent.cost - balance}"
        )


def _pooled(upstream: Upstream, sender: str) -> dict[int, tuple[str, int, int]]:
    """Of what waits of that account: nonce to hash, fee cap and tip cap."""
    content = upstream.ask("txpool_content")
    found = {}
    for part in ("pending", "queued"):
        for address, by_nonce in content.get(part, {}).items():
            if address.lower() == sender.lower():
                for nonce, tx in by_nonce.items():
                    prices = (_price(tx, "maxFeePerGas"), _price(tx, "maxPriorityFeePerGas"))
                    found[int(nonce)] = (tx["hash"], *prices)
    return found


def _price(tx: dict[str, Any], name: str) -> int:
    value = tx.get(name) or tx["gasPrice"]
    return int(value, 16)


def _pairs(access: Any) -> list[tuple[Any, Any]]:
    return [
        (entry["address"], entry["storageKeys"]) if isinstance(entry, dict) else tuple(entry)
        for entry in access
    ]


def _hash(raw: bytes) -> str:
    return "0x" + keccak(raw).hex()


def _int(value: bytes) -> int:
    return int.from_bytes(value)
