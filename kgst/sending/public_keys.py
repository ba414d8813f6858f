"""Accounts whose keys everybody has: what they hold on a chain where others can send is anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from kgst.errors import RefusedError
from kgst.node import is_dev_node

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["public_accounts", "public_among", "require_own_key", "require_own_keys"]

_MNEMONIC: Final = "test test test test test test test test test test test junk"
_ACCOUNTS: Final = 100


@cache
def public_accounts() -> frozenset[str]:
    """The first of the mnemonic that ape, anvil and hardhat share, checksummed."""
    from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
    from eth_keys.datatypes import PrivateKey

    seed = seed_from_mnemonic(_MNEMONIC, "")
    keys = (key_from_seed(seed, f"m/44'/60'/0'/0/{i}") for i in range(_ACCOUNTS))
    return frozenset(PrivateKey(key).public_key.to_checksum_address() for key in keys)


def public_among(addresses: Iterable[str], provider: ProviderAPI) -> list[str]:
    """Those of `addresses` whose keys everybody has; none on a development node, where nothing is of value."""
    found = [address for address in addresses if address in public_accounts()]
    return [] if not found or is_dev_node(provider) else found


def require_own_keys(people: Mapping[str, str], provider: ProviderAPI) -> None:
    """None of `people`, addresses by label, is given a power on this chain whose key everybody has.

    Raises:
        RefusedError: one would be.
    """
    found = public_among(people.values(), provider)
    if labels := [label for label, address in people.items() if address in found]:
        raise RefusedError(
            f"the keys of {', '.join(labels)} are public (test accounts of ape, anvil and hardhat), and this node is "
            "not a local development node: anyone could use them. Put real addresses into the policy."
        )


def require_own_key(address: str, provider: ProviderAPI) -> None:
    """`address` may sign on this chain.

    Raises:
        RefusedError: everybody has its key, and this is no development node.
    """
    if public_among([address], provider):
        raise RefusedError(
            f"the key of {address} is public (a test account of ape, anvil and hardhat), and this node is not a local "
            "development node: anyone can use it. Nothing was signed; give another account with --account."
        )
