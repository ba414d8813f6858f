"""Everything that the public page shows, in one final block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kgst.decoding.pending import Pending
from kgst.errors import DriftError
from kgst.multicall import Head, Reads, many
from kgst.page.past import Past, read_past
from kgst.page.signed import Signed, read_signed
from kgst.reserves.reading import block_of, final_enough
from kgst.snapshot.requests import Request, every, read_requests
from kgst.snapshot.state import State, read_state
from kgst.snapshot.token import Attestation, Auditors, Consent, Solvency, TokenReads

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Shown", "read_shown"]


@dataclass(frozen=True)
class Shown:
    """What the page shows, in the block `head`. Amounts are base units.

    Attributes:
        contracts: Those of the auditors at whose address there is code.
        signed: How the last attestation was signed; None before the first, or where its transaction does not show it.
        requests: What is open at the redemption desk, and the last ones that ended.
    """

    head: Head
    state: State
    solvency: Solvency
    headroom: int
    attestation: Attestation
    halts: int
    consent: Consent
    auditors: Auditors
    contracts: frozenset[str]
    past: Past
    signed: Signed | None
    pending: list[Pending]
    escrow: int
    count: int
    requests: tuple[Request, ...]


def read_shown(system: System, ended: int) -> Shown:
    """Read it, in the last block that cannot be undone.

    Args:
        system: Whose page.
        ended: How many of the requests that have ended are shown.

    Raises:
        NodeError: the node failed, or no longer has the events since the deployment.
        DriftError: the events do not make the supply that the token has.
    """
    head = block_of(system, final_enough(system))
    asked: dict[str, Any] = {}

    def ask(reads: Reads, _: Any) -> None:
        token, desk = TokenReads(reads, system.token), system.deployment.redemption_desk
        asked.update(
            solvency=token.solvency(),
            headroom=token.headroom(),
            attestation=token.attestation(),
            halts=token.halts(),
            consent=token.consent(),
            count=reads.of(desk, "requestCount"),
            escrow=reads.of(desk, "escrow"),
        )

    state = read_state(system.deployment, system.provider, head, ask)
    if state.traces.gap:
        raise state.traces.failure("What waits in the AccessManager")
    read: Any = {name: one.value for name, one in asked.items()}
    past = read_past(system.provider, system.record, head.number)
    if past.supply != read["solvency"].supply:
        raise DriftError(
            f"the token's events make a supply of {past.supply} base units, and it says {read['solvency'].supply}: the "
            "node leaves events out, or invents them; use another node."
        )
    auditors = state.token.auditors.value
    return Shown(
        head=head,
        state=state,
        auditors=auditors,
        contracts=_contracts(system, auditors.members, head),
        past=past,
        signed=_signed(system, past, read["attestation"], auditors.version),
        pending=state.schedule.pending(system),
        requests=_requests(system, head, read["count"], ended),
        **read,
    )


def _signed(system: System, past: Past, last: Attestation, version: int) -> Signed | None:
    if not last.epoch or not past.attested:
        return None
    return read_signed(system.provider, past.attested[-1].transaction, last, system.domain, version)


def _contracts(system: System, accounts: tuple[str, ...], head: Head) -> frozenset[str]:
    # The in-process chain reads its latest block only; nothing moves it meanwhile.
    at: Any = "latest" if system.provider.name == "test" else head.number

    def code(account: str, eth: Any) -> Any:
        return eth.get_code(account, at)

    codes = many(system.provider, "read the auditors' code", *(partial(code, a) for a in accounts))
    return frozenset(one for one, found in zip(accounts, codes, strict=True) if bytes(found))


def _requests(system: System, head: Head, count: int, ended: int) -> tuple[Request, ...]:
    found = read_requests(system, head, every(count))
    over = [one for one in found if not one.is_open()]
    kept = {one.id for one in over[len(over) - ended :]} if ended else set()
    return tuple(one for one in found if one.is_open() or one.id in kept)
