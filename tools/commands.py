"""The commands of scripts/, for the checks of pages and of tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


def commands() -> dict[str, click.Command]:
    """Every command of scripts/, by `<script> <command>`."""
    found: dict[str, click.Command] = {}
    for path in sorted((ROOT / "scripts").glob("[!_]*.py")):
        spec = importlib.util.spec_from_file_location(f"script_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        cli = module.cli
        if isinstance(cli, click.Group):
            found |= {f"{path.stem} {name}": command for name, command in cli.commands.items()}
        else:
            found[path.stem] = cli
    return found


def taken(command: click.Command) -> set[str]:
    """The options of a command; `--network` is ape's, which only commands without a network have not."""
    found = {option for parameter in command.params for option in parameter.opts}
    return found if type(command).__name__ == "OfflineCommand" else found | {"--network"}
