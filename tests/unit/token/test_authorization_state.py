"""``authorizationState``"""

from typing import Any

from support.payments import MAX_256, cancellation, transfer_authorization, word


def test_authorization_state__never_used__is_false(token: Any, holder: Any) -> None:
    for nonce in (0, 1, 255, 256, 2**248, MAX_256):
        assert token.authorizationState(holder, word(nonce)) is False


def test_authorization_state__used_or_canceled__is_true(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any
) -> None:
    payment = transfer_authorization(holder, receiver, 1, nonce=3)
    token.transferWithAuthorization(*payment.signed(holder, domain), sender=relayer)
    token.cancelAuthorization(*cancellation(holder, 5).signed(holder, domain), sender=relayer)
    assert token.authorizationState(holder, word(3)) is True
    assert token.authorizationState(holder, word(5)) is True
    assert token.authorizationState(holder, word(4)) is False
    assert token.authorizationState(receiver, word(3)) is False


def test_authorization_state__a_whole_word_of_nonces__each_has_its_own_bit(
    token: Any, domain: Any, holder: Any, relayer: Any
) -> None:
    used = {0, 1, 2, 127, 128, 254, 255}
    for nonce in used:
        call = cancellation(holder, nonce)
        token.cancelAuthorization(*call.signed(holder, domain), sender=relayer)
    for nonce in range(257):
        assert token.authorizationState(holder, word(nonce)) is (nonce in used), nonce
