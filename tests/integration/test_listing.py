"""`ape run publish listing`: files for lists, aggregators and explorers, of one final block; what lies is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from support.bsc.deployed import Deployed
from support.bsc.reserves import attest_on
from support.cli import ROOT, Result
from support.life import Life
from support.schemas import SCHEMAS, require_schema
from support.web.browser import running_browser
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from kgst.publish import commands
from kgst.publish.pack import require_site

SITE = "https://som.example/kgst"
SOM = 10**6
MARK = ROOT / "kgst/publish"


@pytest.fixture(scope="module")
def lived(deployed: Deployed) -> Deployed:
    """900 som in circulation, 100.25 of them at the redemption desk, 40 frozen; an index, and 7 som that it has not."""
    attest_on(deployed, 1_000 * 100)
    life = Life(deployed)
    issuer = deployed.address("issuer")
    desk = life._contract("redemption_desk", "RedemptionDesk")
    life.act(issuer, life.token.functions.mint(issuer, 900 * SOM))
    life.act(issuer, life.token.functions.approve(desk.address, 200 * SOM))
    life.act(issuer, desk.functions.request(100_250_000, b"\x07" * 32))
    compliance = deployed.address("compliance")
    life.act(compliance, life.token.functions.setFrozenTokens(issuer, 40 * SOM))
    deployed.node.mine(5)
    synced = deployed.run("index", "sync")
    assert synced.code == 0, synced.stderr
    life.act(issuer, life.token.functions.mint(life.holder, 7 * SOM))
    deployed.node.mine(5)
    return deployed


@pytest.fixture
def here(lived: Deployed, tmp_path: Path) -> Deployed:
    """The deployment with files of the test's own."""
    folder = tmp_path / "deployment"
    folder.mkdir()
    for name in ("policy.yaml", "record.json"):
        shutil.copyfile(lived.folder / name, folder / name)
    shutil.copytree(lived.folder / "index", folder / "index")
    return replace(lived, folder=folder)


def write(deployed: Deployed, folder: Path, *words: str, site: str = SITE) -> Result:
    return deployed.run("publish", "listing", "--site", site, "--out", folder, *words)


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def written(lived: Deployed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The folder, and the command's document."""
    folder = tmp_path_factory.mktemp("listing") / "public"
    done = write(lived, folder)
    assert done.code == 0, done.stderr
    return folder, done.document


def test_listing__figures__are_the_chains_in_the_block_that_each_names(
    lived: Deployed, written: tuple[Path, Any]
) -> None:
    folder, document = written
    supply, reserves, snapshot = (
        json.loads((folder / name).read_text())
        for name in ("api/supply.json", "api/reserves.json", "snapshot.json")
    )
    require_schema("public-supply", supply)
    require_schema("public-reserves", reserves)
    require_schema("page", snapshot)
    assert document["block"] == supply["block"] == reserves["block"] == snapshot["block"]
    life, block = Life(lived), supply["block"]["number"]
    node = Web3(HTTPProvider(lived.node.address)).provider
    answer: Any = node.make_request(RPCEndpoint("eth_getBlockByNumber"), [hex(block), False])
    assert answer["result"]["hash"] == supply["block"]["hash"]
    total = life.token.functions.totalSupply().call(block_identifier=block)
    desk = life._contract("redemption_desk", "RedemptionDesk")
    escrow = desk.functions.escrow().call(block_identifier=block)
    assert (total, escrow) == (907 * SOM, 100_250_000)
    assert (supply["total"], supply["circulating"]) == ("907.000000", "806.750000")
    assert supply["total_base_units"] == str(total)
    assert supply["circulating_base_units"] == str(total - escrow)
    assert (folder / "api/total.txt").read_text() == "907.000000"
    assert (folder / "api/circulating.txt").read_text() == "806.750000"
    told = (reserves["reserves"], reserves["backing"], reserves["supply"], reserves["headroom"])
    assert told == ("1000.000000", "1000.000000", "907.000000", "93.000000")
    assert reserves["attestation"]["epoch"] == 1
    assert reserves["paused"] == []


def test_listing__again__makes_the_same_bytes(
    lived: Deployed, written: tuple[Path, Any], tmp_path: Path
) -> None:
    """Of the same block: its number, and nothing of this machine or moment, goes in."""
    folder, document = written
    number = document["block"]["number"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kgst.page.reading.final_enough", lambda _: number)
        done = write(lived, tmp_path / "again")
    assert done.code == 0, done.stderr
    assert files_in(tmp_path / "again") == files_in(folder)
    digests = {n: hashlib.sha256(data).hexdigest() for n, data in files_in(folder).items()}
    assert {one["name"]: one["sha256"] for one in document["files"]} == digests


def test_listing__token_list__is_of_uniswaps_schema_and_says_testnet(
    lived: Deployed, written: tuple[Path, Any]
) -> None:
    found = json.loads((written[0] / "tokenlist.json").read_text())
    schema = json.loads(
        (ROOT / "node_modules/@uniswap/token-lists/src/tokenlist.schema.json").read_text()
    )
    validator = Draft7Validator(schema, format_checker=FormatChecker())
    validator.validate(found)
    [token] = found["tokens"]
    assert (token["address"], token["chainId"], token["decimals"]) == (lived.token, 97, 6)
    assert "testnet" in token["tags"]
    assert found["name"] != "KGST"
    assert not validator.is_valid({**found, "tokens": [{**token, "address": "0x12"}]})


def test_listing__trust_wallets_entry__is_as_its_documentation_has_it(
    lived: Deployed, written: tuple[Path, Any]
) -> None:
    folder = written[0] / "trustwallet/blockchains/smartchain/assets" / lived.token
    info = json.loads((folder / "info.json").read_text())
    schema = json.loads((SCHEMAS / "file-trustwallet-info.json").read_text())
    validator = Draft202012Validator(schema)
    validator.validate(info)
    assert info["id"] == folder.name == lived.web3.to_checksum_address(lived.token)
    assert not validator.is_valid({**info, "decimals": 18})
    assert (folder / "logo.png").read_bytes() == (written[0] / "logo.png").read_bytes()


def test_listing__what_people_read__pretends_nothing(
    lived: Deployed, written: tuple[Path, Any]
) -> None:
    folder, document = written
    assert "not affiliated with the issuer of any listed token" in document["notice"]
    for name in ("README.md", "api/supply.json", "api/reserves.json"):
        assert document["notice"] in (folder / name).read_text()
    checklist = (folder / "README.md").read_text()
    for said in (lived.token, lived.record["deployer"], "907.000000", SITE, "not the main network"):
        assert said in checklist
    assert "&#" not in checklist
    owner = (folder / "ownership.txt").read_text()
    assert owner.startswith("[testnet.bscscan.com ")
    assert owner.endswith(f"[{lived.token}]")


def test_listing__its_snapshot__builds_the_page(written: tuple[Path, Any], tmp_path: Path) -> None:
    page = tmp_path / "kgst.html"
    words = ("node", ROOT / "web/build.mjs", written[0] / "snapshot.json", page)
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    assert written[1]["block"]["hash"] in page.read_text()


# What is refused


def test_listing__files_of_an_earlier_block__are_replaced_only_when_told(
    lived: Deployed, written: tuple[Path, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    shutil.copytree(written[0], folder)
    (folder / "api/supply.json").write_text("older")
    before = files_in(folder)
    refused = write(lived, folder)
    assert refused.code == 2
    assert "--force" in refused.error
    assert files_in(folder) == before
    assert write(lived, folder, "--force").code == 0
    assert json.loads((folder / "api/supply.json").read_text())["total"] == "907.000000"


@pytest.mark.parametrize(
    "site",
    [
        "http://som.example", "https://", "https://som.example/?a=1", "https://me@som.example",
        "https://som.example/\n", "https://som.example/<b>", "https://SOM.example",
        "https://som.example/" + "a" * 300,
    ],
)  # fmt: skip
def test_listing__site_that_is_no_plain_https_address__is_refused(
    lived: Deployed, tmp_path: Path, site: str
) -> None:
    done = write(lived, tmp_path / "public", site=site)
    assert done.code == 2, done.stdout
    assert "--site" in done.error
    assert not (tmp_path / "public").exists()


def test_site__with_a_slash_at_its_end__is_the_same() -> None:
    assert require_site("https://som.example:8443/a/b/") == "https://som.example:8443/a/b"


def test_listing__index_with_a_mint_that_never_was__writes_nothing(
    here: Deployed, tmp_path: Path
) -> None:
    from integration.test_index_reading import altered

    altered(
        here,
        "logs",
        "",
        "CASE WHEN octet_length(data) = 32 THEN unhex(repeat('01', 32)) ELSE data END AS data",
    )
    done = write(here, tmp_path / "public")
    assert done.code not in (0, 1), done.stdout
    assert "index" in done.error
    assert not (tmp_path / "public").exists()


def test_listing__node_that_hides_a_mint__writes_nothing(
    here: Deployed, node: Any, tmp_path: Path
) -> None:
    """One that the index does not reach: the events do not make the supply."""

    def hides(request: Any, forward: Any) -> Any:
        answer = forward(request)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                log for log in answer["result"] if stranger not in str(log["topics"])
            ]
        return answer

    stranger = Life(here).holder[2:].lower()
    node.faults["eth_getLogs"] = hides
    done = write(replace(here, node=node), tmp_path / "public")
    assert done.code == 3, done.stdout
    assert "the token's events make a supply of 900000000 base units" in done.error
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deployer": "[red]me[/red]"}, 2),
        ({"chain_id": 56}, 4),
        ({"deployer": "0x" + "ab" * 20}, 2),
    ],
    ids=["words", "another chain", "no checksum"],
)
def test_listing__hostile_record__is_refused(
    here: Deployed, tmp_path: Path, change: dict[str, Any], code: int
) -> None:
    path = here.folder / "record.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    done = write(here, tmp_path / "public")
    assert done.code == code, done.stdout
    assert not (tmp_path / "public").exists()


def test_listing__token_of_another_name__is_refused(
    here: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(commands._NAMES, "decimals", 18)
    done = write(here, tmp_path / "public")
    assert done.code == 3
    assert "and should say" in done.error
    assert not (tmp_path / "public").exists()


# The mark


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with running_browser() as found:
        yield found


DRAWN = """
async () => {
  const [one, two] = await Promise.all([...document.images].map(async (image) => {
    await image.decode();
    const canvas = new OffscreenCanvas(256, 256).getContext("2d");
    canvas.drawImage(image, 0, 0, 256, 256);
    return canvas.getImageData(0, 0, 256, 256).data;
  }));
  const apart = one.map((value, at) => Math.abs(value - two[at]));
  return {
    width: document.images[1].naturalWidth, drawn: one.filter((value) => value > 0).length,
    far: apart.filter((value) => value > 64).length, mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
  };
}
"""


def test_mark__its_png__is_what_a_browser_draws_of_the_svg(browser: Any, tmp_path: Path) -> None:
    sources = [
        f"<img src='data:{kind};base64,{base64.b64encode((MARK / name).read_bytes()).decode()}'>"
        for kind, name in (("image/svg+xml", "logo.svg"), ("image/png", "logo.png"))
    ]
    page = tmp_path / "mark.html"
    page.write_text("".join(sources))
    with browser.opened(page) as opened:
        found = opened.do("evaluate", f"({DRAWN})()")
    assert found["width"] == 256
    assert found["drawn"] > 100_000
    assert found["far"] == 0
    assert found["mean"] < 0.2
