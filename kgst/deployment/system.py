"""The deployment that a command speaks of, opened once: policy, record, contracts, all of the chain it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.console import console, load_policy
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.preflight import require_chain
from kgst.errors import InputError, RefusedError
from kgst.events import forget_sources, look_also_in
from kgst.files import Files
from kgst.node import (
    PrunedError,
    block_at,
    chain_id,
    connected,
    genesis,
    is_dev_node,
    is_short_lived,
    rpc,
)
from kgst.policy import Policy
from kgst.record import Record
from kgst.spelling import did_you_mean
from kgst.units import format_som

if TYPE_CHECKING:
    from ape.api import ProviderAPI
    from ape.contracts import ContractInstance

    from kgst.attestation import Domain

__all__ = ["System", "open_system"]


@dataclass(frozen=True)
class System:
    """A deployed system on the connected chain.

    Attributes:
        files: Next to the policy; None on a chain that ends with this process, where nothing is kept.
        policy_path: Where the policy was read.
    """

    deployment: Deployment
    provider: ProviderAPI
    files: Files | None
    policy_path: Path

    @property
    def policy(self) -> Policy:
        """What should be true."""
        return self.deployment.policy

    @property
    def record(self) -> Record:
        """What was deployed."""
        return self.deployment.record

    @property
    def token(self) -> ContractInstance:
        """The token, through `IKGST`."""
        return self.deployment.token

    @property
    def manager(self) -> ContractInstance:
        """The AccessManager."""
        return self.deployment.manager

    @property
    def domain(self) -> Domain:
        """The token's EIP-712 domain."""
        return self.deployment.domain

    @property
    def is_dev(self) -> bool:
        """Whether the node is a development node, where nothing is of value."""
        return is_dev_node(self.provider)

    def now(self) -> int:
        """Time of the latest block, in seconds."""
        with rpc("read the latest block"):
            return int(self.provider.web3.eth.get_block("latest")["timestamp"])

    def named(self, address: str) -> str:
        """The policy's name of `address`, the deployment's own contracts included."""
        return self.deployment.named(address)

    def require_known(self, text: str, *, allow_unknown: bool) -> str:
        """The checksummed address that an operator means by `text`: a label of the policy, or an address.

        Raises:
            InputError: neither; or an address without a label, unless `allow_unknown`.
        """
        from eth_utils.address import is_address, is_checksum_address

        if text in self.policy.people:
            return self.policy.people[text]
        if not is_address(text) or not text.startswith("0x"):
            if is_address(text.strip()):
                raise InputError(f"{text!r}: there is a space around the address; remove it.")
            labels = ", ".join(sorted(self.policy.people))
            raise InputError(
                f"{text!r} is neither a label of {self.policy_path} nor an address; labels: {labels}."
                + did_you_mean(text, self.policy.people)
            )
        if not is_checksum_address(text):
            raise InputError(
                f"{text}: its EIP-55 checksum is absent or wrong, so a digit may be; copy it again from its owner."
            )
        if self.policy.label(text) is None and not allow_unknown:
            raise InputError(
                f"{text} has no label in {self.policy_path}; add it to people, or give --allow-unknown if it is "
                "meant and used once."
            )
        return text

    def som(self, base_units: int) -> str:
        """An amount for people."""
        return format_som(base_units)


def open_system(policy_path: Path | None, *, quiet: bool = False) -> System:
    """The deployment of the connected network.

    On a chain that lives only as long as this command the policy is deployed first, so that every command can be tried
    without a server.

    Args:
        policy_path: The policy; None for the network's own.
        quiet: Stdout belongs to a JSON document.

    Raises:
        InputError: policy or record are absent or unreadable.
        RefusedError: node, policy and record are not of one chain.
        NodeError: the node failed.
    """
    provider = connected()
    policy, path = load_policy(policy_path, provider)
    require_chain(policy, provider)
    if is_short_lived(provider):
        return System(_practice(policy, provider, quiet=quiet), provider, None, path)
    files = Files(path.parent)
    record = Record.load(files.record)
    _require_this_chain(policy, record, provider)
    look_also_in(provider, record, files.index)
    return System(Deployment.of(policy, record), provider, files, path)


def _practice(policy: Policy, provider: Any, *, quiet: bool) -> Deployment:
    from ape import accounts

    console(stderr=True).print(
        "[yellow]This chain ends with this command; the policy was deployed to it just now, for practice.[/yellow]"
        if not quiet
        else "Practice chain: deployed just now, gone when this command ends.",
        style="dim",
    )
    deployer = next((a for a in accounts.test_accounts if not policy.powers(a.address)), None)
    if deployer is None:
        raise RefusedError("every test account has a power in the policy; none can deploy.")
    forget_sources(provider)
    return apply(policy, deployer)


def _require_this_chain(policy: Policy, record: Record, provider: ProviderAPI) -> None:
    """The node serves the chain that `record` was written on, up to the deployment at least."""
    found = chain_id(provider)
    if not policy.allows_chain(record.chain_id) or record.chain_id != found:
        raise RefusedError(
            f"the record is of chain {record.chain_id}, the node's is {found}; give the network of the record."
        )
    if (start := genesis(provider)) != record.genesis:
        raise RefusedError(
            f"the record is of a chain with genesis {record.genesis[:10]}…, the node's chain has {start[:10]}…; a "
            "development chain that was started anew has lost the deployment: deploy again with --new."
        )
    last = record.configuration
    with rpc("ask for the last block"):
        head = int(provider.web3.eth.block_number)
    if head < last.block_number:
        raise RefusedError(
            f"the node is at block {head}, the deployment ended in block {last.block_number}: the node lags far "
            "behind or serves another fork; use another node."
        )
    try:
        block = block_at(provider, last.block_number)
    except PrunedError:
        block = None
    if block is None:
        _require_code(record, provider)
        return
    if "0x" + bytes(block["hash"]).hex() != last.block_hash:
        raise RefusedError(
            f"block {last.block_number}, in which the deployment ended, is another on this node than in the record: "
            "the node serves another fork of the chain; use another node."
        )


def _require_code(record: Record, provider: ProviderAPI) -> None:
    """In place of the deployment's block, which the node no longer has: the token's code is the record's."""
    with rpc("read the token's code"):
        code = bytes(provider.web3.eth.get_code(to_checksum_address(record.token.address)))
    if "0x" + keccak(code).hex() != record.token.code_hash:
        raise RefusedError(
            f"the node no longer has block {record.configuration.block_number}, in which the deployment ended, and "
            f"the code at {record.token.address} is not the record's: the node serves another fork of the chain, or "
            "another network; use another node."
        )
    console(stderr=True).print(
        f"The node no longer has block {record.configuration.block_number}, in which the deployment ended (it keeps "
        "what is recent); genesis and the token's code are the record's.",
        style="dim",
    )
