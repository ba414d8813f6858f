"""Upgrades, roles, scheduled operations, trespassers; and time."""

from __future__ import annotations

from eth_hash.auto import keccak
from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import Dice
from property.rules_money import DICE
from support.engine import Call, selector
from support.model import governance
from support.model.manager import PUBLIC, operation_id
from support.model.system import as_int

WEEK = 604_800


class RoleRules(Bench):
    # Upgrades

    @rule(d=DICE)
    def upgrade(self, d: Dice) -> None:
        """With consent, mostly, and by the upgrader; at times after the set has changed."""
        code, data, address, inner = upgrade_target(self, d)
        if not d.rarely(5):
            self.consent(d, address, code, data, plain=True)  # type: ignore[attr-defined]
        if d.rarely(12):
            self.succeed(d)  # type: ignore[attr-defined]
        if not d.rarely(8):
            self.driver.wait_until(self.driver.now + 1)
        paused = d.rarely(4) and self.govern(d, "pause(uint256)", 1 + d.byte() % 15)
        self.govern(d, "upgradeToAndCall(address,bytes)", address, inner)
        if paused:
            self.govern(d, "unpause(uint256)", 15)

    @rule(d=DICE)
    def delegate_all(self, d: Dice) -> None:
        self.govern(d, "setDelegateAll(bool)", 0 if d.rarely(3) else 1)

    # Roles

    @rule(d=DICE)
    def roles(self, d: Dice) -> None:
        manager = self.model.managers[self.model.trust.authority]
        role = d.byte() % 9
        names = [*w.STAFF.values(), "outsider", "aigul"]
        usual = w.ADDRESS[w.STAFF[role]]
        account = usual if d.rarely(2) else w.ADDRESS[d.pick(names)]
        kind = d.byte() % 10
        if kind < 5:
            call = Call.of(
                "grantRole(uint64,address,uint32)", role, account, d.pick((0, 0, 60, 300, 86_400))
            )
        elif kind < 7:
            if role == governance.ADMIN and account == usual:
                role = governance.PAUSER
            call = Call.of("revokeRole(uint64,address)", role, account)
        elif kind == 7:
            caller = w.ADDRESS[d.pick(names)]
            if caller != w.ADDRESS["admin"]:
                self.driver.do(
                    caller,
                    manager.address,
                    "renounceRole(uint64,address)",
                    role,
                    caller if d.byte() & 1 else account,
                )
            return
        elif kind == 8:
            call = Call.of("setGrantDelay(uint64,uint32)", role, d.pick((0, 60, 600)))
        else:
            call = Call.of("grantRole(uint64,address,uint32)", PUBLIC, account, 0)
        caller = w.ADDRESS["admin"] if not d.rarely(8) else w.ADDRESS[d.pick(names)]
        self.direct_or_schedule(d, caller, manager.address, call)

    @rule(d=DICE)
    def restaff(self, d: Dice) -> None:
        """The admin puts everyone back to work."""
        manager = self.model.managers[self.model.trust.authority]
        admin = w.ADDRESS["admin"]
        for role, name in w.STAFF.items():
            if not manager.has_role(role, w.ADDRESS[name])[0]:
                call = Call.of(
                    "grantRole(uint64,address,uint32)", role, w.ADDRESS[name], d.pick((0, 60))
                )
                self.direct_or_schedule(d, admin, manager.address, call)

    @rule(d=DICE)
    def carry_out(self, d: Dice) -> None:
        """A scheduled operation: executed, consumed, cancelled, too early or too late."""
        if not self.driver.pending:
            return
        index = d.byte() % len(self.driver.pending)
        manager, caller, target, call = self.driver.pending.pop(index)
        due = manager.due[operation_id(caller, target, call.data)]
        if due:
            self.driver.wait_until(due + d.pick((0, 0, 0, -1, 1, WEEK - 1, WEEK)))
        if call.function.startswith("unpause"):
            who, cancel = w.ADDRESS["guardian"], "cancel(address,address,bytes)"
            self.driver.do(who, manager.address, cancel, caller, target, call)
        kind = d.byte() % 8
        if kind < 3:
            self.driver.do(caller, manager.address, "execute(address,bytes)", target, call)
        elif kind < 6:
            self.driver.send(caller, target, call)
        else:
            by = d.pick((w.ADDRESS["guardian"], caller, w.ADDRESS["admin"], w.ADDRESS["outsider"]))
            self.driver.do(
                by, manager.address, "cancel(address,address,bytes)", caller, target, call
            )

    @rule(d=DICE)
    def trespass(self, d: Dice) -> None:
        """Anyone tries anything restricted, and the admin tries to give itself what no role can give."""
        place, model = self.driver.place, self.model
        manager = model.managers[model.trust.authority]
        who = w.ADDRESS[d.pick(("outsider", *w.STAFF.values(), *w.ISSUERS))]
        to = self.receiver(d)
        kind = d.byte() % 9
        do = self.driver.do
        if kind == 0:
            do(who, self.token, "setAuthority(address)", place.spare_manager)
        elif kind == 1:
            do(
                who,
                self.token,
                w.INITIALIZE,
                (place.manager, [], 2, 1, 1, 0),
            )
        elif kind == 2:
            call = Call.of("mint(address,uint256)", to, d.amount(model.headroom))
            do(who, manager.address, "execute(address,bytes)", self.token, call)
        elif kind == 3:
            chosen = [selector("mint(address,uint256)"), selector("burn(uint256)")]
            call = Call.of(
                "setTargetFunctionRole(address,bytes4[],uint64)",
                self.token,
                [_left(c) for c in chosen],
                PUBLIC,
            )
            self.driver.send(who, manager.address, call)
        elif kind == 4:
            other = place.manager if model.trust.authority != place.manager else place.spare_manager
            call = Call.of(
                "updateAuthority(address,address)", self.token, d.pick((other, other, who))
            )
            self.direct_or_schedule(
                d, w.ADDRESS["admin"] if d.byte() & 1 else who, manager.address, call
            )
        elif kind == 5:
            call = Call.of(
                "setTargetClosed(address,bool)", self.token, 0 if manager.closed[self.token] else 1
            )
            self.direct_or_schedule(
                d, w.ADDRESS["admin"] if d.byte() & 1 else who, manager.address, call
            )
        elif kind == 6:
            do(who, self.token, "migrate(uint256)", d.byte() % 3)
        elif kind == 7:
            do(who, self.token, "forcedTransfer(address,address,uint256)", 0, to, 1)
        else:
            do(who, self.token, "mint(address,uint256)", to, 1)

    @rule(d=DICE)
    def reopen(self, d: Dice) -> None:
        """The first manager in charge again, and open."""
        place, model = self.driver.place, self.model
        admin = w.ADDRESS["admin"]
        if model.trust.authority != place.manager:
            self.driver.do(
                admin,
                place.spare_manager,
                "updateAuthority(address,address)",
                self.token,
                place.manager,
            )
        manager = model.managers[place.manager]
        if manager.closed[self.token]:
            call = Call.of("setTargetClosed(address,bool)", self.token, 0)
        else:
            # To an account that is no contract: the token refuses.
            call = Call.of("updateAuthority(address,address)", self.token, w.ADDRESS["outsider"])
        self.direct_or_schedule(d, admin, place.manager, call)

    # Time

    @rule(d=DICE)
    def wait(self, d: Dice) -> None:
        now, model = self.driver.now, self.model
        edge, ready = model.solvency.valid_until, model.proposal.ready
        kind = d.byte() % 16
        until = (
            now + 1, now + 60, now + 3_600, now + 86_400, now + 1, now + 600, now + 60, now + 3_600,
            edge - 2, edge - 1, edge, edge + 1, ready - 1, ready, now + 7 * 86_400, now + d.byte(),
        )[kind]  # fmt: skip
        self.driver.wait_until(until)


def _left(chosen: bytes) -> int:
    return int.from_bytes(chosen.ljust(32, b"\0"), "big")


def upgrade_target(bench: Bench, d: Dice) -> tuple[int, int, int, Call | None]:
    """Code hash, data hash, address, inner call of some upgrade."""
    place, running = bench.driver.place, bench.model.code.generation
    later = [a for a, (_, g, _) in place.logics.items() if g != running]
    impostors = bench.driver.world.wrong, place.foreign, w.ADDRESS["aigul"]
    address = d.pick([*later, *later, *later, *place.logics, *impostors])
    code, generation, _ = place.logics.get(address, (12345, 0, 0))
    kind = d.byte() % 10
    inner: Call | None = None
    if kind in (5, 6, 7) or (kind == 4 and generation == 2):
        inner = Call.of("migrate(uint256)", 0 if kind == 7 else 2)
    elif kind == 8:
        inner = Call.of("mint(address,uint256)", bench.receiver(d), d.amount(bench.model.headroom))
    elif kind == 9:
        inner = Call.of("setDelegateAll(bool)", 1)
    return code, as_int(keccak(inner.data if inner else b"")), address, inner
