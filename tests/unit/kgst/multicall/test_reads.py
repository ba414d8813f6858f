"""Many reads in one: what Multicall3 answers is decoded by the ABIs, and an answer that is none is an error."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ape import chain as ape_chain
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak
from web3.exceptions import Web3RPCError

from kgst.multicall import MULTICALL3, Head, ReadError, Reads, ensure_multicall, latest, many
from kgst.node import NodeError, connected
from kgst.signing.onchain import read_auditors

WHAT = "read the test's values"


@pytest.fixture
def provider() -> Any:
    provider = connected()
    ensure_multicall(provider)
    return provider


@pytest.fixture
def eth(provider: Any) -> Any:
    return provider.web3.eth


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgst.multicall.reads._PAUSE", 0)


def answers(results: list[tuple[bool, bytes]]) -> bytes:
    return encode(["(bool,bytes)[]"], [results])


def own(head: Head) -> list[tuple[bool, bytes]]:
    """What Multicall3 says of the block, in the order that it is asked."""
    return [(True, n.to_bytes(32)) for n in (head.number, head.time, int(head.parent, 16))]


# --------------------------------------------------------------------------------------------------- reading


def test_fetch__many_kinds__decodes_each(
    provider: Any, funded: Any, holder: Any, manager: Any
) -> None:
    token = funded.token
    reads = Reads()
    supply = reads.of(token, "totalSupply")
    solvency = reads.of(token, "solvency")
    auditors = reads.of(token, "auditorSet")
    issuer = reads.of(token, "issuerOf", holder.address)
    name = reads.of(token, "name")
    admin = reads.of(manager, "hasRole", 0, holder.address)
    domain = reads.view(token.address, "DOMAIN_SEPARATOR()", ["bytes32"])
    balance = reads.balance(holder.address)
    head = latest(provider)
    reads.fetch(provider, head, WHAT)
    assert supply.value == 1_000 * 10**6
    assert solvency.value == tuple(token.solvency())
    assert auditors.value == (tuple(token.auditorSet()[0]), 2, 1, 0)
    assert issuer.value == (0, 0, 0, False, False)
    assert name.value == "KGST"
    assert admin.value == (False, 0)
    assert domain.value == bytes(token.DOMAIN_SEPARATOR())
    assert balance.value == holder.balance
    assert head.number == ape_chain.blocks.height


def test_fetch__one_call_fails__the_others_do_not(provider: Any, token: Any) -> None:
    reads = Reads()
    reverts = reads.view(
        token.address, "balanceOf(address,address)", ["uint256"], token.address, token.address
    )
    nowhere = reads.view("0x" + "12" * 20, "nonce()", ["uint256"])
    version = reads.of(token, "version")
    reads.fetch(provider, latest(provider), WHAT)
    assert version.value == "1"
    assert version.failure is None
    assert "balanceOf(address,address)" in str(reverts.failure)
    assert "it reverts with" in str(reverts.failure)
    with pytest.raises(ReadError, match=r"the answer of 0 bytes is not \(uint256\)"):
        _ = nowhere.value


def test_value__not_fetched__is_an_error(token: Any) -> None:
    with pytest.raises(ReadError, match=r"IKGST.version\(\) was not read"):
        _ = Reads().of(token, "version").value


def test_fetch__sends_one_request(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    ask = provider.web3.eth.call

    def call(request: Any, block: Any) -> Any:
        asked.append((request["to"], block))
        return ask(request, block)

    monkeypatch.setattr(provider.web3.eth, "call", call)
    reads = Reads()
    for _ in range(40):
        reads.of(token, "totalSupply")
    head = latest(provider)
    reads.fetch(provider, head, WHAT)
    assert asked == [(MULTICALL3, head.number)]


# --------------------------------------------------------------------------------------------- nodes that lie


def short(data: bytes) -> bytes:
    return data[:-40]


def fewer(data: bytes) -> bytes:
    (results,) = decode(["(bool,bytes)[]"], data)
    return answers(list(results)[:-1])


def later(data: bytes) -> bytes:
    (results,) = decode(["(bool,bytes)[]"], data)
    return answers([(True, (int.from_bytes(results[0][1]) + 1).to_bytes(32)), *results[1:]])


def other_fork(data: bytes) -> bytes:
    (results,) = decode(["(bool,bytes)[]"], data)
    return answers([*results[:2], (True, b"\xee" * 32), *results[3:]])


def no_number(data: bytes) -> bytes:
    (results,) = decode(["(bool,bytes)[]"], data)
    return answers([(True, b"\x01"), *results[1:]])


def far_offset(_: bytes) -> bytes:
    return (2**255).to_bytes(32) * 4


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (short, "is not what Multicall3 returns: it was cut short, or the node lies"),
        (lambda _: b"\x00" * 31, "the node's answer of 31 bytes is not what Multicall3 returns"),
        (lambda _: b"\xff" * 500, "is not what Multicall3 returns"),
        (far_offset, "is not what Multicall3 returns"),
        (fewer, "was asked for 4 values and gave 3: the node lies"),
        (later, "Multicall3 answered from block"),
        (other_fork, "after 0xeeeeeeee…: the node answers from another block or another fork"),
        (no_number, r"could not read getBlockNumber\(\)"),
        (lambda _: b"", f"there is no Multicall3 at {MULTICALL3} on this chain"),
    ],
)
def test_fetch__node_that_lies__is_told(
    provider: Any, token: Any, lie: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = provider.web3.eth.call
    monkeypatch.setattr(provider.web3.eth, "call", lambda *a: lie(bytes(ask(*a))))
    reads = Reads()
    reads.of(token, "totalSupply")
    with pytest.raises(NodeError, match=said):
        reads.fetch(provider, latest(provider), WHAT)


def test_fetch__one_answer_is_garbage__names_that_read(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads()
    supply, version = reads.of(token, "totalSupply"), reads.of(token, "version")
    proposal, paused = reads.of(token, "auditorsProposal"), reads.of(token, "paused")
    head = latest(provider)
    results = [
        *own(head), (True, b"\x01" * 31), (True, b"\xff" * 64), (False, b"\xde\xad"), (True, b"\x02" * 32),
    ]  # fmt: skip
    monkeypatch.setattr(provider.web3.eth, "call", lambda *_: answers(results))
    reads.fetch(provider, head, WHAT)
    assert "IKGST.totalSupply()" in str(supply.failure)
    assert "the answer of 31 bytes is not (uint256)" in str(supply.failure)
    assert "is not (string)" in str(version.failure)
    assert "auditorsProposal() at" in str(proposal.failure)
    assert "reverts with" in str(proposal.failure)
    assert "is not (bool)" in str(paused.failure)


def test_fetch__node_has_not_seen_the_block_yet__asks_again(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = provider.web3.eth.call, []
    refusal: Any = {"error": {"code": -32000, "message": "header not found"}}

    def call(*arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) < 3:
            raise Web3RPCError("header not found", rpc_response=refusal)
        return ask(*arguments)

    monkeypatch.setattr(provider.web3.eth, "call", call)
    reads = Reads()
    version = reads.of(token, "version")
    reads.fetch(provider, latest(provider), WHAT)
    assert version.value == "1"
    assert len(asked) == 3


def test_fetch__another_backend_answers_from_a_block_later__asks_again(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = provider.web3.eth.call, []

    def call(*arguments: Any) -> Any:
        asked.append(arguments)
        answer = bytes(ask(*arguments))
        return later(answer) if len(asked) < 3 else answer

    monkeypatch.setattr(provider.web3.eth, "call", call)
    reads = Reads()
    version = reads.of(token, "version")
    head = latest(provider)
    reads.fetch(provider, head, WHAT)
    assert version.value == "1"
    assert [block for _, block in asked] == [head.number] * 3


def test_fetch__always_from_another_block__leaves_no_value(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = provider.web3.eth.call
    monkeypatch.setattr(provider.web3.eth, "call", lambda *a: later(bytes(ask(*a))))
    reads = Reads()
    version = reads.of(token, "version")
    with pytest.raises(NodeError, match="Multicall3 answered from block"):
        reads.fetch(provider, latest(provider), WHAT)
    assert version.failure is not None


def test_fetch__node_never_answers__says_what_was_tried(
    provider: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*_: Any) -> Any:
        raise OSError("gone")

    monkeypatch.setattr(provider.web3.eth, "call", call)
    reads = Reads()
    reads.of(token, "version")
    with pytest.raises(NodeError, match=r"could not read the test's values: .*gone"):
        reads.fetch(provider, latest(provider), WHAT)


# ------------------------------------------------------------------------------------------------- being there


def test_ensure_multicall__chain_in_process__has_the_real_code_at_its_address(eth: Any) -> None:
    from ape_ethereum.multicall.constants import MULTICALL3_ADDRESS, MULTICALL3_CODE

    assert MULTICALL3 == MULTICALL3_ADDRESS
    assert bytes(eth.get_code(MULTICALL3)) == bytes(MULTICALL3_CODE)


def test_ensure_multicall__twice__deploys_once(provider: Any) -> None:
    before = ape_chain.blocks.height
    ensure_multicall(provider)
    assert ape_chain.blocks.height == before


def test_ensure_multicall__real_chain__sends_nothing(
    provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.multicall.standing.is_dev_node", lambda _: False)
    monkeypatch.setattr("kgst.multicall.standing._deploy", pytest.fail)
    monkeypatch.setattr(provider.web3.eth, "get_code", lambda *_: b"")
    ensure_multicall(provider)


def test_latest__head__is_the_block(provider: Any) -> None:
    head, block = latest(provider), ape_chain.blocks.head
    assert (head.number, head.time) == (block.number, block.timestamp)
    assert head.hash == "0x" + bytes(block.hash).hex()


def test_many__no_batches__asks_one_by_one(provider: Any, token: Any) -> None:
    code, number = many(
        provider, WHAT, lambda eth: eth.get_code(token.address), lambda eth: eth.block_number
    )
    assert keccak(bytes(code)) == keccak(bytes(provider.web3.eth.get_code(token.address)))
    assert number == ape_chain.blocks.height


def test_many__node_fails__says_what_was_tried(
    provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> Any:
        raise OSError("no")

    with pytest.raises(NodeError, match="could not read the test's values"):
        many(provider, WHAT, refuse)


@pytest.mark.parametrize("answer", [None, (1, 2, ["0x" + "00" * 20], 0), (1, 9, [], 0)])
def test_auditors__an_answer_that_cannot_be__is_told_as_the_node_s(answer: Any) -> None:
    token = SimpleNamespace(auditorSet=lambda: answer)
    with pytest.raises(ReadError, match=r"could not read the auditors: .* use another node"):
        read_auditors(SimpleNamespace(token=token))  # type: ignore[arg-type]
