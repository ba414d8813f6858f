"""EIP-3009: type hashes, selectors and topics as in the standard's text and in tokens that wallets already know."""

from typing import Any

import pytest
from eth_abi import encode
from eth_account import Account
from eth_utils import event_signature_to_log_topic as topic
from eth_utils import function_signature_to_4byte_selector as selector
from eth_utils import keccak
from support.payments import MAX_256, SOM, cancellation, transfer_authorization, word

_FIELDS = (
    "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)


@pytest.mark.parametrize(
    ("getter", "text", "number"),
    [
        (
            "TRANSFER_WITH_AUTHORIZATION_TYPEHASH",
            "TransferWithAuthorization" + _FIELDS,
            "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
        ),
        (
            "RECEIVE_WITH_AUTHORIZATION_TYPEHASH",
            "ReceiveWithAuthorization" + _FIELDS,
            "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
        ),
        (
            "CANCEL_AUTHORIZATION_TYPEHASH",
            "CancelAuthorization(address authorizer,bytes32 nonce)",
            "158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429",
        ),
    ],
)
def test_typehash__getter__is_that_of_the_standard(
    token: Any, getter: str, text: str, number: str
) -> None:
    assert keccak(text=text).hex() == number
    assert bytes(getattr(token, getter)()).hex() == number


def test_transfer_with_authorization__digest_of_the_standard__is_what_the_payer_signs(
    funded: Any, token: Any, holder: Any, receiver: Any, relayer: Any
) -> None:
    payment = (holder.address, receiver.address, 400 * SOM, 0, MAX_256, word(7))
    types = ("bytes32", "address", "address", "uint256", "uint256", "uint256", "bytes32")
    typehash = keccak(text="TransferWithAuthorization" + _FIELDS)
    separator = bytes(token.DOMAIN_SEPARATOR())
    digest = keccak(b"\x19\x01" + separator + keccak(encode(types, (typehash, *payment))))
    signed = Account.unsafe_sign_hash(digest, holder.private_key)
    r, s = signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")
    token.transferWithAuthorization(*payment, signed.v, r, s, sender=relayer)
    assert token.balanceOf(receiver) == 400 * SOM


@pytest.mark.parametrize(
    "number",
    [
        "e3ee160e",  # transferWithAuthorization, v r s
        "cf092995",  # transferWithAuthorization, bytes
        "ef55bec6",  # receiveWithAuthorization, v r s
        "88b7ab63",  # receiveWithAuthorization, bytes
        "5a049a70",  # cancelAuthorization, v r s
        "b7b72899",  # cancelAuthorization, bytes
        "e94a0102",  # authorizationState
        "a0cc6a68",  # TRANSFER_WITH_AUTHORIZATION_TYPEHASH
        "7f2eecc3",  # RECEIVE_WITH_AUTHORIZATION_TYPEHASH
        "d9169487",  # CANCEL_AUTHORIZATION_TYPEHASH
    ],
)
def test_selector__of_wallets__is_there(token: Any, number: str) -> None:
    assert number in {selector(abi.selector).hex() for abi in token.contract_type.methods}


def test_topics__as_in_the_standard(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any
) -> None:
    payer = "0x" + holder.address[2:].lower().rjust(64, "0")
    call = transfer_authorization(holder, receiver, 1, nonce=7)
    receipt = token.transferWithAuthorization(*call.signed(holder, domain), sender=relayer)
    assert _topics(receipt.logs[0]) == [
        "0x" + topic("AuthorizationUsed(address,bytes32)").hex(),
        payer,
        "0x" + word(7).hex(),
    ]
    call = cancellation(holder, 8)
    receipt = token.cancelAuthorization(*call.signed(holder, domain), sender=relayer)
    assert _topics(receipt.logs[0]) == [
        "0x" + topic("AuthorizationCanceled(address,bytes32)").hex(),
        payer,
        "0x" + word(8).hex(),
    ]


def _topics(log: Any) -> list[str]:
    return ["0x" + bytes(value).hex() for value in log["topics"]]
