"""One row of the comparison: KGST's gas beside its goal, the peers and what the EVM charges at the least."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gas.builds import HERE, PEERS
from gas.chain import call_data
from gas.desk_rows import desk_floor
from gas.scenario import AMOUNT, receivers

_TASKS: dict[str, Any] = json.loads((HERE / "operations.json").read_text())
_FLOORS: dict[str, dict[str, int]] = json.loads((HERE / "peers.json").read_text())["floors"]
CHARTED: list[str] = _TASKS["chart"]


@dataclass(frozen=True)
class Peer:
    """The fair comparison for one operation.

    Args:
        note: Why this one, or how its figure came about; often empty.
    """

    peer: str
    gas: int
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One operation; all figures in gas.

    Args:
        peers: Every peer's figure; ``None`` where it lacks the operation.
        floor: Transaction, calldata, storage, log and precompile, with no other opcode at all; ``None`` where not
            worked out.
    """

    operation: str
    label: str
    kgst: int
    peers: dict[str, int | None]
    best_peer: Peer | None
    floor: int | None
    goal: int | None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; ``None`` without a goal."""
        return None if self.goal is None else self.kgst <= self.goal

    def as_dict(self) -> dict[str, Any]:
        """The row in ``build/gas.json``."""
        best = self.best_peer
        return {
            "label": self.label,
            "kgst": self.kgst,
            "goal": self.goal,
            "met": self.met,
            "best_peer": None
            if best is None
            else {"peer": best.peer, "gas": best.gas, "note": best.note},
            "ratio_to_best_peer": None if best is None else round(self.kgst / best.gas, 4),
            "floor": self.floor,
            "ratio_to_floor": None if self.floor is None else round(self.kgst / self.floor, 4),
            "peers": self.peers,
        }


def rows(kgst: dict[str, int], measured: dict[str, dict[str, int]]) -> list[Row]:
    """Every row, in the order of ``operations.json``.

    Raises:
        ValueError: An operation was measured but not described there, or the other way round.
    """
    tasks = _TASKS["operations"]
    if set(tasks) != set(kgst):
        raise ValueError(
            f"not in both operations.json and the measurement: {sorted(set(tasks) ^ set(kgst))}"
        )
    return [_row(operation, tasks[operation], kgst[operation], measured) for operation in tasks]


def _row(
    operation: str, task: dict[str, Any], kgst: int, measured: dict[str, dict[str, int]]
) -> Row:
    beside: str = task.get("peer_operation", operation)
    peers: dict[str, int | None] = {}
    for peer, record in PEERS.items():
        figures = measured.get(peer, {})
        peers[peer] = figures.get(operation, figures.get(beside, record["ops"].get(beside)))
    return Row(
        operation,
        task["label"],
        kgst,
        peers,
        _best(task, peers),
        _floor(operation, task),
        task.get("goal"),
    )


def _best(task: dict[str, Any], peers: dict[str, int | None]) -> Peer | None:
    if "best_peer" in task:
        return Peer(**task["best_peer"])
    issued = [
        (gas, peer) for peer in _TASKS["issued_stablecoins"] if (gas := peers[peer]) is not None
    ]
    return Peer(min(issued)[1], min(issued)[0]) if issued else None


def _floor(operation: str, task: dict[str, Any]) -> int | None:
    if "payout" in task:
        return payout_floor(task["payout"]["receivers"], task["payout"]["fresh"])
    if operation.startswith("desk_"):
        return desk_floor(operation)
    if "floor" not in task:
        return None
    floor = task["floor"]
    plus: int = floor.get("plus", 0)
    return _FLOORS[floor["recorded"]][floor["column"]] + plus


def payout_floor(number: int, fresh: bool) -> int:
    """The least gas of a payout behind a delegatecall, by the parts that ``peers.json`` lists.

    For 100 receivers this is its ``batch100`` floor, column ``minimal_proxy_flags_in_impl_slot``.
    """
    data = call_data("payout(address[],uint256[])", (receivers(number), [AMOUNT] * number))
    calldata = sum(16 if byte else 4 for byte in data)
    each = (22_100 if fresh else 5_000) + 1_756
    return 21_000 + calldata + 2_600 + 2_100 + 100 + 5_000 + number * each
