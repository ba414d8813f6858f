"""The figures of the last look, for Prometheus; amounts in base units, times in seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kgst.flags import PauseFlag
from kgst.watch.catalogue import CATALOGUE

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from kgst.deployment.system import System
    from kgst.status.reading import Status
    from kgst.watch.memory import Remembered

__all__ = ["Board"]


class _Gauged(Protocol):
    def __call__(self, name: str, said: str, value: float, **labels: str) -> None: ...


@dataclass
class Board:
    """What is shown to whoever asks; replaced as a whole after each round.

    Attributes:
        limit: Seconds after a good round until the watch counts as ill.
        good_at: When the last good round ended; None before the first.
        began_at: When the watch began.
        oldest: When the oldest alert was raised that is not delivered; None without one.
    """

    limit: int
    began_at: float
    good_at: float | None = None
    oldest: float | None = None
    _registry: CollectorRegistry | None = None

    def ailment(self) -> str:
        """Why the watch is not well; empty when it is."""
        now = time.time()
        if now - (self.good_at or self.began_at) > self.limit:
            return f"no good round for {int(now - (self.good_at or self.began_at))} seconds"
        if self.good_at is None:
            return "no good round yet"
        if self.oldest is not None and now - self.oldest > self.limit:
            return f"an alert was not delivered for {int(now - self.oldest)} seconds"
        return ""

    def show(self, system: System | None, status: Status | None, memory: Remembered) -> None:
        """Let these be the figures; without a `status` only those of the watch itself."""
        from prometheus_client import CollectorRegistry, Gauge

        made, gauges = CollectorRegistry(), dict[str, Gauge]()

        def gauge(name: str, said: str, value: float, **labels: str) -> None:
            if name not in gauges:
                gauges[name] = Gauge(f"kgst_{name}", said, list(labels), registry=made)
            (gauges[name].labels(**labels) if labels else gauges[name]).set(value)

        self.oldest = min((one.time for one in memory.pending), default=None)
        gauge("alerts_pending", "Alerts that a receiver has not taken.", len(memory.pending))
        for name in CATALOGUE:
            stands = sum(one.kind == name and one.told for one in memory.standing)
            gauge("condition", "How many of this kind stand and were told.", stands, kind=name)
        began, good = self.began_at, self.good_at
        gauge("last_good_round_time_seconds", "When the last good round ended.", good or 0)
        age = Gauge("kgst_seconds_since_good_round", "Or since the watch began.", registry=made)
        age.set_function(lambda: time.time() - (good or began))
        if memory.cursor is not None:
            gauge("index_block_number", "Events up to it were told.", memory.cursor)
        if status is not None and system is not None:
            _of_token(gauge, system, status)
        self._registry = made

    def text(self) -> bytes:
        """In Prometheus' own form."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry) if self._registry is not None else b""


def _of_token(gauge: _Gauged, system: System, status: Status) -> None:
    now, found = status.head.time, status.redemptions
    gauge("block_number", "The block that was read.", status.head.number)
    gauge("block_time_seconds", "Its time.", now)
    gauge("supply_base_units", "In circulation.", status.supply)
    gauge("backing_base_units", "What the attestation allows, less burns since.", status.backing)
    gauge("shortfall_base_units", "In circulation and not backed.", status.shortfall)
    gauge("headroom_base_units", "What can be minted now.", status.headroom)
    gauge("burned_base_units", "Ever burned.", status.burned)
    gauge("reserves_tyiyn", "Last attested.", status.attestation.reserves)
    gauge("attestation_epoch", "Number of the last attestation.", status.attestation.epoch)
    gauge("attestation_age_seconds", "Since the moment that it describes.", status.age)
    gauge("minting_ends_seconds", "Until then; below 0 since then.", status.valid_until - now)
    for flag in PauseFlag:
        name = str(flag.name).lower()
        gauge("paused", "1 when it is.", bool(status.flags & flag), flag=name)
    for person in status.operators:
        label = system.policy.label(person.address) or person.address
        gauge("balance_wei", "Of who sends transactions.", person.balance, account=label)
    for stage in ("due", "locked", "late", "unpaid", "returned", "unburned"):
        requests = getattr(found, stage)
        gauge("redemptions", "Open requests.", len(requests), stage=stage)
    gauge("operations_pending", "In the AccessManager.", len(status.pending or ()))
