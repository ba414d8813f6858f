"""What every token is asked to do, in the same way and from the same base state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gas.actors import DEADLINE, Wallet, address, counted_nonces, key, random_nonces, vrs
from gas.chain import CHAIN_ID, Chain

AMOUNT = 0x12345678  # base units of every measured payment
STOCK = 10**12  # base units that every holder starts with
UNLIMITED = 2**256 - 1

HOLDER = key("holder")
RECIPIENT = address("recipient")
SPENDER = address("spender")
ADMIN = address("admin")
MINTER = address("minter")
EMPTIED = address("emptied")
NEWCOMER = address("newcomer")
RELAYER = address("relayer")

_AUTHORIZATION = "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"
_AUTHORIZATION_BYTES = "(address,address,uint256,uint256,uint256,bytes32,bytes)"


def receivers(number: int, kind: str = "existing") -> list[str]:
    """The receivers of a payout: ``existing`` ones hold tokens, ``fresh`` ones do not."""
    return [address(f"{kind} receiver {i}") for i in range(number)]


@dataclass(frozen=True)
class Token:
    """A deployed token, of which ``MINTER`` may mint and burn.

    Args:
        name: Of the EIP-712 domain, as is ``version``.
        existing: How many receivers hold tokens before the measurement.
        permits: Has ERC-2612.
        authorizations: Has EIP-3009.
        authorization_bytes: Has its overloads with ``bytes signature``, measured as rows of their own.
        extra: Rows that only this kind has: operation → (sender, function, arguments).
    """

    address: str
    name: str = ""
    version: str = "1"
    existing: int = 100
    permits: bool = True
    authorizations: bool = False
    authorization_bytes: bool = False
    extra: dict[str, tuple[str, str, tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def domain(self) -> dict[str, Any]:
        """The EIP712Domain."""
        return {
            "name": self.name, "version": self.version,
            "chainId": CHAIN_ID, "verifyingContract": self.address,
        }  # fmt: skip


def fund(chain: Chain, token: Token) -> None:
    """The base state: everybody who is not a newcomer holds tokens."""
    for account in (HOLDER.address, RECIPIENT, MINTER, SPENDER, *receivers(token.existing)):
        chain.do(MINTER, token.address, "mint(address,uint256)", account, STOCK)
    chain.do(MINTER, token.address, "mint(address,uint256)", EMPTIED, AMOUNT)


def measure_token(chain: Chain, token: Token) -> dict[str, int]:
    """Gas of every row that ``token`` has."""
    rows = _erc20(chain, token)
    if token.permits:
        rows |= _permits(chain, token)
    if token.authorizations:
        rows |= _authorizations(chain, token)
    for operation, (sender, function, arguments) in token.extra.items():
        rows[operation] = chain.measure(sender, token.address, function, *arguments)
    return rows


def after(chain: Chain, prepare: Callable[[], object], then: Callable[[], int]) -> int:
    """What ``then`` measures once ``prepare`` is done; both are undone."""
    with chain.undone():
        prepare()
        return then()


def _erc20(chain: Chain, token: Token) -> dict[str, int]:
    at, holder = token.address, HOLDER.address

    def transfer(sender: str, to: str) -> int:
        return chain.measure(sender, at, "transfer(address,uint256)", to, AMOUNT)

    def approve() -> int:
        return chain.measure(holder, at, "approve(address,uint256)", SPENDER, AMOUNT)

    def granting(value: int, then: Callable[[], int]) -> int:
        return after(
            chain, lambda: chain.do(holder, at, "approve(address,uint256)", SPENDER, value), then
        )

    def spend() -> int:
        return chain.measure(
            SPENDER, at, "transferFrom(address,address,uint256)", holder, RECIPIENT, AMOUNT
        )

    def mint(to: str) -> int:
        return chain.measure(MINTER, at, "mint(address,uint256)", to, AMOUNT)

    return {
        "transfer_existing": transfer(holder, RECIPIENT),
        "transfer_fresh": transfer(holder, NEWCOMER),
        "transfer_emptied": transfer(EMPTIED, RECIPIENT),
        "approve": approve(),
        "approve_update": granting(2 * AMOUNT, approve),
        "transferFrom_finite": granting(2 * AMOUNT, spend),
        "transferFrom_infinite": granting(UNLIMITED, spend),
        "mint_existing": mint(RECIPIENT),
        "mint_fresh": mint(NEWCOMER),
        "burn": chain.measure(MINTER, at, "burn(uint256)", AMOUNT),
    }


def _permits(chain: Chain, token: Token) -> dict[str, int]:
    wallet = Wallet(HOLDER, token.domain)

    def permit(value: int, nonce: int) -> tuple[Any, ...]:
        deadline, (v, r, s) = wallet.permit(SPENDER, value, nonce)
        function = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
        return RELAYER, token.address, function, HOLDER.address, SPENDER, value, deadline, v, r, s

    first, repeat = permit(AMOUNT, 0), permit(AMOUNT, 1)
    return {
        "permit": chain.measure(*first),
        "permit_repeat": after(
            chain, lambda: chain.do(*permit(2 * AMOUNT, 0)), lambda: chain.measure(*repeat)
        ),
    }


def _authorizations(chain: Chain, token: Token) -> dict[str, int]:
    return _authorization(
        chain, token, "twa", "transferWithAuthorization", RELAYER
    ) | _authorization(chain, token, "rwa", "receiveWithAuthorization", RECIPIENT)


def _authorization(
    chain: Chain, token: Token, row: str, function: str, sender: str
) -> dict[str, int]:
    wallet = Wallet(HOLDER, token.domain)
    kind = function[0].upper() + function[1:]
    fresh = wallet.authorization(kind, RECIPIENT, AMOUNT, random_nonces(row))
    counted = wallet.authorization(kind, RECIPIENT, AMOUNT, counted_nonces(fresh[0]))

    def call(signed: tuple[bytes, bytes], packed: bool) -> tuple[Any, ...]:
        nonce, signature = signed
        types = _AUTHORIZATION_BYTES if packed else _AUTHORIZATION
        proof = (signature,) if packed else vrs(signature)
        payment = (HOLDER.address, RECIPIENT, AMOUNT, 0, DEADLINE, nonce)
        return sender, token.address, function + types, *payment, *proof

    def in_use(packed: bool) -> int:
        return after(
            chain,
            lambda: chain.do(*call(fresh, False)),
            lambda: chain.measure(*call(counted, packed)),
        )

    rows = {row: chain.measure(*call(fresh, False)), f"{row}_word_in_use": in_use(False)}
    if token.authorization_bytes:
        rows[f"{row}_bytes"] = chain.measure(*call(fresh, True))
        rows[f"{row}_bytes_word_in_use"] = in_use(True)
    return rows
