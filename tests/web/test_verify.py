"""What the page checks: two nodes against each other and the snapshot, signatures, reports; each lie is named."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import SignableMessage
from support.web.browser import Browser, Page, build
from support.web.recorded import Recorded, serving
from support.web.scenes import SALT, Scene, Stage

from kgst.attestation import Domain, ReserveAttestation

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
REQUEST = "requestOf(uint256) 1"
# By the figure's name on the page: the function that says it, and the word in its answer.
WORDS = {
    "In circulation": ("solvency()", 0),
    "Backing": ("solvency()", 1),
    "Ever burned": ("solvency()", 2),
    "Minting ends": ("solvency()", 3),
    "Can still be minted": ("headroom()", 0),
    "Number of the attestation": ("lastAttestation()", 0),
    "Reserves": ("lastAttestation()", 1),
    "Paid out of what was burned": ("lastAttestation()", 2),
    "As of": ("lastAttestation()", 3),
    "Hash of the report": ("lastAttestation()", 4),
    "Longest age for minting": ("reserveLimits()", 0),
    "Limit of an increase": ("reserveLimits()", 1),
    "Margin": ("reserveLimits()", 2),
    "Halts": ("halts()", 0),
    "Pauses": ("pauseFlags()", 0),
    "DELEGATE_ALL": ("delegateAll()", 0),
    "Signatures needed": ("auditorSet()", 1),
    "Version of the auditors": ("auditorSet()", 2),
    "Suspended auditors": ("auditorSet()", 3),
    "Implementation": ("implementation()", 0),
    "Consent to an upgrade": ("approvedImplementation()", 0),
    "In escrow": ("escrow()", 0),
    "Redemptions": (REQUEST, 1),
}


@pytest.fixture(scope="module")
def fresh(scenes: dict[str, Scene]) -> Scene:
    return scenes["fresh"]


@pytest.fixture(scope="module")
def read(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """The page of `fresh`, which is told to read from other nodes again and again."""
    with browser.opened(pages["fresh"]) as page:
        yield page


def read_from(page: Page, *nodes: Recorded) -> None:
    with serving(nodes[0]) as a, serving(nodes[1]) as b:
        page.read_chain(a, b)


@pytest.mark.parametrize("figure", sorted(WORDS))
def test_read__one_node_lies__the_figure_is_named(read: Page, fresh: Scene, figure: str) -> None:
    liar, (function, index) = fresh.node.twin(), WORDS[figure]
    liar.word(function, index, liar.word(function, index) + 1)
    # Every other one is the node that was named first.
    nodes = (fresh.node, liar) if len(figure) % 2 else (liar, fresh.node)
    read_from(read, *nodes)
    [told] = [one for one in read.alarms if "contradict each other" in one]
    assert figure in told.rpartition("Different: ")[2].rstrip(".").split(", ")
    assert read.values(".headline", "class") == ["headline calm"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("auditor", "Auditors"),
        ("code", "Auditors that are contracts"),
        ("count", "Number of redemptions"),
        ("hash", "Block hash"),
        ("recovery", "Recovery of auditors"),
        ("time", "Block time"),
    ],
)
def test_read__one_node_lies_otherwise__it_is_named(
    read: Page, fresh: Scene, what: str, said: str
) -> None:
    liar = fresh.node.twin()
    if what == "auditor":
        liar.word("auditorSet()", 5, liar.word("auditorSet()", 5) + 1)
        liar.codes = dict.fromkeys([*liar.codes, f"0x{liar.word('auditorSet()', 5):040x}"], "0x")
    elif what == "code":
        liar.codes[min(liar.codes)] = "0x60"
    elif what == "count":
        liar.word("requestCount()", 0, 2)
    elif what == "recovery":
        words = (0x60, 2, 99, 1, 0xAA)
        liar.calls["auditorsProposal()"] = "0x" + b"".join(w.to_bytes(32) for w in words).hex()
    else:
        liar.block |= {"hash": "0x" + "ab" * 32} if what == "hash" else {"timestamp": "0x1"}
    read_from(read, fresh.node, liar)
    [told] = [one for one in read.alarms if "contradict each other" in one]
    assert said in told.rpartition("Different: ")[2].rstrip(".").split(", ")


@pytest.mark.parametrize(
    "figure", ["Hash of the report", "Number of the attestation", "Reserves", "In circulation"]
)
def test_read__both_nodes_contradict_the_snapshot__the_figure_is_named(
    read: Page, fresh: Scene, figure: str
) -> None:
    other, (function, index) = fresh.node.twin(), WORDS[figure]
    other.word(function, index, other.word(function, index) - 1)
    read_from(read, other, other.twin())
    [told] = [one for one in read.alarms if "contradicts the publisher's snapshot" in one]
    assert figure in told


def test_read__headroom_that_does_not_follow__the_node_contradicts_itself(
    read: Page, fresh: Scene
) -> None:
    liar = fresh.node.twin()
    liar.word("headroom()", 0, liar.word("headroom()", 0) + 1)
    read_from(read, liar, liar.twin())
    assert any("contradicts itself" in one for one in read.alarms)
    read_from(read, fresh.node, fresh.node.twin())
    assert read.alarms == []
    assert read.values(".headline", "class") == ["headline good"]


def test_read__chain_has_a_newer_attestation__its_signatures_are_not_called_forged(
    read: Page, fresh: Scene
) -> None:
    later = fresh.node.twin()
    later.block["number"] = hex(int(later.block["number"], 16) + 1)
    later.word("lastAttestation()", 0, 2)
    later.word("lastAttestation()", 1, 1)
    read_from(read, later, later.twin())
    assert read.values("#proof", "data-proof") == ["other"]
    assert "These signatures are of attestation 1, and the chain has 2." in read.text("#signatures")
    assert not any("do not prove" in one for one in read.alarms)


def test_read__one_node_down__is_said_and_nothing_is_called_compared(
    read: Page, fresh: Scene
) -> None:
    gone = fresh.node.twin()
    gone.down = True
    read_from(read, fresh.node, gone)
    assert any("A node gave no figures" in one for one in read.alarms)
    assert any("Only one node answered" in one for one in read.alarms)
    assert "one node only" in read.text("#source")
    assert "Both nodes gave" not in read.text()
    read_from(read, gone, gone)
    assert any("A node gave no figures" in one for one in read.alarms)
    assert "Nothing of it is checked yet" in read.text("#source")


def test_read__node_of_another_chain_or_the_same_twice__is_refused(
    read: Page, fresh: Scene
) -> None:
    other = fresh.node.twin()
    other.chain_id = 56
    read_from(read, fresh.node, other)
    assert any("Only one node answered" in one for one in read.alarms)
    with serving(fresh.node) as a:
        read.read_chain(a, a)
        assert any("Two different ones" in one for one in read.alarms)
        read.read_chain(a, "http://node.example/")
        assert any("begin with https://" in one for one in read.alarms)


def test_figures__random_words__are_shown_to_the_last_unit(read: Page, fresh: Scene) -> None:
    chance = random.Random(29)
    for _ in range(6):
        node = fresh.node.twin()
        backing, supply = sorted((chance.getrandbits(72), chance.getrandbits(72)), reverse=True)
        for index, value in ((0, supply), (1, backing)):
            node.word("solvency()", index, value)
        node.word("headroom()", 0, backing - supply)
        reserves = chance.getrandbits(58)
        node.word("lastAttestation()", 1, reserves)
        read_from(read, node, node.twin())
        assert (read.exact("supply"), read.exact("backing")) == (supply, backing)
        assert read.exact("headroom") == backing - supply
        assert read.exact("reserves") == reserves * 10_000
        shown = read.text("#figure-supply data").replace(" ", "").replace(".", "")
        assert int(shown.ljust(len(str(supply // 10**6)) + 6, "0")) == supply


def _message(snapshot: dict[str, Any]) -> SignableMessage:
    last, signed = snapshot["attestation"], snapshot["signed"]
    return ReserveAttestation(
        epoch=last["epoch"],
        reserves=int(last["reserves_tyiyn"]),
        settled=int(last["settled"]),
        as_of=last["as_of"],
        report_hash=bytes.fromhex(last["report_hash"][2:]),
        halts=signed["known_halts"],
        version=signed["version"],
        deadline=signed["deadline"],
    ).message(Domain(snapshot["chain_id"], snapshot["contracts"]["token"]))


def _verdict(message: SignableMessage, signer: str, data: bytes, auditors: list[str]) -> str:
    """By eth-account, and by the form that the token takes."""
    if len(data) != 65 or data[64] not in (27, 28) or int.from_bytes(data[32:64]) > HALF_ORDER:
        return "forged"
    try:
        found = Account.recover_message(message, signature=data)
    except Exception:  # of a key that is none
        return "forged"
    if found != signer:
        return "forged"
    return "true" if signer in auditors else "stranger"


def test_signatures__many_true_and_spoilt__are_judged_as_eth_account_judges_them(
    browser: Browser, fresh: Scene, stage: Stage, tmp_path: Path
) -> None:
    chance, snapshot = random.Random(29), copy.deepcopy(fresh.snapshot)
    message, auditors = (
        _message(snapshot),
        [one["address"] for one in snapshot["auditors"]["members"]],
    )
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signatures: list[dict[str, str]] = []
    expected: dict[str, str] = {}
    for number in range(40):
        key = (
            stage.deployed.key("auditor_a")
            if number == 0
            else stage.deployed.key(f"nobody {number}")
        )
        data = bytearray(Account.sign_message(message, key.private_key).signature)
        match number % 5:
            case 1:
                data[chance.randrange(64)] ^= 1 << chance.randrange(8)
            case 2:
                data[32:64] = (order - int.from_bytes(data[32:64])).to_bytes(32)
                data[64] ^= 7
            case 3:
                data[64] = chance.choice((0, 1, 29))
            case 4:
                del data[chance.randrange(65) :]
        expected[key.address] = _verdict(message, key.address, bytes(data), auditors)
        signatures.append({"signer": key.address, "data": "0x" + data.hex()})
    snapshot["signed"]["signatures"] = signatures
    assert set(expected.values()) == {"true", "forged", "stranger"}
    build(snapshot, tmp_path / "page.html")
    with browser.opened(tmp_path / "page.html") as page:
        page.do("waitForSelector", "#proof")
        signers = page.values(".auditors li", "data-signer")
        judged = dict(zip(signers, page.values(".auditors li", "data-judged"), strict=True))
    assert {who: judged[who] for who in expected} == expected


@pytest.mark.parametrize("spoilt", ["deadline", "figure", "signature", "halts"])
def test_signatures__forged__nothing_is_called_proven(
    browser: Browser, fresh: Scene, tmp_path: Path, spoilt: str
) -> None:
    snapshot = copy.deepcopy(fresh.snapshot)
    signed = snapshot["signed"]
    if spoilt == "deadline":
        signed["deadline"] += 1
    elif spoilt == "halts":
        signed["known_halts"] += 1
    elif spoilt == "figure":
        snapshot["attestation"]["reserves_tyiyn"] = "100000001"
    else:
        signed["signatures"][1]["data"] = signed["signatures"][0]["data"]
    build(snapshot, tmp_path / "page.html")
    with browser.opened(tmp_path / "page.html") as page:
        page.do("waitForSelector", "#proof")
        assert page.values("#proof", "data-proof") == ["not"]
        assert any("do not prove these figures" in one for one in page.alarms)
        assert "Not proven" in page.text("#signatures")


def test_signatures__too_few_or_of_contracts__are_told_apart(
    browser: Browser, fresh: Scene, tmp_path: Path
) -> None:
    snapshot = copy.deepcopy(fresh.snapshot)
    del snapshot["signed"]["signatures"][1:]
    build(snapshot, tmp_path / "few.html")
    with browser.opened(tmp_path / "few.html") as page:
        page.do("waitForSelector", "#proof")
        assert page.values("#proof", "data-proof") == ["not"]
    contract = snapshot["auditors"]["members"][2]
    contract["contract"] = True
    snapshot["signed"]["signatures"].append({"signer": contract["address"], "data": "0x1234"})
    build(snapshot, tmp_path / "contract.html")
    with browser.opened(tmp_path / "contract.html") as page:
        page.do("waitForSelector", "#proof")
        assert page.values("#proof", "data-proof") == ["with contracts"]
        assert "cannot be checked again without archive state" in page.text("#signatures")
        # The nodes see no code there: the snapshot alone makes no contract.
        read_from(page, fresh.node, fresh.node.twin())
        assert page.values("#proof", "data-proof") == ["not"]


def test_reports__all_three__are_true_and_an_unbroken_chain(
    browser: Browser, stage: Stage, pages: dict[str, Path]
) -> None:
    files = [stage.folder / f"report-{n}.json" for n in range(1, len(stage.reports) + 1)]
    with browser.opened(pages["deficit"]) as page:
        page.drop(*files[1:])
        assert page.values(".report", "data-report") == ["true"] * (len(files) - 1)
        assert page.values("#chain", "id") == []
        page.drop(files[0])
        assert page.values("#chain", "id") == ["chain"]
        assert "It is the first report." in page.text("#reports")
        assert "1 000 000.00" in page.text("#reports").replace("\u00a0", " ")
        assert page.serious() == []


def test_reports__changed_or_wrong__are_said_to_be(
    browser: Browser, stage: Stage, pages: dict[str, Path], tmp_path: Path
) -> None:
    newest = stage.folder / f"report-{len(stage.reports)}.json"
    changed = tmp_path / "changed.json"
    changed.write_bytes(newest.read_bytes() + b"\n")
    document = json.loads(newest.read_bytes())
    account = document["reserves"]["accounts"][0]
    account["closing_balance_tyiyn"] = str(int(account["closing_balance_tyiyn"]) + 1)
    richer = tmp_path / "richer.json"
    richer.write_text(json.dumps(document))
    document["previous_report"], document["token"] = "0x" + "ab" * 32, "0x" + "cd" * 20
    orphan = tmp_path / "orphan.json"
    orphan.write_text(json.dumps(document))
    garbage = tmp_path / "garbage.json"
    garbage.write_text('{"format": "<img src=x onerror=alert(1)>"}')
    with browser.opened(pages["deficit"]) as page:
        page.drop(changed, richer, orphan, garbage)
        first, second, third, last = page.texts(".report")
    assert "This is NOT the report of attestation" in first
    assert "do not make the attested reserves" in second
    assert "It names another report before it" in third
    assert "It is the report of another token" in third
    assert "This is no report." in last


def test_leaf__by_its_salt__is_found_in_the_report_and_no_other(
    browser: Browser, stage: Stage, pages: dict[str, Path]
) -> None:
    with browser.opened(pages["deficit"]) as page:
        page.drop(stage.folder / "report-1.json")
        page.do("click", "#leaf >> xpath=ancestor::details/summary")
        for field, value in (("#salt", SALT), ("#reference", "R-1"), ("#leaf-amount", "250,00")):
            page.do("fill", field, value)
        page.do("click", "#leaf button")
        assert page.text("#leaf-says") == "It is in the report, as paid to you."
        page.do("fill", "#leaf-amount", "250.01")
        page.do("click", "#leaf button")
        assert "It is in none of the reports" in page.text("#leaf-says")
