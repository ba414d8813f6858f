"""A thief with the mint desk's operator's key: whatever it calls, before a proposal is ready."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from support.engine import Call
from support.model.signatures import Key
from support.quick import GOVERNOR
from support.quick_desks import SOM, QuickDesks

THIEF = Key.named("a thief of the operator's key")
OWN, CLIENT = (Key.named(name).address for name in ("treasury", "client"))
STRANGERS = (Key.named("stranger").address, THIEF.address)
MINT_LIMIT, DAY_LIMIT, QUOTA = 100 * SOM, 250 * SOM, 2_000 * SOM
DELAY, DAY = 3 * 86_400, 86_400
BISHKEK = 6 * 3_600

DESTINATIONS = st.sampled_from([OWN, OWN, CLIENT, *STRANGERS, 0])
VALUES = st.sampled_from(
    [MINT_LIMIT, MINT_LIMIT - 1, MINT_LIMIT + 1, DAY_LIMIT, QUOTA, 2**72 - 1, 2**256 - 1, 1, 0]
)
KEYS = st.integers(0, 6)
CALLS = st.one_of(
    st.tuples(
        st.just("mint(address,uint256,bytes32)"), DESTINATIONS, VALUES, st.integers(0, 2**32)
    ),
    st.tuples(st.just("mint(address,uint256,bytes32)"), DESTINATIONS, VALUES, KEYS),
    st.tuples(st.just("propose(address,uint256,bytes32)"), DESTINATIONS, VALUES, KEYS),
    st.tuples(st.just("execute(bytes32)"), KEYS),
    st.tuples(st.just("cancel(bytes32)"), KEYS),
    st.tuples(st.just("allowDestination(address)"), DESTINATIONS),
    st.tuples(st.just("removeDestination(address)"), DESTINATIONS),
    st.tuples(st.just("setAuthority(address)"), st.just(THIEF.address)),
)
WAITS = st.sampled_from([0, 0, 0, 1, 3_600, DAY, DAY - 1])


@cache
def world() -> tuple[QuickDesks, int]:
    """A desk that may mint to its issuer's own account and to a client's."""
    made = QuickDesks(1_000_000_000)
    desk = made.mint_desk((MINT_LIMIT, DAY_LIMIT), DELAY, QUOTA, THIEF)
    for to in (OWN, CLIENT):
        made.must(GOVERNOR, desk, "allowDestination(address)", to)
    return made, desk


@settings(max_examples=150)
@given(st.integers(0, DAY), st.lists(st.tuples(WAITS, CALLS), min_size=5, max_size=60))
def test_stolen_key__whatever_it_calls_within_the_delay__mints_the_days_limits_to_destinations(
    start: int, calls: list[tuple[int, tuple[object, ...]]]
) -> None:
    made, desk = world()
    engine, token = made.quick.engine, made.token
    mark, began = engine.mark(), made.now
    try:
        made.quick.wait(start)
        stolen, days, minted = made.now, set(), 0
        for wait, (function, *arguments) in calls:
            if made.now + wait >= stolen + DELAY:
                break
            made.quick.wait(wait)
            days.add((made.now + BISHKEK) // DAY)
            for target in (desk, token, made.manager):
                call = Call.of(str(function), *arguments)
                outcome = engine.transact(THIEF.address, target, call, made.now)
                minted += sum(e[2][2] for e in outcome.events if e[:2] == (token, "Transfer"))
                assert target == desk or outcome.error is not None
        assert minted <= DAY_LIMIT * len(days)
        assert made.balance(OWN) + made.balance(CLIENT) == minted
        assert [made.balance(who) for who in STRANGERS] == [0, 0]
        assert made.read(token, "totalSupply()") == minted
    finally:
        engine.restore(mark)
        made.quick.now = began


def test_stolen_key__the_days_limit__can_be_reached_on_each_day() -> None:
    """So that the bound above is the least."""
    made, desk = world()
    mark, began = made.quick.engine.mark(), made.now
    try:
        number = 0
        for _ in range(3):
            for value in (MINT_LIMIT, MINT_LIMIT, DAY_LIMIT - 2 * MINT_LIMIT):
                number += 1
                made.must(THIEF, desk, "mint(address,uint256,bytes32)", OWN, value, number)
            refused = made.send(THIEF, desk, "mint(address,uint256,bytes32)", OWN, 1, 99)
            assert refused.error == ("LimitExceeded", (0, 1))
            made.quick.wait(DAY)
        assert made.balance(OWN) == 3 * DAY_LIMIT
    finally:
        made.quick.engine.restore(mark)
        made.quick.now = began
