"""From which account redemptions are paid: by the policy, so that no checkout has another bank pay a lock, too."""

from __future__ import annotations

from pydantic import ValidationError

from kgst.errors import InputError
from kgst.fields import problems
from kgst.paying.batch import Debtor
from kgst.policy import Policy
from kgst.statements.model import account_key

__all__ = ["own_accounts", "payer_of"]


def payer_of(policy: Policy) -> Debtor:
    """The account of `reserve_accounts` that pays redemptions, or the only one.

    Raises:
        InputError: the policy does not say which, or not enough of it.
    """
    listed = policy.reserve_accounts
    found = [one for one in listed if one.pays_redemptions] or list(listed)
    if len(found) != 1:
        raise InputError(
            "the policy does not say from which account redemptions are paid: write pays_redemptions: true to one of "
            "reserve_accounts."
        )
    [one] = found
    if one.bank is None or one.owner is None:
        raise InputError(
            f"reserve_accounts: {one.account} pays redemptions, and has no bank or no owner; write both: the order for "
            "the bank names them."
        )
    try:
        return Debtor(
            name=one.owner, account="".join(filter(str.isalnum, one.account)).upper(), bank=one.bank
        )
    except ValidationError as error:
        lines = "\n".join(f"reserve_accounts: {one.account}: {line}" for line in problems(error))
        raise InputError(lines) from None


def own_accounts(policy: Policy) -> frozenset[str]:
    """Keys of all accounts of the issuer's, to which nobody's redemption is paid."""
    listed = (*policy.reserve_accounts, *policy.other_accounts)
    return frozenset(account_key(name) for one in listed for name in (one.account, *one.written))
