"""camt.053 messages, made of parts: a hostile one differs from a good one in the named point only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgst.statements import StatementError, read_reserves

Write = Callable[..., Path]
"""Writes a file, by its content and name, and returns its path."""

ACCOUNT = "1290010000456781"
OTHER_ACCOUNT = "1091820000998871"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def balance(
    amount: str = "100.00",
    *,
    code: str = "<Cd>CLBD</Cd>",
    sub_type: str = "",
    currency: str = "KGS",
    indicator: str = "CRDT",
    day: str = "<Dt>2026-03-04</Dt>",
) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry>{code}</CdOrPrtry>{sub_type}</Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{indicator}</CdtDbtInd><Dt>{day}</Dt></Bal>"
    )


def statement(
    balances: str | None = None,
    *,
    account: str = ACCOUNT,
    number: str | None = None,
    identifier: str = "S-1",
    sequence: str = "",
    created: str = "2026-03-04T23:30:00+06:00",
    pages: str = "",
    owner: str = "",
) -> str:
    number = number or f"<Othr><Id>{account}</Id></Othr>"
    return (
        f"<Stmt><Id>{identifier}</Id>{pages}"
        + (f"<ElctrncSeqNb>{sequence}</ElctrncSeqNb>" if sequence else "")
        + (f"<CreDtTm>{created}</CreDtTm>" if created else "")
        + f"<Acct><Id>{number}</Id>{owner}</Acct>"
        + (balance() if balances is None else balances)
        + "</Stmt>"
    )


def message(
    *statements: str,
    version: str = "08",
    header: str = "",
    more: str = "",
    identifier: str = "M-1",
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> str:
    body = "".join(statements or (statement(),))
    return (
        f'{prolog}<Document xmlns="{NAMESPACE}{version}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>{identifier}</MsgId><CreDtTm>2026-03-05T00:15:00+06:00</CreDtTm>{header}</GrpHdr>"
        f"{body}{more}</BkToCstmrStmt></Document>"
    )


def day(text: str) -> str:
    return f"<Dt>{text}</Dt>"


def page(number: object, last: bool) -> str:
    return f"<PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd>"


def refusal(*paths: Path, **options: object) -> str:
    """Return the message with which the files are refused; it names a file."""
    with pytest.raises(StatementError) as raised:
        read_reserves(paths, **options)  # type: ignore[arg-type]
    text = str(raised.value)
    assert any(path.name in text for path in paths)
    assert len(text) < 700
    assert raised.value.exit_code == 1
    return text
