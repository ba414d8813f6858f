"""A payment's proof on the page: shown or refused as `ape run index check` judges it; and the page's own hash.

The proof was exported by `ape run index export`; see `support.web.payment`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from support.web.browser import ROOT, Browser, Page, build
from support.web.payment import FOLDER, Chain, chain_of
from support.web.recorded import serving

from kgst.errors import KgstError
from kgst.index.offline import check

File = dict[str, Any]
FILE: File = json.loads((FOLDER / "proof.json").read_text())
SNAPSHOT = json.loads((FOLDER / "snapshot.json").read_text())
RECEIPTS: list[str] = FILE["receipts"]


def checked(path: Path) -> dict[str, Any] | None:
    """What `ape run index check` says; None where it refuses."""
    try:
        return dict(check(path).document)
    except KgstError:
        return None


def with_header(change: Callable[[list[Any]], None], **others: Any) -> File:
    """The file with other fields in its header."""
    fields = rlp.decode(bytes.fromhex(FILE["header"][2:]))
    change(fields)
    return {**FILE, "header": "0x" + rlp.encode(fields).hex(), **others}


def set_field(number: int, value: Any) -> Callable[[list[Any]], None]:
    return lambda fields: fields.__setitem__(number, value)


def under(leaf: bytes, **others: Any) -> File:
    """The file with another leaf, and every hash above it made anew; only the miner's seal is not to be had."""
    nodes, below, was = [leaf], keccak(leaf), keccak(bytes.fromhex(RECEIPTS[-1][2:]))
    for text in reversed(RECEIPTS[:-1]):
        node = bytes.fromhex(text[2:])
        was, again = keccak(node), node.replace(was, below)
        nodes, below = [again, *nodes], keccak(again)
    made = with_header(set_field(5, below), **others)
    return {**made, "receipts": ["0x" + node.hex() for node in nodes]}


def forged(change: Callable[[list[Any]], object], kind: int = 2, chain_id: int = 1337) -> File:
    """Another receipt: outcome, gas, bloom, logs. Chain 1337 has no seals."""
    path, receipt = rlp.decode(bytes.fromhex(RECEIPTS[-1][2:]))
    parts = rlp.decode(receipt[1:])
    change(parts)
    return under(rlp.encode([path, bytes([kind]) + rlp.encode(parts)]), chain_id=chain_id)


def tenfold(parts: list[Any]) -> None:
    parts[3][0][2] = (10 * int.from_bytes(parts[3][0][2])).to_bytes(32)


def rooted(node: Any) -> File:
    """A trie that is this node."""
    data = rlp.encode(node)
    made = with_header(set_field(5, keccak(data)), chain_id=1337, transaction_index=0)
    return {**made, "receipts": ["0x" + data.hex()]}


def flipped(text: str, at: int) -> str:
    """Another digit at that place behind `0x`."""
    return text[: at + 2] + format(int(text[at + 2], 16) ^ 1, "x") + text[at + 3 :]


NESTED = "0x" + "c1" * 3000 + "c0"
# By what was changed: the file, and why the page refuses it.
REFUSED: dict[str, tuple[Any, str]] = {
    "a field more of the file": ({**FILE, "note": "x"}, "file"),
    "a field of the file missing": ({k: v for k, v in FILE.items() if k != "header"}, "file"),
    "chain": ({**FILE, "chain_id": 56}, "seal"),
    "cut off": (json.dumps(FILE)[:-9], "file"),
    "format": ({**FILE, "format": "kgst-event-proof/2"}, "file"),
    "header, a field more": (with_header(lambda fields: fields.extend([b""] * 9)), "header"),
    "header, its bloom too short": (with_header(set_field(6, b"\1" * 255)), "header"),
    "header, its number with a zero": (with_header(set_field(8, b"\0\1")), "header"),
    "header, its receipts' root": (with_header(set_field(5, b"\2" * 32)), "path"),
    "header, its seal": ({**FILE, "header": flipped(FILE["header"], 1000)}, "seal"),
    "header, its time": (with_header(set_field(11, b"\1\2\3\4")), "seal"),
    "header, something behind it": ({**FILE, "header": FILE["header"] + "00"}, "header"),
    "index": ({**FILE, "transaction_index": FILE["transaction_index"] + 1}, "absent"),
    "index of a neighbour": ({**FILE, "transaction_index": FILE["transaction_index"] - 1}, "missing"),
    "log, and all above it": (forged(tenfold, chain_id=97), "seal"),
    "log, in the leaf alone": ({**FILE, "receipts": [*RECEIPTS[:-1], flipped(RECEIPTS[-1], 800)]}, "path"),
    "nested lists": ({**FILE, "header": NESTED}, "header"),
    "nested lists in a node": ({**FILE, "receipts": [NESTED]}, "node"),
    "no node": ({**FILE, "receipts": []}, "file"),
    "node missing": ({**FILE, "receipts": RECEIPTS[1:]}, "path"),
    "node, the last missing": ({**FILE, "receipts": RECEIPTS[:-1]}, "missing"),
    "node twice": ({**FILE, "receipts": [*RECEIPTS, RECEIPTS[0]]}, "node"),
    "node, the root changed": ({**FILE, "receipts": [flipped(RECEIPTS[0], 20), *RECEIPTS[1:]]}, "path"),
    "node that is none": ({**FILE, "receipts": [*RECEIPTS, "0xc20102"]}, "node"),
    "node, a branch of one": (rooted([b""] * 8 + [b"\1" * 32] + [b""] * 8), "node"),
    "node, a branch with a value": (rooted([b"\1" * 32] * 17), "node"),
    "node, a leaf too short": (rooted([b"\x20\x80", b"\1" * 32]), "node"),
    "node, an empty extension": (rooted([b"\0", b"\1" * 32]), "node"),
    "node, an even path with a nibble": (rooted([b"\x21\x80", b"\1" * 99]), "node"),
    "node, flags of no path": (rooted([b"\x40\x80", b"\1" * 99]), "node"),
    "node, no receipt in its leaf": (rooted([b"\x20\x80", b"\1" * 99]), "receipt"),
    "nothing": ("", "file"),
    "receipt, a part more": (forged(lambda parts: parts.append(b"")), "receipt"),
    "receipt, its bloom": (forged(set_field(2, b"\1" * 256)), "receipt"),
    "receipt, its outcome": (forged(set_field(0, b"\2")), "receipt"),
    "receipt, of a type that is not known": (forged(list, kind=5), "receipt"),
    "receipt, without its logs": (forged(set_field(3, [])), "receipt"),
    "too large": (json.dumps(FILE) + " " * 1024 * 1024, "large"),
}  # fmt: skip


def written(folder: Path, files: dict[str, Any]) -> list[Path]:
    paths = []
    for number, file in enumerate(files.values()):
        path = folder / f"{number}.json"
        path.write_text(file if isinstance(file, str) else json.dumps(file))
        paths.append(path)
    return paths


def drop(page: Page, *files: Path, at: str = "#proof-files") -> list[str]:
    """Give proofs to the page; what it judges of all it was given."""
    before = len(page.texts(".payment"))
    page.do("setInputFiles", at, [str(one) for one in files])
    page.wait_for(f"document.querySelectorAll('.payment').length === {before + len(files)}")
    return page.values(".payment", "data-proof")


def built(folder: Path, **others: Any) -> Path:
    build({**SNAPSHOT, **others}, folder / "page.html")
    return folder / "page.html"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the token that was paid with."""
    return built(tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(browser: Browser, own: Path) -> Iterator[Page]:
    with browser.opened(own) as opened:
        yield opened


def test_proof__as_exported__says_who_paid_whom_and_what_the_file_cannot_say(page: Page) -> None:
    assert drop(page, FOLDER / "proof.json") == ["proven"]
    document = checked(FOLDER / "proof.json")
    assert document is not None
    assert document["succeeded"]
    text = page.text(".payment").replace("\u00a0", " ")
    [event] = document["events"]
    for topic, place in zip(event["topics"][1:], (".from", ".to"), strict=True):
        assert page.text(f".payment {place}").lower() == "0x" + topic[26:]
    assert page.values(".payment data", "value") == [str(int(event["data"], 16))]
    assert "1 250.500019 som" in text
    assert f"Block {document['block']}, " in text
    assert document["block_hash"] in text
    assert document["sealed_by"].lower() in text
    assert "Whether that block is in the chain, the nodes say" in text
    assert page.serious() == []


def test_proof__any_part_changed__is_refused_in_words_as_by_check(
    page: Page, tmp_path: Path
) -> None:
    files = written(tmp_path, {name: file for name, (file, _) in REFUSED.items()})
    found = dict(zip(REFUSED, drop(page, *files), strict=True))
    assert found == {name: why for name, (_, why) in REFUSED.items()}
    assert [checked(path) for path in files] == [None] * len(files)
    assert all("✗ Refused: " in one for one in page.texts(".payment"))
    assert "{" not in page.text("#payments")


def test_proof__any_digit_changed__is_judged_as_check_judges(page: Page, tmp_path: Path) -> None:
    files: dict[str, Any] = {}
    for at in range(0, len(FILE["header"]) - 2, 61):
        files[f"header {at}"] = {**FILE, "header": flipped(FILE["header"], at)}
    for number, node in enumerate(RECEIPTS):
        for at in range(0, len(node) - 2, 97):
            nodes = [*RECEIPTS[:number], flipped(node, at), *RECEIPTS[number + 1 :]]
            files[f"node {number} {at}"] = {**FILE, "receipts": nodes}
    files["none"] = FILE
    files["other order"] = {**FILE, "receipts": RECEIPTS[::-1]}
    paths = written(tmp_path, files)
    judged = [one == "proven" for one in drop(page, *paths)]
    assert judged == [checked(path) is not None for path in paths]
    assert judged == [False] * (len(files) - 2) + [True] * 2


def test_proof__of_another_token_or_chain__is_not_this_pages(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    contracts = {**SNAPSHOT["contracts"], "token": "0x" + "cd" * 20}
    with browser.opened(built(tmp_path, contracts=contracts)) as other:
        assert drop(other, FOLDER / "proof.json") == ["token"]
        assert "no event of this page's token" in other.text(".payment")
    [elsewhere] = written(tmp_path, {"of no chain that seals": {**FILE, "chain_id": 1337}})
    assert drop(page, elsewhere) == ["chain"]
    said = "it is of network 1337, and this page's token is on network 97"
    assert said in page.text(".payment")
    assert checked(elsewhere) is not None


def test_proof__chain_without_seals__is_left_to_the_nodes(browser: Browser, tmp_path: Path) -> None:
    """There a file can be made up, and the page says no more than follows; a moment that is none harms nothing."""
    late = with_header(set_field(11, b"\xff" * 8), chain_id=1337)
    files = {"forged": forged(tenfold), "late": late, "failed": forged(set_field(0, b""))}
    paths = written(tmp_path, files)
    with browser.opened(built(tmp_path, chain_id=1337)) as page:
        assert drop(page, *paths) == ["proven"] * 3
        assert "The transaction failed, and paid nothing." in page.texts(".payment")[2]
        assert "1 250" not in page.texts(".payment")[2].replace("\u00a0", " ")
        assert "12 505.00019 som" in page.text("#payments").replace("\u00a0", " ")
        assert "Signed by" not in page.text("#payments")
        assert f"{2**64 - 1}" in page.text("#payments")
    judged = [checked(path) for path in paths]
    assert [one and one["succeeded"] for one in judged] == [True, True, False]


BLOCK = rlp.decode(bytes.fromhex(FILE["header"][2:]))[8]
NUMBER = int.from_bytes(BLOCK)
HASH = "0x" + keccak(bytes.fromhex(FILE["header"][2:])).hex()
OTHER = "0x" + "ab" * 32


@pytest.mark.parametrize(
    ("hashes", "standing", "said"),
    [
        ((HASH, HASH), "both", "In the chain, by both nodes"),
        ((HASH, OTHER), "differ", "The nodes contradict each other: only 127.0.0.1:"),
        ((OTHER, OTHER), "not", "NOT in the chain"),
        ((HASH, ""), "one", "by one node only: 127.0.0.1:"),
        ((OTHER, ""), "not", "NOT in the chain"),
    ],
)
def test_proof__chain_read__says_whether_the_nodes_have_its_block(
    page: Page, hashes: tuple[str, str], standing: str, said: str
) -> None:
    a, b = (chain_of(FOLDER, {NUMBER: one} if one else {}) for one in hashes)
    with serving(a) as first, serving(b) as second:
        drop(page, FOLDER / "proof.json")
        assert page.values(".payment", "data-standing") == ["unasked"]
        assert a.asked == b.asked == []
        page.read_chain(first, second)
        page.wait_for("document.querySelector('.payment').dataset.standing !== 'unasked'")
        assert page.values(".payment", "data-standing") == [standing]
        assert said in page.text(".payment")
        # One that is dropped later is compared too, from the reports' place as well.
        drop(page, FOLDER / "proof.json", at="#files")
        page.wait_for("document.querySelectorAll('[data-standing=unasked]').length === 0")
        assert page.values(".payment", "data-standing") == [standing] * 2


def test_proof__block_not_final_yet__is_said(page: Page) -> None:
    def early() -> Chain:
        chain = chain_of(FOLDER, {NUMBER: HASH})
        chain.block["number"] = hex(NUMBER - 1)
        return chain

    with serving(early()) as a, serving(early()) as b:
        page.read_chain(a, b)
        drop(page, FOLDER / "proof.json")
        page.wait_for("document.querySelector('.payment').dataset.standing !== 'unasked'")
        assert page.values(".payment", "data-standing") == ["open"]
        assert "Not final yet" in page.text(".payment")


@pytest.mark.parametrize("lang", ["ky", "ru"])
def test_proof__other_language_narrow_and_hostile_names__all_is_said_and_text_stays_text(
    browser: Browser, own: Path, tmp_path: Path, lang: str
) -> None:
    hostile = tmp_path / "<img src=x onerror=document.title='taken'>.json"
    hostile.write_text(json.dumps(FILE))
    files = written(tmp_path, {name: file for name, (file, _) in REFUSED.items()})
    with browser.opened(own, f"lang={lang}", width=360) as page:
        drop(page, hostile, *files)
        text = page.text("#payments")
        assert hostile.name in text
        assert page.do("title") != "taken"
        assert "Refused" not in text
        assert "undefined" not in text
        assert "{" not in text
        assert page.serious() == []
        assert page.do("evaluate", "document.documentElement.scrollWidth <= innerWidth")


def test_self__hashes_shown__are_the_published_ones(page: Page) -> None:
    lines = (ROOT / "web/sha256.txt").read_text().splitlines()
    said = {name: digest for digest, name in (line.split("  ") for line in lines)}
    names, hashes = page.texts("#self dt"), page.texts("#self code")
    assert dict(zip(names, hashes, strict=True)) == said
    assert "a page cannot vouch for itself" in page.text("#limits")
