"""Call data in words: exact text for what is known, never an exception for what is not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ape import project
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from kgst.decoding.calls import MAX_CALLS, decode_call
from kgst.flags import flag_names
from kgst.policy import Policy
from kgst.roles import role_name

POLICY = Policy.load(Path(__file__).parents[3] / "support/policy.yaml")
TOKEN = "0x" + "AA" * 20
MANAGER = "0x" + "bB" * 20
STRANGER = "0x1234567890AbcdEF1234567890aBcdef12345678"
SOM = 10**6


@dataclass(frozen=True)
class Names:
    """As `System` names addresses."""

    def named(self, address: str) -> str:
        known = {int(TOKEN, 16): "KGST", int(MANAGER, 16): "KGSTAccessManager"}
        return known.get(int(address, 16)) or POLICY.named(address)


def words(to: str, data: bytes) -> str:
    return decode_call(Names(), to, data)


def call(signature: str, *arguments: Any) -> bytes:
    types = signature[signature.index("(") + 1 : -1]
    names = types.split(",") if types else []
    return keccak(text=signature)[:4] + encode(names, arguments)


def person(label: str) -> str:
    return POLICY.address(label)


ISSUER = person("issuer")
PAUSER = person("pauser")
SET_ISSUER = call("setIssuer(address,uint256,uint256,bool)", ISSUER, 10**12, 500_000, True)


@pytest.mark.parametrize(
    ("to", "data", "text"),
    [
        (
            TOKEN,
            SET_ISSUER,
            "token.setIssuer(issuer=issuer (0xBcd4…4096), capacity=1 000 000.00 som, "
            "refillPerSecond=0.50 som per second, mayBurn=true)",
        ),
        (TOKEN, call("pause(uint256)", 5), "token.pause(flags=transfers, minting)"),
        (TOKEN, call("setMaxAge(uint256)", 7200), "token.setMaxAge(newMaxAge=2 hours)"),
        (
            TOKEN,
            call("setMaxIncrease(uint256)", 250),
            "token.setMaxIncrease(newMaxIncreaseBps=2.5 %)",
        ),
        (
            TOKEN,
            call("payout(address[],uint256[])", [ISSUER, PAUSER], [SOM, 1]),
            "token.payout(to=[issuer (0xBcd4…4096), pauser (0x9965…A4dc)], "
            "values=[1.00 som, 0.000001 som])",
        ),
        (
            TOKEN,
            call("approve(address,uint256)", ISSUER, 2**256 - 1),
            "token.approve(spender=issuer (0xBcd4…4096), value=unlimited)",
        ),
        # A foreign token has decimals of its own.
        (
            TOKEN,
            call("rescueTokens(address,address,uint256)", STRANGER, ISSUER, 5),
            f"token.rescueTokens(token=unknown {STRANGER}, to=issuer (0xBcd4…4096), amount=5)",
        ),
        (
            STRANGER,
            call("transfer(address,uint256)", ISSUER, SOM),
            f"unknown {STRANGER}.transfer(to=issuer (0xBcd4…4096), value=1000000)",
        ),
        (
            MANAGER,
            call("grantRole(uint64,address,uint32)", 4, PAUSER, 300),
            "manager.grantRole(roleId=PAUSER, account=pauser (0x9965…A4dc), "
            "executionDelay=5 minutes)",
        ),
        (
            MANAGER,
            call(
                "setTargetFunctionRole(address,bytes4[],uint64)",
                TOKEN,
                [keccak(text="unpause(uint256)")[:4], b"\x01\x02\x03\x04"],
                2**64 - 1,
            ),
            "manager.setTargetFunctionRole(target=KGST, "
            "selectors=[unpause(uint256), 0x01020304], roleId=PUBLIC)",
        ),
        (
            MANAGER,
            call("schedule(address,bytes,uint48)", TOKEN, call("unpause(uint256)", 1), 0),
            "manager.schedule(target=KGST, data=token.unpause(flags=transfers), when=once its delay has passed)",
        ),
        (
            MANAGER,
            call(
                "multicall(bytes[])",
                [
                    call("execute(address,bytes)", TOKEN, call("burn(uint256)", SOM)),
                    call("cancel(address,address,bytes)", PAUSER, TOKEN, b"\xde\xad\xbe\xef"),
                ],
            ),
            "manager.multicall(data=[manager.execute(target=KGST, data=token.burn(value=1.00 som)), "
            "manager.cancel(caller=pauser (0x9965…A4dc), target=KGST, data=token.0xdeadbeef)])",
        ),
        (
            TOKEN,
            call("upgradeToAndCall(address,bytes)", STRANGER, call("setMaxAge(uint256)", 3600)),
            f"token.upgradeToAndCall(newImplementation=unknown {STRANGER}, "
            "data=token.setMaxAge(newMaxAge=1 hour))",
        ),
        (TOKEN, b"", "token, without a call"),
        (TOKEN, b"\x01\x02", "token.0x0102"),
        # A selector of the manager at the token's address is not one of the token's functions.
        (TOKEN, call("labelRole(uint64,string)", 4, "x")[:4], "token.0x853551b8"),
        (TOKEN, SET_ISSUER[:40], f"token.setIssuer(unreadable arguments 0x{SET_ISSUER[4:40].hex()})"),
    ],
)  # fmt: skip
def test_decode_call__known_function__reads_like_a_sentence(
    to: str, data: bytes, text: str
) -> None:
    assert words(to, data) == text


def test_decode_call__attestation__has_money_and_time_in_words() -> None:
    types = "(uint256,uint256,uint256,uint256,bytes32)"
    signature = f"attest({types},uint256,uint256,(address,bytes)[])"
    data = keccak(text=signature)[:4] + encode(
        [types, "uint256", "uint256", "(address,bytes)[]"],
        [(1, 12_345, 2 * SOM, 1_767_225_600, b"\x5a" * 32), 3, 1_767_229_200, [(PAUSER, b"\x01")]],
    )
    assert words(TOKEN, data) == (
        "token.attest(attestation={epoch=1, reserves=123.45 som, settled=2.00 som, "
        f"asOf=2026-01-01 00:00:00 UTC (06:00 Bishkek), reportHash=0x{'5a' * 32}}}, "
        "knownHalts=3, deadline=2026-01-01 01:00:00 UTC (07:00 Bishkek), "
        "signatures=[{signer=pauser (0x9965…A4dc), data=0x01}])"
    )


def test_decode_call__bytes_behind_the_arguments__are_told() -> None:
    assert words(TOKEN, call("burn(uint256)", SOM) + b"\x00") == (
        "token.burn(value=1.00 som) and other bytes"
    )


def test_decode_call__last_number_cut_off__is_not_a_smaller_one() -> None:
    data = call("burn(uint256)", SOM)[:-1]
    assert words(TOKEN, data) == f"token.burn(unreadable arguments 0x{data[4:].hex()})"


def test_decode_call__terminal_codes__are_escaped() -> None:
    text = words(TOKEN, call("haltMinting(string)", "\x1b[2Jgone\n"))
    assert text == r'token.haltMinting(reason="\u001b[2Jgone\n")'


def test_decode_call__calls_in_calls__end() -> None:
    data = call("burn(uint256)", 1)
    for _ in range(8):
        data = call("multicall(bytes[])", [data] * 4)
    text = words(MANAGER, data)
    assert text.count("manager.multicall") <= MAX_CALLS
    assert len(text) < 2_000_000


def test_decode_call__policy__names_no_contracts() -> None:
    assert decode_call(POLICY, TOKEN, call("burn(uint256)", 7)) == (
        f"unknown {'0x' + 'aA' * 20}.burn(value=7)".replace("aA" * 20, TOKEN[2:])
    )


SELECTORS = st.sampled_from(
    [
        keccak(text=m.selector)[:4]
        for name in ("IKGST", "KGSTAccessManager")
        for m in project.get_contract(name).contract_type.methods
    ]
)
WORDS = st.lists(
    st.one_of(
        st.integers(0, 512).map(lambda i: i.to_bytes(32)),
        st.integers(0, 2**256 - 1).map(lambda i: i.to_bytes(32)),
        SELECTORS.map(lambda s: s + bytes(28)),
    ),
    max_size=20,
).map(b"".join)


@settings(max_examples=400)
@given(
    st.sampled_from([TOKEN, MANAGER, STRANGER, "nonsense"]),
    SELECTORS,
    WORDS,
    st.binary(max_size=40),
)
def test_decode_call__hostile_bytes__never_raises(
    to: str, selector: bytes, arguments: bytes, rest: bytes
) -> None:
    for data in (selector + arguments + rest, arguments, rest):
        text = words(to, data)
        assert text.isprintable()


@pytest.mark.parametrize(
    ("flags", "names"),
    [(0, "none"), (1, "transfers"), (15, "transfers, authorizations, minting, burning"),
     (16, "unknown 0x10"), (2**255 + 8, f"burning, unknown {2**255:#x}")],
)  # fmt: skip
def test_flag_names__flags__are_words(flags: int, names: str) -> None:
    assert flag_names(flags) == names


def test_role_name__unknown__keeps_the_number() -> None:
    assert [role_name(r) for r in (0, 8, 11, 2**64 - 1)] == [
        "ADMIN", "GUARDIAN", "unknown role 11", "PUBLIC",
    ]  # fmt: skip
