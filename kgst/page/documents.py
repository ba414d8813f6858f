"""What `page` answers with `--json`, which the page is built from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Data,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Time,
    Tyiyn,
)
from kgst.flags import FlagName, flag_list
from kgst.roles import role_name
from kgst.snapshot.documents import AttestationPart, BlockPart

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.page.reading import Shown

__all__ = ["PageDocument"]

_NOBODY = "0x" + "00" * 20


class _Contracts(Part):
    """Addresses by the deployment's record."""

    token: Address
    manager: Address
    redemption_desk: Address
    mint_desk: Address
    reserve_feed: Address
    backing_feed: Address
    revoker: Address
    implementation: Address


class _Block(BlockPart):
    """The final block that everything else was read in."""


class _Attestation(AttestationPart):
    """The last accepted one; zeros before the first."""


class _Signature(Part):
    """One auditor's.

    Attributes:
        data: 65 bytes r, s, v; or what the auditor's contract took.
    """

    signer: Address
    data: Data


class _Signed(Part):
    """How the last attestation was signed.

    Attributes:
        transaction: That submitted it.
        known_halts: The halts that the auditors knew of.
        version: Of their set.
        deadline: Last second in which it could be submitted.
    """

    transaction: Hash
    known_halts: Count
    version: Count
    deadline: Time
    signatures: list[_Signature]


class _Limits(Part):
    """The limits of attesting.

    Attributes:
        max_age: Seconds during which an attestation allows minting.
        max_increase_bps: By how much the backing may rise without every auditor, in 1/10,000.
        margin_bps: What reserves must hold above what is in circulation or owed, in 1/10,000 of it.
    """

    max_age: Duration
    max_increase_bps: Count
    margin_bps: Count


class _Who(Part):
    label: Label
    address: Address


class _Auditor(_Who):
    """One of the auditors.

    Attributes:
        suspended: Does not count.
        contract: Signs by a contract (ERC-1271).
    """

    suspended: bool
    contract: bool


class _Auditors(Part):
    """Who attests.

    Attributes:
        threshold: Signatures that an attestation needs.
        version: Counts the sets from 1.
    """

    threshold: Count
    version: Count
    members: list[_Auditor]


class _Recovery(Part):
    """Auditors to be."""

    threshold: Count
    acceptable_at: Time
    members: list[_Who]


class _Member(_Who):
    """A member of a role.

    Attributes:
        delay: Seconds between scheduling a call and executing it.
    """

    role: str
    delay: Duration


class _Issuer(_Who):
    """Who may mint.

    Attributes:
        available: Can be minted now within the quota.
        capacity: The most that the quota holds.
        desk: Is the mint desk or another contract with its own limits.
    """

    available: BaseUnits
    capacity: BaseUnits
    desk: bool


class _Pending(Part):
    """A scheduled operation.

    Attributes:
        text: The call in words.
        ready_at: Can be executed from then on; a guardian can cancel it until it is executed.
        expires_at: Cannot be executed from then on.
    """

    operation_id: Hash
    text: str
    ready_at: Time
    expires_at: Time


class _Point(Part):
    """An attestation, and the supply of its block.

    Attributes:
        time: Of the block.
        as_of: The moment that the figures describe.
    """

    epoch: Annotated[int, Field(ge=1)]
    block: Count
    time: Time
    as_of: Time
    reserves_tyiyn: Tyiyn
    supply: BaseUnits
    backing: BaseUnits
    report_hash: Hash


class _Request(Part):
    """A request at the redemption desk.

    Attributes:
        id: Its number, from 1.
        time: While requested, the last second at which it may be locked, 0 when it no more may; afterwards the first
            from which it may be withdrawn.
        payee_hash: The salted hash of payee and bank details.
        burned: Whether its tokens are destroyed.
    """

    id: Count
    requester: Address
    amount: BaseUnits
    state: Literal["requested", "locked", "paid", "returned", "withdrawn", "rejected", "seized"]
    time: Time
    payee_hash: Hash
    burned: bool


class _Desk(Part):
    """The redemption desk.

    Attributes:
        redeem_within: Seconds from a request in which it may be locked.
        pay_within: Seconds from then in which it is to be paid.
        minimum: The least amount of a request.
        count: How many requests there have been.
        escrow: What is requested, locked, or paid and not burned yet.
        requests: Those that are open, and the last that ended.
    """

    redeem_within: Duration
    pay_within: Duration
    minimum: BaseUnits
    count: Count
    escrow: BaseUnits
    requests: list[_Request]


class _Officers(Part):
    """Who certifies the report of a period, by the publisher's policy: the chain knows nothing of them."""

    ceo: Address
    cfo: Address


class PageDocument(Document):
    """What the public page shows, of one final block.

    Attributes:
        supply: In circulation.
        backing: What the last attestation allows, less burns since.
        burned: Ever burned.
        headroom: What issuers together could mint in this block.
        valid_until: From then on minting reverts; 0 before the first attestation.
        signed: Null before the first attestation, or where its transaction does not show it.
        halts: How often minting was halted.
        paused: Pause flags that are set.
        delegate_all: Payments run from the implementation instead of the token's own code.
        consented: The implementation that the auditors have consented to and that does not run yet; null for none.
        recovery: The recovery of auditors under way; null when there is none.
        blocked: How many accounts are blocked.
        pending: Scheduled operations, the next to be ready first.
        history: Each attestation, oldest first.
        officers: Null where the policy names none.
    """

    SCHEMA: ClassVar = "kgst/page/1"

    chain_id: ChainId
    contracts: _Contracts
    block: _Block
    supply: BaseUnits
    backing: BaseUnits
    burned: BaseUnits
    headroom: BaseUnits
    valid_until: Time
    attestation: _Attestation
    signed: _Signed | None
    limits: _Limits
    halts: Count
    paused: list[FlagName]
    delegate_all: bool
    consented: Address | None
    auditors: _Auditors
    recovery: _Recovery | None
    roles: list[_Member]
    issuers: list[_Issuer]
    blocked: Count
    pending: list[_Pending]
    history: list[_Point]
    redemptions: _Desk
    officers: _Officers | None

    @classmethod
    def of(cls, system: System, shown: Shown) -> PageDocument:
        """The document of what was read."""
        record, named, token = system.record, system.policy.label, shown.state.token
        last, recovery = shown.attestation, token.recovery.value
        consent = shown.consent.implementation
        within, pay, least = shown.state.desks.terms["redemption_desk"]
        return cls(
            chain_id=record.chain_id,
            contracts=_Contracts(
                token=record.token.address,
                manager=record.manager.address,
                redemption_desk=record.redemption_desk.address,
                mint_desk=record.mint_desk.address,
                reserve_feed=record.feed.address,
                backing_feed=record.backing_feed.address,
                revoker=record.revoker.address,
                implementation=record.implementation[1].address,
            ),
            block=_Block.taken_from(shown.head),
            **shown.solvency._asdict(),
            headroom=shown.headroom,
            attestation=_Attestation.taken_from(
                last, reserves_tyiyn=last.reserves, report_hash="0x" + last.report_hash.hex()
            ),
            signed=_signed(shown),
            limits=_Limits.taken_from(token.limits.value),
            halts=shown.halts,
            paused=flag_list(token.pause_flags.value),
            delegate_all=token.delegate_all.value,
            consented=None if consent == _NOBODY else consent,
            auditors=_Auditors(
                threshold=shown.auditors.threshold,
                version=shown.auditors.version,
                members=[
                    _Auditor(
                        label=named(one),
                        address=one,
                        suspended=one in shown.auditors.suspended,
                        contract=one in shown.contracts,
                    )
                    for one in shown.auditors.members
                ],
            ),
            recovery=_Recovery.taken_from(
                recovery,
                members=[_Who(label=named(one), address=one) for one in recovery.auditors],
            )
            if recovery.auditors
            else None,
            roles=[
                _Member(
                    role=role_name(role), label=_known(system, who), address=who, delay=access.delay
                )
                for (role, who), access in shown.state.roles.members.items()
                if access.since
            ],
            issuers=[
                _Issuer.taken_from(issuer, label=_known(system, who), address=who)
                for who, issuer in shown.state.issuers.records.items()
                if issuer.capacity
            ],
            # The zero address and the token itself are blocked for ever.
            blocked=len(shown.past.blocked - {_NOBODY, record.token.address}),
            pending=[_Pending.taken_from(one) for one in shown.pending],
            history=[
                _Point.taken_from(
                    one, time=shown.past.times[one.block], reserves_tyiyn=one.reserves
                )
                for one in shown.past.attested
            ],
            redemptions=_Desk(
                redeem_within=within,
                pay_within=pay,
                minimum=least,
                count=shown.count,
                escrow=shown.escrow,
                requests=[
                    _Request.taken_from(
                        one, state=one.stage.name.lower(), payee_hash="0x" + one.payee_hash.hex()
                    )
                    for one in shown.requests
                ],
            ),
            officers=_officers(system),
        )


def _signed(shown: Shown) -> _Signed | None:
    signed = shown.signed
    if signed is None:
        return None
    return _Signed.taken_from(
        signed,
        version=shown.past.attested[-1].version,
        signatures=[_Signature(signer=who, data=data) for who, data in signed.signatures],
    )


def _officers(system: System) -> _Officers | None:
    policy = system.policy
    if policy.officers is None:
        return None
    return _Officers(
        ceo=policy.address(policy.officers.ceo), cfo=policy.address(policy.officers.cfo)
    )


def _known(system: System, address: str) -> str | None:
    """The policy's label, or the name of a contract of the deployment; None for a stranger."""
    for contract, entry in system.record.contracts.items():
        if entry.address == address:
            return contract
    return system.policy.label(address)
