"""A period's report and its officers' signatures on the page: who signed is recovered in the browser, or it is wrong.

Report and signatures are made by `ape run report`, which also judges each changed file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.bsc.people import key_of
from support.web.browser import Browser, Page, build
from support.web.office import CEO, CFO, Json, Office

OTHER = "guardian"


@pytest.fixture(scope="module")
def built(office: Office) -> Path:
    build(office.snapshot, office.path("page.html"))
    return office.path("page.html")


@pytest.fixture
def page(browser: Browser, built: Path) -> Iterator[Page]:
    with browser.opened(built) as opened:
        yield opened


def drop(page: Page, *files: Path, zone: str = "#period-files") -> list[str]:
    """What came of it: each article, or signature, in the order of the page."""
    page.do("setInputFiles", zone, [str(one) for one in files])
    names = " ".join(one.name for one in files)
    page.wait_for(
        f"{json.dumps(names)}.split(' ').every(one => document.getElementById('periods').innerText.includes(one))"
    )
    return page.values("#periods [data-signed]", "data-signed")


def test_period__with_both_signatures__says_who_certified_it(office: Office, page: Page) -> None:
    files = [office.path(name) for name in ("CFO.json", "report.json", "CEO.json")]
    assert drop(page, *files) == ["named", "named"]
    assert page.values(".period", "data-period") == ["certified"]
    text = page.text("#periods").replace("\u00a0", " ")
    for label, role in ((CEO, "CEO"), (CFO, "CFO")):
        whose = f"by the address that the publisher's snapshot has for the {role}"
        assert f"✓ Signed as {role}, {whose}: {key_of(label).address}" in text
    assert hashlib.sha256(office.path("report.json").read_bytes()).hexdigest() in text
    report = json.loads(office.path("report.json").read_bytes())
    assert report["redemption_assets"]["redemption_assets"] == "100000100"
    assert "Reserves 1 000 001.00 som Reserves less what is claimed 1 000 001.00 som" in text
    assert "2027-01-15 – 2027-01-15 (Bishkek)" in text
    assert page.serious() == []
    assert office.judged("CEO.json", "CFO.json") == 0


def test_period__one_signature__names_the_other_as_lacking(office: Office, page: Page) -> None:
    assert drop(page, office.path("report.json"), office.path("CFO.json")) == ["named"]
    assert page.values("#periods [data-lacking]", "data-lacking") == ["CEO"]
    assert page.values(".period", "data-period") == ["open"]
    assert office.judged("CFO.json") == 5
    # Dropped later, and where other reports are dropped.
    assert drop(page, office.path("CEO.json"), zone="#files") == ["named", "named"]
    assert page.values(".period", "data-period") == ["certified"]
    assert page.values(".report", "data-report") == []


CHANGES: dict[str, Callable[[Json], object]] = {
    "another's address": lambda one: one.update(signer=key_of(OTHER).address),
    "one digit": lambda one: one.update(
        signature=one["signature"][:9] + format(int(one["signature"][9], 16) ^ 1, "x") + one["signature"][10:]
    ),
    "role": lambda one: one.update(role="CFO", signer=key_of(CFO).address),
    "too short": lambda one: one.update(signature="0x12"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_period__signature_changed__is_called_false(office: Office, page: Page, kind: str) -> None:
    name = office.changed("CEO.json", f"changed-{kind.replace(' ', '-')}.json", CHANGES[kind])
    assert drop(page, office.path("report.json"), office.path(name)) == ["forged"]
    assert "✗ FALSE: " in page.text("#periods")
    assert page.values("#periods [data-lacking]", "data-lacking") == ["CEO", "CFO"]
    assert office.judged(name) not in (0, 5)


def test_period__report_changed__has_no_signature(office: Office, page: Page) -> None:
    text = office.path("report.json").read_text()
    office.path("richer.json").write_text(
        text.replace('"redemption_assets":"1', '"redemption_assets":"2')
    )
    assert office.path("richer.json").read_text() != text
    assert drop(page, office.path("richer.json"), office.path("CEO.json")) == []
    assert page.values(".period", "data-period") == ["open", "stray"]
    assert "but of none of the reports that were dropped here" in page.text("#periods")


def test_period__signed_by_somebody_else__is_no_officers(
    office: Office, page: Page, tmp_path: Path
) -> None:
    """A true signature, of one whom only another policy names."""
    text = office.deployed.policy.read_text().replace(f"ceo: {CEO}", f"ceo: {OTHER}")
    own = tmp_path / "policy.yaml"
    own.write_text(text)
    given = ("--role", "CEO", "--account", OTHER, "--yes", "--policy", own)
    signed = office.deployed.run_offline("report", "sign", office.path("report.json"), *given)
    assert signed.code == 0, signed.stderr
    [made] = office.folder.glob(f"report.{key_of(OTHER).address[2:10].lower()}*")
    made.rename(office.path("stranger.json"))
    assert drop(page, office.path("report.json"), office.path("stranger.json")) == ["stranger"]
    assert page.values("#periods [data-lacking]", "data-lacking") == ["CEO", "CFO"]
    assert office.judged("stranger.json") not in (0, 5)


def test_period__snapshot_without_officers__says_that_nobody_vouches(
    office: Office, browser: Browser
) -> None:
    build({**office.snapshot, "officers": None}, office.path("unnamed.html"))
    with browser.opened(office.path("unnamed.html")) as page:
        files = [office.path(name) for name in ("report.json", "CEO.json", "CFO.json")]
        assert drop(page, *files) == ["unnamed", "unnamed"]
        assert page.values(".period", "data-period") == ["open"]
        assert "Whose address this is the snapshot does not say" in page.text("#periods")
        assert "Whoever made this page could have named himself." in page.text()


def test_period__signature_of_a_contract__is_left_to_a_node(office: Office, page: Page) -> None:
    name = office.changed("CEO.json", "contract.json", lambda one: one.update(by_contract=True))
    files = [office.path(one) for one in ("report.json", name, "CFO.json")]
    assert drop(page, *files) == ["contract", "named"]
    assert page.values(".period", "data-period") == ["open"]
    assert "by a contract, which only a node can ask" in page.text("#periods")


def test_period__of_another_token__is_said_to_be(office: Office, browser: Browser) -> None:
    contracts = {**office.snapshot["contracts"], "token": "0x" + "cd" * 20}
    build({**office.snapshot, "contracts": contracts}, office.path("other.html"))
    with browser.opened(office.path("other.html")) as page:
        files = [office.path(one) for one in ("report.json", "CEO.json", "CFO.json")]
        assert drop(page, *files) == ["named", "named"]
        assert "It is the report of another token" in page.text("#periods")
        assert page.values(".period", "data-period") == ["open"]


def test_period__garbage__is_said_to_be(page: Page, tmp_path: Path) -> None:
    hostile = '<img src=x onerror="document.title=1">'
    contents = {
        "a-list.json": "[]",
        "half.json": '{"format":"kgst-period/1"',
        "hollow.json": json.dumps({"format": "kgst-period/1", "token": None, "missing": hostile}),
        "nothing.json": "",
        "signer.json": json.dumps(
            {"format": "kgst-officer-signature/1", "sha256": "ab" * 32, "role": "CEO", "signer": hostile}
        ),
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    assert drop(page, *(tmp_path / name for name in contents)) == []
    assert page.values(".period", "data-period") == ["bad"] * len(contents)
    assert page.do("title") == "KGST reserves, checked in your browser"


@pytest.mark.parametrize("lang", ["ky", "ru"])
def test_period__in_each_language__is_told(
    office: Office, browser: Browser, built: Path, lang: str
) -> None:
    with browser.opened(built, f"lang={lang}") as page:
        files = [office.path(name) for name in ("report.json", "CEO.json", "CFO.json")]
        assert drop(page, *files) == ["named", "named"]
        text = page.text("#periods")
        assert not {"Signed", "Period", "{"} & set(text.split())
        assert page.serious() == []
