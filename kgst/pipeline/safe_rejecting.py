"""Ending a Safe's transaction that its owners no longer want: an empty one of the same nonce takes its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer, confirm, console
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.node import chain_id
from kgst.pipeline.actor import Actor
from kgst.pipeline.operation import Operation
from kgst.pipeline.safe_execution import execute, safe_and_label
from kgst.pipeline.through_safe import collect
from kgst.pipeline.why import act_of
from kgst.proposals.opened import open_proposal
from kgst.proposals.views import print_proposal, shown
from kgst.safe.safes import SafeTransaction
from kgst.sending.public_keys import require_own_key
from kgst.signing.own import print_read
from kgst.terminal import markup

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.proposals.documents import SafeShowDocument

__all__ = ["reject"]


def reject(system: System, path: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """Sign an empty transaction of the nonce of the one in `path`; once enough owners have, and it is due, send it.

    Raises:
        RefusedError: another chain, no Safe of the policy, a nonce that is used; the account is no owner.
        DriftError: the Safe on the chain is not the policy's.
        FileError: a file cannot be read or written.
    """
    if run.via is not None:
        raise InputError("the file names its Safe; leave out --via.")
    if system.files is None:
        raise RefusedError("this chain ends with the command: there is no transaction to reject.")
    out = console(stderr=run.json)
    opened = open_proposal(path, system.policy_path)
    label, safe = safe_and_label(system, opened)
    nonce = opened.proposal.nonce
    if safe.nonce > nonce:
        raise RefusedError(
            f"{path} has nonce {nonce}, and the Safe is at {safe.nonce}: it was executed, or another one was in its "
            "place. There is nothing left to reject (`ape run safe list`)."
        )
    empty = SafeTransaction(chain_id(system.provider), safe.address, safe.address, b"", nonce)
    if opened.proposal.transaction == empty:
        raise InputError(f"{path} is itself a rejection; sign it with `ape run safe sign`.")
    if run.account is not None:
        require_own_key(run.account.address, system.provider)
        out.print(f"Rejects, for good: [bold]{markup(opened.decoded, None)}[/bold], nonce {nonce}")
        print_read(out, system.policy, system.policy_path)
        confirm("Sign the rejection?", run.account, yes=run.yes)
    actor = Actor(safe.address, run.account, label, safe)
    meant = Operation("reject", f"reject {opened.decoded}, nonce {nonce}", safe.address, b"")
    made = collect(
        system, actor, empty.to, empty.data, act_of(system, actor, run, [meant]), nonce - safe.nonce,
        warn=lambda text: out.print(f"[yellow]{markup(text, None)}[/yellow]", soft_wrap=True),
    )  # fmt: skip
    assert made.path is not None  # noqa: S101 # there are files
    if made.missing or safe.nonce != nonce or run.account is None:
        rejection = open_proposal(made.path, system.policy_path)
        return Answer(
            shown(rejection), lambda out: print_proposal(rejection, out), ExitCode.WAITING
        )
    return execute(system, made.path, replace(run, via=None))
