"""What the chain's own words say, before and after one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.engine import Call, Outcome
from support.model.ledger import LARGEST
from support.model.storage import SINGLE_SLOTS

SECONDS = (1 << 40) - 1
TERM = (1 << 36) - 1
SINGLES = len(SINGLE_SLOTS)
ALL_DELEGATED = 1 << 255


class View:
    """The token's storage, decoded from the raw words (``support.model.storage`` says where they are)."""

    __slots__ = (
        "accounts",
        "as_of",
        "backing",
        "balances",
        "burned",
        "count",
        "delegate_all",
        "epoch",
        "flags",
        "halts",
        "implementation",
        "issuers",
        "margin",
        "max_age",
        "max_increase",
        "reserves",
        "settled",
        "singles",
        "supply",
        "suspended",
        "threshold",
        "valid_until",
        "version",
        "words",
    )  # fmt: skip

    def __init__(self, words: list[int], accounts: int) -> None:
        self.words = words
        self.singles = words[:SINGLES]
        self.implementation, solvency, flags, attestation, _, settings = words[:6]
        self.accounts = words[SINGLES : SINGLES + accounts]
        self.issuers = words[SINGLES + accounts :]
        self.balances = [word & LARGEST for word in self.accounts]
        self.delegate_all = bool(flags & ALL_DELEGATED)
        # As `pause` numbers them: those of payments in a word of their own, the others above the supply.
        self.flags = flags & ~ALL_DELEGATED | solvency >> 250 & 12
        self.supply, self.backing = solvency & LARGEST, solvency >> 72 & LARGEST
        self.burned, self.valid_until = solvency >> 144 & LARGEST, solvency >> 216 & TERM
        self.reserves, self.settled = attestation & LARGEST, attestation >> 72 & LARGEST
        self.as_of, self.epoch = attestation >> 144 & SECONDS, attestation >> 184
        self.version, self.threshold = settings & (1 << 64) - 1, settings >> 64 & 255
        self.count, self.suspended = settings >> 72 & 255, settings >> 80 & 65_535
        self.max_age, self.max_increase = settings >> 96 & (1 << 32) - 1, settings >> 128 & 65_535
        self.halts, self.margin = settings >> 144 & (1 << 32) - 1, settings >> 176 & 65_535

    @property
    def deficit(self) -> int:
        return max(0, self.supply - self.backing)


@dataclass(slots=True)
class Step:
    """One transaction."""

    caller: int
    target: int
    call: Call
    now: int
    outcome: Outcome
    before: View
    after: View
    token: int
    name: str = field(init=False)
    """The function that acted in the end: below ``execute`` and below an upgrade's own call."""
    actor: int = field(init=False)
    """Whom that function saw as its caller."""
    act: Call = field(init=False)
    minted: int = field(init=False)
    transfers: list[tuple[int, int, int]] = field(init=False)
    mints: bool = field(init=False)
    """Whether anyone was minted to, be it nothing."""

    def __post_init__(self) -> None:
        *_, (self.actor, self.act) = chain_of(self.caller, self.target, self.call)
        self.name = self.act.function.partition("(")[0]
        self.transfers = [
            a for by, name, a in self.outcome.events if name == "Transfer" and by == self.token
        ]
        self.mints = any(sender == 0 != to for sender, to, _ in self.transfers)
        self.minted = sum(value for sender, _, value in self.transfers if sender == 0)

    @property
    def accepted(self) -> bool:
        return self.outcome.error is None

    @property
    def attested(self) -> bool:
        """Whether an attestation was accepted."""
        return any(name == "ReservesAttested" for _, name, _ in self.outcome.events)

    def events(self, name: str) -> Iterator[tuple[Any, ...]]:
        return (
            arguments for by, n, arguments in self.outcome.events if n == name and by == self.token
        )


def chain_of(caller: int, target: int, call: Call) -> Sequence[tuple[int, Call]]:
    """The call and those within it, each with who it sees as its caller."""
    found = [(caller, call)]
    while True:
        caller, call = found[-1]
        name = call.function.partition("(")[0]
        if name == "execute":
            found.append((target, call.arguments[1]))
            target = call.arguments[0]
        elif name == "upgradeToAndCall" and call.arguments[1]:
            found.append((caller, call.arguments[1]))
        else:
            return found
