"""The bench of the redemption desks' machine: two desks, their models, what the logs say, and what must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from support.at_the_desks import State
from support.engine import Outcome
from support.model.desks import TRANSFERS, Desk, Events, Holders, Refused
from support.model.signatures import Key
from support.quick_desks import SOM, TYIYN, QuickDesks, Terms
from unit.desks.situations import reached

REQUESTERS = [Key.named(f"requester {i}") for i in range(4)]
PURSE = 1_000 * SOM
TERMS = Terms(3 * 86_400, 86_400, 10 * SOM), Terms(3_600, 600, TYIYN)
SUPPLY = PURSE * len(REQUESTERS)
WATCHED = REQUESTERS[0].address
LIST = "requestsOf(address,uint256,uint256)"


class DeskBench(RuleBasedStateMachine):
    """What the invariants say is kept apart from the model, by the logs."""

    world: QuickDesks | None = None
    places: tuple[int, int]

    @initialize(seed=st.integers(0, 2**64 - 1))
    def begin(self, seed: int) -> None:
        self.random = Random(seed)
        if DeskBench.world is None:
            DeskBench.world = _deployed()
        self.w = DeskBench.world
        self.engine = self.w.quick.engine
        self.mark, self.start = self.engine.mark(), self.w.now
        purses = Counter({key.address: PURSE for key in REQUESTERS})
        self.holders = Holders(purses)
        self.desks = [
            Desk(at, t.redeem_within, t.pay_within, t.minimum, self.holders)
            for at, t in zip(DeskBench.places, TERMS, strict=True)
        ]
        # By desk, from the logs alone.
        self.asked: list[dict[int, int]] = [{}, {}]
        self.taken: list[Counter[int]] = [Counter(), Counter()]
        self.burned: list[Counter[int]] = [Counter(), Counter()]
        self.salt = 0

    def teardown(self) -> None:
        if not hasattr(self, "w"):
            return
        try:
            self.everything_adds_up()
            self.who_may_leaves_alone()
        finally:
            self.engine.restore(self.mark)
            self.w.quick.now = self.start

    @property
    def now(self) -> int:
        return self.w.now

    def act(
        self,
        which: int,
        sender: Key,
        predicted: Callable[[], Events],
        function: str,
        *arguments: Any,
    ) -> str | None:
        """Calls a desk; the error's name."""
        desk = self.desks[which]
        try:
            expected, error = predicted(), None
        except Refused as refused:
            expected, error = [], refused.args[0]
        outcome = self.w.send(sender, desk.address, function, *arguments)
        note(f"{function} {arguments} at desk {which}: {outcome.error}")
        said = outcome.error and outcome.error[0]
        assert said == error, f"{function}: {outcome.error}, not {error}"
        if error is None:
            found = [(e[1], e[2][0]) for e in outcome.events if e[0] == desk.address]
            assert found == expected
            self.keep(which, outcome)
        return error

    def keep(self, which: int, outcome: Outcome) -> None:
        """What the logs say of amounts."""
        at = self.desks[which].address
        burns = []
        for emitter, name, arguments in outcome.events:
            if name == "Requested" and emitter == at:
                self.asked[which][arguments[0]] = arguments[2]
            elif name == "Seized":
                self.taken[which][arguments[0]] += arguments[3]
            elif name == "Transfer" and arguments[:2] == (at, 0):
                burns.append(arguments[2])
            elif name == "AuthorizationUsed" and arguments[0] == at:
                self.burned[which][arguments[1]] += 1
        keyed = [a[1] for e, n, a in outcome.events if n == "AuthorizationUsed" and a[0] == at]
        left = [self.asked[which][n] - self.taken[which][n] for n in keyed]
        assert burns == left, "each burn is a whole claim's"

    def at_token(
        self, sender: Key, predicted: Callable[[], None], function: str, *arguments: Any
    ) -> str | None:
        try:
            predicted()
            error = None
        except Refused as refused:
            error = refused.args[0]
        outcome = self.w.send(sender, self.w.token, function, *arguments)
        note(f"token {function} {arguments}: {outcome.error}")
        assert (outcome.error and outcome.error[0]) == error
        return error

    def number(self, which: int, pick: int, *liked: State) -> int:
        """An id, mostly of a claim in a state that is `liked`; at times one that does not exist."""
        claims = self.desks[which].claims
        good = [n for n, claim in enumerate(claims, 1) if claim.state in liked]
        if good and pick < 192:
            return good[pick % len(good)]
        return 1 + pick % len(claims) if claims and pick < 250 else pick % 2 * (len(claims) + 1)

    def numbers(self, which: int, picks: list[int], *liked: State) -> list[int]:
        return [self.number(which, pick, *liked) for pick in picks]

    @invariant()
    def escrow_is_covered(self) -> None:
        if not hasattr(self, "w"):
            return
        for desk in self.desks:
            escrow, held = self.w.read(desk.address, "escrow()"), self.w.balance(desk.address)
            assert escrow == desk.escrow
            assert held == self.holders.balance[desk.address]
            assert held >= escrow

    def everything_adds_up(self) -> None:
        """Each claim is in one state, with its amounts; by what the chain says and by what it logged."""
        for which, desk in enumerate(self.desks):
            assert self.w.read(desk.address, "requestCount()") == len(desk.claims)
            unburned = burned = 0
            for number, claim in enumerate(desk.claims, 1):
                requester, amount, state, time, _, gone = self.w.request(desk.address, number)
                found = requester, amount, State(state), time, gone
                assert found == (
                    claim.requester,
                    claim.amount,
                    claim.state,
                    claim.time,
                    claim.burned,
                )
                rest = 0 if state == State.SEIZED else amount
                assert self.asked[which][number] == rest + self.taken[which][number]
                assert self.burned[which][number] == int(gone)
                settled = state in (State.PAID, State.RETURNED)
                assert settled or not gone
                burned += amount if gone else 0
                open_ = state in (State.REQUESTED, State.LOCKED) or (settled and not gone)
                unburned += amount if open_ else 0
            assert self.w.read(desk.address, "escrow()") == unburned
            ours = [n for n, claim in enumerate(desk.claims, 1) if claim.requester == WATCHED]
            listed = self.w.read(desk.address, LIST, WATCHED, 0, 2**256 - 1, types=["uint256[]"])
            assert list(listed) == ours
        out = sum(self.holders.balance.values())
        assert self.w.read(self.w.token, "totalSupply()") == out

    def who_may_leaves_alone(self) -> None:
        """Whatever roles did before: with transfers open, each who is not blocked gets back all that is his."""
        self.w.quick.govern("unpause(uint256)", TRANSFERS)
        times = [claim.time for desk in self.desks for claim in desk.claims]
        if any(claim.state == State.LOCKED for desk in self.desks for claim in desk.claims):
            self.w.quick.wait(max(0, max(times) - self.now))
        for which, desk in enumerate(self.desks):
            for number in range(1, len(desk.claims) + 1):
                requester, _, state, _, _, _ = self.w.request(desk.address, number)
                key = next(k for k in REQUESTERS if k.address == requester)
                before = self.w.balance(requester)
                outcome = self.w.send(key, desk.address, "withdraw(uint256)", number)
                if state not in (State.REQUESTED, State.LOCKED):
                    assert outcome.error is not None
                elif requester in self.holders.blocked:
                    assert outcome.error == ("ERC7943CannotReceive", (requester,))
                    reached("blocked at the end")
                else:
                    assert outcome.error is None, outcome.error
                    due = self.asked[which][number] - self.taken[which][number]
                    assert self.w.balance(requester) - before == due
                    reached("given back at the end")


def _deployed() -> QuickDesks:
    """Once for all examples; each is taken back."""
    world = QuickDesks(SUPPLY // TYIYN)
    DeskBench.places = (world.redemption_desk(TERMS[0]), world.redemption_desk(TERMS[1]))
    for key in REQUESTERS:
        world.fund(key.address, PURSE)
        for desk in DeskBench.places:
            world.must(key, world.token, "approve(address,uint256)", desk, 2**256 - 1)
    return world
