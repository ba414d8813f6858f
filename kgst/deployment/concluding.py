"""The end of a deployment: its record, and that the deployer is left with nothing, both read from the chain."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from eth_utils.crypto import keccak

from kgst.build import source_of
from kgst.deployment.creations import CONTRACT_OF
from kgst.errors import DriftError
from kgst.node import connected, rpc
from kgst.record import (
    ContractRecord,
    Record,
    SignedTransaction,
    compiler_of,
    source_commit,
)
from kgst.roles import Role

if TYPE_CHECKING:
    from kgst.deployment.contracts import Deployment
    from kgst.journal import Journal, Outcome

__all__ = ["LAG", "awaited", "record_of", "require_powerless"]

LAG: Final = 10.0
"""Seconds for which a node may not know yet what has become final: behind one address there may be several nodes."""

_PAUSE: Final = 0.45  # seconds; a block of BSC

T = TypeVar("T")


def record_of(
    journal: Journal, created: dict[str, tuple[bytes, Outcome]], configuration: Outcome
) -> Record:
    """What was deployed, with the code that stands there now.

    Args:
        journal: Of the run; it has the signed transactions.
        created: By step: the contract's encoded constructor arguments, and what became of its transaction.
        configuration: What became of the last step.

    Raises:
        DriftError: there is no code where a contract was put.
        NodeError: the node failed.
    """
    from ape import project

    provider, header = connected(), journal.header
    assert header is not None  # noqa: S101 # the steps were sent
    contracts: dict[str, Any] = {}
    for step, (arguments, outcome) in created.items():
        contract = CONTRACT_OF[step]
        address = str(outcome.contract)
        code = awaited(partial(_code_of, contract, address), bool)
        if not code:
            raise DriftError(
                f"{contract}: there is no code at {address}, where {outcome.hash} put it."
            )
        contracts[step] = ContractRecord(
            address=address,
            source=source_of(contract),
            constructor_args="0x" + arguments.hex(),
            code_hash="0x" + keccak(code).hex(),
            transaction=SignedTransaction.out_of(journal, outcome),
        )
    with rpc(f"read block {configuration.block_number}"):
        deployed_at = int(provider.web3.eth.get_block(configuration.block_number)["timestamp"])
    return Record(
        chain_id=header.chain_id,
        genesis=header.genesis,
        deployer=header.sender,
        policy_fingerprint=header.subject,
        deployed_at=deployed_at,
        compiler=compiler_of(project.manifest.compilers or [], "KGST"),
        source=source_commit(project.path),
        configuration=SignedTransaction.out_of(journal, configuration),
        **contracts,
    )


def _code_of(contract: str, address: str) -> bytes:
    with rpc(f"read the code of {contract}"):
        return bytes(connected().web3.eth.get_code(address))


def awaited(read: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What `read` gives, asked again while it is not `good`: a node that lags does not know yet."""
    deadline = time.monotonic() + LAG
    while not good(found := read()) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return found


def _powers_of(deployer: str, deployment: Deployment) -> list[str]:
    with rpc("read the deployer's powers"):
        kept = [
            f"role {role.name}"
            for role in Role
            if deployment.manager.getAccess(int(role), deployer)[0]
        ]
        issuer = deployment.token.issuerOf(deployer)
        kept += ["issuer"] * bool(issuer.capacity or issuer.mayBurn or issuer.desk)
        kept += ["auditor"] * bool(deployment.token.isAuditor(deployer))
    return kept


def require_powerless(deployment: Deployment, deployer: str) -> None:
    """Read from the chain that `deployer` is left with nothing.

    Raises:
        DriftError: it is not.
        NodeError: the node failed.
    """
    if kept := awaited(partial(_powers_of, deployer, deployment), operator.not_):
        raise DriftError(
            f"the deployer {deployer} still has {', '.join(kept)}; do not use this deployment: "
            "revoke it, or start over with --new."
        )
