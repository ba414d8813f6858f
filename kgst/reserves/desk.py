"""Redemptions of the desk as the statements show them: paid by ids that only the issuer's secret gives.

Their tokens burn when the payment is confirmed, by the request's number as the key. So what the bank has paid and
nobody has confirmed lowers the reserves and not the supply: a draft of that day would show a deficit that is none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.moments import bishkek_day
from kgst.paying.batch import batch_id
from kgst.paying.secret import read_secret
from kgst.reserves.reading import block_of
from kgst.reserves.settled import Life, Window
from kgst.settling.chain import Burn
from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Order, Redemption
from kgst.snapshot.locks import read_locks
from kgst.snapshot.requests import Stage, read_desk
from kgst.units import TYIYN

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["DeskPayments", "desk_payments", "owed_again", "require_confirmed", "unconfirmed"]


@dataclass(frozen=True)
class DeskPayments:
    """By which ids banks were told to pay the desk's requests.

    Attributes:
        desk: Its address.
        names: End-to-end id of each request that was ever locked.
        orders: Each lock as one sum.
        locked: What is locked and not confirmed, as if it were owed.
    """

    desk: str
    names: dict[int, str]
    orders: tuple[Order, ...] = ()
    locked: tuple[Redemption, ...] = ()

    def of(self, burn: Burn) -> Collection[str]:
        """Ids that name the payment of a burn, besides its own reference."""
        if burn.key is None or burn.account != self.desk:
            return ()
        name = self.names.get(int.from_bytes(burn.key))
        return () if name is None else (name,)

    def window(self, window: Window) -> Window:
        """With what banks may have booked as one sum."""
        return replace(window, orders=(*window.orders, *self.orders))


def desk_payments(system: System, block: int) -> DeskPayments:
    """What was ordered up to a block, which should be final.

    Raises:
        InputError: something was locked, and there is no secret.
        NodeError: the node failed, or contradicts itself.
    """
    address = system.deployment.redemption_desk.address
    locks = read_locks(system, block_of(system, block))
    if not locks.all:
        return DeskPayments(address, {})
    secret, chain_id = read_secret(), system.domain.chain_id
    names = {
        one.id: secret.end_to_end_id(address, chain_id, one.id)
        for lock in locks.all
        for one in lock.requests
    }
    orders = tuple(
        Order(
            id=batch_id(bishkek_day(lock.time), chain_id, address, lock.transaction),
            payments=tuple((names[one.id], one.amount // TYIYN) for one in lock.requests),
        )
        for lock in locks.all
    )
    locked = tuple(
        Redemption(
            id=f"request {one.id}", tyiyn=one.amount // TYIYN, ids=frozenset({names[one.id]})
        )
        for one in locks.desk.requests
        if one.stage is Stage.LOCKED
    )
    return DeskPayments(address, names, orders, locked)


def unconfirmed(life: Life, desk: DeskPayments, window: Window) -> list[int]:
    """Requests whose payment stands in the statements, and which are locked all the same.

    Args:
        life: What was burned.
        desk: At the same block.
        window: With the desk's orders.
    """
    if not desk.locked:
        return []
    previous = life.previous
    outcome = match(
        [*life.redemptions, *desk.locked],
        booked_once(
            window.entries, after=previous.closing if previous else None, until=window.closing
        ),
        settled_before=life.before or (),
        carried=previous.carried if previous else (),
        orders=window.orders,
        own=window.own,
        others=window.others,
    )
    ids = {one.id: int(one.id.split()[1]) for one in desk.locked}
    return sorted(ids[one] for one in outcome.settled if one in ids)


def require_confirmed(found: Sequence[int], because: str | None) -> None:
    """Refuse a draft of such payments, unless a word says why they cannot be confirmed.

    Raises:
        RefusedError: naming the requests, and what to type.
    """
    if found and not because:
        listed = ", ".join(map(str, found))
        raise RefusedError(
            f"the statements show the payment of request {listed}, and the chain has their tokens yet: the reserves "
            "are lower and the supply is not. Give these statements to `ape run redemptions confirm FILE...` first; if "
            "that cannot be done, say with --because why."
        )


def owed_again(system: System, burns: Sequence[Burn], block: int) -> set[bytes]:
    """Keys of the desk's burns whose money came back: the others were paid before they burned."""
    address = system.deployment.redemption_desk.address
    ids = [int.from_bytes(one.key) for one in burns if one.key and one.account == address]
    if not ids:
        return set()
    found = read_desk(system, ids, block_of(system, block)).requests
    return {one.id.to_bytes(32) for one in found if one.stage is Stage.RETURNED}
