"""Sending a Safe's transaction from its file, once enough owners have signed it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer
from kgst.errors import DriftError, ExitCode, InputError, RefusedError
from kgst.events import event_topic, read_logs
from kgst.node import chain_id, rpc
from kgst.pipeline.actor import safe_drifts, safe_of
from kgst.pipeline.operation import Operation, Readback
from kgst.pipeline.pipeline import perform
from kgst.proposals.documents import LeftOut, SafeShowDocument
from kgst.proposals.files import Proposal
from kgst.proposals.onchain import Accepted, accepted, execution
from kgst.proposals.opened import Opened, open_proposal
from kgst.proposals.views import print_left_out, print_proposal, shown
from kgst.safe.safes import Safe, view

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["execute", "safe_and_label"]

_SUCCESS: Final = "ExecutionSuccess(bytes32,uint256)"


def execute(system: System, path: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """Send the file's transaction, once enough owners have signed it. Any account may, and pays for the gas.

    Raises:
        RefusedError: another chain, no Safe of the policy, a nonce that is used or not yet due.
        DriftError: the Safe on the chain is not the policy's.
        FileError: the file cannot be read, or its hashes are not those of its transaction.
    """
    if run.via is not None:
        raise InputError("the file names its Safe; leave out --via.")
    opened = open_proposal(path, system.policy_path)
    label, safe = safe_and_label(system, opened)
    done = _is_done(system, path, opened.proposal, safe)
    found = accepted(system.provider, safe, label, opened.proposal, path)
    if not done and found.missing:
        return _waiting(opened, found)
    return perform(system, [_operation(system, opened, found, done=done)], run)


def safe_and_label(system: System, opened: Opened) -> tuple[str, Safe]:
    """The proposal's Safe, by its label in the policy and as the chain has it.

    Raises:
        RefusedError: it is of another chain, or no Safe of the policy.
        DriftError: the Safe on the chain is not the policy's.
    """
    proposal, label = opened.proposal, opened.label
    found = chain_id(system.provider)
    if proposal.chain_id != found:
        raise RefusedError(
            f"{opened.path} is for chain {proposal.chain_id}, the node is on chain {found}."
        )
    if label is None:
        raise RefusedError(
            f"{proposal.safe} is no Safe of {system.policy_path}; nothing was sent on a stranger's word."
        )
    safe = safe_of(system, label)
    if differences := safe_drifts(system.policy, label, safe):
        raise DriftError(f"the Safe {label} is not as the policy says: {'; '.join(differences)}.")
    return label, safe


def _is_done(system: System, path: Path, proposal: Proposal, safe: Safe) -> bool:
    """Whether the Safe has carried it out already.

    Raises:
        RefusedError: its nonce is used by another transaction, or not yet due.
    """
    if safe.nonce == proposal.nonce:
        return False
    if safe.nonce > proposal.nonce:
        if _was_executed(system, proposal):
            return True
        state, advice = (
            "used",
            "Another transaction was executed in its place; give the command that made it again.",
        )
    else:
        state, advice = "not due yet", "Execute those before it first."
    raise RefusedError(
        f"{path} has nonce {proposal.nonce}, which is {state}: the Safe is at {safe.nonce}. {advice}"
    )


def _waiting(opened: Opened, found: Accepted) -> Answer[SafeShowDocument]:
    """What is missing; what the chain does not take is no longer among what counts."""
    document = shown(opened)
    told = {one.why for one in document.left_out}
    more = [LeftOut(file=str(opened.path), why=why) for why in found.left_out if why not in told]
    taken = {one.signer for one in found.signatures}
    document = document.model_copy(
        update={
            "left_out": [*document.left_out, *more],
            "missing": found.missing,
            "signatures": [
                one if one.claimed in taken else one.model_copy(update={"counts": False})
                for one in document.signatures
            ],
        }
    )

    def told_people(out: Console) -> None:
        print_proposal(opened, out)
        print_left_out(out, more)

    return Answer(document, told_people, ExitCode.WAITING)


def _operation(system: System, opened: Opened, found: Accepted, *, done: bool) -> Operation:
    """`execTransaction`, with as many signatures as it takes."""
    proposal, owners = opened.proposal, found.draft.owners.members
    terms = f"{opened.label} ({found.draft.threshold}/{len(owners)}), nonce {proposal.nonce}"
    return Operation(
        name="safe",
        title=opened.decoded,
        to=proposal.safe,
        data=execution(found),
        lines=(
            ("Safe", terms),
            ("signed by", ", ".join(system.named(one.signer) for one in found.chosen)),
            ("safeTxHash", proposal.safe_tx_hash),
        ),
        readbacks=(
            Readback(
                "executed by the Safe",
                True,
                lambda: _nonce(system, proposal.safe) > proposal.nonce,
                lambda value: "yes" if value else "no",
            ),
        ),
        already=done,
        repeatable=True,
    )


def _was_executed(system: System, proposal: Proposal) -> bool:
    """Whether the Safe says that it carried out this very transaction."""
    first = system.record.manager.transaction.block_number
    wanted = bytes.fromhex(proposal.safe_tx_hash[2:])
    for log in read_logs(proposal.safe, (_SUCCESS,), first):
        topics = [bytes(topic) for topic in log["topics"]]
        # Since 1.4 the hash is indexed, before it was not.
        told = topics[1] if len(topics) > 1 else bytes(log["data"])[:32]
        if topics[0] == event_topic(_SUCCESS) and told == wanted:
            return True
    return False


def _nonce(system: System, safe: str) -> int:
    with rpc("read the Safe's nonce"):
        (nonce,) = view(system.provider, safe, "nonce()", ["uint256"])
    return int(nonce)
