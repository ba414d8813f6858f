"""What the chain says was minted and burned, each with its key; compared with the token's own sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kgst.events import address_topic, event_topic, read_logs, topic_at
from kgst.node import NodeError
from kgst.settling.model import Redemption
from kgst.settling.references import payment_reference
from kgst.units import TYIYN, format_som

__all__ = ["Burn", "Mint", "read_burns", "read_mints", "redemption_of"]

_TRANSFER: Final = "Transfer(address,address,uint256)"
_USED: Final = "AuthorizationUsed(address,bytes32)"
_ISSUER: Final = "IssuerSet(address,uint256,uint256,bool)"
_ORDER: Final = "OrderExecuted(bytes32,address,uint256)"
_NOBODY: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """Tokens that were destroyed.

    Attributes:
        account: Whose they were: an issuer's, or a blocked account's by an order.
        value: Base units.
        key: 32 bytes; None for a burn without one.
        by_order: Whether an order of a court or an authority destroyed them.
    """

    account: str
    value: int
    key: bytes | None
    block: int
    index: int
    transaction: str
    by_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """Tokens that were created by one call.

    Attributes:
        value: Base units, of all receivers.
        key: 32 bytes; None for a mint without one.
    """

    value: int
    key: bytes | None
    block: int
    index: int
    transaction: str


def read_burns(token: str, first: int, last: int, burned: int) -> list[Burn]:
    """Everything that was ever burned up to block `last`, oldest first.

    Args:
        token: Its address.
        first: Block of its deployment.
        last: Last block.
        burned: Base units ever burned, as the token says in that block.

    Raises:
        NodeError: the node failed; or its events and its state contradict one another.
    """
    found: dict[tuple[int, int], Burn] = {}
    issuers = {address_topic(log, 1) for log in read_logs(token, (_ISSUER,), first, last)}
    for issuer in sorted(issuers):
        logs = read_logs(token, (_TRANSFER, _USED), first, last, about=issuer)
        for burn in _burns_of(issuer, logs):
            found[burn.block, burn.index] = burn
    for log in read_logs(token, (_ORDER,), first, last):
        account, block = address_topic(log, 2), int(log["blockNumber"])
        for one in read_logs(token, (_TRANSFER,), block, block, about=account):
            if address_topic(one, 2) == _NOBODY:
                place = (block, int(one["logIndex"]))
                found.setdefault(place, _burn(account, one, None, by_order=True))
    burns = [found[place] for place in sorted(found)]
    _require_sum("burned", sum(one.value for one in burns), burned)
    return burns


def read_mints(token: str, first: int, last: int, minted: int) -> list[Mint]:
    """Everything that was ever minted up to block `last`, oldest first; arguments and errors as in `read_burns`."""
    logs = [*read_logs(token, (_TRANSFER,), first, last, about=_NOBODY)]
    issuers = {address_topic(log, 1) for log in read_logs(token, (_ISSUER,), first, last)}
    for issuer in sorted(issuers):
        logs += read_logs(token, (_USED,), first, last, about=issuer)
    mints = list(_mints(sorted(logs, key=_place)))
    _require_sum("minted", sum(one.value for one in mints), minted)
    return mints


def redemption_of(burn: Burn, chain_id: int, token: str, names: Collection[str] = ()) -> Redemption:
    """What the issuer owes for a burn.

    Args:
        burn: Of the chain.
        chain_id: EIP-155.
        token: Its address.
        names: Further ids by which banks were told to pay it.
    """
    tyiyn, rest = divmod(burn.value, TYIYN)
    owed = None if rest else tyiyn
    if burn.key is None:
        id_ = f"burn {burn.transaction} {burn.index}"
        return Redemption(id=id_, tyiyn=owed, ids=frozenset(names))
    name = payment_reference(chain_id, token, burn.account, burn.key)
    return Redemption(id=name, tyiyn=owed, ids=frozenset({name, *names}), key=burn.key)


def _burns_of(issuer: str, logs: Iterable[dict[str, Any]]) -> Iterator[Burn]:
    """A key that is used stands right before what it was used for."""
    before: dict[str, Any] | None = None
    for log in sorted(logs, key=_place):
        if _is(log, _TRANSFER) and address_topic(log, 2) == _NOBODY and _value(log):
            yield _burn(issuer, log, _key_before(log, before))
        before = log


def _burn(account: str, log: dict[str, Any], key: bytes | None, *, by_order: bool = False) -> Burn:
    return Burn(
        account=account,
        value=_value(log),
        key=key,
        block=int(log["blockNumber"]),
        index=int(log["logIndex"]),
        transaction="0x" + bytes(log["transactionHash"]).hex(),
        by_order=by_order,
    )


def _mints(logs: Iterable[dict[str, Any]]) -> Iterator[Mint]:
    """What one call mints for several is one mint: its transfers follow one another, and its key stands before."""
    made: Mint | None = None
    before: dict[str, Any] | None = None
    for log in logs:
        follows = before is not None and _follows(log, before)
        if not _is(log, _TRANSFER):
            if made is not None:
                yield made
            made = None
        elif made is not None and follows and made.key is not None:
            made = _mint(log, made.key, made)
        else:
            if made is not None:
                yield made
            made = _mint(log, _key_before(log, before))
        before = log
    if made is not None:
        yield made


def _mint(log: dict[str, Any], key: bytes | None, more: Mint | None = None) -> Mint:
    return Mint(
        value=_value(log) + (more.value if more else 0),
        key=key,
        block=int(log["blockNumber"]),
        index=more.index if more else int(log["logIndex"]),
        transaction="0x" + bytes(log["transactionHash"]).hex(),
    )


def _key_before(log: dict[str, Any], before: dict[str, Any] | None) -> bytes | None:
    if before is None or not _is(before, _USED) or not _follows(log, before):
        return None
    return topic_at(before, 2)


def _follows(log: dict[str, Any], before: dict[str, Any]) -> bool:
    same = log["transactionHash"] == before["transactionHash"]
    return same and int(log["logIndex"]) == int(before["logIndex"]) + 1


def _place(log: dict[str, Any]) -> tuple[int, int]:
    return int(log["blockNumber"]), int(log["logIndex"])


def _is(log: dict[str, Any], event: str) -> bool:
    return topic_at(log, 0) == event_topic(event)


def _value(log: dict[str, Any]) -> int:
    data = bytes(log["data"])
    if len(data) != 32:
        raise NodeError(
            f"the node shows a transfer of {log['address']} without an amount, so its events cannot be relied on; use "
            "another node."
        )
    return int.from_bytes(data)


def _require_sum(what: str, found: int, said: int) -> None:
    if found != said:
        raise NodeError(
            f"the node's events have {format_som(found)} {what} in all, and the token says {format_som(said)}: events "
            "are missing or made up. Use a node that serves events since the deployment, or `ape run index sync` with "
            "one first."
        )
