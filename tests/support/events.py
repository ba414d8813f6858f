"""Exactly which events a transaction emitted."""

from __future__ import annotations

from typing import Any

Event = tuple[str, dict[str, Any]]


def events(receipt: Any, contract: Any) -> list[Event]:
    """All events of the transaction in order: ``(name, arguments)``.

    Every log must come from ``contract`` and be one of its interface's events.
    """
    decoded = list(receipt.decode_logs(list(contract.contract_type.events)))
    assert len(decoded) == len(receipt.logs), "an event that the interface does not know"
    assert all(log.contract_address == contract.address for log in decoded), "another contract's"
    return [(log.event_name, dict(log.event_arguments)) for log in decoded]
