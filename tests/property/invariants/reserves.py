"""What the auditors say, and that it was they."""

from __future__ import annotations

from typing import TYPE_CHECKING

from property.invariants.base import Invariant
from support.engine import Call
from support.model.ledger import BURNING, LARGEST, TRANSFERS
from support.model.signatures import digest, list_hash, struct_hash

if TYPE_CHECKING:
    from property.step import Step

ATTESTATION = (
    "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,"
    "uint256 halts,uint256 version,uint256 deadline)"
)
ROTATION = "AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)"
APPROVAL = (
    "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
    "uint256 halts,uint256 version,uint256 deadline)"
)


class AttestationsStepForward(Invariant):
    number, says = (
        6,
        "Epochs step by one; asOf never falls and is never in the future; settled never exceeds B; a replay reverts;"
        " nothing signed before a halt ends it.",
    )

    def hold(self, step: Step) -> None:
        before, after = step.before, step.after
        self.ensure(after.settled <= after.burned and after.as_of <= step.now)
        if not step.attested:
            self.ensure(
                (after.epoch, after.as_of, after.settled)
                == (before.epoch, before.as_of, before.settled)
            )
            return
        self.ensure(after.epoch == before.epoch + 1 and after.as_of >= before.as_of)
        knew = step.call.arguments[1]
        self.ensure(step.now <= step.call.arguments[2] and knew <= before.halts)
        if knew == before.halts:
            self.ensure(after.valid_until == after.as_of + after.max_age)
        else:
            self.ensure(after.valid_until == min(after.as_of + after.max_age, step.now))
        if step.name == "attest" and step.target == step.token:
            error = self.driver.probe(step.caller, step.target, step.call, step.now).error
            self.ensure(error == ("InvalidEpoch", (after.epoch + 1, after.epoch)), error)


class QuorumIsReal(Invariant):
    number, says = (
        7,
        "Accepted ⇒ at least threshold ≥ 2 distinct current auditors really signed it.",
    )

    def hold(self, step: Step) -> None:
        self.ensure(step.after.threshold >= 2 and 2 * step.after.threshold > step.after.count)
        if not step.accepted or step.name not in (
            "attest",
            "rotateAuditors",
            "approveImplementation",
        ):
            return
        args, driver = step.call.arguments, self.driver
        if step.name == "attest":
            message = struct_hash(ATTESTATION, *args[0], args[1], step.before.version, args[2])
        elif step.name == "rotateAuditors":
            message = struct_hash(
                ROTATION, list_hash(args[0]), args[1], step.before.version, args[2]
            )
        else:
            message = struct_hash(
                APPROVAL, *args[:4], step.before.halts, step.before.version, args[4]
            )
        signed = digest(driver.model, message)
        really = {s.signer for _, s in args[-1] if s.sound and s.digest == signed}
        keys = {driver.model.owners.get(m, m): i for i, m in enumerate(driver.members)}
        voices = [
            key for key in really if key in keys and not step.before.suspended >> keys[key] & 1
        ]
        self.ensure(len(voices) >= step.before.threshold, len(voices))
        if step.name == "attest" and len(voices) < step.before.count:
            base = max(step.before.backing, step.before.supply)
            modest = base * (10_000 + step.before.max_increase) // 10_000
            self.ensure(step.before.epoch > 0 and step.after.backing <= modest, "without unanimity")


class DeficitIsTruthful(Invariant):
    number, says = (
        8,
        "A valid attestation with K < S succeeds, and says whether money is missing or only the margin; what was"
        " enabled for holders stays enabled.",
    )

    def hold(self, step: Step) -> None:
        if not step.attested:
            return
        before, after = step.before, step.after
        self.ensure(after.accounts == before.accounts and after.flags == before.flags)
        self.ensure(after.supply == before.supply and after.burned == before.burned)
        held = max(0, after.reserves * 10**4 - (after.burned - after.settled))
        short = max(0, after.supply - held)
        said = [e[2] for e in step.outcome.events if e[1] == "ReserveDeficit"]
        self.ensure(said == ([(after.epoch, short)] if short else []), said)
        thin = [e[2] for e in step.outcome.events if e[1] == "MarginDeficit"]
        expected = [(after.epoch, after.deficit)] if after.deficit and not short else []
        self.ensure(thin == expected, thin)
        if not after.deficit:
            return
        driver, model = self.driver, self.driver.model
        able = (h for h in driver.known if model.free(h) and not model.blocked[h])
        payer = next((h for h in able if driver.can_act(h)), None)
        payee = next((h for h in driver.known if not model.blocked[h] and h != payer), None)
        if payer is None or payee is None:
            return
        if not after.flags & TRANSFERS:
            call = Call.of("transfer(address,uint256)", payee, model.free(payer))
            self.ensure(
                driver.probe(payer, step.token, call, step.now).error is None, "no transfer"
            )
        burner = next(
            (i for i in driver.issuers if model.quota[i].may_burn and not model.blocked[i]), None
        )
        if burner is None or after.flags & BURNING:
            return
        if value := min(model.free(burner), LARGEST - after.burned):
            call = Call.of("burn(uint256)", value)
            self.ensure(driver.probe(burner, step.token, call, step.now).error is None, "no burn")
