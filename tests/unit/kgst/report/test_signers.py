"""Who signed what the token took: not whom call data names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.abi import function_signature_to_4byte_selector
from support.bsc.people import key_of

from kgst.attestation import AuditorRotation, Domain, ImplementationApproval
from kgst.index.known import known_events
from kgst.report.period import Period
from kgst.report.powers import uses
from kgst.report.signers import auditor_sets, by_bits, consents, signed_in

TOKEN = "0x" + "22" * 20
DOMAIN = Domain(97, TOKEN)
A, B, C = sorted(
    (key_of(label) for label in ("auditor_a", "auditor_b", "auditor_c")), key=lambda key: int(key.address, 16)
)  # fmt: skip
STRANGER = key_of("outsider")
CODE, DATA, LOGIC = b"\x01" * 32, b"\x02" * 32, "0x" + "33" * 20
TYPES = {
    "approveImplementation": ["address", "bytes32", "bytes32", "uint256", "uint256", "(address,bytes)[]"],
    "rotateAuditors": ["address[]", "uint256", "uint256", "(address,bytes)[]"],
    "attest": ["(uint256,uint256,uint256,uint256,bytes32)", "uint256", "uint256", "(address,bytes)[]"],
}  # fmt: skip


TOPICS = {event.name: event.topic for event in known_events()}


class Index:
    """Rows of an index: A, B and C are auditors from block 1 on, A and B from block 9 on."""

    def __init__(
        self, *, input: bytes = b"", bits: int | None = None, events: tuple[str, ...] = ()
    ) -> None:
        self.events = events
        self.record = SimpleNamespace(chain_id=97, token=SimpleNamespace(address=TOKEN))
        self.input, self.bits = input, bits

    def rows(self, query: str, *_: Any) -> list[tuple[Any, ...]]:
        if "list_contains" in query:
            return [
                ("0x" + "44" * 32, 4, bytes(20), b"", TOPICS[name], None, None, None) for name in self.events
            ]  # fmt: skip
        if "FROM operation_executed" in query:
            return []
        if "FROM logs" in query:
            sets = ((1, 3, "11", [A, B, C]), (9, 4, "22", [A, B]))
            return [
                (block, 0, block, "0x" + hash_ * 32, version.to_bytes(32),
                 encode(["address[]", "uint256"], [[one.address for one in members], 2]))
                for block, version, hash_, members in sets
            ]  # fmt: skip
        if "FROM implementation_approved" in query:
            return [(5, 2, "0x" + "55" * 32, LOGIC, "0x" + CODE.hex(), "0x" + DATA.hex(), 7)]
        if "FROM minting_halted" in query:
            return [(2, 0), (6, 0)]
        if "FROM reserves_attested" in query:
            return [] if self.bits is None else [(4, 1, "0x" + "44" * 32, self.bits)]
        assert "FROM calls" in query
        return [(self.input,)]

    def broken(self, what: str) -> Exception:
        return ValueError(what)


def call(function: str, *arguments: Any) -> bytes:
    types = TYPES[function]
    return function_signature_to_4byte_selector(f"{function}({','.join(types)})") + encode(
        types, arguments
    )


def signed(message: Any, *keys: Any) -> list[tuple[str, bytes]]:
    asked = message.message(DOMAIN)
    return [
        (key.address, bytes(Account.sign_message(asked, key.private_key).signature)) for key in keys
    ]


def approval(*keys: Any, halts: int = 1, version: int = 3) -> bytes:
    message = ImplementationApproval(LOGIC, CODE, DATA, 7, halts, version, 1_000)
    return call("approveImplementation", *message.arguments(signed(message, *keys)))


CLAIMED = call("approveImplementation", LOGIC, CODE, DATA, 7, 1_000, [(C.address, b"\x1b" * 65)])
"""As whoever submits it writes it."""


@pytest.mark.parametrize(
    ("data", "signers"),
    [
        (approval(A, B), [A, B]),
        (CLAIMED + approval(A, B), [A, B]),
        (b"\x12\x34\x56\x78" + bytes(64) + CLAIMED + approval(B), [B]),
        (CLAIMED, []),
        (approval(A, STRANGER), [A]),
        (approval(A, B, halts=2), []),
        (approval(A, B, version=4), []),
        (approval(A)[:-96], []),
        (b"", []),
    ],
    ids=[
        "by two", "behind a decoy", "within another call", "decoy alone", "one in office", "of after a halt",
        "of another set", "cut off", "none",
    ],
)  # fmt: skip
def test_consents__name_whose_signature_is_recovered(data: bytes, signers: list[Any]) -> None:
    index: Any = Index(input=data)
    [found] = consents(index, auditor_sets(index))
    assert found.signers == tuple(sorted(one.address for one in signers))


def test_signed_in__attestation__is_of_the_bits_of_its_event() -> None:
    decoy = call("attest", (1, 2, 3, 4, CODE), 0, 0, [(C.address, b"\x1b" * 65)])
    index: Any = Index(input=decoy, bits=0b011)
    assert signed_in(index) == {"0x" + "44" * 32: tuple(sorted((A.address, B.address)))}


def test_signed_in__rotation__is_signed_in_the_version_that_it_ends() -> None:
    rotation = AuditorRotation((A.address, B.address), 2, 3, 1_000)
    index: Any = Index(input=call("rotateAuditors", *rotation.arguments(signed(rotation, A, C))))
    assert signed_in(index) == {"0x" + "22" * 32: tuple(sorted((A.address, C.address)))}


def test_by_bits__more_than_are_in_office__is_a_broken_index() -> None:
    index: Any = Index()
    sets = auditor_sets(index)
    assert by_bits(index, sets, (4, 0), 0b100) == (C.address,)
    for place, bits in (((4, 0), 0b1000), ((10, 0), 0b100), ((0, 0), 1)):
        with pytest.raises(ValueError, match="more auditors than were in office"):
            by_bits(index, sets, place, bits)


@pytest.mark.parametrize(
    ("events", "explained"),
    [
        (("ReservesAttested",), True),
        (("ReservesAttested", "AuditorsProposalCanceled"), True),
        (("ReservesAttested", "Minted"), False),
        (("Minted", "ReservesAttested"), False),
        (("Blocked",), False),
    ],
)
def test_uses__auditors_explain_what_they_sign_and_nothing_beside_it(
    events: tuple[str, ...], *, explained: bool
) -> None:
    """Who mints and submits an attestation in one transaction still has to answer for the mint."""
    index: Any = Index(bits=0b11, events=events)
    [found] = uses(index, Period.parse("2026-01-01", "2026-01-02", "utc"), {})
    assert found.auditors == tuple(sorted((A.address, B.address)))
    assert found.is_explained is explained
