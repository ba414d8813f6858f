"""What the two desks cost: a holder who asks and takes back, an operator who locks, confirms and mints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from gas.actors import DEADLINE, Wallet, random_nonces, vrs
from gas.builds import kgst_code
from gas.chain import Chain, call_data
from gas.scenario import ADMIN, AMOUNT, HOLDER, RECIPIENT, RELAYER, Token

from kgst.deployment.contracts import selectors
from kgst.roles import FUNCTIONS, Role

ASKED = AMOUNT // 10_000 * 10_000
"""Base units of a request: whole tyiyn."""
DAY = 86_400
_PAYEE = bytes(range(0x21, 0x41))
_KEY = bytes(range(0x61, 0x81))
"""No byte is zero, as the conventions ask; nor in what follows."""
_REQUEST = "request(uint256,bytes32)"
_SIGNED = "requestWithAuthorization(address,uint256,bytes32,bytes32,uint256,uint256,uint8,bytes32,bytes32)"


def measure_desks(
    chain: Chain, token: Token, manager: str, role: Callable[[Role], str]
) -> dict[str, int]:
    """Gas by operation; the chain is as before afterwards."""
    with chain.undone():
        redemption = _open(chain, token, manager, role, "RedemptionDesk", (3 * DAY, DAY, 10_000))
        minting = _open(chain, token, manager, role, "MintDesk", (2**70, 2**70, DAY))
        return {
            **_redemptions(chain, token, redemption, role),
            **_minting(chain, minting, role),
        }


def _open(
    chain: Chain,
    token: Token,
    manager: str,
    role: Callable[[Role], str],
    name: str,
    terms: tuple[int, ...],
) -> str:
    types = ["address", "address", "uint256", "uint256", "uint256"]
    desk, _ = chain.deploy(kgst_code(name), types, manager, token.address, *terms)
    for one in FUNCTIONS[name]:
        given = desk, selectors(one, name), int(one)
        chain.do(ADMIN, manager, "setTargetFunctionRole(address,bytes4[],uint64)", *given)
    appoint, out = "setIssuer(address,uint256,uint256,bool)", name == "RedemptionDesk"
    quota = desk, 0 if out else 2**70, 0, out
    chain.do(role(Role.ISSUANCE_ADMIN), token.address, appoint, *quota)
    if out:
        chain.do(role(Role.ISSUANCE_ADMIN), token.address, "setDesk(address)", desk)
    return desk


def _redemptions(
    chain: Chain, token: Token, desk: str, role: Callable[[Role], str]
) -> dict[str, int]:
    holder, redeemer = HOLDER.address, role(Role.REDEEMER)
    chain.do(holder, token.address, "approve(address,uint256)", desk, 2**256 - 1)
    for _ in range(2):
        chain.do(holder, desk, _REQUEST, ASKED, _PAYEE)
    rows = {
        "desk_request": chain.measure(holder, desk, _REQUEST, ASKED, _PAYEE),
        "desk_request_signed": chain.measure(RELAYER, desk, _SIGNED, *_authorization(token, desk)),
        "desk_withdraw": chain.measure(holder, desk, "withdraw(uint256)", 1),
    }
    for _ in range(100):
        chain.do(holder, desk, _REQUEST, ASKED, _PAYEE)
    for number in (1, 10, 100):
        ids = list(range(1, number + 1))
        rows[f"desk_lock_{number}"] = chain.measure(redeemer, desk, "lock(uint256[])", ids)
    ids = list(range(2, 102))
    chain.do(redeemer, desk, "lock(uint256[])", ids)
    confirm = "confirmPaid(uint256[],bytes32)"
    rows["desk_confirm_100"] = chain.measure(redeemer, desk, confirm, ids, _PAYEE)
    return rows


def _authorization(token: Token, desk: str) -> tuple[Any, ...]:
    """Of the first salt whose signature is standard."""
    wallet, holder = Wallet(HOLDER, token.domain), HOLDER.address
    salts: dict[bytes, bytes] = {}

    def nonces() -> Iterator[bytes]:
        types = ["address", "uint256", "bytes32", "bytes32", "address"]
        for salt in random_nonces("salt"):
            nonce = keccak(encode(types, [holder, ASKED, _PAYEE, salt, desk]))
            salts[nonce] = salt
            yield nonce

    nonce, signature = wallet.authorization("ReceiveWithAuthorization", desk, ASKED, nonces())
    return holder, ASKED, _PAYEE, salts[nonce], 0, DEADLINE, *vrs(signature)


def _minting(chain: Chain, desk: str, role: Callable[[Role], str]) -> dict[str, int]:
    chain.do(role(Role.ISSUANCE_ADMIN), desk, "allowDestination(address)", RECIPIENT)
    mint = "mint(address,uint256,bytes32)"
    first = _KEY[:-1] + b"\x91"
    with chain.undone():
        chain.do(role(Role.MINTER), desk, mint, RECIPIENT, AMOUNT, first)
        return {"desk_mint": chain.measure(role(Role.MINTER), desk, mint, RECIPIENT, AMOUNT, _KEY)}


_ACCOUNT, _READ, _CHANGE, _FRESH, _ECRECOVER = 2_600, 2_100, 5_000, 22_100, 3_000
_PERMITTED = _ACCOUNT + 3 * _READ
"""What asking the AccessManager takes: closed or not, the function's role, the caller's membership."""


def _log(topics: int, words: int) -> int:
    return 375 * (1 + topics) + 256 * words


def _transaction(function: str, *arguments: Any) -> int:
    return 21_000 + sum(16 if byte else 4 for byte in call_data(function, arguments))


def _moved() -> int:
    """A payment within the token: its flags, two balances, its log."""
    return _ACCOUNT + _READ + 2 * _CHANGE + _log(3, 1)


def desk_floor(operation: str) -> int:
    """The least gas of an operation at a desk: transaction, calldata, accounts, storage, logs, precompiles."""
    asked = 2 * _FRESH + _CHANGE + _READ + _log(3, 3) + _moved()
    if operation == "desk_request":
        return _transaction(_REQUEST, ASKED, _PAYEE) + asked + _READ
    if operation == "desk_request_signed":
        signed = (HOLDER.address, ASKED, _PAYEE, _PAYEE, 0, DEADLINE, 27, _PAYEE, _PAYEE)
        return _transaction(_SIGNED, *signed) + asked + _FRESH + _ECRECOVER + _log(3, 0)
    if operation == "desk_withdraw":
        return _transaction("withdraw(uint256)", 1) + 2 * _CHANGE + _log(2, 0) + _moved()
    if operation == "desk_confirm_100":
        ids = list(range(2, 102))
        once = _PERMITTED + _ACCOUNT + _READ + 3 * _CHANGE + _FRESH
        each = _CHANGE + _log(3, 0) + _log(3, 0) + _log(3, 1)
        return _transaction("confirmPaid(uint256[],bytes32)", ids, _PAYEE) + once + 100 * each
    if operation == "desk_mint":
        called = _transaction("mint(address,uint256,bytes32)", RECIPIENT, AMOUNT, _KEY)
        own = _PERMITTED + 2 * _READ + _CHANGE + _log(3, 1)
        return called + own + _ACCOUNT + 4 * _CHANGE + _log(3, 0) + _log(3, 1)
    number = int(operation.removeprefix("desk_lock_"))
    called = _transaction("lock(uint256[])", list(range(1, number + 1)))
    return called + _PERMITTED + _ACCOUNT + _READ + number * (_CHANGE + _log(2, 1))
