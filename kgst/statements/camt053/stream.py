"""XML of any length, read as it comes: everything but the entries is kept, each entry is handed on and forgotten.

defusedxml refuses every DTD, entity and external reference. What a schema-typed reader forgives is refused here: text
between elements, `xsi:type`, nesting without end. One message (`Document`) may stand in envelopes: a business header,
a SOAP body; several XML documents may follow one another in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kgst.statements.model import StatementError
from kgst.statements.texts import plain

__all__ = ["CAMT053", "VERSIONS", "EntryReader", "Kind", "Message", "read_messages"]

VERSIONS: Final = tuple(f"{number:02d}" for number in range(2, 14))
"""Versions of camt.053.001 that are read."""

_NAMESPACE: Final = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3}\.001)\.([0-9]{2})"
)
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XSI_HINTS: Final = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_XML_SPACE: Final = " \t\r\n"
_JUNK_AFTER_DOCUMENT: Final = 9

# The schema itself is 14 deep; supplementary data may add some.
_MAX_DEPTH: Final = 64
# Of what is kept at one time: a statement without its entries, or one payment.
_MAX_ELEMENTS: Final = 500_000
# Document, BkToCstmrStmt, Stmt; and then Ntry, NtryDtls.
_IN_STATEMENT: Final = 3
_IN_DETAILS: Final = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A message of ISO 20022 that is read.

    Attributes:
        message: Its name, without the version.
        versions: Those that are read, in order.
        last_bound: The last of which the schema's classes are there.
        root: Of its one element in `Document`.
        part: Of the parts of which each is read by itself, with entries; "" where it has none.
        remedy: What it is, for who gave something else.
    """

    message: str
    versions: tuple[str, ...]
    last_bound: str
    root: str
    part: str
    remedy: str


CAMT053: Final = Kind(
    "camt.053.001",
    VERSIONS,
    # The classes end with .12; what .13 changes lies in the entries, which are not read by them.
    "12",
    "BkToCstmrStmt",
    "Stmt",
    "not a camt.053 statement (camt.052 and camt.054 are not statements of a closed day); ask the bank for camt.053",
)


class EntryReader(Protocol):
    """What is done with the entries of one statement."""

    def detail(self, entry: Element, element: Element) -> None:
        """A payment has been read, of an entry that is not whole yet."""

    def entry(self, element: Element) -> None:
        """The entry is whole; its payments have been handed on before and stand no longer in it."""


@dataclass(slots=True)
class Message:
    """A message without its entries, and what was made of these, statement by statement."""

    root: Element
    namespace: str
    version: str
    kind: Kind
    readers: list[Any] = field(default_factory=list)


def read_messages(
    name: str,
    chunks: Iterator[bytes],
    begin: Callable[[Element, str], EntryReader] | None,
    kind: Kind = CAMT053,
) -> list[Message]:
    """Every message in the text.

    Args:
        name: The file's, for messages.
        chunks: The text in UTF-8.
        begin: Given a statement as far as its entries and the namespace, says who reads them. Called for each. None
            for a kind without parts.
        kind: What they have to be.

    Raises:
        StatementError: not well-formed, a DTD, another kind of message, another version.
    """
    messages: list[Message] = []
    builder = _Builder(name, begin, kind)
    parser = _parser(builder)
    fed = 0
    try:
        for whole in chunks:
            chunk = whole
            while True:
                try:
                    parser.feed(chunk)
                except ParseError as error:
                    rest = _next_document(parser, error, chunk, fed)
                    if rest is None:
                        raise
                    messages.append(builder.message())
                    builder = _Builder(name, begin, kind)
                    parser, chunk, fed = _parser(builder), rest, 0
                    continue
                break
            fed += len(chunk)
        parser.close()
    except DefusedXmlException as error:
        raise StatementError(
            f"{name}: has a document type or entity declaration "
            f"({type(error).__name__}), which no bank statement needs and attacks use; "
            "do not open it, and ask the bank for the file again."
        ) from error
    except ParseError as error:
        raise StatementError(
            f"{name}: not well-formed XML ({plain(str(error), 120)}); download the statement again."
        ) from error
    return [*messages, builder.message()]


def _parser(builder: _Builder) -> Any:
    # Fed as UTF-8 whatever it was, so the declaration cannot choose another decoder.
    return DefusedXMLParser(
        target=builder,
        encoding="utf-8",
        forbid_dtd=True,
        forbid_entities=True,
        forbid_external=True,
    )


def _next_document(parser: Any, error: ParseError, chunk: bytes, fed: int) -> bytes | None:
    """What follows a document that ended, if it is the beginning of another."""
    if error.code != _JUNK_AFTER_DOCUMENT:
        return None
    rest = chunk[parser.parser.ErrorByteIndex - fed :]
    return rest if rest.startswith((b"<?xml", b"<")) else None


class _Builder:
    """What the parser tells of the text; keeps the message without its entries."""

    def __init__(
        self, name: str, begin: Callable[[Element, str], EntryReader] | None, kind: Kind
    ) -> None:
        self._name = name
        self._begin = begin
        self._kind = kind
        self._message: Message | None = None
        self._first = ""
        self._depth = 0
        self._kept = 0
        self._free = 0
        self._text: list[str] = []
        self._stack: list[Element] = []
        self._prefix = self._entry = self._statement = ""
        self._reader: EntryReader | None = None
        self._in_entry = False
        self._kept_before_entry = self._kept_before_detail = 0

    def message(self) -> Message:
        """The message that was in the document.

        Raises:
            StatementError: there was none.
        """
        if self._message is None:
            raise _foreign(self._name, self._first, self._kind)
        return self._message

    def close(self) -> None:
        """Nothing is left to do."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._kept += 1
        if self._depth > _MAX_DEPTH or self._kept > _MAX_ELEMENTS:
            raise StatementError(
                f"{self._name}: nested deeper than {_MAX_DEPTH} or more than {_MAX_ELEMENTS} "
                "elements, which no statement is; ask the bank for the file again."
            )
        stack = self._stack
        if not stack:
            self._start_outside(tag, attributes)
            return
        self._require_no_stray_text(stack[-1])
        self._text.clear()
        if attributes:
            self._require_plain(tag, attributes)
        if self._free:
            self._free += 1
        elif tag.endswith("}Envlp"):
            # Supplementary data is free-form and is not read.
            self._free = 1
        depth = len(stack)
        if self._in_entry:
            if depth == _IN_DETAILS:
                self._kept_before_detail = self._kept
        elif depth == _IN_STATEMENT and tag == self._entry and stack[-1].tag == self._statement:
            self._in_entry = True
            self._kept_before_entry = self._kept
            if self._reader is None:
                self._open_statement(stack[-1])
        if self._in_entry and tag.startswith(self._prefix):
            tag = tag[len(self._prefix) :]
        element = Element(tag, attributes)
        stack[-1].append(element)
        stack.append(element)

    def data(self, text: str) -> None:
        if self._stack:
            self._text.append(text)

    def end(self, _tag: str) -> None:
        self._depth -= 1
        stack = self._stack
        if not stack:
            return
        element = stack[-1]
        if len(element):
            self._require_no_stray_text(element)
        else:
            element.text = "".join(self._text) if self._text else None
        self._text.clear()
        stack.pop()
        if self._free:
            self._free -= 1
        if self._in_entry:
            self._end_in_entry(element)
        elif len(stack) == _IN_STATEMENT - 1 and element.tag == self._statement:
            if self._reader is None:
                self._open_statement(element)
            self._reader = None

    def _start_outside(self, tag: str, attributes: dict[str, str]) -> None:
        self._first = self._first or tag
        namespace, _, name = tag.rpartition("}")
        if name != "Document":
            return
        if self._message is not None:
            raise StatementError(
                f"{self._name}: an envelope with more than one message (Document); ask the bank for a file for each."
            )
        match = _NAMESPACE.fullmatch(namespace.removeprefix("{"))
        kind = self._kind
        if match is None or match[1] != kind.message:
            raise _foreign(self._name, tag, kind)
        if match[2] not in kind.versions:
            raise StatementError(
                f"{self._name}: {match[1]}.{match[2]} is not a version that is read; "
                f"ask the bank for {kind.message}.{kind.versions[0]} to .{kind.versions[-1]}."
            )
        self._require_plain(tag, attributes)
        self._prefix = f"{namespace}}}"
        self._entry, self._statement = f"{self._prefix}Ntry", self._prefix + kind.part
        root = Element(tag, attributes)
        self._message = Message(root, self._prefix, match[2], kind)
        self._stack.append(root)
        self._text.clear()

    def _open_statement(self, statement: Element) -> None:
        if self._begin is None:
            return
        self._reader = self._begin(statement, self._prefix)
        if self._message is not None:
            self._message.readers.append(self._reader)

    def _end_in_entry(self, element: Element) -> None:
        stack, reader = self._stack, self._reader
        if reader is None:
            return
        depth = len(stack)
        if depth == _IN_STATEMENT:
            reader.entry(element)
            self._in_entry = False
            self._kept = self._kept_before_entry
        elif depth == _IN_DETAILS and element.tag == "TxDtls" and stack[-1].tag == "NtryDtls":
            reader.detail(stack[_IN_STATEMENT], element)
            self._kept = self._kept_before_detail
        else:
            return
        # Read; what is kept does not grow with the number of entries.
        del stack[-1][-1]

    def _require_no_stray_text(self, element: Element) -> None:
        if self._text and not self._free and "".join(self._text).strip(_XML_SPACE):
            raise StatementError(
                f"{self._name}: stray text between the elements of {_local(element.tag)}; "
                "ask the bank for the file again."
            )

    def _require_plain(self, tag: str, attributes: dict[str, str]) -> None:
        if any(name.startswith(_XSI) and name not in _XSI_HINTS for name in attributes):
            raise StatementError(
                f"{self._name}: {_local(tag)} has an xsi:type or xsi:nil attribute, which "
                f"{self._kind.message[:8]} does not use; ask the bank for the file again."
            )


def _foreign(name: str, tag: str, kind: Kind) -> StatementError:
    namespace, _, local = tag.rpartition("}")
    return StatementError(
        f"{name}: the root element is {plain(local, 60)!r} in the namespace "
        f"{plain(namespace.removeprefix('{'), 80)!r}, {kind.remedy}."
    )


def _local(tag: str) -> str:
    return plain(tag.rpartition("}")[2], 60)
