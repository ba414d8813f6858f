"""ape's connection to the node of `--network`, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgst.errors import InputError
from kgst.node.addresses import filled, require_http
from kgst.node.errors import NodeError
from kgst.node.patience import default_patience

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["connected", "is_short_lived", "pin_node"]


def connected() -> ProviderAPI:
    """The provider that ape is connected to, kept from asking explorers.

    Raises:
        NodeError: ape is not connected.
    """
    from ape import networks

    provider = networks.active_provider
    if provider is None:
        raise NodeError("not connected to a network; give one with --network.")
    # A mined transaction would otherwise make ape call an explorer's API, without a timeout.
    provider.network.__dict__["explorer"] = None
    return provider


def is_short_lived(provider: ProviderAPI) -> bool:
    """Whether the chain ends with this process: it lives in it, or is an anvil that ape started for it."""
    return provider.name == "test" or getattr(provider, "process", None) is not None


def pin_node() -> None:
    """Have ape speak to the node of `--network` and no other, in this package's way (`kgst.node.transport`).

    By itself ape prefers WEB3_PROVIDER_URI and a geth.ipc in the home folder to what was asked for, asks public nodes
    at random when no address was named, and waits for half an hour.

    Raises:
        InputError: the environment's KGST_RPC_TIMEOUT cannot be used.
    """
    from ape_ethereum import provider as ethereum

    from kgst.node.web3_provider import web3_of

    default_patience()

    def create(http_uri: str | None = None, **others: Any) -> Any:
        if http_uri is None:
            raise InputError(_UNNAMED)
        return web3_of(filled(http_uri), (others.get("request_kwargs") or {}).get("headers"))

    ethereum._create_web3 = create
    # The middleware for long headers is in place; nothing has to be tried out for it.
    ethereum.EthereumNodeProvider.has_poa_history = True
    default = getattr(ethereum.Web3Provider._default_http_uri, "fget", None)
    if not hasattr(default, "by_kgst"):
        ethereum.Web3Provider._default_http_uri = property(_only_named(default))


_UNNAMED = (
    "no node was named: give its address with --network, like bsc:testnet:https://…; public nodes are not picked by "
    "chance."
)


def _only_named(by_ape: Any) -> Any:
    """In place of ape's choice of an address when `--network` has no http(s) one."""

    def default_http_uri(provider: Any) -> Any:
        named = provider._configured_uri
        if named is not None:
            require_http(named)
        if not provider.network.is_dev:
            raise InputError(_UNNAMED)
        return by_ape(provider)

    default_http_uri.by_kgst = True  # type: ignore[attr-defined]
    return default_http_uri
