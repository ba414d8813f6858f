"""Why an operator does what the command says, and who that is: what the journal keeps beside the transaction.

Nothing of it goes to the chain, and nothing of it is proof: it is what the operator said, at what time by the clock of
the machine, before the transaction was signed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.errors import InputError
from kgst.journal import Act, Journal, OrderWords

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.actor import Actor
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run

__all__ = ["act_of", "note", "note_again", "require_reason"]


def require_reason(run: Run, what: str) -> None:
    """`--reason` was given, or nothing new is done.

    Raises:
        InputError: not so.
    """
    if run.reason is None and not run.give_up:
        raise InputError(
            f"{what} needs --reason TEXT: why, for whoever asks later (the holder, a court, an auditor); --document "
            "FILE keeps the SHA-256 of what it rests on. Nothing was sent."
        )


def act_of(system: System, actor: Actor, run: Run, operations: Sequence[Operation]) -> Act:
    """Who means what and why, now."""
    signer = actor.account.address if actor.account is not None else actor.caller
    named = {o.document_sha256 for o in operations if o.document_sha256 is not None}
    orders: list[OrderWords] = [o.order for o in operations if o.order is not None]
    roles = {o.role.name for o in operations if o.role is not None}
    return Act(
        at=int(time.time()),
        by=system.policy.label(signer),
        account=signer,
        caller=actor.caller,
        role=", ".join(sorted(roles)) or None,
        titles=tuple(o.title for o in operations),
        reason=run.reason,
        document_sha256=run.document_sha256 or (named.pop() if len(named) == 1 else None),
        order=orders[0] if len(orders) == 1 else None,
        reasons={account: why for o in operations for account, why in o.reasons.items()},
    )


def note(journal: Journal, act: Act) -> None:
    """Keep `act` in a begun journal, unless it says the same already: before anything of it is signed."""
    if not act.says_what(journal.act):
        journal.append(act)


def note_again(journal: Journal, run: Run) -> None:
    """Keep another reason or document that was given when an interrupted run was gone on with."""
    act = journal.act
    if act is not None and (run.reason or run.document_sha256):
        said = {
            "reason": run.reason or act.reason,
            "document_sha256": run.document_sha256 or act.document_sha256,
        }
        note(journal, act.model_copy(update={"at": int(time.time()), **said}))
