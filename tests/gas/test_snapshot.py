"""KGST's gas is what was agreed on, to the unit."""

from __future__ import annotations

from gas import snapshot
from gas.builds import kgst_sizes
from gas.chain import Chain
from gas.kgst_rows import measure_kgst
from gas.rows import rows


def test_gas__of_every_operation__is_the_snapshot() -> None:
    with Chain() as chain:
        gas = measure_kgst(chain)
    changed = snapshot.changes(snapshot.read(), {"gas": gas, "code_size": kgst_sizes()})
    assert not changed, "if this is meant, run tests/gas/run.py --update:\n" + "\n".join(changed)
    assert len(rows(gas, {})) == len(gas)


def test_changes__of_a_figure__are_named() -> None:
    agreed: snapshot.Figures = {"gas": {"approve": 48_160, "gone": 1}, "code_size": {"KGST": 3_158}}
    now: snapshot.Figures = {
        "gas": {"approve": 48_000, "burn": 41_000},
        "code_size": {"KGST": 3_158},
    }
    assert snapshot.changes(agreed, now) == [
        "approve: 48,160 → 48,000 gas (-160)",
        "gone: gone, 1 gas",
        "burn: new, 41,000 gas",
    ]
    assert snapshot.changes(now, now) == []
