"""``attest``: epoch, time, figures and unanimity. Signatures and backing have files of their own."""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.auditing import REPORT_HASH, draft, send, submit
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
MOST_RESERVES = (2**72 - 1) // 10_000


def test_attest__first_by_every_auditor__is_stored_and_logged(
    system: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    attestation = draft(token, 10_000 * 100)
    receipt = submit(system, attestation, auditors, relayer)
    max_age = token.reserveLimits().maxAge
    assert events(receipt, token) == [
        (
            "ReservesAttested",
            {
                "epoch": 1,
                "reserves": 10_000 * 100,
                "settled": 0,
                "asOf": attestation.as_of,
                "reportHash": REPORT_HASH,
                "backing": 10_000 * SOM,
                "validUntil": attestation.as_of + max_age,
                "signers": 0b111,
            },
        )
    ]
    assert tuple(token.lastAttestation()) == attestation.as_tuple()
    assert tuple(token.solvency()) == (0, 10_000 * SOM, 0, attestation.as_of + max_age)


def test_attest__first_by_the_threshold_only__reverts(
    system: Any, token: Any, auditor_a: Any, auditor_b: Any, relayer: Any
) -> None:
    for reserves in (0, 1):
        with reverts(token.UnanimityRequired, signatures=2, auditors=3):
            submit(system, draft(token, reserves), [auditor_a, auditor_b], relayer)


def test_attest__any_two_of_three_auditors__suffice(
    funded: Any, token: Any, auditor_a: Any, auditor_b: Any, auditor_c: Any, relayer: Any
) -> None:
    pairs = [(auditor_a, auditor_b), (auditor_b, auditor_c), (auditor_a, auditor_c)]
    for epoch, pair in enumerate(pairs, start=2):
        submit(funded, draft(token, 10_000 * 100), pair, relayer)
        assert token.lastAttestation().epoch == epoch


def test_attest__fewer_than_the_threshold__reverts(
    funded: Any, token: Any, auditor_a: Any, relayer: Any
) -> None:
    attestation = draft(token, 10_000 * 100)
    with reverts(token.ThresholdNotReached, signatures=0, threshold=2):
        send(token, attestation, [], relayer)
    with reverts(token.ThresholdNotReached, signatures=1, threshold=2):
        submit(funded, attestation, [auditor_a], relayer)


@pytest.mark.parametrize(
    ("last", "bps", "ceiling"),
    [
        (1_000_000, 1_000, 1_100_000),
        (1_000_009, 1_000, 1_100_009),
        (9, 1_000, 9),
        (1_000_000, 0, 1_000_000),
        (1_000_000, 1, 1_000_100),
        (1_000_000, 333, 1_033_300),
        (1_000_001, 333, 1_033_301),
        (1_000_000, 10_000, 2_000_000),
        (0, 10_000, 0),
    ],
)
def test_attest__rise_at_the_limit__needs_every_auditor_beyond_it(
    system: Any, token: Any, attest: Any, reserve_admin: Any, auditor_a: Any, auditor_b: Any,
    auditors: Any, relayer: Any, last: int, bps: int, ceiling: int,
) -> None:  # fmt: skip
    attest(last)
    token.setMaxIncrease(bps, sender=reserve_admin)
    with reverts(token.UnanimityRequired, signatures=2, auditors=3):
        submit(system, draft(token, ceiling + 1), [auditor_a, auditor_b], relayer)
    submit(system, draft(token, ceiling), [auditor_a, auditor_b], relayer)
    assert token.lastAttestation().reserves == ceiling
    submit(system, draft(token, 100 * ceiling + 100), auditors, relayer)
    assert token.lastAttestation().reserves == 100 * ceiling + 100


def test_attest__with_a_suspended_auditor__can_never_be_unanimous(
    funded: Any, token: Any, guardian: Any, auditor_a: Any, auditor_b: Any, auditor_c: Any,
    relayer: Any,
) -> None:  # fmt: skip
    token.suspendAuditor(auditor_c, sender=guardian)
    with reverts(token.UnanimityRequired, signatures=2, auditors=3):
        submit(funded, draft(token, 11_000 * 100 + 1), [auditor_a, auditor_b], relayer)
    submit(funded, draft(token, 11_000 * 100), [auditor_a, auditor_b], relayer)
    assert token.lastAttestation().reserves == 11_000 * 100


def test_attest__epoch_not_the_next__reverts(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    for epoch in (0, 1, 3, 2**64 + 2, 2**256 - 1):
        with reverts(token.InvalidEpoch, expected=2, actual=epoch):
            submit(funded, draft(token, 1, epoch=epoch), auditors, relayer)


def test_attest__replay__reverts(funded: Any, token: Any, auditors: Any, relayer: Any) -> None:
    attestation = draft(token, 10_000 * 100)
    submit(funded, attestation, auditors, relayer)
    with reverts(token.InvalidEpoch, expected=3, actual=2):
        submit(funded, attestation, auditors, relayer)


def test_attest__as_of_before_the_last__reverts(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    last = token.lastAttestation().asOf
    for as_of in (last - 1, 0):
        with reverts(token.AsOfBeforeLast, lastAsOf=last, asOf=as_of):
            submit(funded, draft(token, 1, as_of=as_of), auditors, relayer)


def test_attest__same_closing_again__is_accepted_with_its_new_figures(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    last = token.lastAttestation().asOf
    submit(funded, draft(token, 1, as_of=last), auditors, relayer)
    assert tuple(token.lastAttestation())[:4] == (2, 1, 0, last)
    assert token.solvency().backing == 10_000


def test_attest__as_of_in_the_future__reverts(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    now = chain.pending_timestamp
    for as_of in (now + 86_400, 2**40, 2**256 - 1):
        with reverts(token.AsOfInFuture, asOf=as_of):
            submit(funded, draft(token, 1, as_of=as_of), auditors, relayer)


def test_attest__as_of_now__is_accepted_and_one_second_later_not(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    now = chain.pending_timestamp + 1_000
    chain.pending_timestamp = now
    with reverts(token.AsOfInFuture, asOf=now + 1):
        submit(funded, draft(token, 1, as_of=now + 1), auditors, relayer)
    chain.pending_timestamp = now + 1
    submit(funded, draft(token, 1, as_of=now + 1), auditors, relayer)
    assert token.lastAttestation().asOf == now + 1


def test_attest__one_second_before_max_age__is_accepted(
    system: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    as_of = chain.pending_timestamp
    max_age = token.reserveLimits().maxAge
    chain.pending_timestamp = as_of + max_age - 1
    submit(system, draft(token, 100, as_of=as_of), auditors, relayer)
    assert token.solvency().validUntil == as_of + max_age == chain.blocks.head.timestamp + 1


@pytest.mark.parametrize("late", [0, 1, 20 * 86_400])
def test_attest__at_max_age_or_later__counts_as_figures_that_enable_nothing(
    system: Any, token: Any, auditors: Any, issuer: Any, relayer: Any, late: int
) -> None:
    as_of = chain.pending_timestamp
    max_age = token.reserveLimits().maxAge
    chain.pending_timestamp = as_of + max_age + late
    submit(system, draft(token, 100, as_of=as_of), auditors, relayer)
    assert tuple(token.solvency()) == (0, SOM, 0, as_of + max_age)
    assert token.headroom() == 0
    with reverts(token.AttestationExpired, validUntil=as_of + max_age):
        token.mint(issuer, 1, sender=issuer)


def test_attest__more_settled_than_burned__reverts(
    funded: Any, token: Any, auditors: Any, issuer: Any, relayer: Any
) -> None:
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(100 * SOM, sender=issuer)
    for settled in (100 * SOM + 1, 2**72, 2**256 - 1):
        with reverts(token.SettledOutOfRange, settled=settled, burned=100 * SOM):
            submit(funded, draft(token, 10_000 * 100, settled=settled), auditors, relayer)


def test_attest__settled_corrected_up_and_down__is_accepted(
    funded: Any, token: Any, attest: Any, issuer: Any
) -> None:
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(100 * SOM, sender=issuer)
    for settled in (40 * SOM, 100 * SOM, 99 * SOM, 1, 0):
        attest(10_000 * 100, settled=settled)
        assert token.lastAttestation().settled == settled
        assert token.solvency().backing == 9_900 * SOM + settled


def test_attest__reserves_beyond_the_field__reverts(
    system: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    for reserves in (MOST_RESERVES + 1, 2**72, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=reserves, max=MOST_RESERVES):
            submit(system, draft(token, reserves), auditors, relayer)


def test_attest__greatest_reserves__are_exact(token: Any, attest: Any) -> None:
    attest(MOST_RESERVES)
    assert token.lastAttestation().reserves == MOST_RESERVES
    assert token.solvency().backing == MOST_RESERVES * 10_000


def test_attest__everything_paused__is_accepted(
    funded: Any, token: Any, attest: Any, pauser: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    attest(9_000 * 100)
    assert token.solvency().backing == 9_000 * SOM


def test_attest__by_a_blocked_submitter__is_accepted(
    funded: Any, token: Any, compliance: Any, auditors: Any, relayer: Any
) -> None:
    token.blockAccounts([relayer, *auditors], sender=compliance)
    submit(funded, draft(token, 9_000 * 100), auditors, relayer)
    assert token.lastAttestation().epoch == 2


def test_attest__order_of_errors__is_as_documented(funded: Any, token: Any, relayer: Any) -> None:
    now = chain.pending_timestamp
    too_much = MOST_RESERVES + 1
    last = token.lastAttestation().asOf

    def send(
        epoch: int, as_of: int, settled: int, reserves: int = too_much, halts: int = 1
    ) -> None:
        figures = (epoch, reserves, settled, as_of, REPORT_HASH)
        token.attest(figures, halts, last, [], sender=relayer)

    with reverts(token.InvalidEpoch, expected=2, actual=1):
        send(1, last - 1, 1)
    with reverts(token.AsOfBeforeLast, lastAsOf=last, asOf=last - 1):
        send(2, last - 1, 1)
    with reverts(token.AsOfInFuture, asOf=now + 10**6):
        send(2, now + 10**6, 1)
    with reverts(token.SettledOutOfRange, settled=1, burned=0):
        send(2, now, 1)
    with reverts(token.AmountOutOfRange, amount=too_much, max=MOST_RESERVES):
        send(2, now, 0)
    with reverts(token.InvalidHalts, expected=0, actual=1):
        send(2, now, 0, 0)
    with reverts(token.SignaturesExpired, deadline=last):
        send(2, now, 0, 0, halts=0)
