"""Attestations of the reserves, and how long and how far they reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .auditors import AuditorsModel, Signed
from .core import Fields, Refused
from .ledger import LARGEST
from .signatures import struct_hash

ATTESTATION = (
    "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,"
    "uint256 halts,uint256 version,uint256 deadline)"
)
UNITS_PER_TYIYN = 10_000
WHOLE = 10_000
"""1/10,000 each."""
MOST_MARGIN = 2_000
HOUR, DAY = 3_600, 86_400
MOST_RESERVES = LARGEST // UNITS_PER_TYIYN
"""Tyiyn."""


class ReservesModel(AuditorsModel):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.last = Fields(self.journal, epoch=0, reserves=0, settled=0, as_of=0, report=0)
        self.limits = Fields(self.journal, max_age=0, max_increase=0, margin=0)

    def attest(
        self, caller: int, attestation: Sequence[int], halts: int, deadline: int, signatures: Signed
    ) -> None:
        epoch, reserves, settled, as_of, _ = attestation
        last, word, max_age = self.last, self.solvency, self.limits.max_age
        if epoch != last.epoch + 1:
            raise Refused("InvalidEpoch", last.epoch + 1, epoch)
        if as_of < last.as_of:
            raise Refused("AsOfBeforeLast", last.as_of, as_of)
        if as_of > self.now:
            raise Refused("AsOfInFuture", as_of)
        if settled > word.burned:
            raise Refused("SettledOutOfRange", settled, word.burned)
        if reserves > MOST_RESERVES:
            raise Refused("AmountOutOfRange", reserves, MOST_RESERVES)
        if halts > self.halted.times:
            raise Refused("InvalidHalts", self.halted.times, halts)
        said = (*attestation, halts, self.auditors.version, deadline)
        seats = self.require_quorum(struct_hash(ATTESTATION, *said), deadline, signatures)
        held, owed = reserves * UNITS_PER_TYIYN, word.burned - settled
        backing = max(0, held * WHOLE // (WHOLE + self.limits.margin) - owed)
        everyone = len(signatures) == len(self.auditors.members)
        if not everyone and (epoch == 1 or backing > self.ceiling):
            raise Refused("UnanimityRequired", len(signatures), len(self.auditors.members))

        word.backing = backing
        word.valid_until = as_of + max_age
        if halts != self.halted.times:
            # Signed without knowing of the last halt: figures, and a sign of life.
            self.expire(self.now)
        last.epoch, last.reserves, last.settled, last.as_of, last.report = attestation
        self.end_proposal()
        self.emit("ReservesAttested", *attestation, word.backing, word.valid_until, seats)
        covered = max(0, held - owed)
        if word.supply > covered:
            self.emit("ReserveDeficit", epoch, word.supply - covered)
        elif word.supply > backing:
            self.emit("MarginDeficit", epoch, word.supply - backing)

    @property
    def ceiling(self) -> int:
        """Base units of backing up to which a threshold of the auditors suffices."""
        base = max(self.solvency.backing, self.solvency.supply)
        return base * (WHOLE + self.limits.max_increase) // WHOLE

    def set_max_age(self, caller: int, seconds: int) -> None:
        self.authorize(caller)
        if not HOUR <= seconds <= min(31 * DAY, self.code.recovery_delay // 2):
            raise Refused("MaxAgeOutOfRange", seconds)
        self.limits.max_age = seconds
        self.emit("MaxAgeSet", seconds)
        self.expire(self.last.as_of + seconds)

    def set_max_increase(self, caller: int, bps: int) -> None:
        self.authorize(caller)
        if bps > WHOLE:
            raise Refused("MaxIncreaseOutOfRange", bps)
        self.limits.max_increase = bps
        self.emit("MaxIncreaseSet", bps)

    def set_margin(self, caller: int, bps: int) -> None:
        self.authorize(caller)
        self._change_margin(bps, least=0)

    def raise_margin(self, caller: int, bps: int) -> None:
        self.authorize(caller)
        self._change_margin(bps, least=self.limits.margin)

    def _change_margin(self, bps: int, least: int) -> None:
        if not least <= bps <= MOST_MARGIN:
            raise Refused("MarginOutOfRange", bps)
        self.limits.margin = bps
        self.emit("MarginSet", bps)
