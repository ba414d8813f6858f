"""What `deploy` answers with `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.checks import Check, CheckPart, Summary
from kgst.deploy.plan import GAS_BASIS
from kgst.document import ABSENT, Address, ChainId, Count, Document, Part, Sha256, Wei
from kgst.record import Record

if TYPE_CHECKING:
    from kgst.deploy.plan import Plan
    from kgst.policy import Policy

__all__ = [
    "DeployApplyDocument",
    "DeployPlanDocument",
    "DeployPublishDocument",
    "DeployResumeDocument",
    "DeployVerifyDocument",
    "DeployedDocument",
    "PublishedContract",
    "Verification",
]


class _Step(Part):
    """One transaction.

    Attributes:
        what: For people.
        address: Of the contract that the step creates, if no other transaction of the deployer comes between.
    """

    name: str
    what: str
    address: Address | None
    gas_estimate: Count


class DeployPlanDocument(Document):
    """What a deployment would send.

    Attributes:
        policy_fingerprint: SHA-256 of what the policy says should be true.
        gas_estimate: Of all steps.
        gas_basis: Where the estimate comes from.
        gas_price_wei: Price of one gas now.
        cost_estimate_wei: `gas_estimate` at `gas_price_wei`.
        balance_wei: The deployer's balance.
        refused: There when `apply` would send nothing as things stand (exit code 4): why, and what to do.
    """

    SCHEMA: ClassVar = "kgst/deploy-plan/1"

    chain_id: ChainId
    deployer: Address
    policy_fingerprint: Sha256
    steps: list[_Step]
    gas_estimate: Count
    gas_basis: str
    gas_price_wei: Wei
    cost_estimate_wei: Wei
    balance_wei: Wei
    refused: Annotated[list[str], Field(min_length=1)] = ABSENT

    @classmethod
    def of(cls, plan: Plan, policy: Policy) -> DeployPlanDocument:
        """The document of a plan."""
        refused = {"refused": list(plan.refusals)} if plan.refusals else {}
        return cls(
            chain_id=plan.chain_id,
            deployer=plan.deployer,
            policy_fingerprint=policy.fingerprint,
            steps=[
                _Step.taken_from(step, what=step.summary, gas_estimate=step.gas)
                for step in plan.steps
            ],
            gas_estimate=plan.gas,
            gas_basis=GAS_BASIS,
            gas_price_wei=plan.gas_price,
            cost_estimate_wei=plan.cost,
            balance_wei=plan.balance,
            **refused,
        )


class PublishedContract(Part):
    """A contract whose sources were published, or could be.

    Attributes:
        name: In the project.
        standard_json: File with the compiler's input.
        constructor_args: File with the ABI-encoded arguments, without 0x.
        creation_code_matches: Whether the input compiles to what the deployment sent.
        runtime_code_matches: Whether the input compiles to the code at the address, but for the immutables that the
            constructor filled in.
        explorer: What the explorer said.
        message: What went wrong, and what to do.
    """

    name: str
    address: Address
    standard_json: str
    constructor_args: str
    creation_code_matches: bool
    runtime_code_matches: bool
    explorer: Literal["verified", "already verified", "not asked", "failed"]
    message: str | None


class DeployPublishDocument(Document):
    """What explorers have of each contract; exit code 1 unless every contract is verified.

    Attributes:
        api_url: Of the explorer; null when it was not asked.
    """

    SCHEMA: ClassVar = "kgst/deploy-publish/1"

    chain_id: ChainId
    contracts: list[PublishedContract]
    api_url: str | None


class Compared(CheckPart):
    """One thing that was looked at."""

    area: Literal[
        "creation", "deployment", "chain", "code", "token", "issuers", "roles", "desks", "safes"
    ]


class Verification(Part):
    """Chain against policy and record, as `deploy verify` compares them."""

    summary: Summary
    checks: list[Compared]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> Verification:
        """The part of a comparison."""
        return cls(summary=Summary.of(checks), checks=Compared.all_of(checks))


class DeployVerifyDocument(Document):
    """Chain against policy and record; exit code 3 with a failed check, 1 with one that could not be made alone."""

    SCHEMA: ClassVar = "kgst/deploy-verify/3"

    summary: Summary
    checks: list[Compared]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> DeployVerifyDocument:
        """The document of a comparison."""
        return cls(summary=Summary.of(checks), checks=Compared.all_of(checks))


class DeployedDocument(Document):
    """What was deployed, and how it compares with the policy.

    Attributes:
        already_deployed: There when nothing was sent, because the record tells of a deployment.
        record: As in record.json.
    """

    already_deployed: Literal[True] = ABSENT
    record: Record
    verification: Verification


class DeployApplyDocument(DeployedDocument):
    """What was deployed, and how it compares with the policy."""

    SCHEMA: ClassVar = "kgst/deploy-apply/3"


class DeployResumeDocument(DeployedDocument):
    """What was deployed in the end, and how it compares with the policy."""

    SCHEMA: ClassVar = "kgst/deploy-resume/3"
