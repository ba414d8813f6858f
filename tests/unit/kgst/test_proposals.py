"""A Safe's transaction as a file: what is believed of it, and what is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts

from kgst.errors import RefusedError
from kgst.safe.proposals import Proposal, ProposalError
from kgst.safe.safes import Safe, SafeTransaction
from kgst.signatures import signer_of

SAFE = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture
def safe(owners: list[Any]) -> Safe:
    return Safe(SAFE, "1.4.1", tuple(o.address for o in owners), 2, 5)


@pytest.fixture
def proposal() -> Proposal:
    return Proposal.of(SafeTransaction(97, SAFE, TOKEN, b"\x13d9\xdd", 5), "pause", ["token.pause"])


def test_save_and_load__is_the_same(
    tmp_path: Path, proposal: Proposal, owners: list[Any], safe: Safe
) -> None:
    proposal.sign(owners[0], safe)
    path = proposal.path_in(tmp_path, "governance")
    proposal.save(path)
    assert Proposal.load(path) == proposal
    assert path.name == f"000005-{proposal.safe_tx_hash[2:10]}.json"
    assert sorted(p.name for p in path.parent.iterdir()) == [
        path.name,
        path.with_suffix(".tx-builder.json").name,
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nonce": 6}, "somebody changed it"),
        ({"data": "0x"}, "somebody changed it"),
        ({"to": SAFE}, "somebody changed it"),
        ({"chain_id": 56}, "somebody changed it"),
        ({"domain_hash": ""}, "somebody changed it"),
        ({"to": TOKEN.lower()}, "to: "),
        ({"nonce": -1}, "nonce: "),
        ({"extra": 1}, "extra: "),
        ({"format": "kgst-safe-transaction/2"}, "format: "),
        ({"signatures": {SAFE: "0x12"}}, "signatures"),
    ],
)
def test_load__changed__is_refused(
    tmp_path: Path, proposal: Proposal, changes: dict[str, Any], said: str
) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**json.loads(proposal.model_dump_json()), **changes}))
    with pytest.raises(ProposalError, match=said):
        Proposal.load(path)


def test_load__absent__is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProposalError, match="cannot be read"):
        Proposal.load(tmp_path / "p.json")


def test_sign__no_owner__is_refused(proposal: Proposal, safe: Safe) -> None:
    with pytest.raises(RefusedError, match="is no owner"):
        proposal.sign(ape_accounts.test_accounts[16], safe)
    assert proposal.signatures == {}


def test_valid_signatures__of_owners_over_this_only(
    proposal: Proposal, owners: list[Any], safe: Safe
) -> None:
    proposal.sign(owners[0], safe)
    other = Proposal.of(SafeTransaction(97, SAFE, TOKEN, b"", 5), "", [])
    other.sign(owners[1], safe)
    proposal.signatures[owners[1].address] = other.signatures[owners[1].address]
    proposal.signatures[owners[2].address] = proposal.signatures[owners[0].address]
    assert list(proposal.valid_signatures(safe)) == [owners[0].address]
    former = Safe(SAFE, "1.4.1", (owners[1].address, owners[2].address), 2, 5)
    assert proposal.valid_signatures(former) == {}


def test_signer_of__malleated__is_nobody(proposal: Proposal, owners: list[Any], safe: Safe) -> None:
    proposal.sign(owners[0], safe)
    signature = bytes.fromhex(proposal.signatures[owners[0].address][2:])
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
    proposal: Proposal, owners: list[Any], safe: Safe
) -> None:
    for owner in owners:
        proposal.sign(owner, safe)
    valid = proposal.valid_signatures(safe)
    data = proposal.transaction.execution(valid)
    joined = b"".join(valid[a] for a in sorted(valid, key=lambda a: int(a, 16)))
    assert joined in data
    assert data == proposal.transaction.execution(dict(reversed(valid.items())))
