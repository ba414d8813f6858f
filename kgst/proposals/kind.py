"""A Safe's transaction as a kind of what is signed by files, and whose signatures on it are found."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from eth_account.messages import SignableMessage

from kgst.proposals.files import OwnersSignature, Proposal
from kgst.signatures import preimage
from kgst.signing.kinds import Detail, People, Signable
from kgst.signing.reading import first_of_each, judged, read_signature
from kgst.signing.shapes import Signature, SignatureFile
from kgst.storing import FileError

__all__ = ["Found", "OwnersDraft", "counting", "judge", "look", "owners_of"]


def owners_of(label: str, members: Iterable[str]) -> People:
    """The owners of the Safe with this label: checksummed addresses."""
    return People(tuple(members), "owner", f"no owner of the Safe {label}")


@dataclass(frozen=True)
class OwnersDraft(Signable):
    """A proposal, and who of its Safe signs.

    Attributes:
        owners: By the policy, or by the chain.
        threshold: How many of them must sign.
    """

    what: ClassVar[str] = Proposal.what
    signature_file: ClassVar[type[SignatureFile]] = OwnersSignature

    proposal: Proposal
    owners: People
    threshold: int

    @property
    def message(self) -> SignableMessage:
        """The EIP-712 message."""
        return self.proposal.transaction.message

    @property
    def signers(self) -> People:
        """The owners."""
        return self.owners

    @property
    def signatures_needed(self) -> int:
        """The threshold."""
        return self.threshold

    @property
    def about(self) -> tuple[Detail, ...]:
        """Chain, Safe and nonce."""
        return (
            Detail("chain_id", "chain", self.proposal.chain_id),
            Detail("safe", "the Safe", self.proposal.safe),
            Detail("nonce", "nonce", self.proposal.nonce),
        )

    @property
    def title(self) -> str:
        """For people."""
        return f"transaction {self.proposal.nonce} of the Safe {self.proposal.safe}"

    @property
    def for_contracts(self) -> str:
        """By the Safe's version: before 1.5 it asks about what is hashed, not about the hash."""
        data = preimage(self.message)
        return (
            f"the digest: {self.digest}, if this Safe is of version 1.5 or later; before, they sign these "
            f"{len(data)} bytes: 0x{data.hex()}"
        )


@dataclass(frozen=True)
class Found:
    """A signature that lies in a proposal's file or beside it.

    Attributes:
        where: The file.
        claimed: Whose it says it is; None for a file that is no signature on this transaction.
        signature: None when it is not the claimed one's.
        why: What there is against it; None when it counts, or when nobody here knows the owners.
    """

    where: Path | None
    claimed: str | None
    by_contract: bool = False
    signature: Signature | None = None
    why: str | None = None


def look(
    draft: OwnersDraft, owners: People | None, path: Path | None, but: Iterable[Path] = ()
) -> list[Found]:
    """The signatures in a proposal's file, and in the files beside it: `<its name>.….sig.json`.

    Nothing that lies there is an error: whatever does not count is told.

    Args:
        draft: The proposal, with the signatures in its file.
        owners: None when nobody here knows them.
        path: The file; None when it is kept nowhere.
        but: Files to leave alone.
    """
    found = [judge(draft, owners, path, one) for one in draft.proposal.claims]
    if path is None:
        return found
    left = {one.resolve() for one in but}
    name = glob.escape(path.name.removesuffix(".json"))
    for file in sorted(path.parent.glob(f"{name}.*.sig.json")):
        if file.resolve() in left:
            continue
        try:
            found.append(judge(draft, owners, file, read_signature(draft, None, file)))
        except FileError as error:
            found.append(Found(file, None, why=str(error)))
    return found


def counting(found: Iterable[Found]) -> list[Signature]:
    """Those that count: of each owner one, a key's before what is claimed of a contract."""
    good = [one.signature for one in found if one.signature is not None and one.why is None]
    return list(first_of_each(good).values())


def judge(draft: Signable, owners: People | None, where: Path | None, given: Signature) -> Found:
    """What is to be said of a signature that lies at `where`; `owners` are None when nobody here knows them."""
    try:
        good = judged(where, draft.message, given, None)
    except FileError as error:
        return Found(where, given.signer, given.by_contract, None, str(error))
    why = None
    if owners is not None and good.signer not in owners.members:
        why = f"{where}: {good.signer} is {owners.strangers}"
    return Found(where, given.signer, given.by_contract, good, why)
