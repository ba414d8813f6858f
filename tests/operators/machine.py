"""The state machine: two operators, one node, and whatever can go wrong between them."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from operators.acts import ACTS, VARIANTS
from operators.troubles import NODE, NOTHING, PROCESS, Trouble
from operators.world import World

__all__ = ["OperatorsMachine"]

OPERATORS = st.integers(0, 1)
VARIANT = st.integers(1, VARIANTS)
SEEDS = st.integers(0, 1 << 30)
GWEI = 10**9


class OperatorsMachine(RuleBasedStateMachine):
    """Each step is a command, or something that happens between two commands.

    Attributes:
        world: Made once for all examples.
        steps: Of all examples.
        reached: What went wrong, by the act that was wanted meanwhile.
        ended: How commands ended.
    """

    world: ClassVar[World]
    steps: ClassVar[int] = 0
    reached: ClassVar[Counter[tuple[str, str]]] = Counter()
    ended: ClassVar[Counter[tuple[str, str]]] = Counter()

    @initialize(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3, unique=True))
    def begin(self, acts: list[str]) -> None:
        self.acts = acts
        self.world.begin()

    def teardown(self) -> None:
        if hasattr(self, "acts"):
            self.world.end()

    def _give(
        self, place: int, variant: int, who: int, trouble: Trouble, seed: int, *, fork: bool = False
    ) -> None:
        cls = type(self)
        name = self.acts[place % len(self.acts)]
        done = self.world.give(name, variant, who, trouble, seed, fork=fork)
        cls.steps += 1
        cls.reached[trouble.name, name] += 1
        cls.ended[name, "killed" if done.code is None else f"exit {done.code}"] += 1

    @rule(place=st.integers(0, 5), variant=VARIANT, who=OPERATORS, fork=st.booleans())
    def command(self, place: int, variant: int, who: int, fork: bool) -> None:
        self._give(place, variant, who, NOTHING, 0, fork=fork)

    @rule(
        place=st.integers(0, 5), variant=VARIANT, who=OPERATORS,
        trouble=st.sampled_from(sorted(NODE)), seed=SEEDS,
    )  # fmt: skip
    def command_to_a_bad_node(
        self, place: int, variant: int, who: int, trouble: str, seed: int
    ) -> None:
        self._give(place, variant, who, NODE[trouble], seed)

    @rule(
        place=st.integers(0, 5), variant=VARIANT, who=OPERATORS,
        trouble=st.sampled_from(sorted(PROCESS)), point=st.integers(0, 40),
    )  # fmt: skip
    def command_that_is_killed(
        self, place: int, variant: int, who: int, trouble: str, point: int
    ) -> None:
        self._give(place, variant, who, PROCESS[trouble], point)

    @rule(seconds=st.sampled_from((1, 20, 400)))
    def time_passes(self, seconds: int) -> None:
        self._between()
        self.world.clock.sleep(min(seconds, 18))
        self.world.chain.advance(max(0, seconds - 18))
        self.world.require_once()

    @rule(gwei=st.sampled_from((1, 2, 8, 12)))
    def price_moves(self, gwei: int) -> None:
        """The policy allows 10 gwei."""
        self._between()
        self.world.node.terms.gas_price = gwei * GWEI
        self.world.chain.floor = gwei * GWEI

    @rule(drops=st.booleans())
    def fork(self, drops: bool) -> None:
        """The last block, which was not final, is another one; what was in it comes again, or does not."""
        self._between()
        if self.world.chain.head.number > self.world.start:
            self.world.chain.drops = drops
            self.world.chain.take_back(1)
            self.world.chain.mine(1)

    @rule(who=OPERATORS)
    def pull(self, who: int) -> None:
        self._between()
        self.world.pull(who)

    def _between(self) -> None:
        type(self).steps += 1


def situations() -> list[tuple[str, str]]:
    """What a campaign has to reach: everything that can go wrong, during every act."""
    troubles: list[Any] = [*NODE, *PROCESS]
    return [(trouble, name) for trouble in sorted(troubles) for name in sorted(ACTS)]
