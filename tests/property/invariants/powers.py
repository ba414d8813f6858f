"""What holders and staff can and cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from property.invariants.base import Invariant
from property.step import View
from property.world import ADDRESS
from support.engine import Call, selector

if TYPE_CHECKING:
    from property.step import Step

UPGRADE = selector("upgradeToAndCall(address,bytes)")
DELAY = "RECOVERY_DELAY()"
FIELD = (1 << 72) - 1
PEOPLE = frozenset(ADDRESS.values())
KEPT_ROLES = (0, 5, 8)
"""ADMIN, UNPAUSER, GUARDIAN."""


class BlockedStaysPut(Invariant):
    number, says = (
        11,
        "A blocked account's balance falls only by ENFORCER, or by ADMIN; a blocked caller moves nothing.",
    )
    own_moves = ("transfer", "transferFrom", "payout", "burn")

    def hold(self, step: Step) -> None:
        before, after = step.before, step.after
        if before.balances != after.balances:
            for word, then, now in zip(
                before.accounts, before.balances, after.balances, strict=True
            ):
                if word >> 208 & 1:
                    self.ensure(
                        now <= then or step.name in ("forcedTransfer", "burnBlocked"), step.name
                    )
                    self.ensure(now <= then, "a blocked account received")
        if step.accepted and step.name in self.own_moves and step.actor in self.driver.known:
            word = before.accounts[self.driver.known.index(step.actor)]
            self.ensure(not word >> 208 & 1, "a blocked caller moved")


class PausesAreIndependent(Invariant):
    number, says = 12, "Pause flags are independent; unpause∘pause is the identity."

    def hold(self, step: Step) -> None:
        before, after = step.before.flags, step.after.flags
        if step.name != "setDelegateAll":
            self.ensure(step.before.delegate_all == step.after.delegate_all, "DELEGATE_ALL")
        if not step.accepted or step.name not in ("pause", "unpause"):
            self.ensure(before == after)
            if step.accepted and step.name == "setDelegateAll":
                self.ensure(step.after.delegate_all == bool(step.act.arguments[0]))
            return
        call = step.act
        asked = call.arguments[0]
        if step.name == "pause":
            self.ensure(after == before | asked)
            caller = self.driver.immediate("unpause(uint256)")
            if caller is not None:
                outcome, flags = self.driver.flags_after(caller, Call.of("unpause(uint256)", asked))
                self.ensure(outcome.error is None and flags == before & ~asked)
        else:
            self.ensure(after == before & ~asked)


class OrdersAreExact(Invariant):
    number, says = (
        13,
        "forcedTransfer: ΔS = 0; burnBlocked(x): ΔS = −x, ΔB = x; of an order never more than it names.",
    )

    def start(self, view: View) -> None:
        self.executed: dict[tuple[int, int], int] = {}
        self.named: dict[tuple[int, int], int] = {}

    def hold(self, step: Step) -> None:
        if not step.accepted:
            return
        for order, account, value in step.events("OrderExecuted"):
            key = order, account
            # An order of nothing is none: its amount is named by the first that takes something.
            named = self.named[key] = self.named.get(key) or step.act.arguments[-1]
            self.executed[key] = self.executed.get(key, 0) + value
            self.ensure(self.executed[key] <= named, "more than the order names")
        supply, burned = (
            step.after.supply - step.before.supply,
            step.after.burned - step.before.burned,
        )
        if step.name == "forcedTransfer":
            self.ensure(supply == 0 and burned == 0)
            self.ensure(step.after.backing == step.before.backing)
        elif step.name in ("burnBlocked", "burn"):
            call = step.act
            value = call.arguments[0] if step.name == "burn" else call.arguments[1]
            self.ensure((supply, burned) == (-value, value))
            self.ensure(step.after.backing == max(0, step.before.backing - value))
        elif step.name not in ("mint", "mintBatch"):
            self.ensure(supply == 0 and burned == 0, step.name)


class NoncesAreUsedOnce(Invariant):
    number, says = 14, "Each nonce is used at most once; a reverted call changes nothing."

    def start(self, view: View) -> None:
        self.used: set[tuple[Any, ...]] = set()

    def hold(self, step: Step) -> None:
        if not step.accepted:
            self.ensure(step.before.words == step.after.words, "a refused call wrote")
            self.ensure(not step.outcome.events)
            return
        for name in ("AuthorizationUsed", "AuthorizationCanceled"):
            for key in step.events(name):
                self.ensure(key not in self.used, "twice")
                self.used.add(key)
        owner = step.call.arguments[0] if step.name == "permit" else None
        words = zip(self.driver.known, step.before.accounts, step.after.accounts, strict=True)
        for account, before, after in words:
            if before != after:
                risen = (after >> 144 & (1 << 64) - 1) - (before >> 144 & (1 << 64) - 1)
                self.ensure(risen == (account == owner), "the permit nonce")


class UpgradeKeepsState(Invariant):
    number, says = 15, "An upgrade preserves every getter; the layout is append-only."

    def prepare(self, call: Call) -> None:
        self.then = self.driver.getters() if UPGRADE in call.data else None

    def hold(self, step: Step) -> None:
        if step.accepted and self.then is not None and step.name in ("upgradeToAndCall", "migrate"):
            now, code = self.driver.getters(), step.after.implementation
            # Of all that is read, only this stands in the code.
            self.then[DELAY] = self.driver.engine.read(code, DELAY)
            changed = [name for name, value in self.then.items() if now[name] != value]
            self.ensure(not changed, changed)
            self.ensure(step.before.words[1:7] == step.after.words[1:7])
            self.ensure(step.before.accounts == step.after.accounts)
            self.ensure(step.before.issuers == step.after.issuers)


class GuardianOnlyTakesAway(Invariant):
    number, says = (
        19,
        "GUARDIAN takes roles at once, but never ADMIN, UNPAUSER or GUARDIAN, and what it does gives none.",
    )

    def hold(self, step: Step) -> None:
        place, events = self.driver.place, step.outcome.events
        if step.target != place.revoker or not step.accepted:
            return
        role, account = step.call.arguments
        self.ensure(role not in KEPT_ROLES, role)
        taken = [(place.manager, "RoleRevoked", (role, account))]
        # Nothing is logged of one that was not held.
        self.ensure([e for e in events if not e[1].startswith("Operation")] in (taken, []), events)
        answer = self.driver.engine.read(place.manager, "hasRole(uint64,address)", role, account)
        self.ensure(int.from_bytes(answer[:32], "big") == 0, "the role is still held")


class DesksKeepWhatIsTheirClients(Invariant):
    number, says = (
        23,
        "A desk is an issuer with code, for ever; it is never blocked or frozen, and its balance falls only by what it "
        "sends.",
    )
    orders = ("forcedTransfer", "burnBlocked")

    def hold(self, step: Step) -> None:
        driver = self.driver
        for minter, word, after in zip(
            driver.minters, step.before.issuers, step.after.issuers, strict=True
        ):
            if after >> 249 & 1 and not word >> 249 & 1:
                self.ensure(step.name == "setDesk" and word > 0, "a desk without setDesk")
                self.ensure(minter not in PEOPLE, "a desk without code")
            if not word >> 249 & 1:
                continue
            self.ensure(bool(after >> 249 & 1), "a desk no more")
            if minter not in driver.known:
                continue
            index = driver.known.index(minter)
            then, now = step.before.accounts[index], step.after.accounts[index]
            self.ensure(not now >> 208 & 1, "a desk is blocked")
            self.ensure(not now >> 72 & FIELD, "a desk is frozen")
            self.ensure(now & FIELD >= then & FIELD or step.name not in self.orders, step.name)
