"""What the chain says was minted and burned: each with its key, and none missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kgst.events import read_logs
from kgst.keys import key_of
from kgst.node import NodeError
from kgst.settling import chain
from kgst.settling.chain import Burn, Mint, read_burns, read_mints, redemption_of
from kgst.settling.references import payment_reference

SOM = 1_000_000
KEYS = [key_of("burn", one) for one in ("R-1", "R-2")]
ORDER = b"\x07" * 32


@pytest.fixture
def lived(token: Any, funded: Any, issuer: Any, holder: Any, compliance: Any, enforcer: Any) -> Any:
    """Burns with a key, without one, of nothing, by an order, and of what no bank can pay; mints of several kinds."""
    token.mint(issuer, 50 * SOM, key_of("mint", "PO-1"), sender=issuer)
    token.mintBatch([issuer, holder], [20 * SOM, 30 * SOM], key_of("mint", "PO-2"), sender=issuer)
    token.burn(10 * SOM, KEYS[0], sender=issuer)
    token.burn(0, key_of("burn", "nothing"), sender=issuer)
    token.transfer(holder, SOM, sender=issuer)
    token.burn(2 * SOM, sender=issuer)
    token.burn(5, KEYS[1], sender=issuer)
    token.blockAccount(holder, sender=compliance)
    token.burnBlocked(holder, 3 * SOM, ORDER, 4 * SOM, sender=enforcer)
    return token


def burns(token: Any) -> list[Burn]:
    return read_burns(token.address, 0, _height(), int(token.solvency().burned))


def mints(token: Any) -> list[Mint]:
    minted = int(token.totalSupply()) + int(token.solvency().burned)
    return read_mints(token.address, 0, _height(), minted)


def _height() -> int:
    from ape import chain as ape_chain

    return ape_chain.blocks.height


def test_read_burns__each_with_its_key(lived: Any, issuer: Any, holder: Any) -> None:
    found = burns(lived)
    assert [(one.value, one.key, one.by_order) for one in found] == [
        (10 * SOM, KEYS[0], False),
        (2 * SOM, None, False),
        (5, KEYS[1], False),
        (3 * SOM, None, True),
    ]
    assert [one.account for one in found] == [issuer.address] * 3 + [holder.address]


def test_redemption_of__is_named_by_its_payment(lived: Any, issuer: Any, domain: Any) -> None:
    owed = [redemption_of(one, domain.chain_id, domain.token) for one in burns(lived)]
    names = [payment_reference(domain.chain_id, domain.token, issuer.address, one) for one in KEYS]
    assert [owed[0].id, owed[2].id] == names
    assert [one.tyiyn for one in owed] == [1_000, 200, None, 300]
    assert owed[1].id.startswith("burn 0x")
    assert (owed[1].ids, owed[1].key) == (frozenset(), None)


def test_read_mints__a_batch_is_one(lived: Any) -> None:
    found = {one.key: one.value for one in mints(lived) if one.key}
    assert found == {key_of("mint", "PO-1"): 50 * SOM, key_of("mint", "PO-2"): 50 * SOM}


@pytest.mark.parametrize("read", [burns, mints])
@pytest.mark.parametrize("lie", ["hides", "makes up", "another amount"])
def test_node_that_lies__is_caught_by_the_tokens_own_sum(
    lived: Any, monkeypatch: pytest.MonkeyPatch, read: Callable[[Any], Any], lie: str
) -> None:
    def lying(address: Any, events: Any, *more: Any, **about: Any) -> Iterator[dict[str, Any]]:
        logs = list(read_logs(address, events, *more, **about))
        moved = [one for one in logs if len(bytes(one["data"])) == 32 and len(one["topics"]) == 3]
        if not about or not moved:
            return iter(logs)
        last = moved[-1]
        if lie == "hides":
            logs.remove(last)
        elif lie == "makes up":
            logs.append({**last, "logIndex": 900, "transactionHash": b"\x01" * 32})
        else:
            logs[logs.index(last)] = {
                **last,
                "data": (int.from_bytes(last["data"]) + 1).to_bytes(32),
            }
        return iter(logs)

    monkeypatch.setattr(chain, "read_logs", lying)
    with pytest.raises(NodeError, match=r"events are missing or made up"):
        read(lived)
