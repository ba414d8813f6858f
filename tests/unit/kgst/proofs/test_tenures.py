"""Who was to seal which block, from one that is trusted."""

from __future__ import annotations

import pytest
from support.proving import CHAIN, LENGTH, Member, block, blocks, members, named, recorded, votes

from kgst.proofs import Epoch, Header, ProofError, Tenures

START = 60_000_000
OLD, NEW = members(4), members(5, first=3)


def trusting(header: Header, chain_id: int = CHAIN) -> Tenures:
    return Tenures.trusting(header, chain_id, number=header.number, block_hash=header.hash)


BEGIN = block(START, OLD[0], body=named(OLD))
SET = Epoch.of(BEGIN, CHAIN)

# Five take over from four: behind block START + LENGTH, the four still seal two more.
NEXT = block(START + LENGTH, OLD[0], body=named(NEW, 2))
KNOWN = Tenures((SET,))
CARRIED = KNOWN.carried(blocks(NEXT, OLD[1:3]))


def test_trusting__another_block__is_refused() -> None:
    assert trusting(BEGIN).epochs == (SET,)
    for change in ({"number": START - 1}, {"block_hash": bytes(32)}):
        with pytest.raises(ProofError, match="not of the trusted block"):
            Tenures.trusting(BEGIN, CHAIN, **({"number": START, "block_hash": BEGIN.hash} | change))  # type: ignore[arg-type]
    for chain_id in (56, 1):
        with pytest.raises(ProofError):
            trusting(BEGIN, chain_id)
    with pytest.raises(ProofError, match="does not begin an epoch"):
        trusting(block(START + 1, OLD[0]))


def test_at__of_one_trusted_block__is_known_once_its_set_took_over() -> None:
    assert (KNOWN.first, KNOWN.last) == (START + LENGTH, START + LENGTH + 2)
    for number in (KNOWN.first, KNOWN.last):
        assert KNOWN.at(number) is SET
    for number in (KNOWN.first - 1, KNOWN.last + 1, START, 0):
        with pytest.raises(ProofError, match="not known"):
            KNOWN.at(number)


def test_at__of_two_epochs__changes_behind_the_delay_of_the_one_that_goes() -> None:
    old, new = CARRIED.epochs
    assert old is SET
    assert new == Epoch.of(NEXT, CHAIN)
    assert (old.delay, new.delay) == (2, 5)
    assert (CARRIED.first, CARRIED.last) == (START + LENGTH, START + 2 * LENGTH + 5)
    assert CARRIED.at(START + LENGTH + 2) is old
    assert CARRIED.at(START + LENGTH + 3) is new
    assert CARRIED.at(CARRIED.last) is new


def test_verify_sealed__recorded__by_who_was_to() -> None:
    tenures = trusting(recorded("56-51006000-lorentz"), 56)
    assert (tenures.first, tenures.last) == (51_006_500, 51_006_587)
    three = [recorded(f"56-{number}-lorentz") for number in (51_006_562, 51_006_563, 51_006_564)]
    assert tenures.verify_sealed(three) == tuple(header.miner for header in three)
    with pytest.raises(ProofError, match="not the child"):
        tenures.verify_sealed(three[::2])
    with pytest.raises(ProofError, match="not known"):
        tenures.verify_sealed([recorded("56-51006001-lorentz")])


def test_verify_sealed__across_a_change__is_by_who_was_to() -> None:
    four, five = OLD[1:3], [NEW[-1], NEW[0]]
    made = blocks(NEXT, [*four, *five])
    assert CARRIED.verify_sealed(made) == tuple(m.address for m in (OLD[0], *four, *five))
    gone = next(member for member in OLD if member not in NEW)
    come = next(member for member in NEW if member not in OLD)
    with pytest.raises(ProofError, match="not one of the validators"):
        CARRIED.verify_sealed(blocks(NEXT, [*four, gone]))
    with pytest.raises(ProofError, match="not one of the validators"):
        CARRIED.verify_sealed(blocks(NEXT, [come]))


def test_carried__by_votes_for_it__is_the_next_set() -> None:
    body = votes(OLD[:3], OLD, BEGIN, NEXT)
    made = blocks(NEXT, OLD[:1], {NEXT.number + 1: body})
    assert KNOWN.carried(made) == CARRIED
    # The votes may come later, for a block behind it.
    child = block(NEXT.number + 1, OLD[0], NEXT)
    later = votes(OLD[:3], OLD, NEXT, child)
    assert KNOWN.carried([NEXT, child, block(NEXT.number + 2, OLD[0], child, later)]) == CARRIED


@pytest.mark.parametrize(
    ("headers", "named_"),
    [
        ([], "no header"),
        ([NEXT], "carries no votes for it"),
        (blocks(NEXT, OLD[1:2]), "carries no votes for it"),
        (blocks(NEXT, [OLD[0], OLD[0]]), "carries no votes for it"),
        (
            blocks(block(NEXT.number, members(1, 90)[0], body=named(NEW)), OLD[:2]),
            "not one of the validators",
        ),
        (blocks(block(NEXT.number + 1, OLD[0]), OLD[1:2]), "next epoch"),
        (blocks(NEXT, [*OLD[1:3], OLD[3]]), "not known"),
    ],
)
def test_carried__with_too_few_behind_it__is_refused(headers: list[Header], named_: str) -> None:
    with pytest.raises(ProofError, match=named_):
        KNOWN.carried(headers)


@pytest.mark.parametrize(("voters", "named_"), [(OLD[:2], "fewer than 3"), (NEW[:4], "not signed")])
def test_carried__by_votes_that_are_none__is_refused(voters: list[Member], named_: str) -> None:
    of = OLD if voters[0] in OLD else voters
    body = votes(voters, of, BEGIN, NEXT)
    with pytest.raises(ProofError, match=named_):
        KNOWN.carried(blocks(NEXT, OLD[1:2], {NEXT.number + 1: body}))


def test_carried__by_the_votes_in_it__is_refused() -> None:
    """An epoch's first block carries votes for the block before it, which say nothing of itself."""
    parent = block(NEXT.number - 1, OLD[0])
    body = named(NEW) + votes(OLD, OLD, BEGIN, parent)
    with pytest.raises(ProofError, match="carries no votes for it"):
        KNOWN.carried([block(NEXT.number, OLD[0], parent, body)])


def test_carried__twice__goes_on() -> None:
    third = block(START + 2 * LENGTH, NEW[0], body=named(OLD))
    made = CARRIED.carried(blocks(third, NEW[1:3]))
    assert made.at(third.number + 5) == CARRIED.epochs[1]
    assert made.at(third.number + 6).addresses == SET.addresses
    with pytest.raises(ProofError, match="not known"):
        KNOWN.carried(blocks(third, NEW[1:3]))
    with pytest.raises(ProofError, match="next epoch"):
        CARRIED.carried(blocks(NEXT, OLD[1:3]))


def test_verify_final__recorded__is_by_the_votes_for_it_and_its_child() -> None:
    tenures = trusting(recorded("56-51006000-lorentz"), 56)
    three = [recorded(f"56-{number}-lorentz") for number in (51_006_562, 51_006_563, 51_006_564)]
    tenures.verify_final(three)
    for fewer in (three[:2], three[1:], three[:1]):
        with pytest.raises(ProofError, match="3 headers"):
            tenures.verify_final(fewer)
    with pytest.raises(ProofError, match="not known"):
        trusting(recorded("97-55475000-maxwell"), 97).verify_final(
            [recorded(f"97-{number}-maxwell") for number in (55_475_596, 55_475_597, 55_475_598)]
        )


def test_verify_final__of_votes_for_its_child_alone__is_refused() -> None:
    for_first = votes(OLD, OLD, BEGIN, NEXT)
    child = block(NEXT.number + 1, OLD[1], NEXT, for_first)
    for_child = votes(OLD, OLD, NEXT, child)
    last = block(child.number + 1, OLD[2], child, for_child)
    KNOWN.verify_final([NEXT, child, last])
    unsaid = block(NEXT.number + 1, OLD[1], NEXT)
    for_unsaid = votes(OLD, OLD, NEXT, unsaid)
    with pytest.raises(ProofError, match="carries no votes"):
        KNOWN.verify_final([NEXT, unsaid, block(unsaid.number + 1, OLD[2], unsaid, for_unsaid)])
    for_older = votes(OLD, OLD, BEGIN, child)
    with pytest.raises(ProofError, match="make nothing final"):
        KNOWN.verify_final([NEXT, child, block(child.number + 1, OLD[2], child, for_older)])
