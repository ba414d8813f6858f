"""ISO 20022 camt.053 (bank to customer statement), versions .02 to .12.

Three steps, so that no one of them has to be trusted alone:

1. defusedxml builds the tree and refuses every DTD, entity and external reference;
2. the tree is checked for what a schema-typed parser forgives (stray text, `xsi:type`) and
   the closing balances are read from their text, as they stand;
3. the ISO schema's own classes (pyiso20022, bound by xsdata) refuse what the schema does not
   have, and give the fields; their Decimal must equal the text of step 2.

One module, because each step is there for what the others forgive.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from importlib import import_module
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kgst.statements.model import Closing, Fault, MessagePage, Sheet, StatementError
from kgst.statements.source import Source, clean_account, clean_text, parse_day, parse_tyiyn

__all__ = ["VERSIONS", "read_camt053"]

VERSIONS: Final = tuple(f"{number:02d}" for number in range(2, 13))
"""Versions of camt.053.001 that are read."""

_NAMESPACE: Final = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.053\.001\.([0-9]{2}))")
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XSI_HINTS: Final = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_DECLARATION: Final = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_XML_SPACE: Final = " \t\r\n"

# The schema itself is 14 deep; supplementary data may add some.
_MAX_DEPTH: Final = 64
_MAX_ELEMENTS: Final = 500_000

# camt.053 carries UTC offsets or local times; a closing day may so appear one day ahead.
_CLOCK_SLACK: Final = timedelta(days=1)


def read_camt053(source: Source, currency: str) -> list[Sheet]:
    """Read a camt.053 message; one `Sheet` a statement or page of a statement.

    Raises:
        StatementError: not well-formed, a DTD, another message or version, against its
            schema, or with a balance that is not an exact amount of `currency`.
    """
    root = _parse(source)
    version = _version(source, root)
    _check_tree(source, root)
    namespace = root.tag.removesuffix("Document")
    amounts = [
        _amounts(source, statement, namespace)
        for statement in root.iterfind(f"{namespace}BkToCstmrStmt/{namespace}Stmt")
    ]
    if not amounts:
        raise StatementError(
            f"{source.name}: the message has no statement (Stmt); download it again."
        )
    document = _bind(source, root, version)
    header = document.bk_to_cstmr_stmt.grp_hdr
    where = partial(_build, source.name, "message header")
    message = MessagePage(
        clean_text(header.msg_id, "message id", where), *_page(header.msg_pgntn, where)
    )
    statements = document.bk_to_cstmr_stmt.stmt
    return [
        _read_statement(source, message, statement, closing_amounts, currency)
        for statement, closing_amounts in zip(statements, amounts, strict=True)
    ]


class _BoundedTree(TreeBuilder):
    """Builds the tree, and stops a file that would fill the memory with elements."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise StatementError(
                f"{self._name}: nested deeper than {_MAX_DEPTH} or more than {_MAX_ELEMENTS} "
                "elements, which no statement is; ask the bank for the file again."
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parse(source: Source) -> Element:
    declared = _DECLARATION.match(source.text)
    if declared and declared[1].upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
        raise StatementError(
            f"{source.name}: declares the encoding {declared[1][:40]!r} but holds UTF-8; "
            "ask the bank for a UTF-8 file."
        )
    # Fed as text already decoded, so the declaration cannot choose another decoder.
    # The builder is named because defusedxml's own default makes elements of another class.
    parser = DefusedXMLParser(
        target=_BoundedTree(source.name),
        encoding="utf-8",
        forbid_dtd=True,
        forbid_entities=True,
        forbid_external=True,
    )
    try:
        parser.feed(source.text.encode("utf-8"))
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise StatementError(
            f"{source.name}: has a document type or entity declaration "
            f"({type(error).__name__}), which no bank statement needs and attacks use; "
            "do not open it, and ask the bank for the file again."
        ) from error
    except ParseError as error:
        raise StatementError(
            f"{source.name}: not well-formed XML ({_plain(str(error), 120)}); "
            "download the statement again."
        ) from error
    return root


def _version(source: Source, root: Element) -> str:
    namespace, _, name = root.tag.rpartition("}")
    namespace = namespace.removeprefix("{")
    match = _NAMESPACE.fullmatch(namespace)
    if match is None or name != "Document":
        raise StatementError(
            f"{source.name}: the root element is {name[:60]!r} in the namespace "
            f"{namespace[:80]!r}, not a camt.053 statement (camt.052 and camt.054 are not "
            "statements of a closed day); ask the bank for camt.053."
        )
    if match[2] not in VERSIONS:
        raise StatementError(
            f"{source.name}: {match[1]} is not a version that is read; "
            f"ask the bank for camt.053.001.{VERSIONS[0]} to .{VERSIONS[-1]}."
        )
    return match[2]


def _check_tree(source: Source, root: Element) -> None:
    """Refuse what the bound classes would pass over in silence."""
    waiting: list[tuple[Element, bool]] = [(root, False)]
    while waiting:
        element, free = waiting.pop()
        if any(name.startswith(_XSI) and name not in _XSI_HINTS for name in element.attrib):
            raise StatementError(
                f"{source.name}: {_local(element)} has an xsi:type or xsi:nil attribute, which "
                "camt.053 does not use; ask the bank for the file again."
            )
        # Supplementary data (Envlp) is free-form and is not read.
        free = free or element.tag.endswith("}Envlp")
        texts = [child.tail for child in element] + ([element.text] if len(element) else [])
        if not free and any(text and text.strip(_XML_SPACE) for text in texts):
            raise StatementError(
                f"{source.name}: stray text between the elements of {_local(element)}; "
                "ask the bank for the file again."
            )
        waiting.extend((child, free) for child in element)


def _amounts(source: Source, statement: Element, namespace: str) -> list[int | None]:
    """Read the text of every closing booked balance; None for another kind of balance."""

    def text(element: Element, *path: str) -> str:
        found = element.findtext("/".join(f"{namespace}{name}" for name in path)) or ""
        # xs:decimal may have whitespace round it; nothing else is forgiven.
        return found.strip(_XML_SPACE)

    account = text(statement, "Acct", "Id", "IBAN") or text(statement, "Acct", "Id", "Othr", "Id")
    fault: Fault = partial(
        _build,
        source.name,
        f"account {_plain(account, 34)}, statement {_plain(text(statement, 'Id'), 35)!r}",
    )
    return [
        parse_tyiyn(text(balance, "Amt"), fault)
        if text(balance, "Tp", "CdOrPrtry", "Cd") == "CLBD"
        else None
        for balance in statement.iterfind(f"{namespace}Bal")
    ]


def _bind(source: Source, root: Element, version: str) -> Any:
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
    try:
        return parser.parse(root, _document_class(version))
    except (ParserError, ConverterError, TypeError, ValueError, ArithmeticError) as error:
        detail = _plain(re.sub(r"\{[^{}]*\}", "", str(error)), 200)
        raise StatementError(
            f"{source.name}: against the schema of camt.053.001.{version} ({detail}); "
            "ask the bank for a correct statement."
        ) from error


@lru_cache
def _document_class(version: str) -> type[Any]:
    name = f"camt_053_001_{version}"
    document: type[Any] = import_module(f"pyiso20022.camt.{name}.{name}").Document
    return document


def _page(pagination: Any, fault: Fault) -> tuple[int, bool]:
    """Return the page number and whether it is the last; an unpaginated text is one page."""
    if pagination is None:
        return 1, True
    if re.fullmatch(r"[0-9]{1,5}", pagination.pg_nb) is None or int(pagination.pg_nb) == 0:
        raise fault(
            f"the page number {pagination.pg_nb[:20]!r} is not 1 to 99999",
            "ask the bank for a correct statement",
        )
    return int(pagination.pg_nb), bool(pagination.last_pg_ind)


def _read_statement(
    source: Source, message: MessagePage, statement: Any, amounts: list[int | None], currency: str
) -> Sheet:
    statement_id = clean_text(
        statement.id, "statement id", partial(_build, source.name, "statement without a usable id")
    )
    where = f"statement {statement_id!r}"
    identification = statement.acct.id
    numbers = [
        number
        for number in (
            identification.iban,
            None if identification.othr is None else identification.othr.id,
        )
        if number is not None
    ]
    if len(numbers) != 1:
        raise _build(
            source.name,
            where,
            f"{len(numbers)} account numbers instead of one (IBAN or Othr)",
            "ask the bank for a correct statement",
        )
    account = clean_account(numbers[0], partial(_build, source.name, where))
    fault: Fault = partial(_build, source.name, f"account {account}, {where}")
    if statement.acct.ccy not in (None, currency):
        raise _wrong_currency(statement.acct.ccy, currency, fault)
    owner = statement.acct.ownr.nm if statement.acct.ownr is not None else None
    # Version .02 has pages of messages only.
    page, last_page = _page(getattr(statement, "stmt_pgntn", None), fault)
    sheet = Sheet(
        file=source.name,
        file_sha256=source.sha256,
        message=message,
        account=account,
        owner=None if owner is None else clean_text(owner, "owner's name", fault),
        statement_id=statement_id,
        sequence=_sequence(statement.elctrnc_seq_nb, fault),
        created=_moment(statement.cre_dt_tm, fault),
        page=page,
        last_page=last_page,
        closings=tuple(_closings(statement.bal, amounts, currency, fault)),
        other_balances=tuple(sorted({_name(one) for one in statement.bal} - {"CLBD"})),
    )
    _check_clock(sheet, fault)
    return sheet


def _closings(
    balances: list[Any], amounts: list[int | None], currency: str, fault: Fault
) -> Iterator[Closing]:
    for balance, tyiyn in zip(balances, amounts, strict=True):
        kind, sub_kind = balance.tp.cd_or_prtry, balance.tp.sub_tp
        if kind.cd is not None and kind.prtry is not None:
            raise fault(
                "a balance with both a code and a proprietary type",
                "ask the bank for a correct statement",
            )
        if kind.cd is None or _code(kind.cd) != "CLBD":
            continue
        if sub_kind is not None:
            # INTM carries a page forward; any other sub-type counts something else as well.
            if sub_kind.prtry is None and _code(sub_kind.cd) == "INTM":
                continue
            raise fault(
                f"a closing booked balance with a sub-type ({_name(balance)})",
                "ask the bank for a statement with a plain CLBD balance",
            )
        if balance.amt.ccy != currency:
            raise _wrong_currency(balance.amt.ccy, currency, fault)
        if tyiyn is None or balance.amt.value * 100 != Decimal(tyiyn):
            raise fault(
                f"the amount was read as {tyiyn} hundredths from the text and as "
                f"{balance.amt.value} by the schema's classes",
                "report this, and do not use the statement",
            )
        if (balance.dt.dt is None) == (balance.dt.dt_tm is None):
            raise fault(
                "a closing balance without exactly one date (Dt or DtTm)",
                "ask the bank for a correct statement",
            )
        yield Closing(
            tyiyn=tyiyn,
            day=parse_day(str(balance.dt.dt or balance.dt.dt_tm)[:10], fault),
            credit=_code(balance.cdt_dbt_ind) == "CRDT",
        )


def _name(balance: Any) -> str:
    """Name a balance for a message; `CLBD` is only the plain closing booked balance."""
    kind, sub_kind = balance.tp.cd_or_prtry, balance.tp.sub_tp
    name = _plain(str(_code(kind.cd)), 35)
    if kind.cd is None:
        name = f"proprietary {_plain(str(kind.prtry), 35)!r}"
    if sub_kind is not None:
        name += f"/{_plain(str(_code(sub_kind.cd or sub_kind.prtry)), 35)!r}"
    return name


def _sequence(number: Decimal | None, fault: Fault) -> int | None:
    if number is None:
        return None
    # Bounded before int(), which would spell out every zero of 1E+999999.
    if not (number.is_finite() and 0 <= number < 10**18 and number == int(number)):
        raise fault(
            f"the electronic sequence number {str(number)[:24]} is not a whole number",
            "ask the bank for a correct statement",
        )
    return int(number)


def _moment(moment: Any, fault: Fault) -> datetime | None:
    if moment is None:
        return None
    try:
        converted: datetime = moment.to_datetime()
    except (ValueError, OverflowError) as error:
        raise fault(
            f"the creation time {moment} is not a date and time",
            "ask the bank for a correct statement",
        ) from error
    return converted


def _check_clock(sheet: Sheet, fault: Fault) -> None:
    if sheet.created is None:
        return
    for closing in sheet.closings:
        if closing.day - sheet.created.date() > _CLOCK_SLACK:
            raise fault(
                f"the balance closes on {closing.day}, after the statement was made "
                f"({sheet.created.date()})",
                "use a statement of a day that has ended",
            )


def _wrong_currency(found: str, wanted: str, fault: Fault) -> StatementError:
    return fault(
        f"the currency is {found[:10]!r}, not {wanted}",
        f"only {wanted} accounts are reserves; give only their statements",
    )


def _code(value: Any) -> Any:
    # An enumeration in .02, plain text in later versions.
    return getattr(value, "value", value)


def _plain(text: str, length: int) -> str:
    """Make a text from the file fit to show: one line, printable, of limited length."""
    line = " ".join(text[: 4 * length].split())[:length]
    return "".join(character if character.isprintable() else "?" for character in line)


def _local(element: Element) -> str:
    return _plain(element.tag.rpartition("}")[2], 60)


def _build(name: str, where: str, found: str, remedy: str) -> StatementError:
    return StatementError(f"{name}: {where}: {found}; {remedy}.")
