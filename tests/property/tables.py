"""The slots of the larger tables, and what the model says that they hold."""

from __future__ import annotations

from typing import Any

from support.model import storage
from support.model.system import SystemModel

Word = tuple[int, int]
"""A slot, and what it must hold."""


class Tables:
    """``seen``: accounts whose words are compared after every transaction anyway."""

    def __init__(self, model: SystemModel, seen: frozenset[int]) -> None:
        self._model = model
        self._seen = seen

    def touched(self) -> list[Word]:
        """What the last call wrote."""
        model, found = self._model, []
        accounts: set[int] = set()
        for book, key in model.journal.touched():
            if book is model.allowance:
                found.append((allowance_slot(*key), model.allowance[key]))
            elif book is model.used:
                found.append(nonce_word(model, *key))
            elif book is model.orders:
                found.append(order_word(model, *key))
            elif book is model.blocked or book is model.frozen:
                accounts.add(key)
            elif key == "members":
                found += self._seats()
        return found + self._accounts(accounts)

    def everything(self) -> list[Word]:
        """What was ever written."""
        model = self._model
        found = [(allowance_slot(*key), value) for key, value in model.allowance.items()]
        found += [nonce_word(model, *key) for key in model.used]
        found += [order_word(model, *key) for key in model.orders]
        found += self._accounts({*model.blocked, *model.frozen})
        return found + self._seats()

    def _accounts(self, accounts: set[int]) -> list[Word]:
        model = self._model
        return [
            (storage.entry(storage.ACCOUNTS, account), storage.account_word(model, account))
            for account in accounts - self._seen
        ]

    def _seats(self) -> list[Word]:
        auditors, proposed = self._model.auditors, self._model.proposal.members
        found = [(storage.element(storage.AUDITORS, i), a) for i, a in enumerate(auditors.members)]
        found += [(storage.element(storage.PROPOSED, i), a) for i, a in enumerate(proposed)]
        found += [
            (storage.entry(storage.SEATS, a), (auditors.version << 8) + i + 1)
            for i, a in enumerate(auditors.members)
        ]
        return found


def allowance_slot(owner: int, spender: int) -> int:
    return storage.entry(storage.entry(storage.ALLOWANCES, owner), spender)


def order_word(model: Any, order: int, account: int) -> Word:
    ordered, executed = model.orders[order, account]
    return storage.entry(storage.entry(storage.ORDERS, order), account), ordered + (executed << 72)


def nonce_word(model: Any, authorizer: int, nonce: int) -> Word:
    slot = storage.entry(storage.entry(storage.AUTHORIZATIONS, authorizer), nonce >> 8)
    used = (n for a, n in model.used if a == authorizer and n >> 8 == nonce >> 8)
    return slot, sum(1 << (n & 255) for n in used)
