"""camt.053 messages that attack whoever reads them: entities, encodings, depth, size."""

from __future__ import annotations

import re
import time

import pytest
from support.camt053 import (
    Write,
    balance,
    message,
    refusal,
    statement,
)

from kgst.statements import (
    read_reserves,
)

BILLION_LAUGHS = (
    '<!DOCTYPE z [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{chr(ord(name) - 1)};" * 10}">' for name in "bcdefghij")
    + "]>"
)


@pytest.mark.parametrize(
    ("doctype", "amount"),
    [
        (BILLION_LAUGHS, "&j;"),
        (f'<!DOCTYPE z [<!ENTITY a "{"9" * 100_000}">]>', "&a;" * 50_000),
        ('<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "&a;"),
        ('<!DOCTYPE z [<!ENTITY % p SYSTEM "http://localhost:9/x"> %p;]>', "1.00"),
        ('<!DOCTYPE Document SYSTEM "http://localhost:9/camt.dtd">', "1.00"),
        ("<!DOCTYPE Document>", "1.00"),
        ('<!DOCTYPE z [<!ATTLIST Amt Ccy CDATA "KGS">]>', "1.00"),
    ],
    ids=["laughs", "quadratic", "file", "parameter", "external-dtd", "plain-dtd", "default-attr"],
)
def test_read_reserves__document_type__is_refused_at_once(
    write: Write, doctype: str, amount: str
) -> None:
    prolog = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
    started = time.monotonic()
    text = refusal(write(message(statement(balance(amount)), prolog=prolog)))
    assert "document type or entity declaration" in text
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_read_reserves__document_type_in_another_encoding__is_refused(
    write: Write, encoding: str
) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>{BILLION_LAUGHS}'
    text = refusal(write(message(statement(balance("&j;")), prolog=prolog).encode(encoding)))
    assert re.search("UTF-8|not well-formed|neither XML|document type or entity|declares", text)


@pytest.mark.parametrize("encoding", ["UTF-16", "utf-7", "EBCDIC-CP-US", "unicode_escape"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_read_reserves__declares_another_encoding__is_refused(
    write: Write, encoding: str, quote: str
) -> None:
    prolog = f"<?xml version={quote}1.0{quote}\n encoding = {quote}{encoding}{quote} ?>"
    assert f"declares the encoding '{encoding}'" in refusal(write(message(prolog=prolog)))


@pytest.mark.parametrize("prolog", ["", "<?xml version='1.0' encoding='utf-8'?>\n<?pi x?><!-- -->"])
def test_read_reserves__other_harmless_prologs__are_read(write: Write, prolog: str) -> None:
    assert read_reserves([write(message(prolog=prolog))]).total_tyiyn == 10_000


def test_read_reserves__undefined_entity__is_refused(write: Write) -> None:
    assert "not well-formed" in refusal(write(message(statement(balance("&a;")))))


@pytest.mark.parametrize(
    "extra",
    [
        "<Envlp>" + "<a>" * 200_000 + "</a>" * 200_000 + "</Envlp>",
        "<Envlp>" + "<a/>" * 600_000 + "</Envlp>",
    ],
    ids=["deep", "many"],
)
def test_read_reserves__too_deep_or_too_many_elements__is_refused(write: Write, extra: str) -> None:
    text = message(more=f"<SplmtryData>{extra}</SplmtryData>")
    assert "nested deeper" in refusal(write(text))


@pytest.mark.parametrize(
    "attack",
    [
        f'a="{"x" * 9_000_000}"',
        " ".join(f'a{n}="x"' for n in range(400_000)),
        " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(200_000)),
    ],
    ids=["long-attribute", "many-attributes", "many-prefixes"],
)
def test_read_reserves__huge_attributes__are_refused_in_seconds(write: Write, attack: str) -> None:
    started = time.monotonic()
    text = message(prolog="").replace("<Bal>", f"<Bal {attack}>").replace("</Bal>", "</Bal><X/>")
    assert "schema" in refusal(write(text))
    assert time.monotonic() - started < 20
