"""The project's contracts on the connected chain. Everything here needs a provider that ape has connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgst.abi import interface
from kgst.errors import RefusedError

if TYPE_CHECKING:
    from ape.contracts import ContractInstance


def contract_at(name: str, address: str) -> ContractInstance:
    """The project's contract ``name`` at ``address``, with the project's own ABI.

    ape would look through the proxy and cache what it found, across upgrades and processes; the token is always read
    through ``IKGST``, which covers everything that is reachable at its address.
    """
    from ape.contracts import ContractInstance

    return ContractInstance(address, interface(name))


def token_at(address: str) -> ContractInstance:
    """The token at ``address``."""
    return contract_at("IKGST", address)


def code_at(address: str) -> bytes:
    """The runtime code at ``address``; empty when there is none."""
    from ape import chain

    return bytes(chain.provider.get_code(address))


def now() -> int:
    """Time of the latest block, in seconds: what an attestation's ``asOf`` may be at most."""
    from ape import chain

    return int(chain.blocks.head.timestamp)


def give_bnb(address: str) -> None:
    """Let ``address`` pay for gas on a development chain: 10 BNB if it has none."""
    from ape import chain

    if chain.provider.get_balance(address) == 0:
        chain.provider.make_request("anvil_setBalance", [address, hex(10 * 10**18)])


def advance_time(seconds: int) -> None:
    """Let ``seconds`` pass on a development chain, so that the next block is at least so much later than the latest.

    Raises:
        RefusedError: The chain's clock cannot be moved: it is not a development chain.
    """
    from ape import chain
    from ape.api.providers import TestProviderAPI

    if isinstance(chain.provider, TestProviderAPI):
        chain.pending_timestamp = now() + seconds
        return
    try:
        chain.provider.make_request("evm_increaseTime", [seconds])
        chain.provider.make_request("evm_mine", [])
    except Exception as error:
        raise RefusedError(
            f"Chain {chain.provider.chain_id} does not let its clock be moved by {seconds} s; "
            "use bsc:local:test, or anvil --chain-id 97 --block-time 1"
        ) from error
