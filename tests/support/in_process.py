"""Commands within the test's own process, where its chain and its patches are: no node, no second interpreter."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from kgst.node import connected

ROOT = Path(__file__).parents[2]


def command(script: str) -> click.Command:
    """The command of `scripts/<script>.py`, by the name that `ape run` calls it."""
    cli: click.Command = runpy.run_path(str(ROOT / f"scripts/{script}.py"))["cli"]
    cli.name = script
    return cli


def invoke(script: str, *arguments: object, policy: Path | None = None, **kwargs: Any) -> Result:
    """`ape run <script> <arguments> --policy <policy>`, with stdout and stderr apart."""
    words = [*map(str, arguments), *(["--policy", str(policy)] if policy else [])]
    return CliRunner(mix_stderr=False).invoke(command(script), words, **kwargs)


def eth_calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """Takes, from now on, receiver and block of each `eth_call`."""
    eth = connected().web3.eth
    ask = eth.call
    asked: list[tuple[Any, Any]] = []

    def call(request: Any, block: Any) -> Any:
        asked.append((request["to"], block))
        return ask(request, block)

    monkeypatch.setattr(eth, "call", call)
    return asked
