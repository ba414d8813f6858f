"""Multicall3 at its address: on every chain that is real, and put there on one that is for development."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kgst.node import is_dev_node, rpc

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["MULTICALL3", "ensure_multicall"]

MULTICALL3: Final = "0xcA11bde05977b3631167028862bE2a173976CA11"
"""Address of Multicall3 on every chain."""

# Multicall3 got to this address by a transaction that was signed once for all chains (without a chain id): nonce 0 of
# a key that nobody has, 1,000,000 gas at 100 gwei. A chain in this process has no RPC to put code somewhere.
_DEPLOYER: Final = "0x05f32B3cC3888453ff71B01135B34FF8e41263F2"
_CONSTRUCTOR: Final = "608060405234801561001057600080fd5b50610ee0806100206000396000f3fe"
_GAS_PRICE: Final = 100 * 10**9
_GAS: Final = 1_000_000
_SIGNATURE: Final = (
    28,
    0xEDCE47092C0F398CEBF3FFC267F05C8E7076E3B89445E0FE50F6332273D4569B,
    0x1B0B9D000E19B24C5869B0FC3B22B0D6FA47CD63316875CBBD577D76E6FDE086,
)


def ensure_multicall(provider: ProviderAPI) -> None:
    """Put Multicall3 at its address on a development node that lacks it; elsewhere do nothing.

    Raises:
        NodeError: the development node does not let it be put there.
    """
    if not is_dev_node(provider):
        return
    with rpc("read the code of Multicall3"):
        if bytes(provider.web3.eth.get_code(MULTICALL3)):
            return
    from ape_ethereum.multicall.constants import MULTICALL3_CODE

    if provider.name == "test":
        _deploy(provider, bytes(MULTICALL3_CODE))
        return
    with rpc("put Multicall3 on the development node"):
        provider.make_request("anvil_setCode", [MULTICALL3, "0x" + bytes(MULTICALL3_CODE).hex()])
        # The block that is read next must have it.
        provider.make_request("evm_mine", [])


def _deploy(provider: ProviderAPI, code: bytes) -> None:
    import rlp

    eth = provider.web3.eth
    created = bytes.fromhex(_CONSTRUCTOR) + code
    raw = rlp.encode([0, _GAS_PRICE, _GAS, b"", 0, created, *_SIGNATURE])
    with rpc("deploy Multicall3 on the chain of this process"):
        eth.send_transaction(
            {"from": eth.accounts[-1], "to": _DEPLOYER, "value": _GAS * _GAS_PRICE, "gas": 21_000}
        )
        eth.send_raw_transaction(raw)
