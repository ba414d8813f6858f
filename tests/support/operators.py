"""A deployment as operators' commands see it, on the in-process chain, with files that outlive a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ape import chain as ape_chain

from kgst.deployment.applying import apply
from kgst.deployment.system import System
from kgst.files import Files
from kgst.node import connected
from kgst.pipeline.options import Run
from kgst.pipeline.pipeline import perform
from kgst.policy import Policy


def policy_file(folder: Path, base: Path, *changes: tuple[str, str]) -> Path:
    """`base` with each `(text, replacement)` applied once, as `folder/policy.yaml`."""
    text = base.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def operated(path: Path, deployer: Any) -> System:
    """What the policy at `path` says, deployed; with its files beside it."""
    policy = Policy.load(path)
    deployment = apply(policy, deployer)
    return System(deployment, connected(), Files(path.parent), path)


def as_(account: Any, via: str | None = None, **options: Any) -> Run:
    """The command line `--account … [--via safe:…] --yes --json`."""
    return Run(account=account, via=via, yes=True, json=True, **options)


def carry_out(system: System, operations: Any, run: Run) -> dict[str, Any]:
    """What `perform` answers, with `exit_code`."""
    operations = operations if isinstance(operations, list) else [operations]
    answer = perform(system, operations, run)
    return {**answer.document, "exit_code": int(answer.exit_code)}


def pass_time(seconds: int) -> None:
    """Mine a block that is so much later."""
    ape_chain.pending_timestamp += seconds
    ape_chain.mine()
