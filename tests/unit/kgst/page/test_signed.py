"""An attestation's signatures, out of a transaction that whoever submits it writes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.abi import function_signature_to_4byte_selector
from support.bsc.people import key_of

from kgst.attestation import Domain, ReserveAttestation
from kgst.page.signed import read_signed
from kgst.snapshot.token import Attestation

DOMAIN = Domain(97, "0x" + "22" * 20)
LAST = Attestation(3, 400, 5, 600, b"\x07" * 32)
KEYS = [key_of(label) for label in ("auditor_a", "auditor_b")]
TYPES = ["(uint256,uint256,uint256,uint256,bytes32)", "uint256", "uint256", "(address,bytes)[]"]
SELECTOR = function_signature_to_4byte_selector(f"attest({','.join(TYPES)})")


def submitted(signatures: list[tuple[str, bytes]], deadline: int = 9_000, epoch: int = 3) -> bytes:
    return SELECTOR + encode(TYPES, [(epoch, *LAST[1:]), 1, deadline, signatures])


def true(deadline: int = 9_000) -> list[tuple[str, bytes]]:
    message = ReserveAttestation(*LAST, 1, 2, deadline).message(DOMAIN)
    return [
        (key.address, bytes(Account.sign_message(message, key.private_key).signature))
        for key in KEYS
    ]


FALSE = [(key.address, b"\x1b" * 65) for key in KEYS]


def read(data: bytes) -> Any:
    eth = SimpleNamespace(get_transaction=lambda _: {"input": data})
    provider: Any = SimpleNamespace(web3=SimpleNamespace(eth=eth))
    return read_signed(provider, "0x11", LAST, DOMAIN, 2)


@pytest.mark.parametrize(
    "data",
    [
        submitted(true()),
        submitted(FALSE) + submitted(true()),
        submitted(true()) + submitted(FALSE),
        submitted(true()[:1], 1) + submitted(FALSE) + submitted(true()),
        b"\x00" * 68 + submitted(true(), epoch=4) + submitted(true()),
    ],
    ids=["alone", "behind a decoy", "before a decoy", "behind several", "within another call"],
)
def test_read_signed__what_is_recovered__is_taken(data: bytes) -> None:
    found = read(data)
    assert (found.signatures, found.known_halts, found.deadline) == (tuple(true()), 1, 9_000)


def test_read_signed__nothing_recovered__is_told_as_it_stands() -> None:
    """Contracts' signatures are of any form."""
    assert read(submitted(FALSE)).signatures == tuple(FALSE)
    assert read(submitted(true(), epoch=4)) is None
    assert read(b"") is None
