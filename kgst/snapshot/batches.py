"""What a bank is asked to pay for each lock: by the chain and the issuer's secret, without the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgst.paying.batch import Batch, Debtor
from kgst.paying.making import Request, Terms, batch_of
from kgst.paying.secret import Secret
from kgst.snapshot.locks import Lock

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["requests_of", "terms_of", "whole_batch"]


def requests_of(lock: Lock) -> list[Request]:
    """Its requests as the package for banks knows them."""
    return [
        Request(
            id=one.id,
            requester=one.requester,
            value=one.amount,
            reference="0x" + one.payee_hash.hex(),
        )
        for one in lock.requests
    ]


def terms_of(system: System, lock: Lock, debtor: Debtor) -> Terms:
    """Of its batch."""
    return Terms(
        chain_id=system.domain.chain_id,
        desk=system.deployment.redemption_desk.address,
        lock=lock.transaction,
        debtor=debtor,
        created=lock.time,
        needed_by=lock.pay_by,
    )


def whole_batch(system: System, lock: Lock, debtor: Debtor, secret: Secret) -> Batch:
    """All that was locked together; raises as `batch_of`."""
    return batch_of(requests_of(lock), terms_of(system, lock, debtor), secret)
