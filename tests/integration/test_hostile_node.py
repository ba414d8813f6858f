"""`doctor` and `status` on a node that lies: each ends with an answer or an error, never with a traceback.

Whatever the node says, in whichever method, words of storage, revert reasons and refusals included; and nothing of it
acts on the terminal.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from support.in_process import invoke
from support.safe import deploy_safe
from support.standing import POLICY, ROOT, keep_chain, kept_system, person

from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.multicall import ensure_multicall
from kgst.node import connected
from kgst.policy import Policy

HOSTILE = "\x1b[2J\x1b]0;owned\x07 [red]✓[/red] [/docs] \u202e\u2066\u200b\u2028\x9b31m\r"
OWNERS = ("admin", "guardian", "issuer")
ENTRIES = "(bool,bytes)[]"
CODES = {0, 1, 3, 4, 5}


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    deployed = apply(Policy.load(POLICY), ape_accounts.test_accounts[24])
    ensure_multicall(connected())
    return deployed


@pytest.fixture(scope="module")
def safe() -> str:
    return deploy_safe(connected().web3, [person(label).address for label in OWNERS], 2)


@pytest.fixture
def system(
    deployment: Deployment, safe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> System:
    """With a Safe among its people."""
    keep_chain(monkeypatch)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.multicall.reads._PAUSE", 0)
    monkeypatch.setattr("kgst.deployment.concluding._PAUSE", 0)
    changes = [
        ("  auditor_a:      ", f'  treasury: "{safe}"\n  auditor_a:      '),
        ("limits:\n", "safes:\n  treasury: {owners: [guardian, admin, issuer], threshold: 2}\n\nlimits:\n"),
    ]  # fmt: skip
    remember_calls(monkeypatch, connected().web3.eth)
    return kept_system(tmp_path, deployment, changes)


_ANSWERED: dict[tuple[str, str], Any] = {}


def remember_calls(monkeypatch: pytest.MonkeyPatch, eth: Any) -> None:
    """The chain stands still, and its true answers take the chain in this process two seconds each time."""
    ask = eth.call

    def call(request: Any, block: Any) -> Any:
        key = (str(block), str(request["data"]))
        if key not in _ANSWERED:
            _ANSWERED[key] = ask(request, block)
        return _ANSWERED[key]

    monkeypatch.setattr(eth, "call", call)


def run(system: System, *command: str) -> None:
    """The command ends in order, and what it prints is harmless."""
    done = invoke(*command, "--policy", str(system.policy_path))
    said = done.stdout + done.stderr
    assert done.exit_code in CODES, said
    for word in (
        "Traceback",
        "this should not have happened",
        "could not be shown",
        "could not be made",
    ):
        assert word not in said, said
    assert said.replace("\n", "").isprintable(), ascii(said)


def both(system: System, *, as_json: bool) -> None:
    """Each as people or as programs have it: what differs is the last step."""
    run(system, "status", *["--json"] * (not as_json))
    run(system, "doctor", "--all", *["--json"] * as_json)


# Words of contracts

WORDS = (bytes(32), b"\xff" * 32, (2**255).to_bytes(32), (2**64 - 1).to_bytes(32), (7).to_bytes(32))


def lied(entries: list[tuple[bool, bytes]], dice: random.Random) -> list[tuple[bool, bytes]]:
    """Some answers of contracts, other ones. Those that Multicall3 gives first, of block and time, stay."""
    found = list(entries)
    for place in dice.sample(range(3, len(found)), k=min(dice.choice((1, 3, 40)), len(found) - 3)):
        good, data = found[place]
        words = [data[i : i + 32] for i in range(0, len(data), 32)]
        match dice.randrange(7):
            case 0 if words:
                words[dice.randrange(len(words))] = dice.choice(WORDS)
                found[place] = (good, b"".join(words))
            case 1:
                found[place] = (good, dice.choice(WORDS) * len(words))
            case 2:
                found[place] = (good, b"")
            case 3:
                found[place] = (good, data[:-1] + HOSTILE.encode())
            case 4:
                reason = keccak(text="Error(string)")[:4] + encode(["string"], [HOSTILE])
                found[place] = (False, reason)
            case 5:
                found[place] = (False, dice.randbytes(36))
            case _:
                found[place] = (good, encode(["string"], [HOSTILE * dice.choice((1, 50))]))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_status_and_doctor__contracts_that_answer_anything__end_in_order(
    system: System, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, eth = random.Random(seed), system.provider.web3.eth
    ask = eth.call

    def call(request: Any, block: Any) -> Any:
        [entries] = decode([ENTRIES], bytes(ask(request, block)))
        return HexBytes(encode([ENTRIES], [lied(list(entries), dice)]))

    monkeypatch.setattr(eth, "call", call)
    both(system, as_json=seed % 2 == 0)


# Whole answers


def events(topics: Any, data: Any) -> Callable[..., Any]:
    """An event that the manager never logged."""

    def logs(asked: Any) -> list[dict[str, Any]]:
        address = asked["address"] if isinstance(asked["address"], str) else asked["address"][0]
        return [
            {
                "address": address, "topics": topics, "data": data, "blockNumber": asked["toBlock"], "logIndex": 0,
                "blockHash": HexBytes(b"\x11" * 32), "transactionHash": HexBytes(b"\x22" * 32), "transactionIndex": 0,
            }
        ]  # fmt: skip

    return logs


def topic(signature: str) -> HexBytes:
    return HexBytes(keccak(text=signature))


def refuses(*_: Any) -> Any:
    raise OSError(HOSTILE)


def reverts(*_: Any) -> Any:
    from web3.exceptions import ContractLogicError

    raise ContractLogicError(HOSTILE, data=HOSTILE)


SCHEDULED = topic("OperationScheduled(bytes32,uint32,uint48,address,address,bytes)")
GRANTED = topic("RoleGranted(uint64,address,uint32,uint48,bool)")
FF = HexBytes(b"\xff" * 32)
LIES: dict[str, tuple[str, Callable[..., Any]]] = {
    "storage, all ones": ("get_storage_at", lambda *_: FF),
    "storage, zero": ("get_storage_at", lambda *_: HexBytes("0x")),
    "storage, a list without end": ("get_storage_at", lambda _, slot, *__: HexBytes(keccak(slot.to_bytes(32)))),
    "storage, refused": ("get_storage_at", refuses),
    "code, of a stranger": ("get_code", lambda *_: HexBytes(b"\xfe")),
    "code, none": ("get_code", lambda *_: HexBytes("0x")),
    "code, refused": ("get_code", refuses),
    "calls, refused": ("call", refuses),
    "calls, reverted": ("call", reverts),
    "calls, nothing": ("call", lambda *_: HexBytes("0x")),
    "calls, text": ("call", lambda *_: HexBytes(HOSTILE.encode())),
    "events, refused": ("get_logs", refuses),
    "events, one without topics": ("get_logs", events([], HexBytes("0x"))),
    "events, scheduled without data": ("get_logs", events([SCHEDULED], HexBytes("0x"))),
    "events, scheduled and torn": ("get_logs", events([SCHEDULED, FF, FF], FF)),
    "events, granted by nobody": ("get_logs", events([GRANTED], FF)),
    "events, granted to an address that is none": ("get_logs", events([GRANTED, FF, FF], FF)),
    "blocks, refused": ("get_block", refuses),
}  # fmt: skip


@pytest.mark.parametrize("lie", sorted(LIES))
def test_status_and_doctor__node_that_answers_anything__end_in_order(
    system: System, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, answer = LIES[lie]
    monkeypatch.setattr(system.provider.web3.eth, method, answer)
    both(system, as_json=len(lie) % 2 == 0)
