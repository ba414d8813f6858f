"""Batches for Safe's Transaction Builder."""

from typing import Any

from kgst.safe.txbuilder import batch_document, checksum

SAFE = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
PAUSE_MINTING = bytes.fromhex("136439dd" + 63 * "0" + "4")

# Computed by the definition in JavaScript, with JSON.stringify and js-sha3, whose output the application hashes.
GOLDEN = "0x67eacaa2984dc9fed4fe08749f41f565183cf351cccc297fb3356d97fb98269b"


def batch() -> dict[str, Any]:
    document = batch_document(
        chain_id=97,
        safe=SAFE,
        name="pause MINTING",
        description='token.pause(flags=minting) «тыйын» "x"\n\u2028',
        transactions=[(TOKEN, PAUSE_MINTING), (TOKEN, b"")],
    )
    return {**document, "createdAt": 1_772_625_600_000}


def test_checksum__is_what_the_application_computes() -> None:
    assert checksum(batch()) == GOLDEN


def test_checksum__name_and_itself__are_left_out() -> None:
    document = batch()
    document["meta"] = {**document["meta"], "name": "another", "checksum": "0x00"}
    assert checksum(document) == GOLDEN


def test_checksum__anything_else__counts() -> None:
    for key, value in (("chainId", "56"), ("createdAt", 1), ("transactions", [])):
        assert checksum({**batch(), key: value}) != GOLDEN


def test_batch_document__is_spelled_as_the_application_reads_it() -> None:
    document = batch_document(
        chain_id=97, safe=None, name="n", description="d", transactions=[(TOKEN, b"\x01")]
    )
    assert document["chainId"] == "97"
    assert document["meta"]["createdFromSafeAddress"] == ""
    assert document["meta"]["checksum"] == checksum(document)
    assert document["transactions"] == [
        {
            "to": TOKEN,
            "value": "0",
            "data": "0x01",
            "contractMethod": None,
            "contractInputsValues": None,
        }
    ]
