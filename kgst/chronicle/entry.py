"""One thing that was done, or meant: by whom, when, why, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from eth_utils.address import to_checksum_address

from kgst.journal import Act, OrderWords

__all__ = ["Entry", "State", "Why"]


class State(StrEnum):
    """What became of it."""

    DONE = "done"
    FAILED = "failed"
    GIVEN_UP = "given up"
    IN_FLIGHT = "not known to be final"
    PROPOSED = "awaits a Safe's owners"


@dataclass(frozen=True)
class Why:
    """What one person said before signing; a claim.

    Attributes:
        at: Seconds since 1970, by the clock of that person's machine; None when it is not known.
        person: Label of the policy of that time; None when there was none.
        account: Checksummed address; who signed.
        reasons: Account to its own words, of a list.
    """

    at: int | None
    person: str | None
    account: str
    reason: str | None = None
    document_sha256: str | None = None
    order: OrderWords | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, act: Act) -> Why:
        """What a journal, or an owner's signature, keeps."""
        return cls(
            act.at, act.by, to_checksum_address(act.account), act.reason, act.document_sha256, act.order,
            {to_checksum_address(account): why for account, why in act.reasons.items()},
        )  # fmt: skip

    def words(self, about: str | None = None) -> str:
        """Why, in one text; of a list what it says of the account `about`. Empty when nothing was said."""
        own = self.reasons.get(about or "") or ", ".join(sorted(set(self.reasons.values())))
        order = (
            f"{self.order.authority}, case {self.order.case} of {self.order.date}"
            if self.order
            else ""
        )
        return "; ".join(part for part in (order, own, self.reason or "") if part)


@dataclass(frozen=True)
class Entry:
    """One call that was sent, proposed, or found on the chain.

    Attributes:
        at: Seconds since 1970: of its block where the index has it, else of the clock of whoever signed.
        state: Of what is on the chain alone, done.
        words: What it does, made of its bytes, or of its events.
        titles: What was meant, as the command said it; empty when nobody kept that.
        whys: Of everyone who signed here, oldest first.
        sender: Checksummed; who paid for it; None while nobody has.
        caller: Whom the contracts see: the sender, or a Safe; None when only events are known.
        contract: Checksummed: whom it calls.
        roles: As whose members it can be called.
        accounts: Checksummed: all that it names.
        transaction: Hash; None while none was signed.
        block: Number; None when it is not final.
        error: Why it failed.
        sources: Which files say so.
        nonce: Of a proposal: the Safe's.
        emits: Whether its call logs an event whenever it is carried out.
        in_index: Whether the index has an event of it; None when the index does not reach so far, or is none.
    """

    at: int | None
    state: State
    words: str
    titles: tuple[str, ...] = ()
    whys: tuple[Why, ...] = ()
    sender: str | None = None
    caller: str | None = None
    contract: str | None = None
    roles: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    transaction: str | None = None
    block: int | None = None
    error: str | None = None
    sources: tuple[Path, ...] = ()
    in_index: bool | None = None
    nonce: int | None = None
    emits: bool = False

    @property
    def people(self) -> set[str]:
        """Addresses and labels of those who signed."""
        found = {one for why in self.whys for one in (why.account, why.person) if one}
        return found | ({self.sender} if self.sender else set())
