"""The node that ape is connected to: what it is, and what it says, with its failures made clear.

Everything goes through `provider.web3`: ape's own reading of chain id and receipts caches, waits and asks explorers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from kgst.errors import InputError, KgstError, RefusedError
from kgst.reverts import explain, revert_data

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "ChainRevertError",
    "NodeError",
    "chain_id",
    "connected",
    "final_block",
    "genesis",
    "get_receipt",
    "is_dev_node",
    "is_short_lived",
    "pin_node",
    "rpc",
]

TIMEOUT_VARIABLE: Final = "KGST_RPC_TIMEOUT"
"""Environment variable: seconds that a node may take for one answer."""

_DEV_CLIENTS: Final = ("anvil", "hardhat", "ethereumtester")


class NodeError(KgstError):
    """The node did not answer, or answered with an error."""


class ChainRevertError(RefusedError):
    """A simulation reverted; the message has the decoded error."""


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


def pin_node() -> None:
    """Have ape speak to the node of `--network` and no other, and give up on one that does not answer.

    By itself ape prefers WEB3_PROVIDER_URI and a geth.ipc in the home folder to what was asked for, and waits for half
    an hour.
    """
    from ape_ethereum import provider as ethereum
    from requests import ConnectionError as NoConnection
    from requests import HTTPError
    from web3 import HTTPProvider, Web3
    from web3.providers.rpc.utils import ExceptionRetryConfiguration

    seconds = os.environ.get(TIMEOUT_VARIABLE, "20")
    if not seconds.isdecimal() or not 1 <= int(seconds) <= 600:
        raise InputError(f"{TIMEOUT_VARIABLE}={seconds}: write whole seconds, 1 to 600.")
    by_ape = getattr(ethereum._create_web3, "by_ape", ethereum._create_web3)

    def create(http_uri: str | None = None, **others: Any) -> Web3:
        if http_uri is None:
            web3: Web3 = by_ape(http_uri=http_uri, **others)
            return web3
        kwargs = {**(others.get("request_kwargs") or {}), "timeout": int(seconds)}
        # What hangs is not asked again; what was refused or cut off is, twice.
        retries = ExceptionRetryConfiguration(errors=(NoConnection, HTTPError), retries=2)
        return Web3(
            HTTPProvider(http_uri, kwargs, exception_retry_configuration=retries), middleware=[]
        )

    create.by_ape = by_ape  # type: ignore[attr-defined]
    ethereum._create_web3 = create


def is_dev_node(provider: ProviderAPI) -> bool:
    """Whether the client is a local development node, where nothing is of value."""
    with rpc("ask which client the node runs"):
        version = str(provider.web3.client_version)
    return version.lower().startswith(_DEV_CLIENTS)


def is_short_lived(provider: ProviderAPI) -> bool:
    """Whether the chain ends with this process: it lives in it, or is an anvil that ape started for it."""
    return provider.name == "test" or getattr(provider, "process", None) is not None


def chain_id(provider: ProviderAPI) -> int:
    """EIP-155 chain id as the node says it now."""
    with rpc("ask for the chain id"):
        return int(provider.web3.eth.chain_id)


def genesis(provider: ProviderAPI) -> str:
    """Hash of block 0, as 0x and hexadecimal digits."""
    with rpc("read block 0"):
        return _hex(provider.web3.eth.get_block(0)["hash"])


def get_receipt(provider: ProviderAPI, transaction_hash: str) -> dict[str, Any] | None:
    """The receipt of a mined transaction; None when the node knows none."""
    from web3.exceptions import TransactionNotFound

    with rpc(f"look for the receipt of {transaction_hash}"):
        try:
            return dict(provider.web3.eth.get_transaction_receipt(transaction_hash))
        except TransactionNotFound:
            return None


def final_block(provider: ProviderAPI) -> int | None:
    """Number of the last block that cannot be undone; None when the node does not know the `finalized` tag."""
    try:
        with rpc("ask for the finalized block"):
            return int(provider.web3.eth.get_block("finalized")["number"])
    except NodeError:
        return None


@contextmanager
def rpc(what: str) -> Iterator[None]:
    """Turns what libraries raise when a node fails into a `NodeError` that names `what` was tried.

    Raises:
        ChainRevertError: the call reverted; with the decoded error.
        NodeError: anything else that the node or the connection did wrong.
    """
    from ape.exceptions import ApeException
    from eth_abi.exceptions import DecodingError
    from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]
    from eth_utils.exceptions import ValidationError
    from requests import RequestException
    from web3.exceptions import TransactionNotFound, Web3Exception

    try:
        yield
    except TransactionNotFound:
        raise
    except (
        ApeException, DecodingError, TransactionFailed, ValidationError, RequestException, Web3Exception, OSError,
    ) as error:  # fmt: skip
        if (data := revert_data(error)) is not None:
            raise ChainRevertError(f"could not {what}: it reverts with {explain(data)}.") from error
        text = _first_line(error)
        if _has_cause(error, (RequestException, OSError)):
            raise NodeError(
                f"could not {what}: no answer from the node ({text}); check the address in "
                "--network and that the node runs, then try again."
            ) from error
        raise NodeError(f"could not {what}: the node said: {text}.") from error


def _has_cause(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    """Whether `error`, or what it was raised from, is one of `kinds`; ape wraps what it catches."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kinds):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300].rstrip(".")


def _hex(value: bytes) -> str:
    return "0x" + bytes(value).hex()
