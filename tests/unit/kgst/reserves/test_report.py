"""The report, its annex and its page: what they say, and that nobody can make them say something else."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support import drafts
from support.entries import DAY, batch, payment, redemption

from kgst.reserves import page_words
from kgst.reserves.annex import Annex, Named, leaf, read_annex, salt_of
from kgst.reserves.origin import SettledFrom
from kgst.reserves.page import page_bytes
from kgst.reserves.report import Owed, Report, by_age, composition, hash_of_report, read_report
from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Category, Kind
from kgst.statements import ReserveTotal
from kgst.statements.model import AccountClosing, FileOrigin
from kgst.storing import FileError


def total(*held: tuple[str | None, int], **changes: Any) -> ReserveTotal:
    accounts = tuple(
        AccountClosing(
            account=f"{number:016d}", owner="Issuer", bank=bank, closing_balance_tyiyn=tyiyn, closing_date=DAY,
            statement_id="S", file="a.xml", file_sha256="ab" * 32, layout="camt.053.001.08", **changes,
        )
        for number, (bank, tyiyn) in enumerate(held, 1)
    )  # fmt: skip
    return ReserveTotal(
        currency="KGS",
        total_tyiyn=sum(t for _, t in held),
        closing_day=DAY,
        accounts=accounts,
        files=(FileOrigin(file="a.xml", file_sha256="ab" * 32, signed_by=None),),
    )


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(data)
    return path


def test_read_report__what_was_written__is_read(tmp_path: Path) -> None:
    data = drafts.report_of(
        total(("AAAAKG22", 5)), moved={Category.FEE: "-12000"}, named={Kind.UNMATCHED: 2}
    )
    found = read_report(written(tmp_path, data))
    assert (found.hash, found.report.as_bytes()) == (hash_of_report(data), data)
    assert found.total == total(("AAAAKG22", 5))
    assert found.report.moved == {Category.FEE: "-12000"}


@pytest.mark.parametrize(
    "change",
    [
        (b'"share_bps":10000', b'"share_bps":9999'),
        (b'"largest_share_bps":10000', b'"largest_share_bps":1'),
        (b'"transcribed":[]', b'"transcribed":["1"]'),
        (b'"total_tyiyn":"5"', b'"total_tyiyn":"6"'),
        (b'"closing_balance_tyiyn":"5"', b'"closing_balance_tyiyn":"05"'),
        (b'"epoch":5', b'"epoch":1'),
        (b'"epoch":5', b'"epoch":"5"'),
        (b'"settled":"500000000"', b'"settled":"500000001"'),
        (b'"file":"a.xml"', b'"file":"a.xml","note":""'),
        (b'"leaves":[]', b'"leaves":[],"more":1'),
        (b'{"annex"', b'{ "annex"'),
        (b"kgst-reserves/3", b"kgst-reserves/2"),
    ],
    ids=lambda change: change[1].decode(),
)  # fmt: skip
def test_read_report__changed__is_refused(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    data = drafts.report_of(total(("AAAAKG22", 5)))
    assert change[0] in data
    with pytest.raises(FileError, match="this is not a report of the format"):
        read_report(written(tmp_path, data.replace(*change)))


def test_report__first_has_no_previous_and_others_have(tmp_path: Path) -> None:
    for epoch, previous in ((1, "0x" + "44" * 32), (2, None)):
        with pytest.raises(ValueError, match="the first report, and no other"):
            drafts.report_of(total((None, 5)), epoch=epoch, previous_report=previous)


def test_composition__largest_first_and_banks_summed() -> None:
    shares = composition(total(("AAAAKG22", 1), ("BBBBKG22", 7), (None, 1), ("AAAAKG22", 3)))
    assert [(one.bank, one.tyiyn, one.share_bps) for one in shares] == [
        ("BBBBKG22", 7, 5_833),
        ("AAAAKG22", 4, 3_333),
        (None, 1, 833),
    ]
    assert composition(total((None, 0)))[0].share_bps == 0


@pytest.mark.parametrize(
    ("days", "age"), [(-1, 0), (0, 0), (1, 1), (2, 1), (3, 3), (7, 3), (8, 8), (30, 8), (31, 31), (900, 31)]
)  # fmt: skip
def test_by_age__each_bound_is_of_the_older(days: int, age: int) -> None:
    ages = by_age({"a": (7, DAY - timedelta(days=days))}, DAY)
    assert [(one.from_days, one.base_units) for one in ages if one.count] == [(age, 7)]


def annex() -> Annex:
    outcome = match([redemption(1, 5)], booked_once([payment("x", 700), batch("o", 2, 9)]))
    return Annex(
        chain_id=97, token=drafts.TOKEN, epoch=2, closing=DAY, block=7, files=(), salt="0x" + "11" * 32, open=(),
        settled=(), reopened=(), unassigned_tyiyn=0,
        named=tuple(map(Named.of, outcome.findings)), carried=outcome.carried,
    )  # fmt: skip


def test_read_annex__what_was_written__is_read(tmp_path: Path) -> None:
    made = annex()
    path = written(tmp_path, made.as_bytes())
    found, hash_ = read_annex(path)
    assert found == made
    assert hash_ == hash_of_report(made.as_bytes())
    assert [leg.order_id for leg in found.carried] == ["o", None]


@pytest.mark.parametrize(
    "change",
    [
        (b'"adds_up": true', b'"adds_up": 1'),
        (b'"tyiyn": "700"', b'"tyiyn": 700'),
        (b'"tyiyn": "700"', b'"tyiyn": "-700"'),
        (b'"credit": false', b'"credit": false, "more": 1'),
        (b'"salt": "0x11', b'"salt": "0x1'),
        (b'"kind": "unmatched"', b'"kind": "fine"'),
    ],
    ids=lambda change: change[1].decode(),
)
def test_read_annex__changed__is_refused(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    data = annex().as_bytes()
    assert change[0] in data
    with pytest.raises(FileError):
        read_annex(written(tmp_path, data.replace(*change)))


def test_leaf__is_what_a_payee_computes() -> None:
    """docs/settling.md says how; whoever was given his salt needs nothing else."""
    salt = salt_of("0x" + "11" * 32, "RF1")
    assert salt == "0xec1be7b31aa113a91d781adbab2c200370678ef6e2448d5a2cb4e2ebc74ee966"
    assert leaf("0x" + "22" * 32, "RF1", 1_000_000, "open") == (
        "0xec937f908e971b71167153754f9cbd4e31812bdf18f4c1ec782e4d1046777011"
    )


class _Page(HTMLParser):
    """Every tag, attribute and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, set[str | None]] = {}
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(data: bytes) -> _Page:
    report = Report.model_validate_json(data, strict=True)
    found = _Page()
    found.feed(page_bytes(report, data).decode())
    return found


HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}&lt;'


def test_page__hostile_names__are_text_and_nothing_else() -> None:
    hostile = total(("AAAAKG22", 5)).model_copy()
    names = {"owner": HOSTILE, "file": HOSTILE}
    accounts = tuple(one.model_copy(update=names) for one in hostile.accounts)
    files = tuple(one.model_copy(update={"file": accounts[0].file}) for one in hostile.files)
    data = drafts.report_of(hostile.model_copy(update={"accounts": accounts, "files": files}))
    found = page(data)
    assert "script" not in found.tags
    assert HOSTILE in found.texts


def test_page__fetches_nothing() -> None:
    found = page(drafts.report_of(total(("AAAAKG22", 5))))
    assert not {"src", "href", "action", "srcset", "onclick"} & set(found.attributes)
    assert not {"script", "link", "img", "iframe", "form"} & set(found.tags)
    assert any("default-src 'none'" in (one or "") for one in found.attributes["content"])


def test_page__says_the_same_in_each_language() -> None:
    owed = Owed(
        burned=9_000_000, settled=5_000_000, settled_now=5_000_000, reopened_now=1_000_000, unassigned=0,
        origin=SettledFrom(kind="table", redemptions=1, reason="order AD-1"),
        ages=by_age({"a": (4_000_000, DAY - timedelta(days=2))}, DAY),
    )  # fmt: skip
    data = drafts.report_of(
        total(("AAAAKG22", 123_456_789), ("BBBBKG22", 5), transcribed=True),
        owed=owed, moved=dict.fromkeys(Category, "-12000"), named=dict.fromkeys(Kind, 3),
    )  # fmt: skip
    text = page_bytes(Report.model_validate_json(data, strict=True), data).decode()
    sections = re.findall(r'<section lang="(\w+)">(.*?)</section>', text, re.S)
    assert [language for language, _ in sections] == ["ky", "ru", "en"]
    # Ages are words in each language, and have numbers of days.
    words = "|".join(re.escape(one) for ages in page_words.AGES.values() for one in ages.values())
    plain = {language: re.sub(words, "", body) for language, body in sections}
    figures = {
        language: re.findall(r"[0-9][0-9.\u00a0]*[0-9]", body) for language, body in plain.items()
    }
    assert figures["ky"] == figures["ru"] == figures["en"]
    for language, body in sections:
        assert "1\u00a0234\u00a0567.94" in body
        assert "order AD-1" in body
        assert body.count("AAAAKG22") == 2
        named = [*page_words.KINDS[language].values(), *page_words.AGES[language].values()]
        named += page_words.CATEGORIES[language].values()
        assert all(one in body for one in named)


@pytest.mark.parametrize("name", ["WORDS", "KINDS", "CATEGORIES", "AGES"])
def test_page__each_word_is_in_each_language(name: str) -> None:
    by_language: dict[str, dict[object, str]] = getattr(page_words, name)
    assert set(by_language) == set(page_words.LANGUAGES)
    assert len({frozenset(one) for one in by_language.values()}) == 1
    assert all(text.strip() for one in by_language.values() for text in one.values())


def test_page__has_a_word_for_each_kind_and_category() -> None:
    assert set(page_words.KINDS["en"]) == set(Kind)
    assert set(page_words.CATEGORIES["en"]) == set(Category)


def test_page__is_the_same_each_time() -> None:
    data = drafts.report_of(total(("AAAAKG22", 5)))
    report = Report.model_validate_json(data, strict=True)
    assert page_bytes(report, data) == page_bytes(report, data)
