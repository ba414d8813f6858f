"""Receipts, their trie, and proofs of them; py-evm says what is right."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import rlp
from eth.db.trie import make_trie_root_and_nodes
from eth.rlp.logs import Log as EvmLog
from eth.rlp.receipts import Receipt as EvmReceipt
from eth.vm.forks.prague.receipts import PragueTypedReceipt
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from support.proving import DATA

from kgst.proofs import (
    Log,
    ProofError,
    Receipt,
    ReceiptsProof,
    encode_receipt,
    prove,
    receipt_at,
    receipts_root,
)
from kgst.proofs.tries import EMPTY_ROOT

SIZES = (1, 2, 16, 17, 127, 128, 129, 300)
RECORDED = [
    answer
    for path in sorted((DATA / "receipts").glob("*.json"))
    if (answer := json.loads(path.read_text())["result"]) is not None
]


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


LOGS = st.builds(
    lambda address, topics, data: {
        "address": hexed(address), "topics": [hexed(topic) for topic in topics], "data": hexed(data), "removed": False,
    },
    st.binary(min_size=20, max_size=20),
    st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    st.binary(max_size=80),
)  # fmt: skip
RECEIPTS = st.builds(
    lambda outcome, **rest: rest | outcome,
    st.sampled_from([{"status": "0x0"}, {"status": "0x1"}, {"status": "0x1", "root": "0x"}])
    | st.binary(min_size=32, max_size=32).map(lambda root: {"root": hexed(root)}),
    type=st.integers(0, 4).map(hex) | st.none(),
    cumulativeGasUsed=st.integers(0, 2**64 - 1).map(hex),
    logs=st.lists(LOGS, max_size=4),
)


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))


def with_bloom(receipt: dict[str, Any]) -> dict[str, Any]:
    return receipt | {"logsBloom": hexed(Receipt.of_json(receipt).bloom)}


def made(index: int) -> dict[str, Any]:
    """The receipt at `index` of a block, with as many logs as its last digit says."""
    seed = keccak(index.to_bytes(32))
    logs = [
        {
            "address": hexed(seed[:20]),
            "topics": [hexed(keccak(seed + bytes([n])))],
            "data": hexed(seed * (n % 3)),
        }
        for n in range(index % 10)
    ]
    return with_bloom(
        {
            "type": hex(index % 5),
            "status": hex(index % 7 and 1),
            "cumulativeGasUsed": hex(21_000 * (index + 1)),
            "logs": logs,
            "transactionIndex": hex(index),
        }
    )


@cache
def a_block(size: int) -> tuple[dict[str, Any], ...]:
    return tuple(made(index) for index in range(size))


def by_py_evm(receipt: dict[str, Any]) -> EvmReceipt | PragueTypedReceipt:
    def of(text: str) -> bytes:
        return bytes.fromhex(text[2:])

    status = receipt.get("status")
    outcome = of(receipt["root"]) if status is None else b"\x01" if status == "0x1" else b""
    logs = [
        EvmLog(of(log["address"]), [int(topic, 16) for topic in log["topics"]], of(log["data"]))
        for log in receipt["logs"]
    ]
    inner = EvmReceipt(outcome, int(receipt["cumulativeGasUsed"], 16), logs)
    kind = int(receipt["type"] or "0x0", 16)
    return PragueTypedReceipt(kind, inner) if kind else inner


@pytest.mark.parametrize("answer", RECORDED)
def test_encode_receipt__recorded__is_read_as_it_was(answer: dict[str, Any]) -> None:
    encoded = encode_receipt(answer)
    receipt = Receipt.of_rlp(encoded)
    assert receipt == Receipt.of_json(answer)
    assert receipt.encoded() == encoded == by_py_evm(answer).encode()
    assert hexed(receipt.bloom) == answer["logsBloom"]
    assert [hexed(log.address) for log in receipt.logs] == [
        log["address"] for log in answer["logs"]
    ]


def test_encode_receipt__recorded__has_what_happened() -> None:
    receipt = Receipt.of_json(max(RECORDED, key=lambda answer: len(answer["logs"])))
    assert (receipt.type, receipt.status, receipt.root, len(receipt.logs)) == (2, 1, None, 11)
    assert receipt.logs[0].topics[0] == keccak(text="Deposit(address,uint256)")


@given(RECEIPTS)
def test_encode_receipt__any__is_as_py_evm_has_it(answer: dict[str, Any]) -> None:
    encoded = encode_receipt(with_bloom(answer))
    assert encoded == by_py_evm(answer).encode()
    assert Receipt.of_rlp(encoded) == Receipt.of_json(answer)


@given(RECEIPTS, st.integers(0, 2047))
def test_of_json__another_bloom__is_refused(answer: dict[str, Any], bit: int) -> None:
    bloom = int.from_bytes(Receipt.of_json(answer).bloom) ^ 1 << bit
    with pytest.raises(ProofError, match="bloom"):
        Receipt.of_json(answer | {"logsBloom": f"0x{bloom:0512x}"})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"type": "0x5"}, "type 5"), ({"type": "0x7f"}, "type 127"), ({"type": 2}, "type"), ({"type": "0x"}, "type"),
        ({"status": "0x2"}, "status 2"), ({"status": True}, "status"), ({"status": None}, "no status"),
        ({"root": "0x" + "11" * 32}, "both"), ({"status": None, "root": "0x" + "11" * 31}, "31 bytes"),
        ({"cumulativeGasUsed": None}, "cumulativeGasUsed"), ({"cumulativeGasUsed": "0x1" + "0" * 16}, "larger"),
        ({"logsBloom": "0x00"}, "logsBloom"), ({"logsBloom": 0}, "logsBloom"),
        ({"logs": None}, "logs"), ({"logs": {}}, "logs"), ({"logs": [None]}, "a log"), ({"logs": [[]]}, "a log"),
    ],
)  # fmt: skip
def test_of_json__no_receipt__is_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ProofError, match=named):
        Receipt.of_json(made(3) | change)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"removed": True}, "removed"), ({"removed": 0.5}, "removed"), ({"address": "0x00"}, "address"),
        ({"address": None}, "address"), ({"topics": None}, "topics"), ({"topics": "0x"}, "topics"),
        ({"topics": ["0x" + "00" * 31]}, "topic"), ({"topics": ["0x" + "00" * 32] * 5}, "5 topics"),
        ({"data": None}, "data"), ({"data": "0x0"}, "data"),
    ],
)  # fmt: skip
def test_of_json__no_log__is_refused(change: dict[str, Any], named: str) -> None:
    log = {"address": "0x" + "00" * 20, "topics": [], "data": "0x", "removed": False}
    answer = {"status": "0x1", "cumulativeGasUsed": "0x1", "logs": [log]}
    assert Receipt.of_json(answer).logs == (Log(bytes(20), (), b""),)
    with pytest.raises(ProofError, match=named):
        Receipt.of_json(answer | {"logs": [log | change]})


@pytest.mark.parametrize("answer", [None, [], "0x", 5, {}])
def test_encode_receipt__of_anything__is_refused(answer: Any) -> None:
    for act in (encode_receipt, lambda it: receipts_root([it])):
        with pytest.raises(ProofError):
            act(answer)


@given(RECEIPTS, st.data())
def test_of_rlp__one_bit_changed__is_refused_or_another_receipt(answer: Any, data: Any) -> None:
    encoded = encode_receipt(answer)
    at = data.draw(st.integers(0, 8 * len(encoded) - 1))
    changed = flipped(encoded, at)
    try:
        receipt = Receipt.of_rlp(changed)
    except ProofError:
        return
    assert receipt != Receipt.of_json(answer)
    assert receipt.encoded() == changed


@given(st.binary(max_size=600))
def test_of_rlp__any_bytes__are_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        Receipt.of_rlp(data)


NOTHING = [b"\x01", b"\x05", bytes(256), []]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x02", b"\x00" + rlp.encode(NOTHING), b"\x05" + rlp.encode(NOTHING), b"\x80" + rlp.encode(NOTHING),
        b"\x02\x02" + rlp.encode(NOTHING), rlp.encode(rlp.encode(NOTHING)), rlp.encode(NOTHING) + b"\0",
        rlp.encode(NOTHING[:3]), rlp.encode([*NOTHING, b""]),
        rlp.encode([b"\0", *NOTHING[1:]]), rlp.encode([b"\2", *NOTHING[1:]]), rlp.encode([[], *NOTHING[1:]]),
        rlp.encode([bytes(31), *NOTHING[1:]]), rlp.encode([b"\1", b"\0", *NOTHING[2:]]),
        rlp.encode([b"\1", b"\1" * 9, *NOTHING[2:]]), rlp.encode([*NOTHING[:2], bytes(255), []]),
        rlp.encode([*NOTHING[:3], b""]), rlp.encode([*NOTHING[:3], [b""]]), rlp.encode([*NOTHING[:3], [[]]]),
        rlp.encode([*NOTHING[:3], [[bytes(20), b"", b""]]]), rlp.encode([*NOTHING[:3], [[bytes(20), [], []]]]),
        rlp.encode([*NOTHING[:3], [[bytes(20), [[]], b""]]]), rlp.encode([*NOTHING[:3], [[bytes(20), [], b"", b""]]]),
        b"\xf8" + bytes([len(rlp.encode(NOTHING)) & 0xFF]) + rlp.encode(NOTHING)[3:], b"\xc1" * 50_000,
    ],
)  # fmt: skip
def test_of_rlp__another_form__is_refused(data: bytes) -> None:
    assert Receipt.of_rlp(rlp.encode(NOTHING)) == Receipt(0, 1, None, 5, ())
    with pytest.raises(ProofError):
        Receipt.of_rlp(data)


def test_receipts_root__of_nothing__is_the_known_one() -> None:
    assert receipts_root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex().startswith("56e81f171bcc55a6ff8345e692c0f86e")
    proof = ReceiptsProof.of(EMPTY_ROOT, prove([], range(3)))
    assert (proof.whole, proof.receipts, proof.has(0), proof.nodes) == (True, (), False, {})
    proof.require_count(0)
    with pytest.raises(ProofError, match="no transaction 0"):
        proof.receipt(0)


@given(st.lists(RECEIPTS, min_size=1, max_size=20))
def test_receipts_root__any_block__is_the_library_s(answers: list[dict[str, Any]]) -> None:
    root, nodes = make_trie_root_and_nodes([by_py_evm(answer) for answer in answers])
    assert receipts_root(answers) == root
    whole = ReceiptsProof.of(root, prove(answers, range(len(answers))))
    assert whole.nodes == nodes
    assert whole.receipts == tuple(map(Receipt.of_json, answers))


@pytest.mark.parametrize("size", SIZES)
def test_prove__each_receipt__is_proven_by_its_nodes(size: int) -> None:
    answers = a_block(size)
    root, nodes = make_trie_root_and_nodes([by_py_evm(answer) for answer in answers])
    assert receipts_root(answers) == root
    for index in {0, 1, 15, 16, 126, 127, 128, 129, 255, 256, size - 1} & set(range(size)):
        proof = prove(answers, [index])
        assert receipt_at(root, proof, index) == Receipt.of_json(answers[index])
        assert set(proof) <= set(nodes.values())
        for gone in range(len(proof)):
            with pytest.raises(ProofError):
                receipt_at(root, proof[:gone] + proof[gone + 1 :], index)


@pytest.mark.parametrize("size", SIZES)
def test_require_count__the_last_one_and_none_behind_it__is_proven(size: int) -> None:
    answers = a_block(size)
    proof = ReceiptsProof.of(receipts_root(answers), prove(answers, [size - 1, size]))
    proof.require_count(size)
    assert (proof.has(size - 1), proof.has(size)) == (True, False)
    with pytest.raises(ProofError, match=f"no transaction {size}"):
        proof.receipt(size)
    for other in (size - 1, size + 1, -1):
        with pytest.raises(ProofError):
            proof.require_count(other)


def test_require_count__without_what_is_behind_it__is_refused() -> None:
    answers = a_block(300)
    proof = ReceiptsProof.of(receipts_root(answers), prove(answers, [0]))
    for count in (0, 1, 299, 300, 301):
        with pytest.raises(ProofError):
            proof.require_count(count)


@pytest.mark.parametrize("size", SIZES)
def test_receipts__of_a_whole_proof__are_all(size: int) -> None:
    answers = a_block(size)
    proof = ReceiptsProof.of(receipts_root(answers), prove(answers, range(size)))
    assert proof.whole
    assert proof.receipts == tuple(map(Receipt.of_json, answers))
    proof.require_count(size)
    places = [
        (i, at) for i, receipt in enumerate(proof.receipts) for at in range(len(receipt.logs))
    ]
    for log_index in {0, len(places) // 2, len(places) - 1} & set(range(len(places))):
        assert proof.log_index(*places[log_index]) == log_index


def test_log_index__of_some_receipts__needs_those_before() -> None:
    answers = a_block(129)
    root = receipts_root(answers)
    proof = ReceiptsProof.of(root, prove(answers, [*range(5), 128, 129]))
    assert not proof.whole
    assert proof.log(3, 2) == Receipt.of_json(answers[3]).logs[2]
    assert proof.log_index(3, 2) == 1 + 2 + 2
    assert proof.log(128, 7) == Receipt.of_json(answers[128]).logs[7]
    for ask in (lambda: proof.receipts, lambda: proof.log_index(128, 7)):
        with pytest.raises(ProofError, match="lacks the node"):
            ask()
    for index, position in ((3, 3), (3, -1), (0, 0), (129, 0)):
        with pytest.raises(ProofError):
            proof.log_index(index, position)


def test_receipts__alike__are_each_one() -> None:
    answers = [made(0) | {"transactionIndex": None}] * 20
    proof = ReceiptsProof.of(receipts_root(answers), prove(answers, range(20)))
    assert proof.whole
    assert len(proof.receipts) == 20


PROVEN = [(size, at) for size in SIZES for at in sorted({0, size // 2, size - 1, size})]


@cache
def proven(size: int, at: int) -> tuple[bytes, list[bytes]]:
    return receipts_root(a_block(size)), prove(a_block(size), [at])


@given(st.sampled_from(PROVEN), st.data())
def test_of__one_bit_changed__is_refused(which: tuple[int, int], data: Any) -> None:
    root, nodes = proven(*which)
    at = data.draw(st.integers(0, len(nodes) - 1))
    changed = flipped(nodes[at], data.draw(st.integers(0, 8 * len(nodes[at]) - 1)))
    with pytest.raises(ProofError):
        ReceiptsProof.of(root, [*nodes[:at], changed, *nodes[at + 1 :]])
    with pytest.raises(ProofError, match="no way from the root"):
        ReceiptsProof.of(flipped(root, data.draw(st.integers(0, 255))), nodes)


@pytest.mark.parametrize("at", [0, 1])
def test_of__any_bit_changed__is_refused(at: int) -> None:
    root, nodes = proven(2, at)
    for place, node in enumerate(nodes):
        for bit in range(8 * len(node)):
            with pytest.raises(ProofError):
                ReceiptsProof.of(root, [*nodes[:place], flipped(node, bit), *nodes[place + 1 :]])


def test_of__nodes_of_no_use__are_refused() -> None:
    answers = a_block(129)
    root, nodes = receipts_root(answers), prove(answers, [5])
    with pytest.raises(ProofError, match="twice"):
        ReceiptsProof.of(root, [*nodes, nodes[-1]])
    with pytest.raises(ProofError, match="no way from the root"):
        ReceiptsProof.of(root, [*nodes, *prove(a_block(1), [0])])
    with pytest.raises(ProofError, match="no way from the root"):
        ReceiptsProof.of(EMPTY_ROOT, nodes)


def test_receipt__of_no_nodes__is_not_proven() -> None:
    proof = ReceiptsProof.of(receipts_root(a_block(2)), [])
    assert not proof.whole
    with pytest.raises(ProofError, match="lacks the node"):
        proof.receipt(0)
    with pytest.raises(ProofError, match="no transaction -1"):
        proof.receipt(-1)


def test_prove__at_another_s_place__is_refused() -> None:
    one, two = a_block(2)
    for act in (receipts_root, lambda it: prove(it, [0])):
        with pytest.raises(ProofError, match="of the transaction"):
            act([two, one])


HASH = b"\x11" * 32
LONG = bytes(33)


@pytest.mark.parametrize(
    "node",
    [
        [], [b"\x20"], [b"\x20", LONG, b""], [b""] * 16, [b""] * 18, [b""] * 17, [HASH] + [b""] * 16,
        [HASH, HASH] + [b""] * 14 + [b"\1"], [HASH, HASH[:31]] + [b""] * 15, [HASH, EMPTY_ROOT] + [b""] * 15,
        [HASH, [b"\x20", b"\1"]] + [b""] * 15, [b"", LONG], [b"\x40", LONG], [b"\x21", LONG], [b"\x20", b""],
        [b"\x20", HASH], [b"\x00", HASH], [b"\x10", b""], [b"\x10", LONG], [b"\x01\x11", HASH], [b"\x10", EMPTY_ROOT],
        [[], LONG], [b"\x20", [LONG]],
    ],
)  # fmt: skip
def test_of__a_node_of_another_form__is_refused(node: Any) -> None:
    encoded = rlp.encode(node)
    with pytest.raises(ProofError):
        ReceiptsProof.of(keccak(encoded), [encoded])


def test_of__a_leaf_that_is_no_receipt__is_refused_when_it_is_read() -> None:
    leaf = rlp.encode([b"\x20\x80", LONG])
    proof = ReceiptsProof.of(keccak(leaf), [leaf])
    assert proof.has(0)
    with pytest.raises(ProofError, match="receipt"):
        proof.receipt(0)


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=3))
def test_of__any_bytes__are_refused(nodes: list[bytes]) -> None:
    with pytest.raises(ProofError):
        ReceiptsProof.of(keccak(nodes[0]), nodes)


@pytest.mark.parametrize("root", [None, b"", bytes(31), "0x" + "00" * 32])
def test_of__no_root__is_refused(root: Any) -> None:
    with pytest.raises(ProofError, match="root"):
        ReceiptsProof.of(root, [])


def test_of__more_nodes_than_a_block_has__are_refused() -> None:
    with pytest.raises(ProofError, match="more than"):
        ReceiptsProof.of(EMPTY_ROOT, [b""] * 100_001)
