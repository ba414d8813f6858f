"""Sends a call to the chain and to the model, and holds the two against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import note
from hypothesis.control import current_build_context, currently_in_test_context
from property import world as w
from property.campaign import CAMPAIGN
from property.invariants import INVARIANTS
from property.invariants.base import Invariant
from property.plans import Plan
from property.step import Step, View
from property.story import Teller, when
from property.tables import Tables
from support.engine import Call, Engine, Outcome, selector
from support.model import storage
from support.model.manager import ManagerModel

PLAIN_GETTERS = (
    "name()", "symbol()", "decimals()", "version()", "currency()", "totalSupply()", "headroom()", "solvency()",
    "lastAttestation()", "reserveLimits()", "auditorSet()", "auditorsProposal()", "pauseFlags()", "paused()",
    "delegateAll()", "authority()", "getOwner()", "DOMAIN_SEPARATOR()", "eip712Domain()", "RECOVERY_DELAY()",
    "proxiableUUID()", "contractURI()", "isConsumingScheduledOp()", "TRANSFER_WITH_AUTHORIZATION_TYPEHASH()",
)  # fmt: skip
ACCOUNT_GETTERS = (
    "balanceOf(address)", "getFrozenTokens(address)", "nonces(address)", "isBlocked(address)", "issuerOf(address)",
    "isAuditor(address)", "canSend(address)", "canReceive(address)",
)  # fmt: skip


PEOPLE = frozenset(w.ADDRESS.values())


class Stage:
    """What is deployed on one engine; made once, and taken back to its start before each example.

    ``plans``: of the only systems, where it takes long to deploy one for each example.
    """

    def __init__(self, engine: Engine, plans: tuple[Plan, ...] = ()) -> None:
        self.engine = engine
        self.world = w.build(engine)
        self._places = [w.settle(engine, self.world, plan) for plan in plans]
        self._start: Any = engine.mark()

    def begin(self, plan: Plan) -> w.Place:
        """At the start again, with a system of ``plan``, or one of the only ones."""
        self._rewind()
        if self._places:
            return self._places[plan.auditors % len(self._places)]
        return w.settle(self.engine, self.world, plan)

    def _rewind(self) -> None:
        self.engine.restore(self._start)
        self._start = self.engine.mark()
        self.engine.clock(self.world.start)


class Driver:
    """One example: a chain, its model, the clock, and the invariants' memory."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        self.place = stage.begin(plan)
        self.engine, self.world = stage.engine, stage.world
        self.model = w.model_of(self.world, self.place)
        self.token = self.place.token
        self.now = self.world.start
        self.teller = Teller(self.world, self.place)
        wallet, vault = self.world.wallet, self.place.vault
        self.holders = [*(w.ADDRESS[name] for name in w.HOLDERS), wallet, vault]
        self.issuers = [*(w.ADDRESS[name] for name in w.ISSUERS), wallet]
        others = [w.ADDRESS[name] for name in ("outsider", "relayer", "enforcer", "admin")]
        known = *self.holders, *self.issuers, *others, self.place.manager, 0, self.token
        self.known = [*dict.fromkeys(known)]
        self.minters = [*self.issuers, self.place.manager, w.ADDRESS["upgrader"]]
        self.tables = Tables(self.model, frozenset(self.known))
        self._slots = [
            *storage.SINGLE_SLOTS,
            *(storage.entry(storage.ACCOUNTS, account) for account in self.known),
            *(storage.entry(storage.ISSUERS, issuer) for issuer in self.minters),
        ]
        self.pending: list[tuple[ManagerModel, int, int, Call]] = []
        self.submitted: list[tuple[int, Call]] = []
        self.former: list[int] = []
        """Auditors of earlier sets."""
        self.retired: set[int] = set()
        """Who lost a role."""
        self.halted_at = 0
        self.consented: tuple[int, ...] = ()
        """Implementation, code hash and data hash of the last consent that no upgrade has spent."""
        self.spent: dict[tuple[int, int], str] = {}
        """(authorizer, nonce) of EIP-3009: by which function it was spent."""
        self._final = currently_in_test_context() and current_build_context().is_final
        self.view = self.look()
        self.members = self.place.members
        self.invariants: list[Invariant] = [kind(self) for kind in INVARIANTS]
        self.seen: set[str] = set()
        self._agree()

    # Time

    def wait_until(self, second: int) -> None:
        if second > self.now:
            self.now = second
            self.engine.clock(second)
            self.tell(lambda: f"    — {when(second)} —")

    # One transaction

    def do(self, caller: int, target: int, function: str, *arguments: Any) -> bool:
        """Sends a transaction; True when it succeeded. Everything is checked."""
        return self.send(caller, target, Call.of(function, *arguments))

    def send(self, caller: int, target: int, call: Call) -> bool:
        if not self.can_act(caller):
            caller = w.ADDRESS["outsider"]  # contracts and the zero address start nothing
        for invariant in self.invariants:
            invariant.prepare(call)
        before, teller = self.view, self.teller
        self.model.block_number = self.engine.next_block(self.now)
        error, events = self.model.predict(caller, target, call, self.now)
        if error == ("", ()) and caller not in PEOPLE:
            error = ("FailedCall", ())
        self.tell(lambda: f"{teller.who(caller)}: {teller.call(call)} → {teller.error(error)}")
        outcome = self._transact(caller, target, call, self.now)
        if outcome.error != error:
            raise AssertionError(
                f"{call.function}: the model says {teller.error(error)}, the chain {teller.error(outcome.error)}"
            )
        if outcome.events != events:
            raise AssertionError(
                f"{call.function}: events\n  model {events}\n  chain {outcome.events}"
            )
        self.view = self.look()
        if error is None:
            self._agree()
        step = Step(caller, target, call, self.now, outcome, before, self.view, self.token)
        for invariant in self.invariants:
            invariant.check(step)
        if self.view.version != before.version:
            self.former.extend(a for a in self.members if a not in self.former)
            self.members = self.model.auditors.members
        CAMPAIGN.count(step, self)
        self._remember(step)
        return error is None

    def _remember(self, step: Step) -> None:
        if not step.accepted:
            return
        for name in ("AuthorizationUsed", "AuthorizationCanceled"):
            for authorizer, nonce in step.events(name):
                self.spent[authorizer, nonce] = step.name
        if step.name == "haltMinting":
            self.halted_at = step.after.valid_until
        elif step.name == "approveImplementation":
            self.consented = step.call.arguments[:3]
        elif step.call.function == "upgradeToAndCall(address,bytes)":
            self.consented = ()
        elif step.name in ("revokeRole", "renounceRole"):
            self.retired.add(step.act.arguments[1])
        elif step.name == "grantRole":
            self.retired.discard(step.act.arguments[1])

    def remember(self, caller: int, function: str, *arguments: Any) -> None:
        """An accepted signed call, to be tried again later."""
        self.submitted = [*self.submitted[-15:], (caller, Call.of(function, *arguments))]

    def can_act(self, account: int) -> bool:
        """Whether transactions can come from `account`: a person, or a contract that has an owner."""
        return account in PEOPLE or account in self.model.owners

    def probe(self, caller: int, target: int, call: Call, now: int) -> Outcome:
        """What ``call`` would do at ``now``; leaves nothing behind."""
        mark = self.engine.mark()
        outcome = self._transact(caller, target, call, now)
        self.engine.restore(mark)
        self.engine.clock(self.now)
        return outcome

    def _transact(self, caller: int, target: int, call: Call, now: int) -> Outcome:
        """A contract acts when its owner tells it to."""
        owner = self.model.owners.get(caller)
        if owner is None:
            return self.engine.transact(caller, target, call, now)
        return self.engine.transact(
            owner, caller, Call.of("execute(address,bytes)", target, call), now
        )

    def immediate(self, function: str) -> int | None:
        """Who may call ``function`` of the token at once, if anyone of the staff."""
        manager = self.model.managers[self.model.trust.authority]
        call = Call(function, (), selector(function))
        people = (w.ADDRESS[name] for name in w.STAFF.values())
        return next((p for p in people if manager.can_call(p, self.token, call)[0]), None)

    def flags_after(self, caller: int, call: Call) -> tuple[Outcome, int]:
        """The pause flags if ``call`` were made now; leaves nothing behind."""
        mark = self.engine.mark()
        outcome = self.engine.transact(caller, self.token, call, self.now)
        flags = self.look().flags
        self.engine.restore(mark)
        return outcome, flags

    def getters(self) -> dict[str, bytes]:
        """What every getter answers that an upgrade must not change."""
        found = {name: self.read(name) for name in PLAIN_GETTERS}
        for account in self.known:
            for name in ACCOUNT_GETTERS:
                found[f"{name} of {self.teller.who(account)}"] = self.read(name, account)
        for owner, spender in self.model.allowance:
            pair = f"{self.teller.who(owner)} → {self.teller.who(spender)}"
            found[f"allowance of {pair}"] = self.read("allowance(address,address)", owner, spender)
        for authorizer, nonce in self.model.used:
            found[f"nonce {nonce}"] = self.read(
                "authorizationState(address,bytes32)", authorizer, nonce
            )
        return found

    def feed_answer(self, feed: int) -> tuple[int, int, int]:
        """Round, answer and time of a Chainlink view."""
        data = self.engine.read(feed, "latestRoundData()")
        words = [int.from_bytes(data[i : i + 32], "big") for i in range(0, 160, 32)]
        return words[0], words[1], words[3]

    @contextmanager
    def at(self, second: int) -> Iterator[None]:
        """What is read meanwhile is read at ``second``; leaves nothing behind."""
        mark = self.engine.mark()
        self.engine.clock(second)
        yield
        self.engine.restore(mark)
        self.engine.clock(self.now)

    def read(self, function: str, *arguments: Any) -> bytes:
        return self.engine.read(self.token, function, *arguments)

    def look(self) -> View:
        return View(self.engine.words(self.token, self._slots), len(self.known))

    def _agree(self) -> None:
        """The chain's words are the model's."""
        model = self.model
        expected = storage.single_words(model)
        expected += [storage.account_word(model, account) for account in self.known]
        expected += [storage.quota_word(model, issuer) for issuer in self.minters]
        if expected != self.view.words:
            raise AssertionError("storage differs:\n" + "\n".join(self._differences(expected)))
        self._compare(self.tables.touched())

    def _differences(self, expected: list[int]) -> list[str]:
        names = [
            *storage.SINGLE_NAMES,
            *map(self.teller.who, self.known),
            *map(self.teller.who, self.minters),
        ]
        found = zip(names, expected, self.view.words, strict=True)
        return [f"  {name}: model {a:#x}, chain {b:#x}" for name, a, b in found if a != b]

    def sweep(self) -> None:
        """Every word of the larger tables that was ever written."""
        self._compare(self.tables.everything())

    def _compare(self, words: list[tuple[int, int]]) -> None:
        if words and self.engine.words(self.token, [s for s, _ in words]) != [v for _, v in words]:
            raise AssertionError(
                "an allowance, a nonce, an order, a seat or an account differs from the model"
            )

    def tell(self, line: Callable[[], str]) -> None:
        """Adds a line to the story, which only a failing example writes down."""
        if self._final:
            note(line())
