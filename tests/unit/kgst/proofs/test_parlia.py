"""What `extraData` says: of the recorded headers, and in the forms of no block."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from support.proving import CHAIN, SEALED, block, chain_of, members, recorded

from kgst.proofs import Attestation, Epoch, Header, ProofError
from kgst.proofs.parlia import Extra, epoch_length

EPOCHS = {
    "56-51006000-lorentz": (500, 21, 8, 87, 51_005_999),
    "56-66277000-maxwell": (1000, 21, 16, 175, None),
    "97-53893000-maxwell": (1000, 7, 16, 63, 53_892_999),
    "97-55475000-maxwell": (1000, 7, 16, 63, 55_474_999),
}
START = 60_000_000
FOUR = members(4)


@pytest.mark.parametrize("name", EPOCHS)
def test_epoch__of_each_recorded__has_its_validators(name: str) -> None:
    length, count, turn, delay, voted = EPOCHS[name]
    epoch = Epoch.of(recorded(name), chain_of(name))
    assert (epoch.length, len(epoch.validators), epoch.turn_length, epoch.delay) == (
        length,
        count,
        turn,
        delay,
    )
    assert (epoch.number, epoch.hash) == (recorded(name).number, recorded(name).hash)
    assert len(epoch.addresses) == len({each.vote_key for each in epoch.validators}) == count
    assert [each.address for each in epoch.validators] == sorted(epoch.addresses)
    extra = Extra.of(recorded(name), chain_of(name))
    assert (extra.attestation.target_number if extra.attestation else None) == voted


@pytest.mark.parametrize("name", sorted(set(SEALED) - EPOCHS.keys()))
def test_extra__of_each_recorded__has_votes_for_the_parent_or_none(name: str) -> None:
    header = recorded(name)
    extra = Extra.of(header, chain_of(name))
    assert (extra.validators, extra.turn_length) == ((), 1)
    assert (extra.attestation is None) == (len(header.extra) == 97)
    if extra.attestation:
        assert extra.attestation.target_number == header.number - 1
        assert extra.attestation.target_hash == header.parent_hash
    with pytest.raises(ProofError, match="does not begin an epoch"):
        Epoch.of(header, chain_of(name))


@pytest.mark.parametrize(
    ("name", "count"), [("56-0-genesis-DERIVED", 21), ("97-0-genesis-DERIVED", 6)]
)
def test_epoch__of_the_genesis_block__has_addresses_alone(name: str, count: int) -> None:
    epoch = Epoch.of(recorded(name), chain_of(name))
    assert (epoch.length, len(epoch.validators), epoch.turn_length) == (200, count, 1)
    assert epoch.delay == count // 2
    assert {each.vote_key for each in epoch.validators} == {b""}


@pytest.mark.parametrize(
    ("chain", "timestamp", "length"),
    [
        (56, 1_745_903_099, 200), (56, 1_745_903_100, None), (56, 1_745_906_699, None), (56, 1_745_906_700, 500),
        (56, 1_751_250_599, 500), (56, 1_751_250_600, None), (56, 1_751_254_200, 1000), (56, 1_800_000_000, 1000),
        (97, 1_744_097_579, 200), (97, 1_744_097_580, None), (97, 1_744_101_180, 500), (97, 1_748_243_099, 500),
        (97, 1_748_243_100, None), (97, 1_748_246_700, 1000), (1, 1_800_000_000, None), (31337, 0, None),
    ],
)  # fmt: skip
def test_epoch_length__of_each_time__is_the_fork_s(
    chain: int, timestamp: int, length: int | None
) -> None:
    header = block(10, FOUR[0], timestamp=timestamp)
    if length is None:
        with pytest.raises(ProofError, match=r"nothing is proven|no validators of BSC"):
            epoch_length(header, chain)
    else:
        assert epoch_length(header, chain) == length


def test_epoch__of_sizes__has_majority_and_quorum() -> None:
    expected = {
        1: (1, 1),
        2: (2, 2),
        3: (2, 2),
        4: (3, 3),
        5: (3, 4),
        7: (4, 5),
        21: (11, 14),
        64: (33, 43),
    }
    for count, numbers in expected.items():
        body = bytes([count]) + b"".join(n.to_bytes(20) + bytes(48) for n in range(count)) + b"\3"
        epoch = Epoch.of(block(START, FOUR[0], body=body), CHAIN)
        assert (epoch.majority, epoch.quorum) == numbers
        assert epoch.delay == numbers[0] * 3 - 1


TWO = b"\2" + bytes(20) + b"k" * 48 + b"\1" * 20 + b"k" * 48
VOTES = [b"\3", bytes(96), [b"\1", bytes(32), b"\2", bytes(32)], b""]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0", b"\0\1", b"\2", TWO, TWO + b"\0", TWO[:-1], b"\3" + TWO[1:] + b"\1", b"\xff" + TWO[1:] + b"\1",
        b"\1" + TWO[1:] + b"\1", TWO + b"\1\1", TWO + b"\1" + rlp.encode(VOTES) + b"\0",
        b"\2" + 2 * (bytes(20) + b"k" * 48) + b"\1", b"\x41" + b"".join(bytes([n]) * 68 for n in range(65)) + b"\1",
        TWO + b"\xff" + rlp.encode(VOTES)[:-1],
    ],
)  # fmt: skip
def test_epoch__of_another_form__is_refused(body: bytes) -> None:
    assert (
        len(Epoch.of(block(START, FOUR[0], body=TWO + b"\1" + rlp.encode(VOTES)), CHAIN).validators)
        == 2
    )
    with pytest.raises(ProofError):
        Epoch.of(block(START, FOUR[0], body=body), CHAIN)


def test_epoch__longer_in_office_than_an_epoch__is_refused() -> None:
    body = bytes([64]) + b"".join(n.to_bytes(20) + bytes(48) for n in range(64)) + bytes([31])
    with pytest.raises(ProofError, match="longer than an epoch"):
        Epoch.of(block(START, FOUR[0], body=body), CHAIN)


@pytest.mark.parametrize(
    "votes",
    [
        VOTES[:3], [*VOTES, b""], [b"\0", *VOTES[1:]], [b"\1" * 9, *VOTES[1:]], [b"\3", bytes(95), *VOTES[2:]],
        [*VOTES[:2], b"", b""], [*VOTES[:2], VOTES[2][:3], b""], [*VOTES[:3], bytes(257)], [*VOTES[:3], []], 
        [[], *VOTES[1:]],
        [*VOTES[:2], [b"\1", bytes(31), b"\2", bytes(32)], b""],
        [*VOTES[:2], [b"\0", bytes(32), b"\2", bytes(32)], b""],
        [*VOTES[:2], [b"\1", bytes(32), b"\2", [bytes(32)]], b""],
    ],
)  # fmt: skip
def test_extra__of_no_votes__is_refused(votes: Any) -> None:
    assert Attestation.of_rlp(rlp.encode(VOTES)).voters == 3
    with pytest.raises(ProofError):
        Extra.of(block(START + 1, FOUR[0], body=rlp.encode(votes)), CHAIN)


def test_extra__before_luban__has_no_votes() -> None:
    with pytest.raises(ProofError, match="more than its rules allow"):
        Extra.of(block(101, FOUR[0], body=rlp.encode(VOTES), timestamp=1_600_000_000), CHAIN)
    old = block(200, FOUR[0], body=b"".join(m.address for m in FOUR), timestamp=1_600_000_000)
    assert Epoch.of(old, CHAIN).addresses == {m.address for m in FOUR}
    for body in (b"", bytes(21), FOUR[0].address * 2, b"".join(bytes([n]) * 20 for n in range(65))):
        with pytest.raises(ProofError):
            Epoch.of(block(200, FOUR[0], body=body, timestamp=1_600_000_000), CHAIN)


@given(st.binary(max_size=300), st.sampled_from([START, START + 1, 29_295_051, 29_296_000]))
def test_extra__of_anything__is_read_or_refused(body: bytes, number: int) -> None:
    header = block(number, FOUR[0], body=body)
    try:
        extra = Extra.of(header, CHAIN)
    except ProofError:
        return
    assert bool(extra.validators) == (number % 1000 == 0)


def test_extra__too_short_for_a_seal__is_refused() -> None:
    fields = list(recorded(SEALED[0]).fields)
    fields[12] = bytes(96)
    with pytest.raises(ProofError, match="too short"):
        Extra.of(Header.of_rlp(rlp.encode(fields)), 56)
