"""A Safe's transaction as a file: what is believed of it, and what is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from eth_abi.abi import decode
from support import drafts, proposals

from kgst.proposals.files import Proposal
from kgst.proposals.kind import counting, look
from kgst.safe.safes import Safe, is_usable
from kgst.signatures import signer_of
from kgst.signing.shapes import Signature
from kgst.storing import FileError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CONTRACT = "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9"


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture
def proposal() -> Proposal:
    return proposals.make()


def counted(
    proposal: Proposal, owners: list[Any], path: Path | None = None, *more: str
) -> list[str]:
    """Whose signatures count, in the proposal and beside its file."""
    draft = proposals.draft_of(proposal, *(one.address for one in owners), *more)
    return [one.signer for one in counting(look(draft, draft.owners, path))]


def test_save_and_load__is_the_same(tmp_path: Path, owners: list[Any]) -> None:
    proposal = proposals.signed(proposals.make(), owners[0])
    path = proposal.path_in(tmp_path, "governance")
    proposal.save(path)
    assert Proposal.load(path) == proposal
    drafts.require_schema(json.loads(path.read_text()), "file-safe-transaction")
    assert path.name == f"000005-{proposal.safe_tx_hash[2:10]}.json"
    builder = path.with_suffix(".tx-builder.json")
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, builder.name]
    before = path.stat().st_ino, builder.stat().st_ino
    proposal.save(path)
    assert (path.stat().st_ino, builder.stat().st_ino) == before, "not written for nothing"


def test_save__on_another_machine_at_another_time__is_the_same_bytes(
    tmp_path: Path, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two owners whose checkouts meet have nothing to merge."""
    found = []
    for name in ("a", "b"):
        path = proposal.path_in(tmp_path / name, "governance")
        proposal.save(path)
        found.append({one.name: one.read_bytes() for one in path.parent.iterdir()})
        monkeypatch.setattr("time.time", lambda: 2e9)
        monkeypatch.setenv("TZ", "Asia/Bishkek")
    assert len(found[0]) == 2
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nonce": 6}, "somebody changed it"),
        ({"data": "0x"}, "somebody changed it"),
        ({"to": proposals.SAFE}, "somebody changed it"),
        ({"chain_id": 56}, "somebody changed it"),
        ({"domain_hash": "0x" + "00" * 32}, "somebody changed it"),
        ({"domain_hash": ""}, "domain_hash: "),
        ({"to": proposals.TOKEN.lower()}, "to: "),
        ({"nonce": -1}, "nonce: "),
        ({"nonce": "5"}, "nonce: "),
        ({"extra": 1}, "extra: "),
        ({"format": "kgst-safe-transaction/2"}, "its format is 'kgst-safe-transaction/2', not"),
        ({"signatures": {proposals.SAFE: "0x12"}}, "signatures"),
        ({"contract_signatures": {proposals.SAFE: "0x1"}}, "contract_signatures"),
    ],
)
def test_load__changed__is_refused(
    tmp_path: Path, proposal: Proposal, changes: dict[str, Any], said: str
) -> None:
    path = drafts.edited(drafts.saved(proposal, tmp_path / "p.json"), **changes)
    with pytest.raises(FileError, match=said):
        Proposal.load(path)


def test_load__absent__is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        Proposal.load(tmp_path / "p.json")


def test_load__of_before_signatures_lay_beside_it__is_read(
    tmp_path: Path, proposal: Proposal, owners: list[Any]
) -> None:
    path = drafts.saved(proposals.signed(proposal, *owners), tmp_path / "p.json")
    assert "contract_signatures" not in path.read_text()
    assert sorted(counted(Proposal.load(path), owners)) == sorted(one.address for one in owners)


def test_counting__of_owners_over_this_only(proposal: Proposal, owners: list[Any]) -> None:
    first = proposals.signature_of(proposal, owners[0]).signature
    foreign = proposals.signature_of(proposals.make(data=b""), owners[1]).signature
    texts = {owners[0].address: first, owners[1].address: foreign, owners[2].address: first}
    changed = proposal.model_copy(update={"signatures": texts})
    assert counted(changed, owners) == [owners[0].address]
    assert counted(changed, owners[1:]) == []


def test_counting__claim_of_a_contract__hides_no_key(
    tmp_path: Path, proposal: Proposal, owners: list[Any]
) -> None:
    """Whoever may put a file into the folder claims that an owner is a contract, with bytes of their own."""
    path = drafts.saved(proposal, tmp_path / "p.json")
    real = proposals.sign_beside(path, owners[0])
    claim = proposals.signature_of(proposal, owners[0], by_contract=True, signature="0x00")
    drafts.saved(claim, tmp_path / "p.0.sig.json")
    draft = proposals.draft_of(proposal, owners[0].address)
    [one] = counting(look(draft, draft.owners, path))
    assert (one.by_contract, one.signature) == (False, json.loads(real.read_text())["signature"])


def test_signer_of__malleated__is_nobody(proposal: Proposal, owners: list[Any]) -> None:
    signature = bytes.fromhex(proposals.signature_of(proposal, owners[0]).signature[2:])
    message = proposal.transaction.message
    assert signer_of(message, signature) == owners[0].address
    high = ORDER - int.from_bytes(signature[32:64])
    flipped = signature[:32] + high.to_bytes(32) + bytes([55 - signature[64]])
    for bad in (
        flipped,
        signature[:64] + b"\x00",
        signature[:64],
        b"",
        bytes(65),
        signature + b"\x00",
    ):
        assert signer_of(message, bad) is None


def test_execution__signatures__are_in_the_order_of_owners(
    proposal: Proposal, owners: list[Any]
) -> None:
    valid = {
        one.address: bytes.fromhex(proposals.signature_of(proposal, one).signature[2:])
        for one in owners
    }
    data = proposal.transaction.execution(valid)
    joined = b"".join(valid[a] for a in sorted(valid, key=lambda a: int(a, 16)))
    assert joined in data
    assert data == proposal.transaction.execution(dict(reversed(valid.items())))


def test_execution__contracts__stand_behind_the_slots(
    proposal: Proposal, owners: list[Any]
) -> None:
    """As Safe's `checkNSignatures` reads them: address, offset, v = 0; at the offset length and bytes."""
    key = bytes.fromhex(proposals.signature_of(proposal, owners[0]).signature[2:])
    given = {CONTRACT: b"\xaa" * 70, owners[0].address: key, proposals.TOKEN: b""}
    data = proposal.transaction.execution(given, {CONTRACT, proposals.TOKEN})
    types = [
        "address",
        "uint256",
        "bytes",
        "uint8",
        "uint256",
        "uint256",
        "uint256",
        "address",
        "address",
        "bytes",
    ]
    joined = decode(types, data[4:])[-1]
    told = {}
    for i in range(3):
        r, s, v = (
            joined[65 * i : 65 * i + 32],
            joined[65 * i + 32 : 65 * i + 64],
            joined[65 * i + 64],
        )
        if v:
            assert r + s + bytes([v]) == key
            told[owners[0].address] = key
            continue
        at = int.from_bytes(s)
        assert at >= 3 * 65
        length = int.from_bytes(joined[at : at + 32])
        told["0x" + r[12:].hex()] = joined[at + 32 : at + 32 + length]
    assert told == {
        CONTRACT.lower(): b"\xaa" * 70, owners[0].address: key, proposals.TOKEN.lower(): b""
    }  # fmt: skip
    assert [int(one, 16) for one in told] == sorted(int(one, 16) for one in told)
    assert len(joined) == 3 * 65 + 32 + 70 + 32


@pytest.mark.parametrize(
    ("version", "usable", "by_draft"),
    [
        ("1.1.1", False, True),
        ("1.3.0", True, True),
        ("1.4.1+L2", True, True),
        ("1.5.0", True, False),
        ("1.10.0+L2", True, False),
        ("2.0.0", False, True),
    ],
)
def test_safe__version__says_what_it_takes(version: str, usable: bool, by_draft: bool) -> None:
    assert is_usable(version) is usable
    assert Safe(proposals.SAFE, version, (), 1, 0).asks_by_draft is by_draft


def test_having__keeps_both_kinds_apart(proposal: Proposal, owners: list[Any]) -> None:
    mine = proposals.signature_of(proposal, owners[0])
    every = [
        Signature(signer=mine.signer, signature=mine.signature),
        Signature(signer=CONTRACT, by_contract=True, signature="0xc0ffee"),
    ]
    kept = proposal.having(every)
    assert list(kept.claims) == every
    assert (kept.signatures, kept.contract_signatures) == (
        {mine.signer: mine.signature},
        {CONTRACT: "0xc0ffee"},
    )
    assert counted(kept, owners, None, CONTRACT) == [mine.signer, CONTRACT]
