"""What `ape run upgrade` does: check, deploy, consent, collect, submit-consent, schedule, execute, cancel."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.checks import Check, passed
from kgst.console import Answer
from kgst.deployment.system import open_system
from kgst.errors import ExitCode, InputError
from kgst.fork.system import on_fork
from kgst.pipeline.pipeline import perform
from kgst.signing import ceremony, deadlines
from kgst.signing.deadlines import far
from kgst.signing.own import own_policy
from kgst.storing import read_model
from kgst.upgrade import executing
from kgst.upgrade.checking import examine
from kgst.upgrade.consenting import compare_with_build, submission
from kgst.upgrade.deploying import propose
from kgst.upgrade.documents import (
    UpgradeCheckDocument,
    UpgradeCollectDocument,
    UpgradeConsentDocument,
    UpgradeDeployDocument,
)
from kgst.upgrade.files import SignedUpgradeFile, UpgradeFile
from kgst.upgrade.intended import parse_changes
from kgst.upgrade.smoke import smoke
from kgst.upgrade.views import (
    print_check,
    print_comparison,
    print_deployed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ape.api import AccountAPI

    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = [
    "cancel",
    "check",
    "collect",
    "consent",
    "data_of",
    "deploy",
    "execute",
    "schedule",
    "submit_consent",
]


def check(
    policy_path: Path | None,
    contract: str,
    data: str,
    changes: Sequence[str] = (),
    *,
    quiet: bool,
) -> Answer[UpgradeCheckDocument]:
    """Look at a new implementation, then upgrade to it on a fork; sends nothing."""
    call, declared = data_of(data), parse_changes(changes)
    system = open_system(policy_path, quiet=quiet)
    candidate = examine(system, contract)
    tried: list[Check] | None = None
    block: int | None = None
    # What misreads the storage would only fail in stranger ways.
    if candidate.is_sound:
        with on_fork(system) as (copy, fork):
            block = fork.block
            tried = smoke(copy, fork, candidate, call, declared)
    sound = candidate.is_sound and tried is not None and passed(tried)
    return Answer(
        UpgradeCheckDocument.of(system, candidate, tried, block, call, passed=sound),
        lambda out: print_check(out, system, candidate, tried, block),
        ExitCode.DONE if sound else ExitCode.REFUSED,
    )


def deploy(
    contract: str,
    data: str,
    run: Run,
    out_path: Path | None = None,
    valid_for: str | None = None,
    changes: Sequence[str] = (),
) -> Answer[UpgradeDeployDocument]:
    """Deploy a new implementation, and write the file that auditors sign."""
    call, declared = data_of(data), parse_changes(changes)
    system = open_system(run.policy_path, quiet=run.json)
    proposed = propose(system, contract, call, run, out_path, valid_for, declared)
    return Answer(UpgradeDeployDocument.of(proposed), lambda out: print_deployed(out, proposed))


def consent(
    path: Path,
    contract: str,
    account: AccountAPI | None,
    policy_path: Path | None,
    *,
    given: ceremony.Given | None = None,
    yes: bool,
    force: bool,
    quiet: bool,
) -> Answer[UpgradeConsentDocument]:
    """Build the code, compare it with the file, and let an auditor's account sign. Touches no network."""
    file = read_model(path, UpgradeFile, UpgradeFile.what)
    own = own_policy(policy_path, path, file.chain_id)
    policy, policy_path = (own.policy, own.path) if own else (None, None)
    compared = compare_with_build(file, contract, policy, policy_path)
    warnings = list(far(file, deadlines.clock()))
    reviewed = ceremony.Reviewed(
        file,
        path,
        partial(UpgradeConsentDocument.of, file, compared, warnings),
        lambda out: print_comparison(out, file, compared, warnings),
        own,
    )
    return ceremony.sign(reviewed, account, given, yes=yes, force=force, quiet=quiet)


def collect(
    path: Path,
    signatures: Sequence[Path],
    *,
    policy_path: Path | None,
    out_path: Path | None,
    force: bool,
) -> Answer[UpgradeCollectDocument]:
    """Put consents together; once there are enough, write the file to submit."""
    return ceremony.collect(
        read_model(path, UpgradeFile, UpgradeFile.what),
        SignedUpgradeFile,
        UpgradeCollectDocument,
        path,
        signatures,
        policy_path=policy_path,
        out_path=out_path,
        force=force,
    )


def submit_consent(path: Path, signatures: Sequence[Path], run: Run) -> Answer[WriteDocument]:
    """Record the auditors' consent. Anyone may."""
    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [submission(system, path, signatures)], run)


def schedule(path: Path, run: Run) -> Answer[WriteDocument]:
    """Schedule the upgrade."""
    return executing.schedule(open_system(run.policy_path, quiet=run.json), path, run)


def execute(path: Path, run: Run) -> Answer[WriteDocument]:
    """Execute the upgrade, look at it, record it."""
    return executing.execute(open_system(run.policy_path, quiet=run.json), path, run)


def cancel(path: Path, run: Run) -> Answer[WriteDocument]:
    """Cancel the upgrade."""
    return executing.cancel(open_system(run.policy_path, quiet=run.json), path, run)


def data_of(text: str) -> bytes:
    """The call data that `--data` gives.

    Raises:
        InputError: it is not 0x and bytes.
    """
    try:
        if not text.startswith("0x"):
            raise ValueError
        return bytes.fromhex(text[2:])
    except ValueError:
        raise InputError(
            f"--data {text[:80]!r}: write 0x and the call's bytes in hexadecimal digits, or leave it out."
        ) from None
