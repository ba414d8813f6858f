"""What only a node can say of a proposal's signatures: whose the Safe takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.proposals.files import Proposal
from kgst.proposals.kind import OwnersDraft, look, owners_of
from kgst.safe.safes import Safe
from kgst.signatures import preimage
from kgst.signing.onchain import takes
from kgst.signing.reading import first_of_each
from kgst.signing.shapes import Signature

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Accepted", "accepted", "execution"]


@dataclass(frozen=True)
class Accepted:
    """Whose signatures on a proposal the Safe takes.

    Attributes:
        draft: The proposal, with the owners and the threshold of the chain.
        signatures: Of each owner one.
        left_out: What does not count, for people.
    """

    draft: OwnersDraft
    signatures: Sequence[Signature]
    left_out: Sequence[str]

    @property
    def chosen(self) -> Sequence[Signature]:
        """As many as it takes, keys' first: what a contract takes may change until it is sent."""
        in_order = sorted(self.signatures, key=lambda one: (one.by_contract, one.signer))
        return in_order[: self.draft.threshold]

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, self.draft.threshold - len(self.signatures))


def accepted(
    provider: ProviderAPI, safe: Safe, label: str, proposal: Proposal, path: Path | None
) -> Accepted:
    """The signatures in a proposal, and in the files beside its own, that `safe` takes now.

    Args:
        provider: Of whose chain.
        safe: As the chain has it.
        label: Of the Safe.
        proposal: With the signatures in its file.
        path: Where it is kept; None when it is kept nowhere.

    Raises:
        NodeError: the node failed.
    """
    owners = owners_of(label, safe.owners)
    draft = OwnersDraft(proposal, owners, safe.threshold)
    found = look(draft, owners, path)
    left_out = [one.why for one in found if one.why is not None]
    good = [one.signature for one in found if one.signature is not None and one.why is None]
    kept = [one for one in good if not one.by_contract]
    for one in good:
        # Each that is claimed is asked about: what somebody made up must not hide what is good.
        if not one.by_contract or one.signer in {each.signer for each in kept}:
            continue
        if _is_taken(provider, safe, draft, one):
            kept.append(one)
        else:
            left_out.append(
                f"{path}: the owner {one.signer} takes no such signature as its own (isValidSignature of "
                f"{draft.digest}); its owners have to sign {draft.for_contracts}"
            )
    return Accepted(draft, tuple(first_of_each(kept).values()), tuple(left_out))


def execution(found: Accepted) -> bytes:
    """Call data of `execTransaction`, with as many of the signatures as it takes."""
    return found.draft.proposal.transaction.execution(
        {one.signer: bytes.fromhex(one.signature[2:]) for one in found.chosen},
        {one.signer for one in found.chosen if one.by_contract},
    )


def _is_taken(provider: ProviderAPI, safe: Safe, draft: OwnersDraft, one: Signature) -> bool:
    """Whether the contract that is said to have signed takes it, asked as the Safe will ask."""
    message, raw = draft.message, bytes.fromhex(one.signature[2:])
    if safe.asks_by_draft:
        return takes(provider, one.signer, preimage(message), raw, as_draft=True)
    return takes(provider, one.signer, bytes.fromhex(draft.digest[2:]), raw)
