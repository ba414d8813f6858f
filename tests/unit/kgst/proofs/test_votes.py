"""Votes for a block: the recorded ones, and those of keys of this test. A second each: pairings in Python."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from support.proving import CHAIN, Member, block, blocks, chain_of, members, named, recorded, votes

from kgst.proofs import Epoch, Header, ProofError, verify_votes

START = 60_000_000
FOUR = members(4)


def epoch_of(name: str) -> Epoch:
    return Epoch.of(recorded(name), chain_of(name))


@pytest.mark.parametrize(
    ("name", "epoch", "voted"),
    [
        ("56-51006562-lorentz", "56-51006000-lorentz", 20),
        ("97-55475598-maxwell", "97-55475000-maxwell", 7),
        ("97-53895152-maxwell", "97-53893000-maxwell", 6),
    ],
)
def test_verify_votes__recorded__are_of_the_epoch_s_validators(
    name: str, epoch: str, voted: int
) -> None:
    found = verify_votes(recorded(name), epoch_of(epoch))
    assert found.voters.bit_count() == voted
    assert found.target_hash == recorded(name).parent_hash
    assert found.makes_final
    assert found.source_number == recorded(name).number - 2


def test_verify_votes__of_the_set_before__are_not_of_the_next_one() -> None:
    """Block 51006001 is voted for by the set that block 51006000 replaces, from 51006088 on."""
    with pytest.raises(ProofError, match="not signed by the validators"):
        verify_votes(recorded("56-51006001-lorentz"), epoch_of("56-51006000-lorentz"))


def test_verify_votes__where_there_are_none__is_refused() -> None:
    with pytest.raises(ProofError, match="carries no votes"):
        verify_votes(recorded("56-66277001-maxwell"), epoch_of("56-66277000-maxwell"))


BEGIN = block(START, FOUR[0], body=named(FOUR))
SET = Epoch.of(BEGIN, CHAIN)
SOURCE, TARGET = blocks(block(START + 100, FOUR[1]), [FOUR[2]])
ELSEWHERE = [SOURCE.number, bytes(32), TARGET.number, TARGET.hash]


def voted_in(voters: list[Member] = FOUR, target: Header = TARGET, **other: Any) -> Header:
    """The child of TARGET, with votes for `target`."""
    source = other.pop("source", SOURCE)
    body = votes(voters, other.pop("of", FOUR), source, target, **other)
    return block(TARGET.number + 1, FOUR[3], TARGET, body)


def test_verify_votes__of_three_of_four__are_enough() -> None:
    found = verify_votes(voted_in(FOUR[1:]), SET)
    assert found.voters == 0b1110
    assert (found.source_number, found.source_hash) == (SOURCE.number, SOURCE.hash)
    assert found.digest == keccak(
        rlp.encode([SOURCE.number, SOURCE.hash, TARGET.number, TARGET.hash])
    )
    assert found.makes_final


def test_verify_votes__with_their_source_further_back__make_nothing_final() -> None:
    assert not verify_votes(voted_in(source=BEGIN), SET).makes_final


@pytest.mark.parametrize(
    ("given", "named_"),
    [
        ({"voters": FOUR[:2]}, "fewer than 3"),
        ({"bits": 0}, "fewer than 3"),
        ({"voters": FOUR[:3], "bits": 0b1111}, "not signed"),
        ({"bits": 0b11111}, "more than the validators"),
        ({"signature": bytes(96)}, "not signed"),
        ({"signature": b"\xff" * 96}, "not signed"),
        ({"signature": b"\xc0" + bytes(95)}, "not signed"),
        ({"signed": ELSEWHERE}, "not signed"),
        ({"source": BEGIN, "target": SOURCE}, "not for its parent"),
        ({"source": TARGET}, "source behind"),
        ({"voters": members(4, 5), "of": members(4, 5)}, "not signed"),
    ],
)  # fmt: skip
def test_verify_votes__others__are_refused(given: dict[str, Any], named_: str) -> None:
    with pytest.raises(ProofError, match=named_):
        verify_votes(voted_in(**given), SET)


def test_verify_votes__of_keys_that_are_none__are_refused() -> None:
    header = voted_in(FOUR[:1], of=FOUR[:1])
    for key in (bytes(48), b"\xff" * 48, b"\xc0" + bytes(47), b"\x80" + b"\1" * 47):
        body = b"\1" + FOUR[0].address + key + b"\1"
        epoch = Epoch.of(block(START, FOUR[0], body=body), CHAIN)
        with pytest.raises(ProofError, match="not signed"):
            verify_votes(header, epoch)
