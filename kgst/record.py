"""`record.json`: what was deployed, where, from which code; and each upgrade since. Kept in git.

The signed transactions stand in it whole: from them follow sender, nonce, address, code and arguments, whatever a node
says.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.document import Address, Count, Hash
from kgst.errors import InputError
from kgst.jsonfile import MAX_BYTES, load_model, parse_json, write_whole
from kgst.regularfile import read_regular

if TYPE_CHECKING:
    from kgst.journal import Journal, Outcome

__all__ = [
    "Compiler",
    "ContractRecord",
    "Record",
    "RecordError",
    "SignedTransaction",
    "SourceCommit",
    "Transaction",
    "Upgrade",
]


class RecordError(InputError):
    """A record that is absent or cannot be read."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Transaction(_Model):
    """A final transaction of the deployment."""

    hash: Hash
    block_number: Count
    block_hash: Hash
    gas_used: Count
    gas_price: Count

    @classmethod
    def of(cls, outcome: Outcome) -> Transaction:
        """As the journal has its outcome."""
        return cls(
            hash=outcome.hash,
            block_number=outcome.block_number,
            block_hash=outcome.block_hash,
            gas_used=outcome.gas_used,
            gas_price=outcome.gas_price,
        )


class SignedTransaction(Transaction):
    """A final transaction with its own bytes, which say who signed it, for which nonce and chain, and what it does.

    Attributes:
        raw: As it was sent: the RLP that `hash` is of.
    """

    raw: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})+$")]

    @classmethod
    def out_of(cls, journal: Journal, outcome: Outcome) -> SignedTransaction:
        """As `journal` has signed it, and its `outcome`.

        Raises:
            RecordError: the journal has not signed it.
        """
        signed = journal.signed_as(outcome.hash)
        if signed is None:
            raise RecordError(
                f"{journal.path or 'the journal'}: {outcome.step}: {outcome.hash} is final, and nothing with that hash "
                "was signed; restore the journal from a copy."
            )
        return cls(**Transaction.of(outcome).model_dump(), raw=signed.raw)


class ContractRecord(_Model):
    """One deployed contract.

    Attributes:
        source: Path of its source in the project.
        constructor_args: ABI-encoded, as explorers ask for them.
        code_hash: keccak256 of the runtime code on the chain, immutables included.
    """

    address: Address
    source: str
    constructor_args: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
    code_hash: Hash
    transaction: SignedTransaction


class Compiler(_Model):
    """What compiled the contracts."""

    version: str
    optimizer_runs: int | None
    via_ir: bool
    evm_version: str | None


class SourceCommit(_Model):
    """The git commit of the sources; `clean` when nothing in the checkout differed from it."""

    commit: str
    clean: bool


class Upgrade(_Model):
    """One upgrade of the token.

    Attributes:
        contract: Name of the implementation in the project.
        implementation: The contract that runs since then.
        data: Call data that the upgrade ran.
        transaction: The one that upgraded.
        source: Commit of the checkout that recorded it.
    """

    contract: str
    implementation: ContractRecord
    data: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
    transaction: Transaction
    source: SourceCommit | None = None


class Record(_Model):
    """What was deployed.

    Attributes:
        logic: The first implementation; `implementation` is the present one.
        chain_id: EIP-155.
        genesis: Hash of block 0.
        policy_fingerprint: `Policy.fingerprint` of the policy that was carried out.
        deployed_at: Seconds; the time of the block of the last step.
        configuration: The transaction that gave the roles and took the deployer's.
    """

    format: Literal[2] = 2
    chain_id: int
    genesis: Hash
    deployer: Address
    policy_fingerprint: str
    deployed_at: int
    compiler: Compiler
    source: SourceCommit | None
    manager: ContractRecord
    logic: ContractRecord
    token: ContractRecord
    feed: ContractRecord
    backing_feed: ContractRecord
    revoker: ContractRecord
    redemption_desk: ContractRecord
    mint_desk: ContractRecord
    configuration: SignedTransaction
    upgrades: tuple[Upgrade, ...] = ()

    @property
    def implementation(self) -> tuple[str, ContractRecord]:
        """Name and record of the implementation that runs since the last upgrade."""
        if self.upgrades:
            return self.upgrades[-1].contract, self.upgrades[-1].implementation
        return "KGSTLogic", self.logic

    @property
    def contracts(self) -> dict[str, ContractRecord]:
        """By the contracts' names, in order of deployment; of two implementations of one name the present one."""
        contract, implementation = self.implementation
        return {
            "KGSTAccessManager": self.manager,
            "KGSTLogic": self.logic,
            "KGST": self.token,
            "ReserveFeed": self.feed,
            "BackingFeed": self.backing_feed,
            "Revoker": self.revoker,
            "RedemptionDesk": self.redemption_desk,
            "MintDesk": self.mint_desk,
            contract: implementation,
        }

    @classmethod
    def load(cls, path: Path) -> Record:
        """The record at `path`.

        Raises:
            RecordError: absent, not a record, or of a format that is read no more.
        """
        _require_present_format(path)
        try:
            return load_model(
                path, cls, RecordError, "restore the file from git, it is never edited by hand"
            )
        except FileNotFoundError:
            raise RecordError(cls.missing(path)) from None

    @staticmethod
    def missing(path: Path) -> str:
        """What to say when there is no record at `path`: was there ever one?"""
        from kgst.files import Files

        files = Files(path.parent)
        if path == files.record and files.finished():
            return (
                f"{path}: there is no record, and {files.journal.name} beside it tells of a finished deployment: the "
                "record was deleted, or never written. Restore it from git; or have it written again with "
                "`ape run deploy resume`, which sends nothing (upgrades since then are only in the one from git)."
            )
        return (
            f"{path}: there is no record, so nothing is known to be deployed; "
            "run `ape run deploy apply`, or check --network and --policy."
        )

    def save(self, path: Path) -> None:
        """Write to `path`, whole or not at all."""
        write_whole(path, self.model_dump_json(indent=2))


def _require_present_format(path: Path) -> None:
    """Format 1 had no signed transactions: it would have to be believed.

    Raises:
        RecordError: it is of that format.
    """
    try:
        found = parse_json(read_regular(path, MAX_BYTES))[1]
    except (OSError, ValueError):
        return  # whoever reads it says why
    if isinstance(found, dict) and found.get("format") == 1:
        raise RecordError(
            f"{path}: format 1 is read no more, since it lacks the signed transactions. Put the file aside, and have "
            "it written again with `ape run deploy resume`, which takes them from the journal and sends nothing."
        )


def source_commit(folder: Path) -> SourceCommit | None:
    """The commit of the checkout around `folder`; None without git."""
    git = shutil.which("git")
    if git is None:
        return None

    def run(*arguments: str) -> str | None:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else None

    commit = run("rev-parse", "HEAD")
    if not commit:
        return None
    return SourceCommit(commit=commit, clean=run("status", "--porcelain", "--", "contracts") == "")


def compiler_of(compilers: list[Any], contract: str) -> Compiler:
    """The settings that compiled `contract`, from a project's manifest.

    Raises:
        RecordError: the build does not say.
    """
    for compiler in compilers:
        if contract in (compiler.contractTypes or []):
            settings = compiler.settings or {}
            optimizer = settings.get("optimizer", {})
            return Compiler(
                version=compiler.version,
                optimizer_runs=optimizer.get("runs") if optimizer.get("enabled") else None,
                via_ir=bool(settings.get("viaIR", False)),
                evm_version=settings.get("evmVersion"),
            )
    raise RecordError(
        f"the build does not say what compiled {contract}; run `ape compile --force`."
    )
