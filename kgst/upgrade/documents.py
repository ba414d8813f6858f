"""What `upgrade` answers with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from kgst.checks import CheckPart
from kgst.deployment.code import SIZE_LIMIT
from kgst.deployment.layout import WORDS_NOTE
from kgst.document import Address, ChainId, Count, Data, Document, Hash, Part, Time
from kgst.pipeline.documents import Transaction
from kgst.signing.documents import CollectOrderDocument, SignDocument
from kgst.upgrade.files import UpgradeFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgst.checks import Check
    from kgst.deployment.system import System
    from kgst.upgrade.checking import Candidate
    from kgst.upgrade.consenting import Comparison
    from kgst.upgrade.deploying import Proposed

__all__ = [
    "UpgradeCheckDocument",
    "UpgradeCollectDocument",
    "UpgradeConsentDocument",
    "UpgradeDeployDocument",
]


class _Problem(Part):
    """A field that a new layout would misread.

    Attributes:
        field: Field, or constant of a packed word.
        old: What it is; null when it is new.
        new: What it would be; null when it is gone.
    """

    kind: Literal[
        "removed", "inserted", "appended", "retyped", "moved", "renamed", "replaced", "changed"
    ]
    field: str
    old: str | None
    new: str | None


class _Layout(Part):
    """The candidate's storage against the present one.

    Attributes:
        compared_with: Where the present layout was found.
        problems: Empty when nothing would be misread.
        note: What the comparison cannot see.
    """

    compared_with: str
    problems: list[_Problem]
    note: str


class _Check(CheckPart):
    """One thing that was looked at."""

    area: Literal["code", "upgraded", "used", "smoke test"]
    state: Literal["ok", "warning", "failed"]


class _SmokeTest(Part):
    """The upgrade on a fork.

    Attributes:
        forked_block: Last block shared with the chain; null when it was a chain of its own.
    """

    forked_block: Count | None
    checks: list[_Check]


class UpgradeCheckDocument(Document):
    """What would become of an upgrade; exit code 4 unless it passed.

    Attributes:
        implementation_now: Of the record.
        contract: Name of the candidate.
        source: Path of its source in the project.
        constructor_args: ABI-encoded: the recovery delay in seconds.
        data: Call data that the upgrade would run.
        code_hash: keccak256 of the candidate's runtime code as it would be deployed, immutables included, but with
            zeros for its own address, which is not known yet.
        size: Bytes of runtime code.
        size_limit: Bytes; EIP-170.
        checks: Code and storage, without a chain.
        smoke_test: Null when the checks failed, so that it was not run.
        passed: Whether every check is ok.
    """

    SCHEMA: ClassVar = "kgst/upgrade-check/2"

    chain_id: ChainId
    token: Address
    implementation_now: Address
    contract: str
    source: str
    constructor_args: Data
    data: Data
    code_hash: Hash
    size: Count
    size_limit: Count
    layout: _Layout
    checks: list[_Check]
    smoke_test: _SmokeTest | None
    passed: bool

    @classmethod
    def of(
        cls,
        system: System,
        candidate: Candidate,
        tried: list[Check] | None,
        block: int | None,
        data: bytes,
        *,
        passed: bool,
    ) -> UpgradeCheckDocument:
        """The document of a candidate.

        Args:
            system: What would be upgraded.
            candidate: What was looked at.
            tried: On a fork; None when that was not tried.
            block: Of the fork; None for a chain of its own.
            data: Call that the upgrade would run.
            passed: Whether every check is ok.
        """
        smoke_test = None
        if tried is not None:
            smoke_test = _SmokeTest(forked_block=block, checks=_Check.all_of(tried))
        return cls.taken_from(
            candidate,
            chain_id=system.record.chain_id,
            token=system.token.address,
            implementation_now=system.record.implementation[1].address,
            constructor_args=candidate.arguments,
            data=data,
            size=len(candidate.code),
            size_limit=SIZE_LIMIT,
            layout=_Layout(
                compared_with=candidate.compared_with,
                problems=[_Problem.taken_from(one) for one in candidate.problems],
                note=WORDS_NOTE,
            ),
            checks=_Check.all_of(candidate.checks),
            smoke_test=smoke_test,
            passed=passed,
        )


class UpgradeDeployDocument(Document):
    """The new implementation that was deployed.

    Attributes:
        already: Whether it stood there before, and nothing was sent.
        file: The file that auditors sign; null on a chain that ends with the command.
        upgrade: What the file says.
        transaction: Null when nothing was sent.
    """

    SCHEMA: ClassVar = "kgst/upgrade-deploy/1"

    already: bool
    file: str | None
    upgrade: UpgradeFile
    transaction: Transaction | None

    @classmethod
    def of(cls, proposed: Proposed) -> UpgradeDeployDocument:
        """The document of what was deployed."""
        outcome = proposed.outcome
        return cls(
            already=outcome is None,
            file=str(proposed.path) if proposed.path else None,
            upgrade=proposed.file,
            transaction=None if outcome is None else Transaction.of(outcome),
        )


class _Warned(CheckPart):
    """What to think about before signing.

    Attributes:
        item: `far_deadline`: later than any command would choose, by the clock.
    """

    area: Literal["draft"]
    item: Literal["far_deadline"]
    state: Literal["warning"]


class UpgradeConsentDocument(SignDocument):
    """What an auditor has signed: the consent to an upgrade.

    Attributes:
        contract: What was built from this checkout.
        implementation: Where the file says that it was deployed.
        code_hash: Of what was built here.
        data: Call data that the upgrade runs.
        data_hash: keccak256 of `data`.
        nonce: Consents that the auditors gave before.
        halts: How often minting had been halted, as the signers know.
        version: Of the set that signs.
        deadline: Last second in which the signatures can be submitted.
        changes: What the file says that the upgrade changes on purpose: a getter's call to its answer afterwards.
        domain_hash: EIP-712 domain separator: the first hash that a Ledger shows.
        message_hash: EIP-712 hash of the struct: the second hash that a Ledger shows.
        digest: What the signature is on.
        checked: What agrees.
        not_checked: What could not be compared.
        warnings: What to think about before signing.
    """

    SCHEMA: ClassVar = "kgst/upgrade-consent/1"

    chain_id: ChainId
    token: Address
    contract: str
    implementation: Address
    code_hash: Hash
    data: Data
    data_hash: Hash
    nonce: Count
    halts: Count
    version: Count
    deadline: Time
    changes: dict[str, str]
    domain_hash: Hash
    message_hash: Hash
    digest: Hash
    checked: list[str]
    not_checked: list[str]
    warnings: list[_Warned]

    @classmethod
    def of(
        cls,
        file: UpgradeFile,
        compared: Comparison,
        warnings: Sequence[Check],
        signed: dict[str, Any],
    ) -> UpgradeConsentDocument:
        """The document of a signature; `signed` are the values of `SignDocument`."""
        return cls.taken_from(
            file,
            **signed,
            contract=compared.contract,
            code_hash=compared.code_hash,
            data=file.call,
            checked=list(compared.agrees),
            not_checked=list(compared.open),
            warnings=_Warned.all_of(warnings),
        )


class _OfNonce(Document):
    nonce: Count


# The number is the first key.
class UpgradeCollectDocument(CollectOrderDocument, _OfNonce):
    """Whose consents to an upgrade are there; exit code 5 while they are too few.

    Attributes:
        nonce: Consents that the auditors gave before.
    """

    SCHEMA: ClassVar = "kgst/upgrade-collect/1"
