"""Batches for the Safe Transaction Builder: the file format that Safe's own application imports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eth_utils.crypto import keccak

__all__ = ["batch_document", "checksum"]


def batch_document(
    *,
    chain_id: int,
    safe: str | None,
    name: str,
    description: str,
    transactions: Sequence[tuple[str, bytes]],
) -> dict[str, Any]:
    """A batch of (checksummed address, call data) without value: the same one for the same arguments, at any time.

    Args:
        chain_id: EIP-155.
        safe: Checksummed address of the Safe that shall send it, if it is known.
        name: Title, for people.
        description: What it does, in words.
        transactions: In their order.
    """
    document: dict[str, Any] = {
        "version": "1.0",
        "chainId": str(chain_id),
        # The format wants a time, and the checksum covers it; nothing is done with it.
        "createdAt": 0,
        "meta": {
            "name": name,
            "description": description,
            "txBuilderVersion": "1.16.5",
            "createdFromSafeAddress": safe or "",
            "createdFromOwnerAddress": "",
        },
        "transactions": [
            {
                "to": to,
                "value": "0",
                "data": "0x" + data.hex(),
                "contractMethod": None,
                "contractInputsValues": None,
            }
            for to, data in transactions
        ],
    }
    document["meta"]["checksum"] = checksum(document)
    return document


def checksum(document: dict[str, Any]) -> str:
    """keccak256 over the batch as the Transaction Builder spells it: keys sorted, the name left out."""
    meta = {key: value for key, value in document["meta"].items() if key != "checksum"}
    spelled = _spelled({**document, "meta": {**meta, "name": None}})
    return "0x" + keccak(text=spelled).hex()


def _spelled(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_spelled, value))}]"
    if isinstance(value, dict):
        keys = sorted(value)
        return f"{{{_json(keys)}{''.join(_spelled(value[key]) + ',' for key in keys)}}}"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
