"""What somebody has to give a word for, before it is drafted: reserves that fall, accounts that are gone."""

from __future__ import annotations

from kgst.errors import RefusedError
from kgst.reserves.files import ChainState
from kgst.reserves.format import som
from kgst.statements import ReserveTotal
from kgst.statements.model import account_key

__all__ = ["changed_accounts", "require_word"]


def changed_accounts(total: ReserveTotal, previous: ReserveTotal) -> list[str]:
    """Accounts that were attested last and are not here, and the other way round; for people."""
    now = {account_key(one.account): one for one in total.accounts}
    then = {account_key(one.account): one for one in previous.accounts}
    return [
        f"account {one.account} with {som(one.closing_balance_tyiyn)} was in the last report and is not here"
        for key, one in then.items()
        if key not in now
    ] + [
        f"account {one.account} was not in the last report"
        for key, one in now.items()
        if key not in then
    ]


def require_word(
    total: ReserveTotal, previous: ReserveTotal | None, state: ChainState, because: str | None
) -> None:
    """Reserves that fall by a tenth, or an account that is gone, need somebody's word.

    Raises:
        RefusedError: there is none.
    """
    if because:
        return
    last = state.last.reserves
    found = changed_accounts(total, previous) if previous else []
    gone = [line for line in found if "is not here" in line]
    if state.last.epoch and 10 * total.total_tyiyn <= 9 * last:
        gone.append(
            f"reserves fall by a tenth or more, from {som(last)} to {som(total.total_tyiyn)}"
        )
    if gone:
        raise RefusedError(
            f"{'; '.join(gone)}. If that is right, say why with --because TEXT: everybody who signs reads it."
        )
