"""The chain in this process, in anvil's place: state of any block, forks, and what waits."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

pytest.importorskip(
    "pyrevm", reason="pyrevm has no wheel for this Python: tests run in front of anvil"
)
from support.bsc.headers import hash_of
from support.bsc.in_memory import InMemory
from support.bsc.node import BscNode
from support.bsc.terms import Terms

KEY = "0x" + keccak(text="who pays").hex()
PAYER = Account.from_key(KEY).address
# SSTORE(0, CALLDATALOAD(0)) and LOG1 when there is data; else RETURN(SLOAD(0)).
COUNTER = bytes.fromhex("36600f5760005460005260206000f35b600035600055600160006000a100")
CREATION = bytes.fromhex(f"60{len(COUNTER):02x}600c60003960{len(COUNTER):02x}6000f3") + COUNTER


@pytest.fixture
def chain() -> InMemory:
    found = InMemory()
    found.ask("anvil_setBalance", PAYER, hex(10**20))
    return found


def sent(chain: InMemory, nonce: int, to: str | None, data: str = "0x", price: int = 10**9) -> str:
    request = {
        "nonce": nonce, "gas": 200_000, "gasPrice": price, "to": to or "", "data": data, "value": 0, "chainId": 97,
    }  # fmt: skip
    raw = Account.sign_transaction(request, KEY).raw_transaction.to_0x_hex()
    return str(chain.ask("eth_sendRawTransaction", raw))


@pytest.fixture
def counter(chain: InMemory) -> str:
    done = sent(chain, 0, None, "0x" + CREATION.hex())
    chain.mine()
    created = chain.ask("eth_getTransactionReceipt", done)["contractAddress"]
    return to_checksum_address(created)


def word(value: int) -> str:
    return f"0x{value:064x}"


def test_state__of_each_block__is_what_it_was(chain: InMemory, counter: str) -> None:
    for value in (7, 8, 9):
        sent(chain, value - 6, counter, word(value))
        chain.mine(2)
    head = chain.head.number
    seen = [
        chain.ask("eth_call", {"to": counter}, hex(number)) for number in range(head - 6, head + 1)
    ]
    assert seen == [word(value) for value in (0, 7, 7, 8, 8, 9, 9)]
    assert chain.ask("eth_getStorageAt", counter, "0x0", hex(head - 4)) == word(7)
    assert chain.ask("eth_getTransactionCount", PAYER, hex(head - 4)) == "0x2"


def test_call__changes_nothing(chain: InMemory, counter: str) -> None:
    chain.ask("eth_call", {"to": counter, "data": word(5)}, "latest")
    chain.ask("eth_estimateGas", {"to": counter, "data": word(5)})
    assert chain.ask("eth_call", {"to": counter}, "latest") == word(0)


def test_fork__what_was_mined_waits_again__in_a_block_of_another_hash(
    chain: InMemory, counter: str
) -> None:
    done = sent(chain, 1, counter, word(7))
    chain.mine()
    before: Any = chain.ask("eth_getTransactionReceipt", done)
    chain.take_back(1)
    assert chain.ask("eth_getTransactionReceipt", done) is None
    assert chain.ask("eth_getTransactionByHash", done)["blockHash"] is None
    assert chain.ask("eth_call", {"to": counter}, "latest") == word(0)
    chain.mine()
    after: Any = chain.ask("eth_getTransactionReceipt", done)
    assert after["blockNumber"] == before["blockNumber"]
    assert after["blockHash"] != before["blockHash"]
    chain.drops = True
    chain.take_back(1)
    chain.mine()
    assert chain.ask("eth_getTransactionByHash", done) is None


def test_pool__a_nonce_ahead_or_too_cheap__waits(chain: InMemory, counter: str) -> None:
    ahead = sent(chain, 2, counter, word(2))
    chain.mine()
    assert chain.ask("eth_getTransactionReceipt", ahead) is None
    chain.floor = 2 * 10**9
    cheap = sent(chain, 1, counter, word(1))
    chain.mine()
    assert chain.ask("eth_getTransactionReceipt", cheap) is None
    assert chain.ask("eth_getTransactionCount", PAYER, "pending") == "0x3"
    dear = sent(chain, 1, counter, word(9), price=3 * 10**9)
    chain.floor = 0
    chain.mine()
    assert chain.ask("eth_getTransactionReceipt", cheap) is None, "another one took its nonce"
    assert chain.ask("eth_getTransactionReceipt", dear)["status"] == "0x1"
    assert chain.ask("eth_getTransactionReceipt", ahead)["status"] == "0x1"


def test_many_blocks_and_marks__calls_are_not_too_deep(chain: InMemory, counter: str) -> None:
    """The EVM allows a depth of 1,024 calls, and counts what can be taken back."""
    chain.mine(2_000)
    for nonce in range(1, 300):
        sent(chain, nonce, counter, word(nonce))
        chain.mine()
        chain.ask("eth_call", {"to": counter}, hex(chain.head.number - 1))
    assert chain.ask("eth_call", {"to": counter}, "latest") == word(299)


def test_double__in_front_of_it__has_headers_that_hash_to_their_blocks(
    chain: InMemory, counter: str
) -> None:
    node = BscNode(chain, Terms())
    sent(chain, 1, counter, word(7))
    node.mine(3)
    number = node.ask("eth_blockNumber")
    header = node.ask("eth_getBlockByNumber", hex(int(number, 16) - 2), False)
    assert hash_of(header) == header["hash"]
    assert len(header["transactions"]) == 1
