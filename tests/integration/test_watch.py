"""`ape run watch`: each alert of the catalogue is told once, and nothing else is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.watching import SOM, Watched

from kgst.attestation import AuditorRotation
from kgst.watch.books import KINDS
from kgst.watch.catalogue import CATALOGUE

HOUR, DAY = 3_600, 86_400


class Told:
    """What the sink got in each step, by kind."""

    def __init__(self, world: Watched) -> None:
        self.world, self.kinds = world, set[str]()
        self.at_first = world.events(
            "RoleGranted",
            "TargetFunctionRoleUpdated",
            "RoleGuardianChanged",
            "RoleAdminChanged",
            "RoleGrantDelayChanged",
            "TargetAdminDelayUpdated",
            "RoleRevoked",
            "TargetClosed",
        )
        self.issuers_at_first = world.events("IssuerSet", "DeskSet", "IssuerCut")

    def step(self, **expected: int) -> None:
        """A round tells so many of each kind, `paused` or `paused_ended`, and nothing of earlier ones again."""
        self.world.settle()
        before = len(self.world.sink.told)
        done = self.world.look()
        assert done.good, done.look.trouble
        found = Counter(
            f"{one.kind}{' ended' if one.ended else ''}".replace("-", "_").replace(" ", "_")
            for one in done.raised
        )
        assert found == expected
        new = self.world.sink.told[before:]
        assert [id_ for id_, *_ in new] == [one.id for one in done.raised]
        assert [subject for _, subject, _ in new] == [one.subject for one in done.raised]
        self.kinds |= {one.kind for one in done.raised if not one.ended}


def test_watch__a_life__each_alert_is_told_once(world: Watched) -> None:
    life, told, address = world.life, Told(world), world.deployed.address
    token, manager, desk = (c.functions for c in (life.token, life.manager, life.redemptions))
    told.step()

    # Roles and operations
    grant = manager.grantRole(4, life.puppet, 0)
    data = grant._encode_transaction_data()
    life.act(address("admin"), manager.schedule(grant.address, data, 0))
    told.step(scheduled=1)
    [(_, _, body)] = world.sink.told
    assert "What: manager.grantRole(roleId=PAUSER, account=unknown 0xaAaA" in body
    assert ", by admin (0x" in body
    assert "; 4 minutes 5" in body
    assert " are left to cancel it: it can be executed from 2027-" in body
    assert "\n\nBegin with: ape run govern cancel 0x" in body
    life.act(address("admin"), manager.cancel(address("admin"), grant.address, data))
    told.step(cancelled=1)
    life.roles()
    changes = ("RoleGranted", "RoleRevoked", "RoleAdminChanged", "RoleGuardianChanged", "RoleGrantDelayChanged",
               "TargetAdminDelayUpdated", "TargetClosed", "TargetFunctionRoleUpdated")  # fmt: skip
    told.step(
        scheduled=world.events("OperationScheduled") - 1,
        executed=world.events("OperationExecuted"),
        cancelled=1,
        roles=world.events(*changes) - told.at_first,
    )

    # Money
    life.money()
    told.step(large_mint=1, taken=1)
    assert "5 000.00 som minted to unknown 0xbB" in world.sink.told[-2][2]
    life.pay(address("compliance"), life.other, 10**19 - 10**16)
    told.step(low_balance=1)
    assert "compliance (0x" in world.sink.told[-1][2]
    assert "(COMPLIANCE) has 0.01 BNB, less than 0.05 BNB." in world.sink.told[-1][2]
    life.pay(life.other, address("compliance"), 10**18)
    told.step(low_balance_ended=1)
    life.act(address("pauser"), token.pause(1 | 4))
    told.step(paused=2)
    life.act(life.puppet, token.unpause(1))
    told.step(paused_ended=1)
    life.act(life.puppet, token.unpause(4))
    told.step(paused_ended=1)

    # Redemptions: three days to lock one, two days from then to pay it
    life.act(life.holder, token.approve(life.redemptions.address, 2**256 - 1))
    for amount in (200, 300):
        life.act(life.holder, desk.request(amount * SOM, b"\x07" * 32))
    told.step()
    world.settle(3 * DAY - 3 * HOUR)
    told.step(lock_soon=2)
    life.act(address("redeemer"), desk.lock([1]))
    told.step(lock_soon_ended=1)
    world.settle(2 * DAY - 3 * HOUR)
    told.step(lock_soon_ended=1, pay_soon=1, overdue=1)
    world.settle(4 * HOUR)
    told.step(pay_soon_ended=1, overdue=1)
    life.act(address("redeemer"), desk.confirmPaid([1], b"\x09" * 32))
    told.step(overdue_ended=1)
    life.act(address("redeemer"), desk.returned(1))
    told.step(returned=1)

    # The attestation's time
    world.settle(12 * HOUR)
    told.step(expiring=1)
    world.settle(2 * DAY)
    told.step(expiring_ended=1, expired=1)
    life.attest(1_000_000)
    told.step(expired_ended=1)
    life.act(
        address("minter"),
        life.mints.functions.propose(address("issuer"), 200_000 * SOM, b"\x05" * 32),
    )
    told.step(proposed=1)
    assert "ape run supply cancel 0x050505050505" in world.sink.told[-1][2]

    # Limits: a deficit, a pause that is over before anybody looked, a halt
    life.limits()
    told.step(
        issuers=world.events("IssuerSet", "DeskSet", "IssuerCut") - told.issuers_at_first,
        terms=3, paused=1, deficit=1, halted=1, expired=1,
    )  # fmt: skip
    [over] = [body for _, subject, body in world.sink.told[-8:] if "paused" in subject]
    assert (
        "this began, and stands no more: PauseFlagsChanged: previousFlags none, newFlags transfers"
        in over
    )

    life.attest(2_000_000)
    told.step(deficit_ended=1, expired_ended=1)

    # Auditors
    life.act(life.puppet, token.suspendAuditor(address("auditor_c")))
    told.step(suspended=1, expired=1)
    new = sorted((*(address(f"auditor_{x}") for x in "abc"), life.holder), key=lambda a: int(a, 16))
    life.act(life.puppet, token.proposeAuditors(new, 3))
    told.step(recovery=1)
    assert "unknown 0xbB" in world.sink.told[-1][2]
    life.act(life.puppet, token.cancelAuditorsProposal())
    told.step(recovery_ended=1, auditors=1)
    bonds = life._bonds()
    rotation = AuditorRotation(tuple(new), 3, bonds["version"], bonds["deadline"])
    signed = life._signed(rotation, "auditor_a", "auditor_b")
    life.act(life.other, token.rotateAuditors(*signed))
    told.step(suspended_ended=1, auditors=1)
    life.upgrade()
    told.step(consented=1, upgraded=1, delegate_all=1)
    # What statements tell, test_watch_statements.py has.
    assert told.kinds == {one.name for one in CATALOGUE.values() if one.nature != "watch"} - KINDS
    assert set(world.sink.posts.values()) == {1}


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_catalogue__page__has_each_alert_as_the_code_has_it(kind: str) -> None:
    one = CATALOGUE[kind]
    page = (Path(__file__).parents[2] / "docs/watch.md").read_text()
    row = (
        f"| `{kind}`: {one.title} | {'yes' if one.urgent else '–'} | {one.when} | {one.todo} "
        f"| `ape run {one.command}` |"
    )
    assert row in page.splitlines()
