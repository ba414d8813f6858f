"""``attest``: what may be minted then. Deficits, burns between attestations, and what is owed but unpaid."""

from __future__ import annotations

from typing import Any

import pytest
from support.auditing import draft, submit
from support.events import events
from support.reverts import reverts

SOM = 1_000_000


@pytest.mark.parametrize(
    ("reserves", "burned", "settled", "backing"),
    [
        (10_000 * 100, 0, 0, 10_000 * SOM),
        (10_000 * 100, 300 * SOM, 0, 9_700 * SOM),
        (10_000 * 100, 300 * SOM, 299 * SOM, 9_999 * SOM),
        (10_000 * 100, 300 * SOM, 300 * SOM, 10_000 * SOM),
        (300 * 100, 300 * SOM, 0, 0),
        (300 * 100 - 1, 300 * SOM, 0, 0),
        (300 * 100 + 1, 300 * SOM, 0, 10_000),
        (0, 300 * SOM, 0, 0),
        (1, 0, 0, 10_000),
    ],
)
def test_attest__backing__is_reserves_less_what_is_owed(
    funded: Any, token: Any, attest: Any, issuer: Any, reserves: int, burned: int, settled: int,
    backing: int,
) -> None:  # fmt: skip
    token.mint(issuer, burned, sender=issuer)
    token.burn(burned, sender=issuer)
    attest(reserves, settled=settled)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing, solvency.burned) == (1_000 * SOM, backing, burned)


def test_attest__below_the_supply__is_accepted_and_logs_the_shortfall(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    attestation = draft(token, 999 * 100)
    receipt = submit(funded, attestation, auditors[:2], relayer)
    [attested, deficit] = events(receipt, token)
    assert attested[0] == "ReservesAttested"
    assert attested[1]["backing"] == 999 * SOM
    assert deficit == ("ReserveDeficit", {"epoch": 2, "shortfall": SOM})
    assert tuple(token.lastAttestation()) == attestation.as_tuple()


def test_attest__exactly_the_supply__is_no_deficit(
    funded: Any, token: Any, auditors: Any, issuer: Any, relayer: Any
) -> None:
    receipt = submit(funded, draft(token, 1_000 * 100), auditors, relayer)
    assert [name for name, _ in events(receipt, token)] == ["ReservesAttested"]
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(issuer, 1, sender=issuer)


def test_attest__no_reserves_at_all__has_the_whole_supply_as_shortfall(
    funded: Any, token: Any, auditors: Any, relayer: Any
) -> None:
    receipt = submit(funded, draft(token, 0), auditors, relayer)
    assert events(receipt, token)[1] == (
        "ReserveDeficit",
        {"epoch": 2, "shortfall": 1_000 * SOM},
    )


def test_attest__in_a_deficit__holders_go_on(
    funded: Any, token: Any, attest: Any, issuer: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    attest(999 * 100)
    token.transfer(receiver, 100 * SOM, sender=holder)
    token.approve(spender, 100 * SOM, sender=holder)
    token.transferFrom(holder, receiver, 100 * SOM, sender=spender)
    token.transfer(issuer, 50 * SOM, sender=holder)
    token.burn(50 * SOM, sender=issuer)
    assert token.balanceOf(receiver) == 200 * SOM
    assert token.totalSupply() == 950 * SOM
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)


def test_attest__deficit__is_cleared_by_a_newer_attestation_only(
    funded: Any, token: Any, attest: Any, issuer: Any, holder: Any
) -> None:
    attest(999 * 100)
    token.transfer(issuer, 500 * SOM, sender=holder)
    token.burn(500 * SOM, sender=issuer)
    solvency = token.solvency()
    assert solvency.supply - solvency.backing == SOM
    attest(1_000 * 100, settled=500 * SOM)
    assert token.headroom() == 500 * SOM
    token.mint(holder, 500 * SOM, sender=issuer)
    assert token.headroom() == 0


def test_attest__round_trip__burns_make_no_room_until_attested(
    system: Any, token: Any, attest: Any, issuer: Any, receiver: Any
) -> None:
    attest(100 * 100)
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(40 * SOM, sender=issuer)
    assert token.headroom() == 0
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)
    attest(60 * 100, settled=40 * SOM)
    assert token.headroom() == 0
    attest(100 * 100, settled=40 * SOM)
    assert token.headroom() == 40 * SOM


def test_attest__owed_but_unpaid__is_no_headroom(
    system: Any, token: Any, attest: Any, issuer: Any
) -> None:
    attest(100 * 100)
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(40 * SOM, sender=issuer)
    # The money is still in the bank, but it is the redeemer's.
    attest(100 * 100, settled=0)
    assert token.headroom() == 0
    # Half of it was paid out.
    attest(80 * 100, settled=20 * SOM)
    assert token.headroom() == 0
    # A forfeited claim leaves the money behind it with the issuer.
    attest(80 * 100, settled=40 * SOM)
    assert token.headroom() == 20 * SOM


def test_attest__burn_between_as_of_and_submission__counts_as_owed(
    system: Any, token: Any, attest: Any, auditors: Any, issuer: Any, relayer: Any
) -> None:
    attest(100 * 100)
    token.mint(issuer, 100 * SOM, sender=issuer)
    attestation = draft(token, 100 * 100)
    token.burn(40 * SOM, sender=issuer)
    submit(system, attestation, auditors, relayer)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing) == (60 * SOM, 60 * SOM)


def test_attest__mint_between_as_of_and_submission__counts_against_it(
    system: Any, token: Any, attest: Any, auditors: Any, issuer: Any, relayer: Any
) -> None:
    attest(100 * 100)
    attestation = draft(token, 100 * 100)
    token.mint(issuer, 100 * SOM, sender=issuer)
    submit(system, attestation, auditors, relayer)
    assert token.headroom() == 0
