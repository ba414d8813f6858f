"""Every kind of signature from every kind of device: attestation, rotation, consent, a Safe's transaction, a key."""

from typing import Any

import pytest
from ape.exceptions import SignatureError as DeviceError
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_keys.constants import SECPK1_N
from support import drafts, rotations, upgrades
from support.devices import Device, as_is, from_zero, high, nothing, without_zeros

from kgst.auditors.files import RotationFile
from kgst.errors import RefusedError
from kgst.govern.challenge import Challenge
from kgst.proposals.files import Proposal
from kgst.proposals.kind import OwnersDraft, owners_of
from kgst.safe.safes import SafeTransaction
from kgst.signatures import SignatureError, normalised, recover, sign_message
from kgst.signing.ceremony import signature_of

HASH = "0x" + "ab" * 32
GOOD = b"\1" * 64 + b"\x1b"


def of_attestation(device: Any) -> tuple[SignableMessage, str]:
    draft = drafts.make()
    return draft.message, signature_of(draft, device).signature


def of_rotation(device: Any) -> tuple[SignableMessage, str]:
    draft: RotationFile = rotations.make()
    return draft.message, signature_of(draft, device).signature


def of_consent(device: Any) -> tuple[SignableMessage, str]:
    file = upgrades.make()
    return file.message, signature_of(file, device).signature


def of_safe(device: Any) -> tuple[SignableMessage, str]:
    transaction = SafeTransaction(97, drafts.OTHER, drafts.TOKEN, b"\x13d9\xdd", 5)
    owners = owners_of("governance", [device.address])
    draft = OwnersDraft(Proposal.of(transaction, "pause", []), owners, 1)
    file = signature_of(draft, device)
    return transaction.message, file.signature


def of_key(device: Any) -> tuple[SignableMessage, str]:
    challenge = Challenge(
        chain_id=97,
        manager=drafts.OTHER,
        account=device.address,
        replaces=drafts.TOKEN,
        roles="PAUSER",
        granted_at=1,
    )
    return challenge.message, signature_of(challenge, device).signature


KINDS = pytest.mark.parametrize("kind", [of_attestation, of_rotation, of_consent, of_safe, of_key])


@KINDS
@pytest.mark.parametrize("form", [as_is, from_zero, without_zeros])
def test_sign__any_form__is_kept_in_the_one_that_contracts_take(kind: Any, form: Any) -> None:
    auditor = drafts.auditor(0)
    message, signature = kind(Device(auditor, form))
    expected = Account.sign_message(message, auditor.private_key).signature
    assert signature == "0x" + bytes(expected).hex()


@KINDS
def test_sign__not_in_order__is_refused(kind: Any) -> None:
    auditor = drafts.auditor(0)
    with pytest.raises(RefusedError, match="its s is high"):
        kind(Device(auditor, high))
    with pytest.raises(RefusedError, match=f"{auditor.address} did not sign; nothing was kept"):
        kind(Device(auditor, nothing))
    with pytest.raises(RefusedError, match="it signed something else"):
        kind(Device(auditor, as_is, shown=drafts.make(reserves=1).message))


@KINDS
@pytest.mark.parametrize("v", [2, 26, 29, 256])
def test_sign__strange_v__is_refused(kind: Any, v: int) -> None:
    device = Device(drafts.auditor(0), lambda _, r, s: as_is(v, r, s))
    with pytest.raises(RefusedError, match="a signature that no contract takes"):
        kind(device)


def test_sign_message__device_fails__its_words_are_passed_on() -> None:
    def fails(*_: int) -> None:
        raise DeviceError("the cable is out!")

    with pytest.raises(RefusedError, match="did not sign: the cable is out; nothing was kept"):
        of_key(Device(drafts.auditor(0), fails))


def test_sign_message__zeros_dropped__are_put_back() -> None:
    auditor = drafts.auditor(0)
    for as_of in range(drafts.NOW - 2_000, drafts.NOW):
        message = drafts.make(as_of=as_of).message
        signed = Account.sign_message(message, auditor.private_key)
        if signed.r < 2**248:
            break
    else:
        pytest.fail("no signature whose r begins with a zero byte")
    device: Any = Device(auditor, without_zeros)
    assert sign_message(device, message) == bytes(signed.signature)


@pytest.mark.parametrize(("v", "expected"), [(0, 27), (1, 28), (27, 27), (28, 28)])
def test_normalised__v__is_counted_from_27(v: int, expected: int) -> None:
    assert normalised(b"\1" * 64 + bytes([v])) == b"\1" * 64 + bytes([expected])


def test_normalised__s__may_be_half_the_order_at_most() -> None:
    half = b"\1" * 32 + (SECPK1_N // 2).to_bytes(32) + b"\x1b"
    assert normalised(half) == half
    with pytest.raises(SignatureError, match="its s is high"):
        normalised(b"\1" * 32 + (SECPK1_N // 2 + 1).to_bytes(32) + b"\x1b")


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        (b"", "this has 0"),
        (b"\1" * 64, "this has 64"),
        (b"\1" * 66, "this has 66"),
        (b"\0" * 64 + b"\x1b", "no key's"),
        (b"\1" * 64 + b"\0", "v is 0"),
        (b"\1" * 64 + b"\x1d", "v is 29"),
        (b"\1" * 32 + b"\xff" * 32 + b"\x1b", "its s is high"),
        (b"\xff" * 32 + b"\1" * 32 + b"\x1b", "no key's"),
    ],
)
def test_recover__not_a_signature__says_why(signature: bytes, said: str) -> None:
    with pytest.raises(SignatureError, match=said):
        recover(drafts.make().message, signature)
