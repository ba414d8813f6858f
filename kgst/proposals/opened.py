"""A proposal's file, and what policy and record say of it without a chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kgst.decoding.calls import decode_call
from kgst.errors import InputError
from kgst.policy import Policy
from kgst.proposals.files import Proposal
from kgst.proposals.kind import Found, OwnersDraft, look, owners_of
from kgst.safe.safes import SafeTransaction
from kgst.signing.comparing import require_chain
from kgst.signing.kinds import People
from kgst.signing.own import UNNAMED, Names, Own, own_policy

__all__ = ["Opened", "open_proposal", "words_of"]

_NOBODY = People((), "owner", "no owner of this Safe")


@dataclass(frozen=True)
class Opened:
    """A proposal's file, and what is known of its deployment.

    Attributes:
        own: The policy of whoever opened it; None when they have none.
        names: Of that policy, and of the record beside it.
        label: Of the Safe in the policy; None for a stranger.
    """

    path: Path
    proposal: Proposal
    own: Own | None
    names: Names
    label: str | None

    @property
    def policy(self) -> Policy | None:
        """The policy alone."""
        return self.own.policy if self.own else None

    def named(self, address: str) -> str:
        """By the own policy and record, the address whole; bare without them."""
        return self.names.named(address)

    @property
    def owners(self) -> People | None:
        """By the policy; None when it does not say."""
        if self.policy is None or self.label is None:
            return None
        terms = self.policy.safes[self.label]
        return owners_of(self.label, map(self.policy.address, terms.owners))

    @property
    def threshold(self) -> int | None:
        """By the policy."""
        if self.policy is None or self.label is None:
            return None
        return self.policy.safes[self.label].threshold

    @property
    def decoded(self) -> str:
        """What it does, in words, from its bytes; the file's own words are a claim."""
        return words_of(self.names, self.proposal.transaction)

    @property
    def is_misworded(self) -> bool:
        """Whether the file says something else of itself than its bytes do, as this signer names people."""
        return self.proposal.worded(self.decoded) != self.proposal

    def found(self, but: Iterable[Path] = ()) -> list[Found]:
        """The signatures in the file and beside it, without the files `but`."""
        draft = OwnersDraft(self.proposal, self.owners or _NOBODY, self.threshold or 0)
        return look(draft, self.owners, self.path, but)

    def draft(self) -> OwnersDraft:
        """What the owners sign.

        Raises:
            InputError: no policy says who they are.
            RefusedError: the policy is of another chain.
        """
        if self.own is None:
            raise InputError(
                f"no policy says who owns the Safe {self.proposal.safe}: {UNNAMED}; give yours with --policy. One that "
                "came with the file is the sender's."
            )
        require_chain(self.proposal.chain_id, self.own.policy, self.own.path)
        if self.owners is None or self.threshold is None:
            raise InputError(
                f"no policy says who owns the Safe {self.proposal.safe} (looked at {self.own.path}); give it with "
                "--policy."
            )
        return OwnersDraft(self.proposal, self.owners, self.threshold)


def open_proposal(path: Path, policy_path: Path | None) -> Opened:
    """The proposal at `path`, with the policy and the record of its deployment.

    Args:
        path: As it was given.
        policy_path: The own policy; None for this checkout's.

    Raises:
        FileError: the proposal cannot be read, or its hashes are not those of its transaction.
        PolicyError: the policy cannot be read.
    """
    proposal = Proposal.load(path)
    own = own_policy(policy_path, path, proposal.chain_id)
    if own is None or not own.policy.allows_chain(proposal.chain_id):
        # Whoever has an address on one chain need not have it on another.
        return Opened(path, proposal, own, Names(), None)
    label = own.policy.label(proposal.safe)
    known = label if label in own.policy.safes else None
    return Opened(path, proposal, own, own.names(proposal.chain_id), known)


def words_of(names: Names, transaction: SafeTransaction) -> str:
    """What a transaction does, in words, from its bytes: the same for all who name people in the same way."""
    if transaction.to == transaction.safe and not transaction.data:
        return f"nothing; it takes nonce {transaction.nonce}, and ends every other transaction of that nonce"
    return decode_call(names, transaction.to, transaction.data)
