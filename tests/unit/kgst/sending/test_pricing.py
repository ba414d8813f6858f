"""Gas and its price, whatever a node says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kgst.errors import RefusedError
from kgst.sending.pricing import (
    FEE_CAP,
    MAX_GAS,
    gas_for,
    intrinsic_gas,
    outbidding,
    price_now,
    require_fee,
    require_price,
)

GWEI = 10**9
LIMITS: Any = SimpleNamespace(min_gas_price=2 * GWEI, max_gas_price=10 * GWEI, max_cost=10**18)


def node(asked: int, base: int | None) -> Any:
    """Asks so much, in a block whose base fee is so much."""
    block = {} if base is None else {"baseFeePerGas": base}
    return SimpleNamespace(gas_price=asked, get_block=lambda number: {"latest": block}[number])


@pytest.mark.parametrize(
    ("asked", "base", "price"),
    [
        (3 * GWEI, None, 3 * GWEI),
        (3 * GWEI, 0, 3 * GWEI),
        (1 * GWEI, None, 2 * GWEI),
        (0, 0, 2 * GWEI),
        # The next block's may be an eighth more: one who offers less waits.
        (8 * GWEI, 8 * GWEI, 9 * GWEI),
        (1 * GWEI, 16 * GWEI, 18 * GWEI),
        (9 * GWEI, 8 * GWEI, 9 * GWEI),
        (10 * GWEI, 8 * GWEI, 10 * GWEI),
    ],
)
def test_price_now__is_never_below_the_next_base_fee_nor_the_policys_least(
    asked: int, base: int | None, price: int
) -> None:
    assert price_now(node(asked, base), LIMITS) == price


def test_require_price__up_to_the_limit() -> None:
    assert require_price(10 * GWEI, LIMITS) == 10 * GWEI
    with pytest.raises(
        RefusedError, match=r"gas costs 10\.000000001 gwei now, the policy allows 10 gwei"
    ):
        require_price(10 * GWEI + 1, LIMITS)


@pytest.mark.parametrize("price", [1, 7, 8, 9, GWEI, 10**12 + 1])
def test_outbidding__is_more_than_a_tenth_above(price: int) -> None:
    assert outbidding(price) == price + price // 8 + 1
    assert 10 * outbidding(price) > 11 * price


def test_require_fee__up_to_the_policys_limit_with_what_is_sent_along() -> None:
    require_fee("pay", 10**18 - 5, 5, LIMITS)
    with pytest.raises(RefusedError, match=r"pay may cost .*limits\.max_cost"):
        require_fee("pay", 10**18 - 5, 6, LIMITS)


def test_require_fee__up_to_what_nodes_take() -> None:
    generous: Any = SimpleNamespace(max_cost=10 * FEE_CAP)
    require_fee("pay", FEE_CAP, 5 * FEE_CAP, generous)
    with pytest.raises(RefusedError, match="BSC's nodes refuse to take more than"):
        require_fee("pay", FEE_CAP + 1, 0, generous)


@pytest.mark.parametrize(
    ("data", "creates", "gas"),
    [
        # EIP-7623: a floor of 10 for each token, 4 tokens in a byte that is not zero.
        (b"", False, 21_000),
        (b"\0", False, 21_010),
        (b"\1", False, 21_040),
        (b"\0\1", False, 21_050),
        # EIP-3860: 2 for each word of what creates, besides 32,000.
        (b"", True, 53_000),
        (b"\1" * 32, True, 53_000 + 32 * 16 + 2),
        (b"\1" * 33, True, 53_000 + 33 * 16 + 4),
    ],
)
def test_intrinsic_gas__is_the_protocols(data: bytes, creates: bool, gas: int) -> None:
    assert intrinsic_gas(data, creates=creates) == gas


def test_gas_for__is_a_quarter_more_than_estimated_and_what_a_transaction_may_use_at_most() -> None:
    assert gas_for("pay", 100_000, b"", creates=False) == 125_000
    assert gas_for("pay", 5, b"", creates=False) == 21_000
    assert gas_for("pay", MAX_GAS, b"", creates=False) == MAX_GAS
    with pytest.raises(
        RefusedError, match=r"pay needs 16,777,217 gas, and one transaction may use 16,777,216"
    ):
        gas_for("pay", MAX_GAS + 1, b"", creates=False)
    with pytest.raises(RefusedError, match="pay needs 5 gas"):
        gas_for("pay", 5, b"\1" * (MAX_GAS // 40), creates=False)
