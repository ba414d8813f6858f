"""Nonces that were left out before a transaction, which cannot land until they are spent: each on nothing.

A node that lags behind tells a nonce that is too low or too high; what was signed too high waits for those in between.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kgst.journal import Purpose, Signed
from kgst.node import NodeError
from kgst.sending.ends import UndecidedError
from kgst.sending.nonces import FAR
from kgst.sending.outcomes import outcome_of, superseded
from kgst.sending.stages import Event, Stage
from kgst.sending.transactions import Content, sign

if TYPE_CHECKING:
    from kgst.sending.means import Means

__all__ = ["fill", "settle_fills"]


def fill(means: Means, signed: Signed, mined: int, pending: int) -> None:
    """Spend on nothing what is missing between the account's nonce and that of `signed`.

    Args:
        means: Of its delivery.
        signed: What waits.
        mined: The account's nonce in the latest block.
        pending: Its nonce with what waits to be mined.

    Raises:
        UndecidedError: too much is missing.
    """
    missing = range(max(mined, pending), signed.nonce)
    if len(missing) > FAR:
        raise UndecidedError(
            f"{signed.step}: transaction {signed.hash} was signed for nonce {signed.nonce}, and the "
            f"account is at {mined}: a node told a nonce that was never true. It cannot land before "
            f"{len(missing)} others have, and hinders nothing else meanwhile; {means.again}.",
            signed,
            "it was signed for a nonce that the account had never reached",
        )
    others = {s.nonce: s for s in means.others}
    filled = {s.nonce: s for s in means.journal.unresolved() if s.purpose is Purpose.FILL}
    for nonce in missing:
        found = others.get(nonce) or filled.get(nonce) or _signed_fill(means, signed, nonce)
        # What a node does not take is handed over again while the gap is there.
        with suppress(NodeError):
            means.hand_over(found)


def _signed_fill(means: Means, signed: Signed, nonce: int) -> Signed:
    content = Content(nonce, means.price(), 21_000, means.address, 0, b"")
    filling = sign(means.provider, means.account, f"fill-{nonce}", content, Purpose.FILL)
    means.journal.append(filling)
    note = f"nonce {nonce} was left out before it; an empty transaction to oneself spends it"
    means.progress(Event(signed.step, Stage.REPLACED, signed.hash, note=note))
    return filling


def settle_fills(means: Means, signed: Signed) -> None:
    """What filled nonces before that of `signed`, which is final, is final as well."""
    eth = means.provider.web3.eth
    for filling in means.journal.unresolved():
        if filling.purpose is not Purpose.FILL or filling.nonce >= signed.nonce:
            continue
        try:
            receipt = means.vantages[0].receipt(filling.hash)
            end = (
                outcome_of(eth, means.address, filling, receipt) if receipt else superseded(filling)
            )
        except NodeError:
            # A later nonce is final, so this one is spent; on what, nobody said.
            end = superseded(filling, "its nonce is spent; the node did not say on what")
        means.journal.append(end)
