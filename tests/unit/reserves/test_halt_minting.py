"""``haltMinting``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.auditing import draft, rotate, submit
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000


@pytest.mark.parametrize("seat", [0, 1, 2])
def test_halt_minting__by_any_one_auditor__expires_the_attestation_at_once(
    funded: Any, token: Any, auditors: Any, issuer: Any, seat: int
) -> None:
    receipt = token.haltMinting("figures do not tally", sender=auditors[seat])
    assert events(receipt, token) == [
        (
            "MintingHalted",
            {"auditor": auditors[seat], "halts": 1, "reason": "figures do not tally"},
        )
    ]
    assert token.halts() == 1
    assert tuple(token.solvency()) == (1_000 * SOM, 10_000 * SOM, 0, receipt.timestamp)
    assert token.headroom() == 0
    with reverts(token.AttestationExpired, validUntil=receipt.timestamp):
        token.mint(issuer, 1, sender=issuer)


def test_halt_minting__then_a_newer_attestation__resumes(
    funded: Any, token: Any, attest: Any, auditor_a: Any, issuer: Any
) -> None:
    token.haltMinting("", sender=auditor_a)
    attest(10_000 * 100)
    token.mint(issuer, 9_000 * SOM, sender=issuer)
    assert token.headroom() == 0


def test_halt_minting__then_a_longer_max_age__does_not_resume(
    funded: Any, token: Any, auditor_a: Any, reserve_admin: Any
) -> None:
    halted = token.haltMinting("", sender=auditor_a).timestamp
    token.setMaxAge(15 * 86_400, sender=reserve_admin)
    assert token.solvency().validUntil == halted


def test_halt_minting__already_expired__leaves_valid_until(
    funded: Any, token: Any, auditor_a: Any
) -> None:
    valid_until = token.solvency().validUntil
    chain.pending_timestamp = valid_until + 10
    token.haltMinting("", sender=auditor_a)
    assert token.solvency().validUntil == valid_until
    assert token.halts() == 1


def test_halt_minting__before_the_first_attestation__leaves_zero(
    token: Any, auditor_a: Any
) -> None:
    token.haltMinting("", sender=auditor_a)
    assert token.solvency().validUntil == 0


def test_halt_minting__everything_paused__works(
    funded: Any, token: Any, pauser: Any, auditor_a: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    halted = token.haltMinting("", sender=auditor_a).timestamp
    assert token.solvency().validUntil == halted


def test_halt_minting__by_a_contract_auditor__works(
    funded: Any, token: Any, wallet: Any, outsider: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    new = sorted([auditor_a, auditors[1], wallet], key=lambda a: int(a.address, 16))
    rotate(funded, new, 2, auditors, relayer)
    submit(funded, draft(token, 10_000 * 100), [auditor_a, auditors[1]], relayer)
    data = token.haltMinting.encode_input("")
    halted = wallet.execute(token.address, data, sender=outsider).timestamp
    assert token.solvency().validUntil == halted


def test_halt_minting__by_someone_else__reverts(
    funded: Any, token: Any, guardian: Any, reserve_admin: Any, outsider: Any
) -> None:
    for sender in (guardian, reserve_admin, outsider):
        with reverts(token.NotAuditor, account=sender):
            token.haltMinting("", sender=sender)


def test_halt_minting__by_a_suspended_auditor__reverts(
    funded: Any, token: Any, guardian: Any, auditor_a: Any
) -> None:
    token.suspendAuditor(auditor_a, sender=guardian)
    with reverts(token.AuditorIsSuspended, auditor=auditor_a):
        token.haltMinting("", sender=auditor_a)


def test_halt_minting__by_an_auditor_of_the_old_set__reverts(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, successors: Any, relayer: Any
) -> None:
    rotate(funded, successors, 2, auditors, relayer)
    with reverts(token.NotAuditor, account=auditor_a):
        token.haltMinting("", sender=auditor_a)
