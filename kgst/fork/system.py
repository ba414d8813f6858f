"""The deployment on a fork: every contract of it read there, nothing of it written to files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System, open_system
from kgst.errors import RefusedError
from kgst.fork.anvil import Fork, forked

__all__ = ["forked_system", "on_fork"]


@contextmanager
def on_fork(system: System) -> Iterator[tuple[System, Fork]]:
    """`system` as a copy of its chain has it; inside the block ape is connected to the copy.

    From a chain in this process, which cannot be copied, the policy is deployed anew.

    Raises:
        ForkError: there is no anvil, or it does not start.
        NodeError: the node failed.
    """
    policy = system.policy
    with forked(system.provider) as fork:
        deployment = Deployment.of(policy, system.record) if fork.is_copy else _deployed(system)
        yield replace(system, deployment=deployment, provider=fork.provider, files=None), fork


@contextmanager
def forked_system(policy_path: Path | None, *, quiet: bool) -> Iterator[tuple[System, Fork]]:
    """The connected network's deployment, on a fork; see `open_system` and `on_fork`.

    Raises:
        As both.
    """
    with on_fork(open_system(policy_path, quiet=quiet)) as (system, fork):
        yield system, fork


def _deployed(system: System) -> Deployment:
    from ape import accounts

    policy = system.policy
    deployer = next((a for a in accounts.test_accounts if not policy.powers(a.address)), None)
    if deployer is None:
        raise RefusedError("every test account has a power in the policy; none can deploy.")
    return apply(policy, deployer)
