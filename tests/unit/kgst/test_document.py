"""Documents: what is printed fits the model, and the schema says what the model refuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator
from support.tools import tool

from kgst.document import (
    ABSENT,
    Address,
    BaseUnits,
    Data,
    Document,
    DocumentError,
    Hash,
    Label,
    Part,
    Time,
    Wei,
)

schema_of = tool("schemas").schema_of
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
HASH = "0x" + "ab" * 32


class Call(Part):
    """A call.

    Attributes:
        data: What is
            called.
    """

    to: Address
    data: Data


class Sample(Document):
    """Something.

    Attributes:
        amount: How much: all of it.
        left: Some of it.
    """

    SCHEMA: ClassVar = "kgst/sample/1"

    amount: BaseUnits
    price: Wei | None
    at: Time
    hash: Hash
    label: Label
    calls: list[Call]
    left: list[str] = ABSENT


def sample(**changes: Any) -> Sample:
    fields: dict[str, Any] = {
        "amount": 2**70,
        "price": None,
        "at": 5,
        "hash": HASH,
        "label": None,
        "calls": [Call(to=TOKEN, data=b"\x01\xff")],
    }
    return Sample(**fields | changes)


def test_printed__is_text_where_json_would_round() -> None:
    assert sample().printed() == {
        "schema": "kgst/sample/1",
        "amount": "1180591620717411303424",
        "price": None,
        "at": 5,
        "hash": HASH,
        "label": None,
        "calls": [{"to": TOKEN, "data": "0x01ff"}],
    }
    assert list(sample(left=[]).printed())[-1] == "left"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1},
        {"amount": "5"},
        {"at": 1.5},
        {"at": -1},
        {"hash": HASH.upper()},
        {"label": 3},
        {"calls": [{"to": TOKEN}]},
        {"left": [1]},
        {"more": 1},
    ],
)
def test_document__of_another_shape__cannot_be_printed(changes: dict[str, Any]) -> None:
    made = sample(**changes)
    [name] = changes
    for print_it in (made.dump, made.printed):
        with pytest.raises(DocumentError, match=rf"^{name}(\.\S+)?: "):
            print_it()


def test_document__broken_within__names_each_place_and_keeps_the_rest() -> None:
    """What a command goes on with is there: it may have to act on it."""
    made = sample(at=-1, calls=[Call(to=TOKEN, data=b""), Call(to=TOKEN.lower(), data="0x")])  # type: ignore[arg-type]
    assert (made.amount, made.calls[1].to) == (2**70, TOKEN.lower())
    with pytest.raises(
        DocumentError, match=r"at: .*; calls\.1\.to: .*checksummed.*; calls\.1\.data: "
    ):
        made.printed()
    with pytest.raises(DocumentError, match=r"calls\.0\.data: Field required"):
        sample(calls=[Call(to=TOKEN)]).model_copy(update={"at": 7}).printed()  # type: ignore[call-arg]
    with pytest.raises(DocumentError, match="Unable to serialize unknown type"):
        sample().model_copy(update={"left": [object()]}).printed()
    assert sample(calls=[Call(to=TOKEN, data=b"")]) == sample(calls=[Call(to=TOKEN, data=b"")])


@pytest.mark.parametrize(
    "address", [TOKEN.lower(), TOKEN[:-1], TOKEN[2:], "0x" + TOKEN[2:].upper()]
)
def test_address__without_its_checksum__cannot_be_printed(address: str) -> None:
    with pytest.raises(DocumentError, match=r"calls\.0\.to: .*not a checksummed address"):
        sample(calls=[Call(to=address, data=b"")]).printed()


def test_taken_from__has_the_attributes_of_these_names() -> None:
    source = SimpleNamespace(to=TOKEN, data=b"", other=1)
    assert Call.taken_from(source, data=b"\x02") == Call(to=TOKEN, data=b"\x02")


def test_schema__says_what_the_docstrings_say() -> None:
    schema = schema_of(Sample, "sample")
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "Something"
    assert schema["properties"]["schema"] == {"const": "kgst/sample/1"}
    assert schema["properties"]["amount"] == {
        "$ref": "#/$defs/base_units",
        "description": "How much: all of it",
    }
    assert schema["properties"]["at"] == {"$ref": "#/$defs/time"}
    assert schema["$defs"]["Call"]["properties"]["data"]["description"] == "What is called"
    assert "base units" in schema["$defs"]["base_units"]["description"]
    assert "left" not in schema["required"]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 5},
        {"amount": "-5"},
        {"amount": "05"},
        {"price": 1},
        {"at": -1},
        {"hash": HASH[:-1]},
        {"calls": [{"to": TOKEN, "data": "0x1"}]},
        {"calls": [{"to": TOKEN, "data": "0x", "value": 1}]},
        {"left": None},
        {"more": 1},
        {"schema": "kgst/sample/2"},
    ],
)
def test_schema__is_as_strict_as_the_model(changes: dict[str, Any]) -> None:
    validator = Draft202012Validator(schema_of(Sample, "sample"))
    validator.validate(sample().printed())
    validator.validate(sample(price=1, left=["x"]).printed())
    assert not validator.is_valid(sample().printed() | changes)
