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
