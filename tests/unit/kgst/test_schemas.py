"""Each command's document has a schema of its name; those of writes share one."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator
from support.tools import tool

SCHEMAS = sorted(Path("docs/schemas").glob("*.json"))


def commands() -> Iterator[tuple[str, click.Command]]:
    """`deploy-plan` and the command, for every command of every script."""
    for script in sorted(Path("scripts").glob("*.py")):
        cli: Any = runpy.run_path(str(script))["cli"]
        if isinstance(cli, click.Group):
            yield from (
                (f"{script.stem}-{name}", command) for name, command in cli.commands.items()
            )
        else:
            yield script.stem, cli


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_schema__is_one_and_names_its_file(path: Path) -> None:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].removesuffix(".json") == path.stem
    if not path.stem.startswith("file-"):
        name, _, version = schema["properties"]["schema"]["const"].rpartition("/")
        assert name == f"kgst/{path.stem}"
        assert int(version) >= 1
        assert schema["additionalProperties"] is False


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda x: str(x))
def test_command__with_json__has_a_schema(name: str, command: click.Command) -> None:
    options = {parameter.name for parameter in command.params}
    assert options & {"json_output", "as_json"}, "every command can answer in JSON"
    # A write through the pipeline answers with kgst/operation/1.
    assert "via" in options or Path(f"docs/schemas/{name}.json").exists()


def test_nameless__commands_without_a_document__are_told() -> None:
    schemas = tool("schemas")
    known = schemas.documents()
    assert list(schemas.nameless(known)) == []
    del known["supply-limits"]
    [told] = schemas.nameless(known)
    assert told.startswith("ape run supply limits: ")


def test_check__other_schema_than_the_model_has__fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    schemas = tool("schemas")
    shutil.copytree(schemas.SCHEMAS, tmp_path / "schemas")
    monkeypatch.setattr(schemas, "SCHEMAS", tmp_path / "schemas")
    status = tmp_path / "schemas" / "status.json"
    whole = status.read_text()
    status.write_text(whole.replace("In circulation", "Somewhere"))
    (tmp_path / "schemas" / "other.json").write_text("{}")
    monkeypatch.setattr("sys.argv", ["schemas.py", "--check"])
    assert schemas.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "docs/schemas/other.json: no model has it",
        "docs/schemas/status.json: is not what the model says; run `make schemas`",
    ]
    monkeypatch.setattr("sys.argv", ["schemas.py"])
    assert schemas.main() == 0
    assert status.read_text() == whole
