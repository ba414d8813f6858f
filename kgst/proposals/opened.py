"""A proposal's file, and what policy and record say of it without a chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgst.decoding.calls import decode_call
from kgst.errors import InputError
from kgst.policy import Policy
from kgst.proposals.files import Proposal
from kgst.proposals.kind import Found, OwnersDraft, look, owners_of
from kgst.record import Record, RecordError
from kgst.signing.comparing import require_chain
from kgst.signing.kinds import People

__all__ = ["Opened", "open_proposal"]

_NOBODY = People((), "owner", "no owner of this Safe")


@dataclass(frozen=True)
class Opened:
    """A proposal's file, and what is known of its deployment.

    Attributes:
        policy: None when none lies where the file belongs and none was given.
        label: Of the Safe in the policy; None for a stranger.
    """

    path: Path
    proposal: Proposal
    policy: Policy | None
    policy_path: Path
    contracts: Mapping[str, str]
    label: str | None

    def named(self, address: str) -> str:
        """By record and policy, as `System` names it."""
        for name, at in self.contracts.items():
            if int(at, 16) == int(address, 16):
                return name
        return self.policy.named(address) if self.policy else f"unknown {address}"

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
        return decode_call(self, self.proposal.to, bytes.fromhex(self.proposal.data[2:]))

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
        if self.owners is None or self.policy is None or self.threshold is None:
            raise InputError(
                f"no policy says who owns the Safe {self.proposal.safe} (looked at {self.policy_path}); give it with "
                "--policy."
            )
        require_chain(self.proposal.chain_id, self.policy, self.policy_path)
        return OwnersDraft(self.proposal, self.owners, self.threshold)


def open_proposal(path: Path, policy_path: Path | None) -> Opened:
    """The proposal at `path`, with the policy and the record of its deployment.

    Args:
        path: As it was given.
        policy_path: The policy; None for that of the deployment in whose folder the file lies.

    Raises:
        FileError: the proposal cannot be read, or its hashes are not those of its transaction.
        PolicyError: the policy cannot be read.
    """
    proposal = Proposal.load(path)
    # deployments/<network>/safe/<label>/<file>
    folder = path.resolve().parents[min(2, len(path.resolve().parents) - 1)]
    policy_path = policy_path or folder / "policy.yaml"
    policy = Policy.load(policy_path) if policy_path.exists() else None
    contracts: dict[str, str] = {}
    try:
        record = Record.load(policy_path.parent / "record.json")
        if record.chain_id == proposal.chain_id:
            contracts = {name: entry.address for name, entry in record.contracts.items()}
    except RecordError:
        pass  # then the contracts are strangers
    label = policy.label(proposal.safe) if policy else None
    if policy is None or label not in policy.safes:
        label = None
    return Opened(path, proposal, policy, policy_path, contracts, label)
