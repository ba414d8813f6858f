"""The trie of a block's receipts, and proofs from its root; py-evm says what is right."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import rlp
from eth.db.trie import make_trie_root_and_nodes
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from support.receipts import RECEIPTS, a_block, by_py_evm, flipped, made

from kgst.proofs import ProofError, Receipt, ReceiptsProof, prove, receipt_at, receipts_root
from kgst.proofs.tries import EMPTY_ROOT

SIZES = (1, 2, 16, 17, 127, 128, 129, 300)


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


@pytest.mark.parametrize("node", [None, "0x80", 5, [], bytearray(b"\xc0"), b"", b"\xc1" * 50_000])
def test_of__no_bytes__are_refused(node: Any) -> None:
    with pytest.raises(ProofError, match="a node"):
        ReceiptsProof.of(EMPTY_ROOT, [node])


def test_prove__before_the_first__is_refused() -> None:
    with pytest.raises(ProofError, match="no transaction -1"):
        prove(a_block(2), [-1])


@pytest.mark.parametrize("root", [None, b"", bytes(31), "0x" + "00" * 32])
def test_of__no_root__is_refused(root: Any) -> None:
    with pytest.raises(ProofError, match="root"):
        ReceiptsProof.of(root, [])


def test_of__more_nodes_than_a_block_has__are_refused() -> None:
    with pytest.raises(ProofError, match="more than"):
        ReceiptsProof.of(EMPTY_ROOT, [b""] * 100_001)
