"""The state machine: every state-changing function of the system, in any order, by anyone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import event, seed
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    run_state_machine_as_test,
)
from property import world as w
from property.campaign import CAMPAIGN
from property.dice import Dice
from property.driver import Driver, Stage
from property.plans import draw
from property.profiles import BRIEF, EXAMPLES, SEEDED, SEEDS, SLOW, profile
from property.rules_auditors import AuditorRules
from property.rules_desks import DeskRules
from property.rules_money import DICE, MoneyRules
from property.rules_powers import PowerRules
from property.rules_reading import ReadingRules
from property.rules_reserves import ReserveRules
from property.rules_roles import RoleRules
from property.rules_staff import StaffRules
from property.rules_terms import TermRules
from support.engine import Engine, engine_name

EXTENSIONS = 3
TERMS = st.binary(min_size=40, max_size=40).map(Dice)
"""As many choices as a plan has."""


def campaign(
    machine: type[TokenMachine], name: str, share: int = 1, needed: Sequence[str] = ()
) -> None:
    """Runs one ``share``-th of profile ``name``; longer, up to EXTENSIONS times, as long as a situation is missing.

    To a brief profile only those of ``needed`` matter.
    """

    def reached() -> bool:
        if name in BRIEF:
            return all(CAMPAIGN.reached[situation] for situation in needed)
        return not CAMPAIGN.missing()

    machine.stage()  # before Hypothesis: a deployment that fails is no example
    examples = EXAMPLES[name]
    if engine_name() != "revm":
        for chosen in SEEDS:
            play(machine, chosen, name)
            if name in BRIEF and reached():
                break
        examples = SLOW[name]
        if not examples or not (CAMPAIGN.missing() or name == "deep"):
            return
    elif name == "ci":
        for chosen in SEEDS:
            play(machine, chosen, name)
        CAMPAIGN.unmet_by_seeds = CAMPAIGN.missing()
    for _ in range(1 + EXTENSIONS):
        run_state_machine_as_test(machine, settings=profile(name, examples // share))
        if share > 1 or reached():
            return


def play(machine: type[TokenMachine], chosen: int, name: str) -> None:
    """The examples of one seed: the same in every process, and on every engine.

    Left alone, Hypothesis mixes in constants that stand in whatever modules of the project are loaded by then.
    """
    none = Constants()
    providers.CONSTANTS_CACHE.cache.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", lambda: none)
        run_state_machine_as_test(seed(chosen)(machine), settings=profile(name, SEEDED))
    providers.CONSTANTS_CACHE.cache.clear()


class TokenMachine(
    MoneyRules, ReserveRules, AuditorRules, TermRules, StaffRules, DeskRules, RoleRules, PowerRules, ReadingRules,
    RuleBasedStateMachine,
):  # fmt: skip
    """Subclasses say on which engine."""

    _stage: Stage | None = None

    @classmethod
    def engine(cls) -> Engine:
        raise NotImplementedError

    @classmethod
    def stage(cls) -> Stage:
        """Deployed once per process."""
        if cls._stage is None:
            cls._stage = Stage(cls.engine())
        return cls._stage

    @initialize(d=DICE, terms=TERMS)
    def begin(self, d: Dice, terms: Dice) -> None:
        """A system of some terms; mostly with reserves attested and money among people."""
        self.driver = Driver(self.stage(), draw(terms))
        CAMPAIGN.settle(self.driver.place.plan)
        if d.rarely(3):
            self.attest_first(d)
        if not d.rarely(8):
            self.attest_anew(Dice(bytes([d.byte()])))
            for holder in w.HOLDERS[: d.byte() % 5]:
                value = 10 * w.SOM * (1 + d.byte())
                self.driver.do(
                    self.driver.issuers[0],
                    self.token,
                    "mint(address,uint256)",
                    w.ADDRESS[holder],
                    value,
                )

    @invariant()
    def counted(self) -> None:
        """The numbered invariants are checked after every transaction, by the driver; this counts the rules."""
        CAMPAIGN.rules += 1

    def teardown(self) -> None:
        if hasattr(self, "driver"):
            self.driver.sweep()
            for situation in self.driver.seen:
                event(situation)
