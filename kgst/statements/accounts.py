"""Which accounts hold the reserves, and how statements name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.statements.model import account_key
from kgst.statements.profile import TableProfile
from kgst.statements.signed import Banks

__all__ = ["Accounts", "ReserveAccount"]


class ReserveAccount(BaseModel):
    """An account of the issuer's. In a policy: a mapping, or where nothing else is known its number alone.

    Attributes:
        account: Its number, as the agreement with the bank has it.
        currency: ISO 4217 code.
        bank: BIC of the bank, 8 or 11 characters, if it is known.
        owner: Name of its owner, if it is known.
        written: Other ways in which the bank writes the number.
        pays_redemptions: Whether redemptions are paid from it; one account at most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: Annotated[str, Field(min_length=1, max_length=60)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "KGS"
    bank: Annotated[str, Field(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")] | None = None
    owner: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    written: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()
    pays_redemptions: bool = False

    @model_validator(mode="before")
    @classmethod
    def _number_alone(cls, value: object) -> object:
        return {"account": value} if isinstance(value, str) else value


class Accounts:
    """The accounts that count, and the issuer's others; without any, whatever the statements have counts."""

    def __init__(
        self,
        reserve: Iterable[ReserveAccount] = (),
        others: Iterable[ReserveAccount] = (),
        tables: Iterable[TableProfile] = (),
        banks: Banks | None = None,
    ) -> None:
        self.tables = tuple(tables)
        self.banks = banks or Banks()
        self._reserve = {account_key(one.account): one for one in reserve}
        self._others = {account_key(one.account): one for one in others}
        self._keys = {
            account_key(name): one
            for one in self._reserve.values()
            for name in (one.account, *one.written)
        }

    @property
    def listed(self) -> bool:
        """Whether it is said which accounts count."""
        return bool(self._reserve)

    @property
    def reserve(self) -> dict[str, ReserveAccount]:
        """Those that count, by the keys of their numbers."""
        return self._reserve

    def find(self, number: str) -> ReserveAccount | None:
        """The account that counts and is written so."""
        return self._keys.get(account_key(number))

    def may_be_own(self, key: str) -> bool:
        """Whether a payment with this account may be one between accounts that count."""
        return not self.listed or key in self._keys

    def canonical(self, key: str) -> str:
        """The key under which the account counts, however it was written."""
        found = self._keys.get(key)
        return key if found is None else account_key(found.account)

    def name_of_other(self, number: str) -> str | None:
        """What the list of the issuer's other accounts says of this one."""
        one = self._others.get(account_key(number))
        return None if one is None else (one.owner or one.account)
