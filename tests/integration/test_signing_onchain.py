"""Whether a contract takes a signature as its own, asked of a node."""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from requests import ConnectionError as Unreachable

from kgst.node import NoAnswerError
from kgst.signing.onchain import takes

HASHED = b"\x11" * 32


def test_takes__a_contract_that_is_no_wallet__does_not(token: Any) -> None:
    assert takes(chain.provider, token.address, HASHED, b"\x22" * 65) is False


def test_takes__no_contract__does_not(outsider: Any) -> None:
    assert takes(chain.provider, outsider.address, HASHED, b"\x22" * 65) is False


def test_takes__node_fails_after_the_code_was_read__is_no_answer(
    deployer: Any, outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the auditors would be told to sign again what is good."""
    wallet = deployer.deploy(project.ERC1271WalletMock, outsider)

    def unreachable(*_: Any, **__: Any) -> Any:
        raise Unreachable("connection reset")

    monkeypatch.setattr(chain.provider.web3.eth, "call", unreachable)
    with pytest.raises(NoAnswerError):
        takes(chain.provider, wallet.address, HASHED, b"\x22" * 65)


MAGIC = bytes.fromhex("1626ba7e")
OTHER_ANSWERS = {
    "nothing": b"",
    "zero": bytes(32),
    "true": (1).to_bytes(32),
    "all bits": b"\xff" * 32,
    "EIP-1271's word for no": b"\xff" * 4 + bytes(28),
    "the magic of the first draft": bytes.fromhex("20c13b0b") + bytes(28),
    "the magic at the wrong end": bytes(28) + MAGIC,
    "the magic alone": MAGIC,
    "the magic with one bit more": (int.from_bytes(MAGIC) | 1).to_bytes(4) + bytes(28),
    "the magic and dirt behind it": MAGIC + bytes(27) + b"\1",
}


def answering(word: bytes, sender: Any) -> str:
    """A contract that answers every call with these bytes, at most 32."""
    code = b"\x7f" + word.ljust(32, b"\0") + b"\x5f\x52" + bytes([0x60, len(word)]) + b"\x5f\xf3"
    creation = b"\x60" + bytes([len(code)]) + b"\x80\x60\x0a\x5f\x39\x5f\xf3" + b"\0" + code
    eth = chain.provider.web3.eth
    sent = eth.send_transaction({"from": sender.address, "data": creation, "gas": 200_000})
    made = eth.get_transaction_receipt(sent)["contractAddress"]
    assert made is not None
    assert bytes(eth.get_code(made)) == code
    return str(made)


def test_takes__the_magic_and_no_other_answer(outsider: Any) -> None:
    right = answering(MAGIC + bytes(28), outsider)
    assert takes(chain.provider, right, HASHED, b"\x22" * 65) is True
    for what, answer in OTHER_ANSWERS.items():
        wallet = answering(answer, outsider)
        assert takes(chain.provider, wallet, HASHED, b"\x22" * 65) is False, what
