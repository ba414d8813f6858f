"""The double's headers, and the code that makes them, held to what real nodes answered."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode
from support.bsc.headers import hash_of, sealer_of, split_extra
from support.bsc.validators import TURN_LENGTH, sealed_extra, validators

RECORDED = Path(__file__).parents[2] / "data/bsc/headers"
FILES = sorted(RECORDED.glob("*.json"))
HEADERS = {p.name: (h := json.loads(p.read_text())).get("result", h) for p in FILES}
SEALED = {name: header for name, header in HEADERS.items() if "genesis" not in name}


def chain_of(name: str) -> int:
    return int(name.split("-")[0])


def test_recorded__with_their_hashes__are_all_hashed_to_them() -> None:
    known = {name: header for name, header in HEADERS.items() if header.get("hash")}
    assert len(known) == 35 + 2, "the recorded ones, and the two genesis blocks"
    assert {n: hash_of(h) for n, h in known.items()} == {n: h["hash"] for n, h in known.items()}


def test_recorded__without_a_hash__are_proved_by_their_child() -> None:
    by_number = {(chain_of(n), int(str(h["number"]), 0)): h for n, h in HEADERS.items()}
    proved = 0
    for (chain, number), header in by_number.items():
        child = by_number.get((chain, number + 1))
        if child is not None:
            assert child["parentHash"] == hash_of(header)
            proved += not header.get("hash")
    assert proved >= 7


@pytest.mark.parametrize("name", SEALED)
def test_recorded__seal__is_the_miner_s(name: str) -> None:
    assert sealer_of(SEALED[name], chain_of(name)) == SEALED[name]["miner"].lower()


def test_recorded__seal__proves_the_chain() -> None:
    name = "97-55475598-maxwell.json"
    assert sealer_of(SEALED[name], 56) != SEALED[name]["miner"]


@pytest.mark.parametrize(
    ("name", "epoch", "validators_", "turn", "attests"),
    [
        ("97-55475000-maxwell.json", 1000, 7, 16, 55474999),
        ("97-55475001-maxwell.json", 1000, 0, None, 55475000),
        ("56-51006000-lorentz.json", 500, 21, 8, 51005999),
        ("56-66277000-maxwell.json", 1000, 21, 16, None),
        ("56-66277001-maxwell.json", 1000, 0, None, None),
        ("97-0-genesis-DERIVED.json", 200, 6, None, None),
    ],
)
def test_recorded__extra_data__is_taken_apart(
    name: str, epoch: int, validators_: int, turn: int | None, attests: int | None
) -> None:
    extra = split_extra(HEADERS[name], chain_of(name), epoch)
    assert (len(extra.validators), extra.turn_length) == (validators_, turn)
    assert (extra.attested[2] if extra.attested else None) == attests


@pytest.mark.parametrize(
    ("chain", "epoch", "voted", "like"),
    [
        (97, False, True, "97-55475598-maxwell.json"),
        (97, True, True, "97-55475000-maxwell.json"),
        (97, False, False, "97-28695843-pre-lorentz.json"),
        (56, False, True, "56-66277003-maxwell.json"),
        (56, True, True, "56-51006000-lorentz.json"),
        (56, True, False, "56-66277000-maxwell.json"),
        (56, False, False, "56-66277001-maxwell.json"),
    ],
)
@pytest.mark.parametrize("number", [2, 127, 128, 300, 70_000, 90_000_000])
def test_own_extra_data__is_as_long_as_the_recorded(
    chain: int, epoch: bool, voted: bool, like: str, number: int
) -> None:
    source, target = "0x" + 64 * "a", "0x" + 64 * "b"
    votes = (number, source, number + 1, target) if voted else None
    made = sealed_extra(chain, epoch=epoch, votes=votes)
    assert len(made) == len(HEADERS[like]["extraData"]) // 2 - 1
    header = {"extraData": "0x" + made.hex(), "number": 1000 + (not epoch), "baseFeePerGas": "0x0"}
    found = split_extra(header, chain, 1000)
    if epoch:
        assert found.validators == tuple(v.address for v in validators(chain))
        assert found.turn_length == TURN_LENGTH
    assert (found.attested is not None) == voted
    if found.attested:
        assert found.attested == (
            number,
            bytes.fromhex(source[2:]),
            number + 1,
            bytes.fromhex(target[2:]),
        )


def test_own_chain__every_header__hashes_and_is_sealed_by_its_miner(node: BscNode) -> None:
    node.mine(60)
    blocks = [block(node, number) for number in range(61)]
    for parent, child in itertools.pairwise(blocks):
        assert child["parentHash"] == parent["hash"]
        assert hash_of(child) == child["hash"]
        assert sealer_of(child, 97) == child["miner"]
        assert int(child["milliTimestamp"], 16) > int(parent["milliTimestamp"], 16)
        milliseconds = int(child["timestamp"], 16) * 1000 + int(child["mixHash"], 16)
        assert milliseconds == int(child["milliTimestamp"], 16)
        gained = int(child["totalDifficulty"], 16) - int(parent["totalDifficulty"], 16)
        assert hex(gained) == child["difficulty"]
    assert {b["difficulty"] for b in blocks[1:]} == {"0x1", "0x2"}
    assert {len(b["extraData"]) // 2 - 1 for b in blocks} == {217, 97, 277}
    assert len({b["miner"] for b in blocks}) > 4


def test_own_chain__fields__are_those_of_a_recorded_block(node: BscNode) -> None:
    recorded = HEADERS["56-1rpc_io-eth_getBlockByNumber-63113366-0.json"]
    # The node's own order: by name.
    assert list(block(node, 2)) == sorted(recorded)
    genesis = block(node, 0)
    assert not {"baseFeePerGas", "withdrawals", "requestsHash"} & set(genesis)
    assert (genesis["miner"], genesis["difficulty"]) == (
        "0xfffffffffffffffffffffffffffffffffffffffe",
        "0x1",
    )


def test_own_chain__epoch_block__lists_the_validators(node: BscNode) -> None:
    node.terms.epoch_length = 70
    node.mine(80)
    made = block(node, 70)
    assert len(made["extraData"]) // 2 - 1 == 755
    assert len(split_extra(made, 97, 70).validators) == 7
    assert sealer_of(made, 97) == made["miner"]


def test_own_chain__taken_back_behind__is_made_anew(node: BscNode) -> None:
    before = node.anvil.ask("evm_snapshot")
    head = int(node.ask("eth_blockNumber"), 16)
    node.mine(2)
    gone = block(node, head + 1)
    node.anvil.ask("evm_revert", before)
    assert int(node.ask("eth_blockNumber"), 16) == head
    assert node.ask("eth_getBlockByHash", gone["hash"], False) is None
    node.advance(3600)
    assert block(node, head + 1)["hash"] != gone["hash"]
    assert block(node, head + 1)["parentHash"] == block(node, head)["hash"]


def test_own_chain__pending__has_no_hash(node: BscNode) -> None:
    pending = node.ask("eth_getBlockByNumber", "pending", False)
    assert (pending["hash"], pending["nonce"], pending["miner"]) == (None, None, None)


def block(node: BscNode, number: int) -> dict[str, Any]:
    found: dict[str, Any] = node.ask("eth_getBlockByNumber", hex(number), False)
    return found
