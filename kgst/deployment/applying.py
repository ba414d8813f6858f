"""Carrying out a policy on an empty chain: six contracts, then every role in one transaction.

The deployer is the AccessManager's first ADMIN. The last transaction grants all that the policy says and takes that
away, so there is no moment at which roles are half given; before it nothing can be minted, since nobody has attested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kgst.build import constructor_arguments, creation_code
from kgst.chain import contract_at, token_at
from kgst.deployment.concluding import record_of, require_powerless
from kgst.deployment.contracts import (
    FEED_DECIMALS,
    GUARDED_ROLES,
    REVOKE_SELECTOR,
    Deployment,
    initialization,
    selectors,
)
from kgst.deployment.preflight import CONTRACTS, require_deployable, require_people
from kgst.errors import InputError
from kgst.files import LAST_STEP
from kgst.journal import Header, Journal, Outcome
from kgst.node import NodeError, chain_id, connected, genesis
from kgst.policy import Policy
from kgst.roles import Role
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
    )
    journal.begin(header)
    sender = Sender(deployer, journal, policy.limits, progress)
    created = _create_all(policy, sender, deployer.address)
    manager, token, revoker = (
        str(created[step][-1].contract) for step in ("manager", "token", "revoker")
    )
    calls = _configuration(policy, manager, token, revoker, deployer.address)
    multicall = contract_at("KGSTAccessManager", manager).multicall.encode_input(calls)
    configuration = sender.send(LAST_STEP, bytes(multicall), to=manager)
    deployment = Deployment.of(policy, record_of(header, created, configuration))
    require_powerless(deployment, deployer.address)
    return deployment


def _create_all(
    policy: Policy, sender: Sender, deployer: str
) -> dict[str, tuple[str, bytes, Outcome]]:
    """The six contracts: by step its name, its encoded constructor arguments, and what became of its transaction."""
    created: dict[str, tuple[str, bytes, Outcome]] = {}

    def create(step: str, contract: str, *arguments: Any) -> str:
        encoded = constructor_arguments(contract, *arguments)
        outcome = sender.send(step, creation_code(contract) + encoded)
        address = _address(sender.journal, outcome)
        created[step] = (contract, encoded, outcome)
        return address

    manager = create("manager", "KGSTAccessManager", deployer)
    logic = create("logic", "KGSTLogic", policy.token.recovery_delay)
    token = create("token", "KGST", logic, initialization(policy, manager))
    create("feed", "ReserveFeed", token, FEED_DECIMALS)
    create("backing_feed", "BackingFeed", token, FEED_DECIMALS)
    create("revoker", "Revoker", manager)
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


def _configuration(
    policy: Policy, manager: str, token: str, revoker: str, deployer: str
) -> list[bytes]:
    """What the deployer tells the AccessManager, all at once; its own power goes last."""
    access, instance = contract_at("KGSTAccessManager", manager), token_at(token)
    calls: list[Any] = []
    # While no role has setIssuer and setDesk they belong to ADMIN, who is the deployer.
    for issuer in policy.issuers:
        grant = instance.setIssuer.encode_input(
            policy.address(issuer.member),
            issuer.capacity,
            issuer.refill_per_second,
            issuer.may_burn,
        )
        calls.append(access.execute.encode_input(token, grant))
        if issuer.desk:
            desk = instance.setDesk.encode_input(policy.address(issuer.member))
            calls.append(access.execute.encode_input(token, desk))
    for role in Role:
        if role is not Role.ADMIN:  # its label is fixed
            calls.append(access.labelRole.encode_input(int(role), role.name))
        calls.append(access.setTargetFunctionRole.encode_input(token, selectors(role), int(role)))
        if role in GUARDED_ROLES:
            calls.append(access.setRoleGuardian.encode_input(int(role), int(Role.GUARDIAN)))
        for member in policy.roles[role]:
            address = policy.address(member.member)
            calls.append(access.grantRole.encode_input(int(role), address, member.delay))
    guardian = int(Role.GUARDIAN)
    calls.append(access.setTargetFunctionRole.encode_input(revoker, [REVOKE_SELECTOR], guardian))
    calls.append(access.grantRole.encode_input(int(Role.ADMIN), revoker, 0))
    calls.append(access.renounceRole.encode_input(int(Role.ADMIN), deployer))
    return [bytes(call) for call in calls]
