"""Whether an auditor is told that a draft's auditors are the policy's: of all of them, and of how many must sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import drafts
from support.isolation import policy_of

from kgst.policy import Policy
from kgst.reserves.files import AttestationFile
from kgst.reserves.signing import check

SAID = "the auditors and their threshold are the policy's"
A, B, C = (drafts.auditor(i).address for i in range(3))
STRANGER = "0xbDA5747bFD65F08deb54cb465eB87D40e51B197E"


def checked(**changes: Any) -> tuple[bool, bool]:
    """Whether it is said to agree, and whether it is said to be open."""
    draft: AttestationFile = drafts.make()
    auditors = draft.chain.auditors.model_copy(update=changes)
    draft = draft.model_copy(
        update={"chain": draft.chain.model_copy(update={"auditors": auditors})}
    )
    path = Path(policy_of("rehearsal"))
    found = check(draft, policy=Policy.load(path), policy_path=path, report=None, statements=())
    return SAID in found.done, any(line.startswith("auditors:") for line in found.open)


def test_check__the_policy_s_auditors__agree() -> None:
    assert checked() == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"members": (A, B)},
        {"members": (B, C)},
        {"members": ()},
        {"members": (A, B, C, STRANGER)},
        {"members": (A, B, STRANGER)},
        {"threshold": 1},
        {"threshold": 3},
    ],
    ids=str,
)
def test_check__fewer_more_others_or_another_threshold__do_not(changes: dict[str, Any]) -> None:
    assert checked(**changes) == (False, True)
