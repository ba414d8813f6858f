"""Carrying out a policy on an empty chain: eight contracts, then every role in one transaction.

The deployer is the AccessManager's first ADMIN. The last transaction grants all that the policy says and takes that
away, so there is no moment at which roles are half given; before it nothing can be minted, since nobody has attested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kgst.build import creation_code
from kgst.deployment.concluding import record_of, require_powerless
from kgst.deployment.contracts import Deployment
from kgst.deployment.creations import CONTRACT_OF, arguments_of, configuration_of
from kgst.deployment.preflight import CONTRACTS, require_deployable, require_people
from kgst.errors import InputError
from kgst.files import LAST_STEP
from kgst.journal import Header, Journal, Outcome
from kgst.node import NodeError, chain_id, connected, genesis
from kgst.policy import Policy
from kgst.sending import Progress, Sender
from kgst.sending.transactions import created_by

if TYPE_CHECKING:
    from ape.api import AccountAPI

__all__ = ["STEPS", "apply", "resume"]

STEPS: Final = (*CONTRACTS, LAST_STEP)
"""Each one transaction, in this order."""


def apply(
    policy: Policy,
    deployer: AccountAPI,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> Deployment:
    """Deploy what `policy` says, from `deployer`, who ends with no power.

    Steps that `journal` has the end of are not sent again, so a run that was interrupted is continued by calling this
    with the same journal.

    Args:
        policy: What should be true.
        deployer: An account of ape that signs by itself.
        journal: Where each transaction is written before it is sent; None keeps it in memory, for chains that are
            there for practice, where nobody looks for the policy's Safes.
        progress: Told of each stage of each step.

    Raises:
        RefusedError: policy, limits or simulation forbid it, or people of the policy cannot hold what they are given.
        JournalError: the journal belongs to another chain, policy or account.
        UnconfirmedError: a transaction was sent and is not final; call again with the same journal.
        DriftError: the deployer kept a power, or a contract is missing.
    """
    provider = connected()
    require_deployable(policy, provider, deployer.address)
    if journal is None:
        journal = Journal()
    elif journal.signed(LAST_STEP) is None:  # until then nobody has been given anything
        nonces = {step: signed.nonce for step in CONTRACTS if (signed := journal.signed(step))}
        require_people(policy, provider, deployer.address, nonces)
    header = Header(
        chain_id=chain_id(provider),
        genesis=genesis(provider),
        subject=policy.fingerprint,
        sender=deployer.address,
        parts=policy.fingerprints,
    )
    journal.begin(header)
    sender = Sender(deployer, journal, policy.limits, progress)
    created = _create_all(policy, sender, deployer.address)
    at = {step: str(outcome.contract) for step, (_, outcome) in created.items()}
    call = configuration_of(policy, deployer.address, at)
    configuration = sender.send(LAST_STEP, call, to=at["manager"])
    deployment = Deployment.of(policy, record_of(journal, created, configuration))
    require_powerless(deployment, deployer.address)
    return deployment


def _create_all(policy: Policy, sender: Sender, deployer: str) -> dict[str, tuple[bytes, Outcome]]:
    """The contracts: by step the encoded constructor arguments, and what became of the transaction."""
    created: dict[str, tuple[bytes, Outcome]] = {}
    at: dict[str, str] = {}
    for step, contract in CONTRACT_OF.items():
        arguments = arguments_of(step, policy, deployer, at)
        outcome = sender.send(step, creation_code(contract) + arguments)
        at[step] = _address(sender.journal, outcome)
        created[step] = (arguments, outcome)
    return created


def _address(journal: Journal, outcome: Outcome) -> str:
    """Where the transaction of `outcome` put its contract, by its sender and nonce.

    Raises:
        NodeError: the node's receipt said something else.
    """
    signed, header = journal.signed(outcome.step), journal.header
    if signed is None or header is None:
        raise NodeError(f"{outcome.step}: the journal has not signed it.")
    computed = created_by(header.sender, signed.nonce)
    if outcome.contract != computed:
        raise NodeError(
            f"{outcome.step}: the receipt of {outcome.hash} says that it created {outcome.contract or 'nothing'}, and "
            f"with nonce {signed.nonce} of {header.sender} it can only have created {computed}: the node is not to be "
            "believed. Look the transaction up on an explorer, and start over with --new through another node."
        )
    return computed


def resume(
    policy: Policy, deployer: AccountAPI, journal: Journal, progress: Progress | None = None
) -> Deployment:
    """Continue the deployment that `journal` tells of; see `apply`.

    Raises:
        InputError: the journal is empty.
    """
    if journal.header is None:
        raise InputError(
            f"{journal.path or 'the journal'} is empty, so there is nothing to resume; "
            "run `ape run deploy apply`."
        )
    return apply(policy, deployer, journal, progress)
