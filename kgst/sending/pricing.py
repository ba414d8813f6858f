"""Gas and its price: never below what the chain takes, never above what the policy allows, whatever a node says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kgst.errors import RefusedError
from kgst.node import rpc
from kgst.quantities import bnb_cost, format_bnb, format_gwei

if TYPE_CHECKING:
    from kgst.policy import Limits

__all__ = [
    "FEE_CAP",
    "MAX_GAS",
    "gas_for",
    "intrinsic_gas",
    "outbidding",
    "price_now",
    "require_fee",
]

MAX_GAS: Final = 2**24
"""Gas that one transaction may use since Osaka (EIP-7825)."""

FEE_CAP: Final = 10**18
"""Wei; above it BSC's nodes refuse a transaction sent over RPC (RPCTxFeeCap)."""

# The estimate is of the present state; blocks before ours may make slots cold or non-zero.
_MARGIN: Final = (5, 4)


def intrinsic_gas(data: bytes, *, creates: bool) -> int:
    """The least gas limit that a node accepts for these bytes (EIP-2, 2028, 3860, 7623)."""
    zeros = data.count(0)
    tokens = zeros + 4 * (len(data) - zeros)
    base = 21_000
    create = 32_000 + 2 * ((len(data) + 31) // 32) if creates else 0
    return max(base + 4 * tokens + create, base + 10 * tokens)


def gas_for(step: str, estimate: int, data: bytes, *, creates: bool) -> int:
    """The gas limit for a step with this estimate.

    Raises:
        RefusedError: more than a transaction may use.
    """
    gas = max(estimate * _MARGIN[0] // _MARGIN[1], intrinsic_gas(data, creates=creates))
    if estimate > MAX_GAS or intrinsic_gas(data, creates=creates) > MAX_GAS:
        raise RefusedError(
            f"{step} needs {estimate:,} gas, and one transaction may use {MAX_GAS:,}; make it smaller (--chunk), or "
            "use another node if that cannot be. Nothing was sent."
        )
    return min(gas, MAX_GAS)


def price_now(eth: Any, limits: Limits) -> int:
    """Wei per gas that is enough now: what the node asks, the next block's base fee, and the policy's least.

    Raises:
        NodeError: the node failed.
    """
    with rpc("ask for the gas price"):
        asked = int(eth.gas_price)
        base = int(eth.get_block("latest").get("baseFeePerGas") or 0)
    return max(asked, base * 9 // 8, limits.min_gas_price)


def require_price(price: int, limits: Limits) -> int:
    """`price`, if the policy allows it.

    Raises:
        RefusedError: above the limit.
    """
    if price > limits.max_gas_price:
        raise RefusedError(
            f"gas costs {format_gwei(price)} now, the policy allows {format_gwei(limits.max_gas_price)}; "
            "wait, or raise limits.max_gas_price."
        )
    return price


def outbidding(price: int) -> int:
    """The least price that every pool takes in place of `price`: a tenth more is asked for, an eighth is given."""
    return price + price // 8 + 1


def require_fee(step: str, fee: int, value: int, limits: Limits) -> None:
    """The policy and the chain's nodes allow `fee` and `value`, both in wei.

    Raises:
        RefusedError: they do not.
    """
    if fee + value > limits.max_cost:
        raise RefusedError(
            f"{step} may cost {bnb_cost(fee + value)}, the policy allows "
            f"{format_bnb(limits.max_cost)}; wait for a lower gas price, or raise limits.max_cost."
        )
    if fee > FEE_CAP:
        raise RefusedError(
            f"{step} may cost {bnb_cost(fee)} in gas, and BSC's nodes refuse to take more than "
            f"{format_bnb(FEE_CAP)} for one transaction; wait for a lower gas price, or make it smaller."
        )
