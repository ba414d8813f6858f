"""ERC-7943's reads: ``canSend``, ``canReceive``, ``canTransfer``, ``getFrozenTokens``. None of them ever reverts."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.payments import MAX_72, MAX_256, SOM, TRANSFERS, ZERO, rolled_back
from support.reverts import reverts

BALANCE = 1_000 * SOM


@pytest.mark.parametrize("read", ["canSend", "canReceive"])
def test_can_send_or_receive__blocked_and_unblocked__follows(
    token: Any, outsider: Any, compliance: Any, read: str
) -> None:
    allowed = getattr(token, read)
    assert allowed(outsider) is True
    token.blockAccount(outsider, sender=compliance)
    assert allowed(outsider) is False
    token.unblockAccount(outsider, sender=compliance)
    assert allowed(outsider) is True


@pytest.mark.parametrize("read", ["canSend", "canReceive"])
def test_can_send_or_receive__zero_address_or_token__is_false(token: Any, read: str) -> None:
    for reserved in (ZERO, token.address):
        assert getattr(token, read)(reserved) is False


@pytest.mark.parametrize("read", ["canSend", "canReceive"])
def test_can_send_or_receive__frozen__is_true(
    token: Any, outsider: Any, compliance: Any, read: str
) -> None:
    # A rule on amounts, not on the account.
    token.setFrozenTokens(outsider, MAX_72, sender=compliance)
    assert getattr(token, read)(outsider) is True


@pytest.mark.parametrize("frozen", [0, 1, BALANCE, BALANCE + 1, MAX_72])
def test_get_frozen_tokens__set__is_absolute(
    funded: Any, token: Any, holder: Any, compliance: Any, frozen: int
) -> None:
    assert token.getFrozenTokens(holder) == 0
    token.setFrozenTokens(holder, frozen, sender=compliance)
    assert token.getFrozenTokens(holder) == frozen
    assert token.balanceOf(holder) == BALANCE


@pytest.mark.parametrize(
    ("frozen", "most"),
    [(0, BALANCE), (300 * SOM, 700 * SOM), (BALANCE, 0), (BALANCE + 1, 0), (MAX_72, 0)],
)
def test_can_transfer__frozen__allows_the_rest_and_no_unit_more(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any, frozen: int, most: int
) -> None:
    token.setFrozenTokens(holder, frozen, sender=compliance)
    for amount in (0, most):
        assert token.canTransfer(holder, receiver, amount) is True
    for amount in {most + 1, (most + 1 + BALANCE) // 2, BALANCE}:
        if most < amount <= BALANCE:
            assert token.canTransfer(holder, receiver, amount) is False
    # Of what the balance could not pay anyway, the standard says nothing.
    for amount in (BALANCE + 1, MAX_72 + 1, 2**256 - max(frozen, 1), MAX_256):
        assert token.canTransfer(holder, receiver, amount) is True


def test_can_transfer__blocked_end__is_false(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    for end in (holder, receiver):
        token.blockAccount(end, sender=compliance)
        assert token.canTransfer(holder, receiver, 0) is False
        token.unblockAccount(end, sender=compliance)
        assert token.canTransfer(holder, receiver, BALANCE) is True


def test_can_transfer__zero_address_or_token_at_an_end__is_false(
    funded: Any, token: Any, holder: Any
) -> None:
    for reserved in (ZERO, token.address):
        for amount in (0, MAX_256):
            assert token.canTransfer(holder, reserved, amount) is False
            assert token.canTransfer(reserved, holder, amount) is False


def test_can_transfer__each_pause_flag__only_that_of_transfers_counts(
    funded: Any, token: Any, holder: Any, receiver: Any, pauser: Any, unpauser: Any
) -> None:
    for flags in range(1, 16):
        token.pause(flags, sender=pauser)
        assert token.canTransfer(holder, receiver, 1) is not bool(flags & TRANSFERS), flags
        token.unpause(flags, sender=unpauser)


@dataclass(frozen=True)
class State:
    """A state of the token and a transfer in it; amounts in base units."""

    amount: int
    frozen: int
    to: str
    from_blocked: bool
    to_blocked: bool
    flags: int
    delegated: bool


_STATES = st.builds(
    State,
    amount=st.sampled_from([0, 1, BALANCE - 1, BALANCE, BALANCE + 1, MAX_256])
    | st.integers(0, 2 * BALANCE),
    frozen=st.sampled_from([0, 0, 1, BALANCE, MAX_72]) | st.integers(0, 2 * BALANCE),
    to=st.sampled_from(["receiver", "receiver", "holder", "zero", "token"]),
    from_blocked=st.sampled_from([False, False, False, True]),
    to_blocked=st.sampled_from([False, False, False, True]),
    flags=st.sampled_from([0, 0, 0, *range(16)]),
    delegated=st.booleans(),
)


def test_can_transfer__any_state__agrees_with_transfer(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any, pauser: Any,
    upgrader: Any,
) -> None:  # fmt: skip
    outcomes: Counter[str] = Counter()
    ends = {"receiver": receiver, "holder": holder, "zero": ZERO, "token": token.address}

    @settings(max_examples=40, deadline=None)
    @given(state=_STATES)
    def agrees(state: State) -> None:
        to = ends[state.to]
        reserved = state.to in ("zero", "token")
        from_blocked = state.from_blocked or (state.to == "holder" and state.to_blocked)
        free = max(0, BALANCE - state.frozen)
        with rolled_back():
            token.setFrozenTokens(holder, state.frozen, sender=compliance)
            if state.from_blocked:
                token.blockAccount(holder, sender=compliance)
            if state.to_blocked:
                token.blockAccount(to, sender=compliance)
            if state.flags:
                token.pause(state.flags, sender=pauser)
            token.setDelegateAll(state.delegated, sender=upgrader)

            allowed = token.canTransfer(holder, to, state.amount)
            refusal: Any
            if state.flags & TRANSFERS:
                refusal = reverts(token.OperationPaused, flags=TRANSFERS)
            elif from_blocked:
                refusal = reverts(token.ERC7943CannotSend, account=holder)
            elif state.amount > BALANCE:
                refusal = reverts(
                    token.ERC20InsufficientBalance,
                    sender=holder,
                    balance=BALANCE,
                    needed=state.amount,
                )
            elif state.amount > free:
                refusal = reverts(
                    token.ERC7943InsufficientUnfrozenBalance,
                    account=holder,
                    amount=state.amount,
                    unfrozen=free,
                )
            elif reserved:
                refusal = reverts(token.ERC20InvalidReceiver, receiver=to)
            elif state.to_blocked:
                refusal = reverts(token.ERC7943CannotReceive, account=to)
            else:
                refusal = None
            outcomes["refused" if refusal else "moved"] += 1

            if refusal:
                with refusal:
                    token.transfer(to, state.amount, sender=holder)
            else:
                token.transfer(to, state.amount, sender=holder)
            # The token's rules; whether the balance suffices is no rule of this standard.
            broke = state.amount > BALANCE and not (from_blocked or state.flags & TRANSFERS)
            assert allowed is ((broke and not (reserved or state.to_blocked)) or refusal is None)

    agrees()
    assert min(outcomes["moved"], outcomes["refused"]) >= 3, outcomes
