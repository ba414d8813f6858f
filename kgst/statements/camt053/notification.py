"""ISO 20022 camt.054 (debit and credit notification), versions .02 to .13: entries, before their day has closed.

It has entries as camt.053 has them, and no balances: nothing is counted by it, it says what was booked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

from kgst.statements.accounts import Accounts
from kgst.statements.camt053.balances import build, fault_of, wrong_currency
from kgst.statements.camt053.binding import bind, known_in_entries
from kgst.statements.camt053.fields import require_own_money, summaries_of
from kgst.statements.camt053.message import TEST, Passing, account_of, require_one_account
from kgst.statements.camt053.stream import VERSIONS, Kind, Message, read_messages
from kgst.statements.entries import Entry
from kgst.statements.model import StatementError
from kgst.statements.movements import Movements
from kgst.statements.opened import StatementFile
from kgst.statements.source import clean_text
from kgst.statements.texts import plain

__all__ = ["CAMT054", "read_camt054"]

CAMT054: Final = Kind(
    "camt.054.001",
    VERSIONS,
    "12",
    "BkToCstmrDbtCdtNtfctn",
    "Ntfctn",
    "not a camt.054 notification; ask the bank for camt.054",
)


def read_camt054(
    file: StatementFile, currency: str, accounts: Accounts, hand_on: Callable[[Entry], None]
) -> None:
    """Read a camt.054 message.

    Args:
        file: With one message, or several one after another.
        currency: ISO 4217 code that every amount must be in.
        accounts: Whose notifications are read; those of others are left out.
        hand_on: Given each entry, once its whole message was read.

    Raises:
        StatementError: as `read_camt053`; or the summary of a notification says something else than its entries.
    """
    entries: list[Entry] = []

    def begin(notification: Element, namespace: str) -> Passing:
        fault = fault_of(file.name, notification, namespace)
        account = account_of(file, notification, namespace, currency, accounts, fault)
        known = known_in_entries(namespace.rstrip("}")[-2:], CAMT054)
        movements = Movements(is_own=accounts.may_be_own)
        return Passing(notification, account, movements, known, fault, entries.append, [])

    for message in read_messages(file.name, file.xml(), begin, CAMT054):
        _require_sound(file, message, currency, accounts)
    for entry in entries:
        hand_on(entry)


def _require_sound(
    file: StatementFile, message: Message, currency: str, accounts: Accounts
) -> None:
    readers: list[Passing] = message.readers
    if not readers:
        raise StatementError(
            f"{file.name}: the message has no notification (Ntfctn); download it again."
        )
    bound = bind(file.name, message).bk_to_cstmr_dbt_cdt_ntfctn
    where = partial(build, file.name, "message header")
    clean_text(bound.grp_hdr.msg_id, "message id", where)
    note = bound.grp_hdr.addtl_inf or ""
    if (found := TEST.search(note)) is not None:
        raise where(
            f"the bank calls it a test ({plain(note, 60)!r}: {found[1]})",
            "ask the bank for the notification itself",
        )
    for one, reader in zip(bound.ntfctn, readers, strict=True):
        if reader.account is not None:
            _require_agreement(file, one, reader, currency, accounts)


def _require_agreement(
    file: StatementFile, one: Any, reader: Passing, currency: str, accounts: Accounts
) -> None:
    id_ = clean_text(one.id, "notification id", partial(build, file.name, "a notification"))
    place = f"notification {id_!r}"
    account = require_one_account(one, accounts, partial(build, file.name, place))
    fault = partial(build, file.name, f"account {account}, {place}")
    if one.acct.ccy not in (None, currency):
        raise wrong_currency(one.acct.ccy, currency, fault)
    require_own_money(one.acct.tp, fault)
    for name, said in summaries_of(one.txs_summry, fault).items():
        counted = [reader.movements.counted(name, pending=pending) for pending in (False, True)]
        if said.count not in (None, *(sum_.count for sum_ in counted)) or said.tyiyn not in (
            None,
            *(sum_.tyiyn for sum_ in counted),
        ):
            raise fault(
                f"its summary of {name} says something else than what stands in it",
                "the file is cut off or altered: ask the bank for it again",
            )
