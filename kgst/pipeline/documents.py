"""What commands that write answer with `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import (
    ABSENT,
    Address,
    ChainId,
    Count,
    Data,
    Document,
    Hash,
    Part,
    Time,
    Wei,
)

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome
    from kgst.pipeline.actor import Actor
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.results import Result
    from kgst.safe.safes import Safe

__all__ = [
    "Challenge",
    "GiveUpDocument",
    "GivenUp",
    "Left",
    "OperationDocument",
    "PolicyLine",
    "Proposal",
    "ReadBack",
    "Rotation",
    "Transaction",
    "WriteDocument",
]


class _Operation(Part):
    """One thing that was asked for.

    Attributes:
        name: Short: `pause`.
        title: For people.
        data: The call.
    """

    name: str
    title: str
    to: Address
    data: Data


class Transaction(Part):
    """One that is final.

    Attributes:
        block_number: Block that holds it.
        gas_used: Gas.
        gas_price_wei: Wei per gas.
    """

    hash: Hash
    block_number: Count
    gas_used: Count
    gas_price_wei: Wei

    @classmethod
    def of(cls, outcome: Outcome) -> Transaction:
        """The part of a transaction's outcome."""
        return cls.taken_from(outcome, gas_price_wei=outcome.gas_price)


class ReadBack(Part):
    """A value that was read from the chain afterwards.

    Attributes:
        value: In people's units.
    """

    what: str
    value: str


class Proposal(Part):
    """A Safe's transaction that is not sent yet.

    Attributes:
        nonce: Of the Safe.
        domain_hash: As a Ledger shows it.
        message_hash: As a Ledger shows it.
        file: Where it is kept; null on a chain that ends with the command.
        threshold: Signatures that the Safe needs.
        signed_by: Owners.
        missing: Signatures that are missing.
    """

    safe: Address
    nonce: Count
    safe_tx_hash: Hash
    domain_hash: Hash
    message_hash: Hash
    file: str | None
    threshold: Annotated[int, Field(ge=1)]
    signed_by: list[Address]
    missing: Count

    @classmethod
    def of(cls, safe: Safe, result: Result) -> Proposal | None:
        """The part of what waits for signatures of the owners of `safe`; None when nothing does."""
        if result.proposal is None:
            return None
        return cls.taken_from(
            result.proposal,
            file=str(result.proposal_path) if result.proposal_path else None,
            threshold=safe.threshold,
            signed_by=sorted(one.signer for one in result.proposal.claims),
            missing=result.missing_signatures,
        )


class Left(Part):
    """A difference from the policy that is left.

    Attributes:
        why: Who has to undo it, or what it waits for.
    """

    what: str
    why: str


class Challenge(Part):
    """What the new holder signs (EIP-712).

    Attributes:
        hash: What ECDSA or ERC-1271 is over.
        roles: All that the new holder has.
        granted_at: Since when it has the youngest of them.
    """

    domain_hash: Hash
    message_hash: Hash
    hash: Hash
    roles: str
    granted_at: Time


class PolicyLine(Part):
    """A line of the policy that names the old holder.

    Attributes:
        line: From 1.
        after: Null: the line goes.
    """

    line: Annotated[int, Field(ge=1)]
    role: str
    before: str
    after: str | None


class Rotation(Part):
    """Where the rotation of a holder of roles stands.

    Attributes:
        roles: Their names.
        next: What is to be done next.
        challenge: What the new holder signs; null before it holds the roles.
        challenge_file: Where `--challenge` wrote it; null when nothing was written.
        proved_by: Null: not proved.
        notes: Powers of the old holder that are not roles.
        policy_lines: Lines of the policy that name the old holder.
        policy_written: They were rewritten.
    """

    old: Address
    new: Address
    roles: list[str]
    next: Literal["grant", "prove", "revoke", "done"]
    challenge: Challenge | None
    challenge_file: str | None
    proved_by: Literal["signature", "erc-1271", "safe"] | None
    notes: list[str]
    policy_lines: list[PolicyLine]
    policy_written: bool


class OperationDocument(Document):
    """What every command that writes answers; exit code 5 while a delay or signatures are waited for.

    Attributes:
        caller: Whom the contracts see: the account, or the Safe; null when nobody had to act.
        via_safe: Label of the Safe; null for an account.
        done: Everything that was asked for is so on the chain.
        resumed: An interrupted run was finished.
        already: It was so before; nothing was sent.
        operations: What was asked for, in order.
        transactions: That are final; one may carry out several operations.
        read_back: Values read from the chain afterwards.
        waits_until: From then on the scheduled operations can be executed; null when none waits.
        proposal: The Safe's transaction that is not sent yet; null when none waits.
        left: Of `govern apply`: differences that are left.
        by_hand: Of `govern apply`: differences that no call undoes, with who can.
        rotation: Of `govern rotate` and `govern prove`.
    """

    SCHEMA: ClassVar = "kgst/operation/1"

    chain_id: ChainId
    caller: Address | None
    via_safe: str | None
    done: bool
    resumed: bool
    already: bool
    operations: list[_Operation]
    transactions: list[Transaction]
    read_back: list[ReadBack]
    waits_until: Time | None
    proposal: Proposal | None
    left: list[Left] = ABSENT
    by_hand: list[str] = ABSENT
    rotation: Rotation = ABSENT

    @classmethod
    def of(
        cls, system: System, actor: Actor, operations: Sequence[Operation], result: Result
    ) -> OperationDocument:
        """The document of a run."""
        return cls(
            chain_id=system.record.chain_id,
            caller=actor.caller,
            via_safe=actor.label,
            done=result.exit_code == 0,
            resumed=result.resumed,
            already=result.already,
            operations=[_Operation.taken_from(one) for one in operations],
            transactions=[Transaction.of(outcome) for outcome in result.outcomes],
            read_back=[ReadBack(what=what, value=value) for what, value in result.values],
            waits_until=result.waits_until,
            proposal=Proposal.of(actor.safe, result) if actor.safe else None,
        )

    @classmethod
    def of_nothing(cls, system: System) -> OperationDocument:
        """The document of a command that found nothing to do, before anybody had to act."""
        return cls(
            chain_id=system.record.chain_id,
            caller=None,
            via_safe=None,
            done=True,
            resumed=False,
            already=True,
            operations=[],
            transactions=[],
            read_back=[],
            waits_until=None,
            proposal=None,
        )


class GivenUp(Part):
    """A transaction that was in flight.

    Attributes:
        hash: Of the transaction that landed, or was superseded.
        carried_out: The step landed before it could be given up.
        end: What became of it, for people.
    """

    step: str
    nonce: Count
    hash: Hash
    carried_out: bool
    end: str


class GiveUpDocument(Document):
    """What every command that sends answers to `--give-up`.

    Attributes:
        given_up: What the account had in flight.
    """

    SCHEMA: ClassVar = "kgst/give-up/1"

    account: Address
    given_up: list[GivenUp]


WriteDocument = OperationDocument | GiveUpDocument
"""Of the commands that write."""
