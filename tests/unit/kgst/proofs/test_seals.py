"""Who sealed: the recorded headers, and blocks that keys of this test sealed."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from support.proving import CHAIN, GENESIS, SEALED, block, blocks, chain_of, members, recorded
from support.receipts import flipped

from kgst.proofs import Header, ProofError, distinct_sealers, sealer
from kgst.proofs.seals import require_chain

FOUR = members(4)


@pytest.mark.parametrize("name", SEALED)
def test_sealer__of_each_recorded__is_the_miner_on_its_chain_alone(name: str) -> None:
    header, chain = recorded(name), chain_of(name)
    assert sealer(header, chain) == header.miner
    for other in (153 - chain, 1, 0, 2**40):
        with pytest.raises(ProofError, match=f"block {header.number}"):
            sealer(header, other)


@pytest.mark.parametrize("name", sorted(GENESIS))
def test_sealer__of_the_genesis_block__is_nobody(name: str) -> None:
    with pytest.raises(ProofError, match="no signature"):
        sealer(recorded(name), chain_of(name))


@given(st.sampled_from(SEALED), st.data())
def test_sealer__one_bit_changed__is_refused(name: str, data: Any) -> None:
    encoded = recorded(name).rlp
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    with pytest.raises(ProofError):
        sealer(
            Header.of_rlp(flipped(encoded, bit)),
            chain_of(name),
        )


@pytest.mark.parametrize(
    "seal", [b"", bytes(64), bytes(65), b"\xff" * 65, b"\1" * 64 + b"\2", b"\1" * 64 + b"\x1b"]
)
def test_sealer__of_no_signature__is_refused(seal: bytes) -> None:
    fields = list(recorded(SEALED[0]).fields)
    fields[12] = seal
    with pytest.raises(ProofError):
        sealer(Header.of_rlp(rlp.encode(fields)), chain_of(SEALED[0]))


@pytest.mark.parametrize("count", range(15, 22))
def test_sealer__of_any_fork__is_who_sealed(count: int) -> None:
    assert sealer(block(7, FOUR[0], fields=count), CHAIN) == FOUR[0].address


def test_distinct_sealers__of_some_blocks__are_each_once() -> None:
    made = blocks(block(5, FOUR[0]), [FOUR[1], FOUR[0], FOUR[2]])
    assert distinct_sealers(made, CHAIN) == {member.address for member in FOUR[:3]}
    assert distinct_sealers([], CHAIN) == set()
    lorentz = [recorded(f"56-{number}-lorentz") for number in range(50_932_086, 50_932_092)]
    require_chain(lorentz)
    assert 1 <= len(distinct_sealers(lorentz, 56)) <= 2
    with pytest.raises(ProofError):
        distinct_sealers([*made, recorded("56-51006001-lorentz")], CHAIN)


def test_require_chain__of_others__is_refused() -> None:
    made = blocks(block(5, FOUR[0]), FOUR)
    require_chain(made)
    require_chain(made[:1])
    for wrong in ([], made[::-1], made[::2], [made[0], *made], [made[0], block(6, FOUR[1])]):
        with pytest.raises(ProofError):
            require_chain(wrong)
