"""The page in a browser: each state, without a script and with one, from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.web.browser import Browser
from support.web.recorded import serving
from support.web.scenes import Scene

VERDICTS = {
    "none": "none", "fresh": "fresh", "paused": "fresh", "halted": "halted", "overdue": "fresh", "stale": "stale",
    "deficit": "deficit",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_page__each_state__is_told_from_the_snapshot_and_from_the_chain(
    browser: Browser, scenes: dict[str, Scene], pages: dict[str, Path], name: str
) -> None:
    scene = scenes[name]
    with (
        serving(scene.node) as a,
        serving(scene.node.twin()) as b,
        browser.opened(pages[name]) as page,
    ):
        assert page.values(".headline", "data-verdict") == [VERDICTS[name]]
        assert "Nothing of it is checked yet" in page.text("#source")
        assert page.exact("supply") == int(scene.snapshot["supply"])
        page.read_chain(a, b)
        assert page.values(".headline", "data-verdict") == [VERDICTS[name]]
        assert "two nodes" in page.text("#source")
        assert page.alarms == []
        assert page.exact("headroom") == int(scene.snapshot["headroom"])
        if name != "none":
            assert page.values("#proof", "data-proof") == ["proven"]
            assert page.values(".auditors li", "data-judged") == ["true"] * 3


def test_page__no_script__shows_the_figures_and_says_that_nothing_is_checked(
    browser: Browser, scenes: dict[str, Scene], pages: dict[str, Path]
) -> None:
    snapshot = scenes["overdue"].snapshot
    with browser.opened(pages["overdue"], js=False) as page:
        text = page.text()
        assert "600 000.250001 som" in text.replace("\u00a0", " ")
        assert "JavaScript is off: these are the publisher's figures" in text
        assert "Independent reference implementation. Testnet" in text
        assert snapshot["attestation"]["report_hash"] is not None
        assert "Check it yourself" not in text
        assert len(page.values("svg.chart path", "d")) == 3


def test_redemptions__asked_paying_overdue_ended__each_in_its_list(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with browser.opened(pages["fresh"]) as page:
        assert page.texts("table[data-group=waiting] tbody th") == ["2"]
        assert page.texts("table[data-group=paying] tbody th") == ["1"]
        assert page.texts("table[data-group=ended] tbody th") == ["3"]
        assert "taken back by its holder" in page.text("table[data-group=ended]")
        assert page.texts("table[data-group=overdue]") == []
    with browser.opened(pages["overdue"]) as page:
        assert page.texts("table[data-group=overdue] tbody th") == ["1", "2"]
        assert "can be taken back" in page.text("table[data-group=overdue]")
        assert "Redemptions that are overdue: 2." in page.text("#headline")


def test_notes__paused_and_consented__are_said_in_words(
    browser: Browser, scenes: dict[str, Scene], pages: dict[str, Path]
) -> None:
    with browser.opened(pages["paused"]) as page:
        assert "Paused now: transfers, burning." in page.text("#headline")
        assert str(scenes["paused"].snapshot["consented"]) in page.text("#headline")
        assert "Blocked accounts: 1." in page.text("#powers")
    with browser.opened(pages["fresh"]) as page:
        assert "Paused now" not in page.text()
        assert "Blocked accounts: 0." in page.text("#powers")


@pytest.mark.parametrize("lang", ["en", "ky", "ru"])
def test_language__switched__says_all_in_it_and_keeps_what_was_typed(
    browser: Browser, pages: dict[str, Path], lang: str
) -> None:
    titles = {
        "en": "Auditors' signatures",
        "ky": "Аудиторлордун кол тамгалары",
        "ru": "Подписи аудиторов",
    }
    with browser.opened(pages["fresh"], "lang=ru" if lang == "en" else "lang=en") as page:
        page.do("fill", "#node-a", "https://node.invalid/")
        page.do("selectOption", "#lang", lang)
        assert page.text("#signatures h2") == titles[lang]
        assert page.do("evaluate", "document.documentElement.lang") == lang
        assert page.do("inputValue", "#node-a") == "https://node.invalid/"
        # Nothing is left between braces, and no key stands for its words.
        assert "{" not in page.text()
        assert "undefined" not in page.text()


@pytest.mark.parametrize("look", ["dark", "deficit", "light", "narrow"])
def test_page__any_look__axe_finds_nothing_serious_and_nothing_sticks_out(
    browser: Browser, pages: dict[str, Path], look: str
) -> None:
    options: dict[str, Any] = {"dark": look == "dark", "width": 360 if look == "narrow" else 1280}
    with browser.opened(pages["deficit" if look == "deficit" else "fresh"], **options) as page:
        for summary in ("#chart summary", "#limits summary"):
            page.do("click", summary)
        assert page.serious() == []
        assert page.do("evaluate", "document.documentElement.scrollWidth <= innerWidth")
