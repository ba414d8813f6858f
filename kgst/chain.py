"""The project's contracts on the connected chain. Everything here needs a provider that ape has connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ape.contracts import ContractInstance


def contract_at(name: str, address: str) -> ContractInstance:
    """The project's contract ``name`` at ``address``, with the project's own ABI.

    ape would look through the proxy and cache what it found, across upgrades and processes; the token is always read
    through ``IKGST``, which covers everything that is reachable at its address.
    """
    from ape import project
    from ape.contracts import ContractInstance

    return ContractInstance(address, project.get_contract(name).contract_type)


def token_at(address: str) -> ContractInstance:
    """The token at ``address``."""
    return contract_at("IKGST", address)
