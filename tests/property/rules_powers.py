"""Roles taken away at once; and another manager in the place of the first."""

from __future__ import annotations

from hypothesis.stateful import rule
from property import world as w
from property.bench import Bench
from property.dice import Dice
from property.rules_money import DICE
from support.engine import Call
from support.model import governance
from support.model.manager import PUBLIC

TAKEN = (
    governance.PAUSER, governance.COMPLIANCE, governance.ISSUANCE_ADMIN, governance.UPGRADER, governance.ENFORCER,
    governance.RESERVE_ADMIN,
)  # fmt: skip
KEPT = (governance.ADMIN, governance.UNPAUSER, governance.GUARDIAN, 77, PUBLIC)


class PowerRules(Bench):
    @rule(d=DICE)
    def powers(self, d: Dice) -> None:
        kind = d.byte() % 6
        if kind < 3:
            self.revoke_at_once(d)
        elif kind == 3:
            self.without_revoker(d)
        else:
            self.change_of_hands(d)

    def revoke_at_once(self, d: Dice) -> None:
        """The guardian takes a role away through the contract that is there for it; at times another tries."""
        place = self.driver.place
        manager = self.model.managers[place.manager]
        role = d.pick(TAKEN if d.rarely(3) else KEPT)
        usual = w.ADDRESS[w.STAFF.get(role, "outsider")]
        account = usual if not d.rarely(4) else d.pick([self.anyone(d), place.revoker])
        others = w.ADDRESS["admin"], w.ADDRESS["outsider"], usual
        caller = d.pick(others) if d.rarely(5) else w.ADDRESS["guardian"]
        call = Call.of(w.REVOKE, role, account)
        if d.rarely(8):
            self.driver.do(caller, manager.address, "execute(address,bytes)", place.revoker, call)
        else:
            self.driver.send(caller, place.revoker, call)
        self.restaff(d)  # type: ignore[attr-defined]

    def without_revoker(self, d: Dice) -> None:
        """ADMIN takes the contract's own role away, or gives it back."""
        place = self.driver.place
        manager, revoker = self.model.managers[place.manager], place.revoker
        admin = w.ADDRESS["admin"]
        if not manager.has_role(governance.ADMIN, revoker)[0]:
            grant = "grantRole(uint64,address,uint32)"
            call = Call.of(grant, governance.ADMIN, revoker, 60 if d.rarely(4) else 0)
        elif d.rarely(3):
            call = Call.of(w.REVOKE, governance.ADMIN, revoker)
        else:
            return
        self.direct_or_schedule(d, admin, manager.address, call)

    def change_of_hands(self, d: Dice) -> None:
        """Another manager takes over; the people of the first try what was theirs; mostly it comes back."""
        place, model, do = self.driver.place, self.model, self.driver.do
        if not d.rarely(3):
            return
        admin, update = w.ADDRESS["admin"], "updateAuthority(address,address)"
        if model.trust.authority == place.manager:
            call = Call.of(update, self.token, place.spare_manager)
            self.direct_or_schedule(d, admin, place.manager, call)
        if model.trust.authority == place.manager:
            return
        for _ in range(3):
            role, call = d.pick(self._offices(d))
            who = w.ADDRESS[w.STAFF[role]]
            if d.byte() & 1:
                self.driver.send(who, self.token, call)
            else:
                do(who, place.manager, "execute(address,bytes)", self.token, call)
        do(admin, place.manager, update, self.token, place.manager)
        if not d.rarely(4):
            do(admin, place.spare_manager, update, self.token, place.manager)

    def _offices(self, d: Dice) -> list[tuple[int, Call]]:
        """What each role did before."""
        holder = self.holder(d)
        return [
            (governance.PAUSER, Call.of("pause(uint256)", 15)),
            (governance.UNPAUSER, Call.of("unpause(uint256)", 15)),
            (governance.GUARDIAN, Call.of("cutIssuer(address)", w.ADDRESS["issuer_a"])),
            (governance.GUARDIAN, Call.of("raiseMargin(uint256)", self.model.limits.margin)),
            (governance.COMPLIANCE, Call.of("blockAccount(address)", holder)),
            (governance.RESERVE_ADMIN, Call.of("setMargin(uint256)", 0)),
            (governance.ISSUANCE_ADMIN, Call.of("setDesk(address)", self.driver.world.wallet)),
            (governance.UPGRADER, Call.of("setDelegateAll(bool)", 1)),
            (
                governance.ADMIN,
                Call.of("forcedTransfer(address,address,uint256)", holder, holder, 1),
            ),
        ]
