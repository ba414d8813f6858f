"""docs/schemas/, from the models: one file for each document of `--json` and for each file that people pass on.

python tools/schemas.py [--check]      (--check: writes nothing; fails if one is stale, or a command names no document)
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

import kgst
from kgst.auditors.files import RotationFile, RotationSignatureFile, SignedRotationFile
from kgst.document import Document, Part
from kgst.govern.challenge import Challenge, KeySignature
from kgst.guard.orders import Order
from kgst.guard.presigned import Presigned
from kgst.paying.batch import BatchFile
from kgst.paying.confirming import ConfirmationFile
from kgst.paying.register import Payee, RegisterFile
from kgst.proposals.files import OwnersSignature, Proposal
from kgst.publish.documents import TrustWalletInfo
from kgst.report.certifying import OfficerSignature
from kgst.reserves.annex import Annex
from kgst.reserves.files import AttestationFile, SignatureFile, SignedFile
from kgst.reserves.report import Report
from kgst.settling.orders import OrderFile
from kgst.upgrade.files import ConsentFile, SignedUpgradeFile, UpgradeFile

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ATTRIBUTE = re.compile(r"(?ms)^    (\w+): (.*?)(?=^    \w+:|\Z)")
ANSWERED = re.compile(r"Answer\[([\w| ]+)\]")

FILES: dict[str, type[BaseModel]] = {
    "file-annex": Annex,
    "file-attestation": AttestationFile,
    "file-batch": BatchFile,
    "file-confirmation": ConfirmationFile,
    "file-key-challenge": Challenge,
    "file-key-signature": KeySignature,
    "file-officer-signature": OfficerSignature,
    "file-order": Order,
    "file-payment-order": OrderFile,
    "file-presigned": Presigned,
    "file-register": RegisterFile,
    "file-report": Report,
    "file-rotation": RotationFile,
    "file-rotation-signature": RotationSignatureFile,
    "file-safe-signature": OwnersSignature,
    "file-safe-transaction": Proposal,
    "file-signature": SignatureFile,
    "file-signed-attestation": SignedFile,
    "file-signed-rotation": SignedRotationFile,
    "file-signed-upgrade": SignedUpgradeFile,
    "file-trustwallet-info": TrustWalletInfo,
    "file-upgrade": UpgradeFile,
    "file-upgrade-consent": ConsentFile,
}
"""Those that people pass on, by the schema's name, and the models that read them."""


OLDER: dict[type[BaseModel], set[str]] = {UpgradeFile: {"auditors"}}
"""Keys that files of older versions do not have."""


def told(model: type[Any]) -> tuple[str, dict[str, str]]:
    """What a model's docstring says: of the whole, and of its keys, those that it inherits included."""
    keys: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel and one.__doc__:
            _, _, attributes = inspect.cleandoc(one.__doc__).partition("Attributes:\n")
            keys |= {key: _prose(text) for key, text in ATTRIBUTE.findall(attributes)}
    whole = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")[0]
    return _prose(whole), keys


def _prose(text: str) -> str:
    return " ".join(text.split()).removesuffix(".")


class _Generator(GenerateJsonSchema):
    """Without the titles that pydantic makes of names, with the docstrings' words."""

    schema_dialect = DIALECT
    # What stands for a key that is left out is no value.
    ignored_warning_kinds = {"non-serializable-default"}  # noqa: RUF012 # as the base has it

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        model = schema["cls"]
        whole, keys = told(model)
        found.pop("title", None)
        found["description"] = whole
        for name, field in model.model_fields.items():
            value = found["properties"][field.alias or name]
            value.pop("default", None)
            if name in keys:
                value["description"] = keys[name]
        if issubclass(model, Document):
            found["properties"] = {"schema": {"const": model.SCHEMA}, **found["properties"]}
            found["required"] = ["schema", *found["required"]]
        if not issubclass(model, Part | Order | Payee):
            # What the project writes has every key, those too that its reader could do without.
            found["required"] = [
                name
                for name, field in model.model_fields.items()
                if field.exclude_if is None and name not in OLDER.get(model, ())
            ]
        return found


def schema_of(model: type[BaseModel], stem: str) -> dict[str, Any]:
    """The JSON Schema of a document or file."""
    shared: dict[str, Any] = {}
    found = model.model_json_schema(schema_generator=_Generator)
    names = [name.removeprefix("_") for name in found.get("$defs", {})]
    if len(names) > len(set(names)):
        raise SystemExit(f"{model.__name__}: two of its parts have one name: {sorted(names)}")
    text = json.dumps(found)
    made = _lifted(json.loads(re.sub(r'("|\$defs/)_(?=[A-Z])', r"\1", text)), shared)
    definitions = made.pop("$defs", {}) | shared
    whole = {"$schema": DIALECT, "$id": f"{stem}.json", "title": made.pop("description")}
    whole |= {key: made.pop(key) for key in ("type", "properties", "required")} | made
    if definitions:
        whole["$defs"] = {name: definitions[name] for name in sorted(definitions)}
    return whole


def _lifted(node: Any, shared: dict[str, Any]) -> Any:
    """`node` with references in place of what `kgst.document.Shared` marks, which is put into `shared`."""
    if isinstance(node, list):
        return [_lifted(one, shared) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _lifted(value, shared) for key, value in node.items()}
    if (mark := node.pop("$shared", None)) is None:
        return node
    said = {"description": node.pop("description")} if "description" in node else {}
    name = mark["name"]
    node["description"] = mark["description"]
    if shared.setdefault(name, node) != node:
        raise SystemExit(f"two types that differ are called {name}: {shared[name]}, {node}")
    return {"$ref": f"#/$defs/{name}", **said}


def documents() -> dict[str, type[BaseModel]]:
    """Every model that has a schema of its own, by the schema's file name without `.json`."""
    found: dict[str, type[BaseModel]] = {}
    for module in pkgutil.walk_packages(kgst.__path__, "kgst."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Document) and "SCHEMA" in vars(one):
                stem = one.SCHEMA.split("/")[1]
                if found.setdefault(stem, one) is not one:
                    raise SystemExit(f"two models are called {one.SCHEMA}")
    return found | FILES


def commands() -> Iterator[tuple[str, click.Command]]:
    """`deploy plan` and the command, for every command of every script that has `--json`."""
    for script in sorted((ROOT / "scripts").glob("*.py")):
        cli = runpy.run_path(str(script))["cli"]
        group = isinstance(cli, click.Group)
        of = (
            {f"{script.stem} {k}": c for k, c in cli.commands.items()}
            if group
            else {script.stem: cli}
        )
        for name, command in of.items():
            if any("--json" in parameter.opts for parameter in command.params):
                yield name, command


def nameless(known: dict[str, type[BaseModel]]) -> Iterator[str]:
    """Commands whose return type is no `Answer` of documents that have schemas."""
    names = {model.__name__ for model in known.values()} | {"WriteDocument"}
    for name, command in commands():
        stem = name.replace(" ", "-")
        returned = str(getattr(command.callback, "__annotations__", {}).get("return"))
        # The demonstration tells as it goes, and prints its document by itself.
        if returned == "None" and stem in known:
            continue
        found = ANSWERED.fullmatch(returned)
        if found is None or not set(found[1].split(" | ")) <= names:
            yield f"ape run {name}: has --json, and returns {returned}, which names no document"


def main() -> int:
    known = documents()
    wanted = {
        f"{stem}.json": json.dumps(schema_of(model, stem), indent=2, ensure_ascii=False) + "\n"
        for stem, model in known.items()
    }
    there = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    if "--check" not in sys.argv[1:]:
        for name, text in wanted.items():
            if there.get(name) != text:
                (SCHEMAS / name).write_text(text)
                print(f"docs/schemas/{name}: written")
        for name in there.keys() - wanted.keys():
            print(f"docs/schemas/{name}: no model has it")
        return 0
    wrong = [
        f"docs/schemas/{name}: is not what the model says; run `make schemas`"
        for name, text in wanted.items()
        if there.get(name) != text
    ]
    wrong += [f"docs/schemas/{name}: no model has it" for name in there.keys() - wanted.keys()]
    wrong += nameless(known)
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
