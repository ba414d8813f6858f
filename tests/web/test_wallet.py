"""A holder's own wallet: redemption asked for and taken back on a chain, each step said in som and words first."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.web.browser import ROOT, Browser, Page, build
from support.web.holder import connected, consented, fill, says
from support.web.recorded import Through
from support.web.scenes import Scene, Stage

from kgst.paying.register import Payee


@pytest.fixture(scope="module")
def live(stage: Stage, scenes: dict[str, Scene], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the chain as the scenes have left it: the holder has some thousands of som."""
    path = tmp_path_factory.mktemp("page") / "kgst.html"
    build(scenes["deficit"].snapshot, path)
    return path


@pytest.fixture
def page(browser: Browser, stage: Stage, live: Path) -> Iterator[Page]:
    """Connected to the holder's wallet."""
    chain = Through(stage.deployed.node.anvil)
    with connected(browser, live, chain, stage.holder) as opened:
        yield opened


def test_wallet__redemption__is_asked_for_in_words_and_taken_back(page: Page, stage: Stage) -> None:
    desk, token = stage.redemptions.functions, stage.token.functions
    before, held = desk.requestCount().call(), token.balanceOf(stage.holder).call()
    fill(page)
    first = consented(page)
    assert "to take exactly 150.50 som of yours" in first
    assert stage.redemptions.address in first
    second = consented(page)
    assert "hand 150.50 som to the redemption desk" in second
    assert "Асанова Айгүл, account 1030000000000007, bank 103001" in second
    says(page, "Asked: No.")
    requester, amount, state, _, payee_hash, _ = desk.requestOf(before + 1).call()
    assert (requester, amount, state) == (stage.holder, 150_500_000, 1)
    payee = Payee.model_validate(json.loads(page.text("#payee")))
    assert payee.reference == "0x" + bytes(payee_hash).hex()
    assert payee.requester == stage.holder
    assert token.allowance(stage.holder, stage.redemptions.address).call() == 0
    assert "to be taken up within" in page.text("#mine")
    page.do("click", f"[data-back='{before + 1}']")
    assert f"take 150.50 som of request No. {before + 1} back" in consented(page)
    says(page, "Taken back.")
    assert desk.requestOf(before + 1).call()[2] == 5
    assert token.balanceOf(stage.holder).call() == held


THIEF = "0x000000000000000000000000000000000000dEaD"


class Mimicked(Through):
    """The chain, on which a thief's contract answers questions as the desk does."""

    desk: str = ""

    def answer(self, method: str, params: list[Any]) -> Any:
        if method == "eth_call" and params[0]["to"].lower() == THIEF.lower():
            params = [{**params[0], "to": self.desk}, *params[1:]]
        return super().answer(method, params)


def test_wallet__page_names_a_desk_of_its_own__has_nothing_approved(
    browser: Browser, stage: Stage, scenes: dict[str, Scene], tmp_path: Path
) -> None:
    """The script is the published one; who built the page put an address of theirs into the snapshot."""
    snapshot = json.loads(json.dumps(scenes["deficit"].snapshot))
    snapshot["contracts"]["redemption_desk"] = THIEF
    build(snapshot, tmp_path / "kgst.html")
    chain = Mimicked(stage.deployed.node.anvil)
    chain.desk = stage.redemptions.address
    with connected(browser, tmp_path / "kgst.html", chain, stage.holder) as opened:
        fill(opened)
        says(opened, f"The token does not know {THIEF} as a redemption desk")
        assert opened.texts("#step button") == []
        assert "eth_sendTransaction" not in opened.do("evaluate", "window.walletAsked")


def test_wallet__stopped_before_the_first_step__nothing_is_asked_of_it(
    page: Page, stage: Stage
) -> None:
    before = stage.redemptions.functions.requestCount().call()
    fill(page)
    page.do("waitForSelector", "#no")
    page.do("click", "#no")
    says(page, "It did not happen")
    assert "eth_sendTransaction" not in page.do("evaluate", "window.walletAsked")
    assert stage.redemptions.functions.requestCount().call() == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("account", "KG00TEST1234567890", "The account is"),
        ("amount", "9000000.01", "Write an amount"),
        ("amount", "99.99", "Write an amount"),
        ("bank", "12345", "The bank is"),
        ("inn", "123", "The INN is"),
        ("name", "Аsanova", "Write the name"),
    ],
)
def test_wallet__what_a_bank_would_not_take__is_refused_before_any_step(
    page: Page, field: str, value: str, said: str
) -> None:
    fill(page, **{field: value})
    says(page, said)
    assert page.texts("#step button") == []
    assert page.serious() == []


def test_payee__details_by_the_page__have_the_reference_of_the_register() -> None:
    script = """
    import { build } from "esbuild";
    const how = { bundle: true, write: false, format: "esm", platform: "node" };
    const done = await build({ entryPoints: ["web/src/payee.ts"], ...how });
    const code = Buffer.from(done.outputFiles[0].text).toString("base64");
    const page = await import("data:text/javascript;base64," + code);
    const given = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(given.map(({ salt, ...one }) => [page.wrong(one), page.reference(one, salt)])));
    """
    salt = "0x" + bytes(range(32)).hex()
    people: list[dict[str, Any]] = [
        {"name": "Асанова Айгүл", "account": "1030000000000007", "bank": "103001", "inn": "", "salt": salt},
        {"name": "O'Neil & Co", "account": "1030000000000007", "bank": "103001", "inn": "", "salt": salt},
        {"name": 'ОсОО «Ала-Тоо» № 7', "account": "DE89370400440532013000", "bank": "COBADEFFXXX",
         "inn": "01234567890123", "salt": salt},
        {"name": "Two  Spaces", "account": "DE88370400440532013000", "bank": "COBADEFF", "inn": "", "salt": salt},
    ]  # fmt: skip
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps(people)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    for person, (wrong, reference) in zip(people, json.loads(done.stdout), strict=True):
        fields = {name: value for name, value in person.items() if value}
        try:
            expected: str | None = Payee.model_validate(fields).reference
        except ValueError:
            expected = None
        assert (wrong is None) == (expected is not None)
        if expected:
            assert reference == expected
