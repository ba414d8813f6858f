"""How a run that ends in its middle is told."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kgst.errors import KgstError, RefusedError, UnconfirmedError
from kgst.journal import Outcome
from kgst.node import NodeError
from kgst.pipeline.ending import partly
from kgst.pipeline.results import Result
from kgst.sending import NonceUsedError


def outcome() -> Outcome:
    return Outcome(
        step="payout-000", hash="0x" + "ab" * 32, succeeded=True, block_number=1, block_hash="0x" + "cd" * 32,
        gas_used=21_000, gas_price=1,
    )  # fmt: skip


def ended_by(error: KgstError, done: int) -> KgstError:
    result = Result(outcomes=[outcome()] * done)
    with pytest.raises(KgstError) as raised, partly(Console(file=io.StringIO()), result, 2):
        raise error
    return raised.value


def test_partly__node_fails_after_the_first__is_no_failure_of_all() -> None:
    found = ended_by(NodeError("no answer."), 1)
    assert type(found) is UnconfirmedError
    assert str(found) == (
        "1 of 2 transactions are final, and the rest is not sent: no answer. The same command goes on from there."
    )


@pytest.mark.parametrize("error", [NodeError("no answer."), RefusedError("not now.")])
def test_partly__nothing_is_final_yet__stays_what_it_is(error: KgstError) -> None:
    assert ended_by(error, 0) is error


def test_partly__refused_after_the_first__says_how_far_it_went() -> None:
    found = ended_by(RefusedError("not now."), 1)
    assert type(found) is RefusedError
    assert str(found).startswith("1 of 2 transactions are final")


def test_partly__nonce_is_used__stays_what_the_journal_needs() -> None:
    error = NonceUsedError("used.", outcome())
    assert ended_by(error, 1) is error
