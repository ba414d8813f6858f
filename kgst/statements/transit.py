"""Money that stands in a balance and is not held there at the closing: in two places at once, or not yet of value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from kgst.statements.accounts import Accounts
from kgst.statements.checks import som_of
from kgst.statements.days import Account
from kgst.statements.model import Deduction, StatementError
from kgst.statements.movements import Transfer

__all__ = ["deductions", "require_no_rounded_twin", "require_swept_to"]


def deductions(
    found: Mapping[str, Account], accounts: Accounts, closing: date
) -> Iterator[Deduction]:
    """What is taken off the balances, with the reason.

    Args:
        found: The accounts that count, by key.
        accounts: How they are written elsewhere.
        closing: The day that is attested.
    """
    yield from _in_transit(found, accounts)
    for account in found.values():
        late = {day: tyiyn for day, tyiyn in account.movements.late.items() if day > closing}
        for day, tyiyn in sorted(late.items()):
            if tyiyn > 0:
                yield Deduction(
                    kind="value_after_closing",
                    account=account.counts.last.account,
                    tyiyn=tyiyn,
                    reason=f"credits of value {day}, after the closing of {closing}: booked, and not held yet",
                )


def require_swept_to(found: Mapping[str, Account], accounts: Accounts) -> None:
    """A balance that the bank sweeps counts only beside the account it is swept to.

    Raises:
        StatementError: that account is not here, or the statement does not say which it is.
    """
    for account in found.values():
        for other in sorted(account.movements.sweeps):
            if not other or accounts.canonical(other) not in found:
                raise account.counts.last.fault(
                    f"the bank sweeps this account ({f'to or from {other}' if other else 'it does not say where to'}), "
                    "and the other account is not here",
                    "add the other account's statement of the same day; if it is not one of the reserves, the swept "
                    "account cannot be one either",
                )


def _in_transit(found: Mapping[str, Account], accounts: Accounts) -> Iterator[Deduction]:
    """A credit from an account that counts, without its debit there: the money is still in that balance too."""
    for key, account in found.items():
        for transfer, times in sorted(
            account.movements.incoming.items(), key=lambda one: (one[0].other or "", one[0].tyiyn)
        ):
            giver = accounts.canonical(transfer.other or "")
            if giver == key or giver not in found:
                continue
            open_ones = times - _paid(found[giver], key, accounts, transfer.tyiyn, times)
            if open_ones > 0:
                yield Deduction(
                    kind="transfer_in_transit",
                    account=account.counts.last.account,
                    tyiyn=open_ones * transfer.tyiyn,
                    reason=(
                        f"{open_ones} credit{'s' * (open_ones > 1)} of {som_of(transfer.tyiyn)} from the own account "
                        f"{found[giver].counts.last.account}, whose statements have no such debit: the money is in both"
                    ),
                )


def _paid(giver: Account, taker: str, accounts: Accounts, tyiyn: int, wanted: int) -> int:
    """How many debits of the amount went to `taker`; those that say nobody are used where they are needed."""
    outgoing: Counter[Transfer] = giver.movements.outgoing
    named = sum(
        times
        for transfer, times in outgoing.items()
        if transfer.tyiyn == tyiyn
        and transfer.other is not None
        and accounts.canonical(transfer.other) == taker
    )
    nameless = Transfer(None, tyiyn)
    used = min(max(0, wanted - named), outgoing[nameless])
    outgoing[nameless] -= used
    return min(wanted, named + used)


def require_no_rounded_twin(found: Mapping[str, str], transcribed: Mapping[str, str]) -> None:
    """Kyrgyz account numbers have 16 digits and spreadsheets keep 15: the last becomes a zero.

    Args:
        found: Every account that counts, or that is listed, by key; and its number.
        transcribed: Those from tables, by key; and the file.

    Raises:
        StatementError: a number in a table is another one, rounded so.
    """
    for key, file in transcribed.items():
        for other, number in found.items():
            if key != other and len(key) == len(other) and _rounded(other) == key:
                raise StatementError(
                    f"{file}: account {key}: it is account {number} with the digits after the fifteenth lost, as a "
                    "spreadsheet does it; write the number as text, and list the accounts under reserve_accounts in "
                    "the policy."
                )


def _rounded(key: str) -> str:
    kept = 15
    return key[:kept] + "0" * (len(key) - kept) if key.isdigit() and len(key) > kept else ""
