"""A message without its entries, by the ISO schema's own classes: they refuse what the schema does not have."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from importlib import import_module
from typing import Any, get_args, get_type_hints

from kgst.statements.camt053.stream import CAMT053, Kind, Message
from kgst.statements.model import StatementError
from kgst.statements.texts import plain

__all__ = ["bind", "code", "known_in_entries"]


def bind(name: str, message: Message) -> Any:
    """The message as an object of the schema's classes.

    Raises:
        StatementError: it is against the schema.
    """
    # Imported here: the classes of one version take tenths of a second to load.
    from xsdata.exceptions import ConverterError, ParserError
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig
    from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler

    config = ParserConfig(
        fail_on_unknown_properties=True,
        fail_on_unknown_attributes=True,
        fail_on_converter_warnings=True,
        process_xinclude=False,
    )
    # The standard library's handler, named because xsdata prefers lxml where it is installed.
    parser = XmlParser(config=config, handler=XmlEventHandler)
    kind = message.kind
    version = min(message.version, kind.last_bound)
    if version != message.version:
        bound = message.namespace.replace(f".{message.version}}}", f".{version}}}")
        for element in message.root.iter():
            element.tag = element.tag.replace(message.namespace, bound)
    try:
        return parser.parse(message.root, _document_class(kind.message, version))
    except (ParserError, ConverterError, TypeError, ValueError, ArithmeticError) as error:
        detail = plain(re.sub(r"\{[^{}]*\}", "", str(error)), 200)
        raise StatementError(
            f"{name}: against the schema of {kind.message}.{message.version} ({detail}); "
            "ask the bank for a correct statement."
        ) from error


def code(value: Any) -> Any:
    """The text of a code: an enumeration in .02, plain text in later versions."""
    return getattr(value, "value", value)


@lru_cache
def known_in_entries(version: str, kind: Kind = CAMT053) -> dict[str, frozenset[str]]:
    """What the standard has in an entry, in its details and in a payment, by the name of what it stands in."""
    found = {}
    hold = _document_class(kind.message, min(version, kind.last_bound))
    for name in (kind.root, kind.part, "Ntry", "NtryDtls", "TxDtls"):
        hold = _class_of(hold, name)
        found[name] = frozenset(one.metadata.get("name", "") for one in fields(hold))
    return {name: found[name] for name in ("Ntry", "NtryDtls", "TxDtls")}


def _class_of(hold: type[Any], name: str) -> type[Any]:
    """The class of the element `name` among those of `hold`."""
    field = next(one for one in fields(hold) if one.metadata.get("name") == name)
    hint = get_type_hints(hold)[field.name]
    while args := [one for one in get_args(hint) if one is not type(None)]:
        hint = args[0]
    found: type[Any] = hint
    return found


@lru_cache
def _document_class(message: str, version: str) -> type[Any]:
    name = f"{message.replace('.', '_')}_{version}"
    document: type[Any] = import_module(f"pyiso20022.{message[:4]}.{name}.{name}").Document
    return document
