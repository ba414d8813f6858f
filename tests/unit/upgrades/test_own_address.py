"""``KGSTLogic`` at its own address: explorers would show what it logs there as the events of a token."""

from __future__ import annotations

from typing import Any

from support.payments import cancellation
from support.reverts import reverts

from kgst.attestation import Domain
from kgst.flags import PAUSE_FLAGS, PauseFlag

KEY = b"\xa7" * 32


def test_logic__payments_mints_and_burns_at_its_own_address__are_paused(
    system: Any, outsider: Any
) -> None:
    logic = system.logic
    assert logic.pauseFlags() == PAUSE_FLAGS
    calls = (
        (PauseFlag.TRANSFERS, logic.transfer, (outsider, 0)),
        (PauseFlag.TRANSFERS, logic.transferFrom, (outsider, outsider, 0)),
        (PauseFlag.TRANSFERS, logic.payout, ([outsider], [0])),
        (PauseFlag.TRANSFERS, logic.payout, ([outsider], [0], KEY)),
        (PauseFlag.MINTING, logic.mint, (outsider, 0)),
        (PauseFlag.MINTING, logic.mintBatch, ([outsider], [0], KEY)),
        (PauseFlag.BURNING, logic.burn, (0, KEY)),
        (PauseFlag.AUTHORIZATIONS, logic.permit, (outsider, outsider, 0, 2**40, b"")),
    )
    for flag, function, arguments in calls:
        with reverts(logic.OperationPaused, flags=int(flag)):
            function(*arguments, sender=outsider)


def test_logic__what_no_pause_reaches_at_its_own_address__asks_where_it_runs(
    system: Any, outsider: Any, relayer: Any
) -> None:
    logic = system.logic
    for value in (0, 1):
        with reverts(logic.NotTheToken):
            logic.approve(relayer, value, sender=outsider)
    own = Domain(logic.eip712Domain().chainId, logic.address)
    signed = cancellation(outsider, 7).signed(outsider, own, "bytes")
    with reverts(logic.NotTheToken):
        logic.cancelAuthorization(*signed, sender=relayer)
    assert logic.authorizationState(outsider, (7).to_bytes(32)) is False


def test_logic__governed_functions_at_its_own_address__have_no_governor(
    system: Any, admin: Any, guardian: Any
) -> None:
    logic = system.logic
    assert logic.authority() == logic.address
    for officer in (admin, guardian):
        with reverts(logic.AccessManagedUnauthorized, caller=officer):
            logic.pause(1, sender=officer)
